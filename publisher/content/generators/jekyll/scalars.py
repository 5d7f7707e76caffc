"""Scalars: the text that Ruby makes of what YAML takes for a number or a truth value."""

import re

from publisher.content.frontmatter.yaml import Quoted

_FLAGS = {
    "true": "true",
    "yes": "true",
    "on": "true",
    "false": "false",
    "no": "false",
    "off": "false",
}
_FLOAT = re.compile(r"[-+]?\d+\.\d+", re.ASCII)
_LONGEST_FLAG = 5


def ruby_text(value: str) -> str:
    """A value in a list as text: `yes` is `true`, `1.10` is `1.1`; `Quoted` text stays as it is."""
    if isinstance(value, Quoted):
        return value
    if len(value) <= _LONGEST_FLAG and (flag := _FLAGS.get(value.lower())):
        return flag
    return repr(float(value)) if _FLOAT.fullmatch(value) else value
