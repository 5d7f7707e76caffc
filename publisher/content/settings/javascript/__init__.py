"""Settings in JavaScript and TypeScript: their literal parts, read as text and never executed.

    script = read_script(folder, ("astro.config.mjs", "astro.config.ts"))
    if script:
        site = text(script.config, "site")           # '' where it is computed
        for call in script.calls("addCollection"):   # eleventyConfig.addCollection("posts", …)
            name = call.arguments[0]

A value is a text, a number, a bool, None (`null`, `undefined`), a list, a dict, or a `Computed`
(`Call`, `Template`, `Function`, `Choice`, `Operation`, `Property`): what only running the script
would tell, so that a caller can say so. Followed are constants, spreads, casts, `a || 'b'`, `a ??
'b'`, templates, text joined with `+`, and what is imported from the site's own scripts and JSON
files (tsconfig.json's `paths` included). The site is read as it is built: `NODE_ENV` is
`production`. Under `REST`, an object keeps what is computed of its keys. Nothing here raises
because of what a file says; what is read of one is bounded.
"""

from collections.abc import Iterable
from pathlib import Path

from publisher.content.settings.javascript.modules import Modules
from publisher.content.settings.javascript.script import Script
from publisher.content.settings.javascript.values import (
    REST,
    Call,
    Choice,
    Computed,
    Function,
    Operation,
    Property,
    Template,
    exported_object,
    member,
    objects,
    text,
)

__all__ = [
    "REST",
    "Call",
    "Choice",
    "Computed",
    "Function",
    "Modules",
    "Operation",
    "Property",
    "Script",
    "Template",
    "exported_object",
    "member",
    "objects",
    "parse_script",
    "read_script",
    "text",
]


def read_script(folder: Path, names: Iterable[str]) -> Script | None:
    """The first file of `names` below the site's root `folder`; None if there is none."""
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    return Modules(folder).script(path) if path else None


def parse_script(source: str, path: Path, root: Path) -> Script:
    """A script of this source, which stands in `path` of the site whose root is `root`."""
    return Modules(root).parsed(source, path)
