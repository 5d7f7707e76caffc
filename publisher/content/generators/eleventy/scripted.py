"""Front matter in JavaScript: `---js` with an object or with constants."""

import re
from typing import Any

from publisher.content.frontmatter.parse import Metadata, flattened
from publisher.content.generators.eleventy.cascade import literal
from publisher.content.generators.eleventy.site import Site
from publisher.model.posts import Status

_CLOSER = re.compile(rb"^---[ \t]*\r?$", re.MULTILINE)
_UNCLOSED = "the front matter never ends; close it with a line of ---"


def scripted_head(content: bytes, start: int, site: Site, path: str) -> Metadata:
    """What the script between the fences says, as far as it is literal; it begins at `start`."""
    closer = _CLOSER.search(content, start)
    if closer is None:
        return Metadata({}, status=Status.UNREADABLE, problem=_UNCLOSED, problem_line=1)
    head = content[start : closer.start()].decode("utf-8", "replace")
    rest = content[closer.end() :].decode("utf-8", "replace").lstrip("\r\n")
    is_object = head.lstrip().startswith("{")
    source = f"export default {head}" if is_object else head
    script = site.modules.parsed(source, site.root / f"{path}.js")
    found: Any = script.config if is_object else {n: script.value(n) for n in script.names}
    return Metadata(flattened(literal(found)), head, 2, rest)
