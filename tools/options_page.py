"""The tables of docs/reference/configuration.md, made from the models.

`python -m tools.options_page` writes what is between `<!-- options: NAME -->` and `<!-- end -->`;
people write the rest.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from publisher.config.options.choices import Offer
from publisher.config.options.forms import FormService
from publisher.config.options.site import Block, FieldNames
from tools.config_schema import NAMED, ONCE, shown

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "configuration.md"
INSIDE: dict[str, type[Block]] = {"fields": FieldNames, "choices": Offer, "service": FormService}
"""Blocks inside others, which have tables of their own."""

_TABLE = re.compile(r"(?<=<!-- options: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


def page(written: str) -> str:
    """The page `written` with every table as the models have it now."""
    return _TABLE.sub(lambda match: match[1] + match[2] + "\n" + table(match[1]) + "\n", written)


def table(block: str) -> str:
    """The options of one block of config.yaml, as a Markdown table."""
    model = {**ONCE, **NAMED, **INSIDE}[block]
    rows = [_row(info.alias or name, info) for name, info in model.model_fields.items()]
    return "\n".join(["| option | default | description |", "|---|---|---|", *rows, ""])


def _row(name: str, info: FieldInfo) -> str:
    return f"| `{name}` | {_default(info)} | {info.description} |"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = shown(info.default)
    return "" if value in (None, "", [], {}) else f"`{_in_yaml(value, info.default)}`"


def _in_yaml(value: Any, default: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    return "0" if default == timedelta(0) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
