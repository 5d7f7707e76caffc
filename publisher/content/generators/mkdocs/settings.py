"""What mkdocs.yml says of a site and of its blogs."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.content.frontmatter.fields import falsehood, truth
from publisher.content.frontmatter.yaml import Tagged
from publisher.content.generators.mkdocs.slugs import Slug, slug_function
from publisher.content.settings.files import read_settings
from publisher.content.settings.merge import merged

CONFIGS = ("mkdocs.yml", "mkdocs.yaml")
_OTHERS = "mkdocs.*.y*ml"
_MOST_OTHERS = 8
_MOST_PARENTS = 8
_BLOG, _GROUP, _META = "blog", "group", "meta"


@dataclass(frozen=True, slots=True)
class Blog:
    """One blog: `name` is its folder in the site, `posts` the folder of its posts.

    `url_format` is `post_url_format`, `date_format` a pattern of Babel's; `slug` is None where the
    site's own code makes slugs, and so is `category_slug`.
    """

    name: str
    posts: Path
    authors: Path
    url_format: str = "{date}/{slug}"
    date_format: str = "yyyy/MM/dd"
    categories: int = 1
    slug: Slug | None = None
    category_slug: Slug | None = None
    shows_drafts: bool = False


@dataclass(frozen=True, slots=True)
class MkdocsSettings:
    """What the site's own settings say, with those that they inherit from."""

    root: Path
    file: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    inherited: tuple[Path, ...] = ()
    problem: str = ""

    @property
    def docs(self) -> Path:
        """The folder of pages."""
        return inside(self.root, text(self.values, "docs_dir") or "docs")

    @property
    def directory_urls(self) -> bool:
        """Whether addresses end in a slash; else in `.html`."""
        return not falsehood(plain(self.values.get("use_directory_urls")))

    @property
    def language(self) -> str:
        """The theme's language, in which dates are written."""
        theme = plain(self.values.get("theme"))
        return text(theme, "language") if isinstance(theme, Mapping) else ""

    @property
    def has_meta(self) -> bool:
        """Whether folders have defaults in `.meta.yml`."""
        return any(name == _META for name, _ in plugins(self.values.get("plugins")))

    @property
    def blogs(self) -> tuple[Blog, ...]:
        """Every blog that is switched on."""
        named = plugins(self.values.get("plugins"))
        return tuple(_blog(self.docs, options) for name, options in named if name == _BLOG)


def read(root: Path) -> MkdocsSettings | None:
    """The settings of the site in `root`; None if it has none.

    A blog may be built by a file of its own beside mkdocs.yml, such as mkdocs.blog.yml.
    """
    main = _read(root, CONFIGS)
    if main is None or main.blogs:
        return main
    names = sorted(each.name for each in root.glob(_OTHERS))[:_MOST_OTHERS]
    others = filter(None, (_read(root, [name]) for name in names))
    blogs = (each for each in others if any(blog.posts.is_dir() for blog in each.blogs))
    return next(blogs, main)


def _read(root: Path, names: Iterable[str]) -> MkdocsSettings | None:
    found = read_settings(root, names)
    if found is None:
        return None
    inherited: list[Path] = []
    values, place, problem = found.values, root / found.name, found.problem
    while (parent := text(values, "INHERIT")) and len(inherited) < _MOST_PARENTS:
        place = inside(place.parent, parent, above=4)
        above = read_settings(place.parent, (place.name,))
        inherited.append(place)
        values = {key: value for key, value in values.items() if key != "INHERIT"}
        if above:
            values, problem = merged(above.values, values), problem or above.problem
    return MkdocsSettings(root, found.name, values, tuple(inherited), problem)


def inside(folder: Path, written: str, *, above: int = 1) -> Path:
    """The path that settings in `folder` name; it may lie some folders above, and no farther."""
    path = posixpath.normpath(written.replace("\\", "/").lstrip("/"))
    steps = path.split("/").count("..")
    return folder if steps > above else Path(posixpath.normpath(f"{folder}/{path}"))


def plain(value: Any) -> Any:
    """A value without its tag; of `!ENV` its default, the last that it lists."""
    while isinstance(value, Tagged):
        listed = value.value
        value = listed[-1] if value.tag == "ENV" and isinstance(listed, list) and listed else ""
    return value


def text(values: Mapping[str, Any], key: str) -> str:
    """The text that a key has; '' where it has none."""
    value = plain(values.get(key))
    return value.strip() if isinstance(value, str) else ""


def plugins(listed: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The name and the options of each plugin that is switched on, those in groups as well."""
    items = listed.items() if isinstance(listed, Mapping) else _pairs(listed)
    for key, given in items:
        name = str(key).partition("#")[0].strip().removeprefix("material/")
        options = given if isinstance(given, Mapping) else {}
        if name == _GROUP:
            yield from plugins(options.get("plugins"))
        elif not falsehood(plain(options.get("enabled"))):
            yield name, options


def _pairs(listed: Any) -> Iterator[tuple[Any, Any]]:
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping):
            yield from item.items()
        elif isinstance(item, str):
            yield item, {}


def _blog(docs: Path, options: Mapping[str, Any]) -> Blog:
    name = posixpath.normpath(text(options, "blog_dir") or "blog").strip("/")
    posts = text(options, "post_dir") or "{blog}/posts"
    authors = text(options, "authors_file") or "{blog}/.authors.yml"
    most = text(options, "post_url_max_categories")
    return Blog(
        name,
        inside(docs, posts.replace("{blog}", name)),
        inside(docs, authors.replace("{blog}", name)),
        text(options, "post_url_format") or "{date}/{slug}",
        text(options, "post_url_date_format") or "yyyy/MM/dd",
        int(most) if most.isdecimal() else 1,
        _slug(options, "post_slugify"),
        _slug(options, "categories_slugify"),
        truth(plain(options.get("draft"))),
    )


def _slug(options: Mapping[str, Any], key: str) -> Slug | None:
    return slug_function(options.get(key), text(options, f"{key}_separator") or "-")
