"""What gatsby-config and gatsby-node say, by their literal parts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from publisher.content.coded import assigned, is_unpacked, patterns_of, template
from publisher.content.settings.files import read_settings
from publisher.content.settings.javascript import (
    Call,
    Computed,
    Script,
    Template,
    member,
    read_script,
    text,
)

_ENDINGS = ("js", "ts", "mjs", "cjs")
CONFIGS = tuple(f"gatsby-config.{ending}" for ending in _ENDINGS)
NODES = tuple(f"gatsby-node.{ending}" for ending in _ENDINGS)
_MORE = ("gatsby", "src/gatsby", "node", "scripts")
_MOST_SCRIPTS = 12
_MARKDOWN = (".md", ".mdx", ".markdown")
_ROUTE = re.compile(r"\{(?:all)?(?:markdownremark|mdx)\.(\w+)\}", re.IGNORECASE)
_DEFAULTS = ("/:{slug}", "/:{path}", "/:path/")
_POSTS = re.compile(r"post|blog|article", re.IGNORECASE)
_FOLDERS = ("contentPath", "contentPosts", "postsPath")
_SINCE_5 = 5


@dataclass(frozen=True)
class GatsbySite:
    """A site and its scripts, read as text."""

    root: Path
    config: Script

    @property
    def values(self) -> dict[str, Any]:
        """The configuration."""
        return self.config.config

    @cached_property
    def package(self) -> dict[str, Any]:
        """package.json."""
        found = read_settings(self.root, ("package.json",))
        return found.values if found else {}

    @property
    def trailing_slash(self) -> str:
        """`always`, `never`, or what leaves addresses as they are made."""
        version = text(self.package, "dependencies", "gatsby")
        major = re.search(r"\d+", version)
        since_5 = major is None or int(major[0]) >= _SINCE_5
        return text(self.values, "trailingSlash") or ("always" if since_5 else "legacy")

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders that the site reads Markdown from, themes' ones included."""
        found: dict[Path, None] = {}
        for name, options in _plugins(self.values.get("plugins")):
            if name == "gatsby-source-filesystem":
                written: Iterable[Any] = (options.get("path"),)
            else:
                written = (options.get(key) for key in _FOLDERS)
            for each in written:
                folder = self._folder(each)
                if folder and _holds_markdown(folder):
                    found[folder] = None
        outer = {above for each in found for above in each.parents}
        return tuple(each for each in found if each not in outer)

    def _folder(self, written: Any) -> Path | None:
        parts = [written]
        if isinstance(written, Template):
            parts = list(written.parts)
        elif isinstance(written, Call):
            parts = [part for each in written.arguments for part in (each, "/")]
        plain = [part for part in parts if not (isinstance(part, Computed) and _is_root(part))]
        if not plain or not all(isinstance(part, str) for part in plain):
            return None
        path = "".join(plain).removeprefix(str(self.root)).strip("/").removeprefix("./")
        folder = self.root / path
        return folder if ".." not in path.split("/") and folder.is_dir() else None

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """gatsby-node, and the scripts beside it that make pages."""
        first = read_script(self.root, NODES)
        others = (
            path
            for name in _MORE
            for path in sorted((self.root / name).glob("*.[jt]s"))
            if "create" in path.name.lower() or "node" in path.name.lower()
        )
        names = (path.relative_to(self.root).as_posix() for path in islice(others, _MOST_SCRIPTS))
        found = [first, *(read_script(self.root, (name,)) for name in names)]
        return tuple(each for each in found if each)

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """Where posts are: by createPage, else by the files of src/pages, else by what is usual."""
        return self.told or _DEFAULTS

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The patterns that the site's scripts tell; () if none."""
        found = [(self._rank(call), each) for call in self._pages() for each in [self._of(call)]]
        made = [each for _, each in sorted(found, key=lambda pair: pair[0]) if each]
        return made[0] if made else tuple(self._routes())

    def _pages(self) -> Iterator[dict[str, Any]]:
        for script in self.scripts:
            for call in script.calls("createPage"):
                if call.arguments and isinstance(call.arguments[0], dict):
                    yield call.arguments[0]

    @staticmethod
    def _rank(page: dict[str, Any]) -> bool:
        return not _POSTS.search(f"{page.get('component')}")

    def _of(self, page: dict[str, Any]) -> tuple[str, ...]:
        of_path = patterns_of(page.get("path"), self._known)
        return of_path or patterns_of(member(page, "context", "slug"), self._known)

    def _known(self, name: str) -> Iterator[Any]:
        """The values of `…fields.x`, and of a variable that is given several."""
        place, _, last = name.rpartition(".")
        if place.rpartition(".")[2] == "fields":
            for script in self.scripts:
                for call in script.calls("createNodeField"):
                    if call.arguments and text(call.arguments[0], "name") == last:
                        yield member(call.arguments[0], "value")
        elif not place:
            for script in self.scripts:
                yield from (template(each) for each in assigned(script.source, last))
                if is_unpacked(script.source, last):
                    yield Computed(f"frontmatter.{last}")

    def _routes(self) -> Iterator[str]:
        """Files such as src/pages/blog/{MarkdownRemark.frontmatter__slug}.js."""
        pages = self.root / "src/pages"
        for path in sorted(islice(pages.rglob("{*}.*"), _MOST_SCRIPTS)):
            route = path.relative_to(pages).with_suffix("").as_posix()
            match = _ROUTE.search(route)
            parts = match[1].split("__") if match else []
            if match and parts[0] == "fields":
                for value in self._known(f"fields.{parts[-1]}"):
                    for each in patterns_of(value, self._known):
                        yield f"/{route.replace(match[0], each.strip('/'))}"
            elif match:
                yield f"/{route.replace(match[0], f':{{{parts[-1]}}}')}"


def read(root: Path) -> GatsbySite | None:
    """The site in `root`; None if it has no gatsby-config."""
    script = read_script(root, CONFIGS)
    return None if script is None else GatsbySite(root, script)


def _is_root(part: Computed) -> bool:
    return part.text in {"__dirname", "process.cwd()", "import.meta.dirname"}


def _plugins(listed: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in listed if isinstance(listed, list) else ():
        options = member(item, "options")
        yield text(item, "resolve"), options if isinstance(options, dict) else {}


def _holds_markdown(folder: Path) -> bool:
    some = islice(folder.rglob("*"), 2_000)
    return any(path.suffix.lower() in _MARKDOWN for path in some)
