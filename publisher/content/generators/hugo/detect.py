"""Detection: what a site's own settings say, read as text."""

import re
from pathlib import Path

from publisher.content.files import beginning
from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.generators.hugo.config import FILES, FOLDERS, Config, load, text
from publisher.content.generators.hugo.mounts import Mounted, mounted

_KEYS = frozenset({
    "baseurl", "languagecode", "theme", "permalinks", "taxonomies", "markup", "outputs", "uglyurls",
    "canonifyurls", "module", "menus", "menu", "contentdir", "defaultcontentlanguage", "paginate",
    "pagination", "enablerobotstxt", "builddrafts", "enablegitinfo", "pygmentsusestyle", "params",
    "disablekinds", "googleanalytics", "languages",
})  # fmt: skip
_FOLDERS = ("archetypes", "themes", "layouts", "content")
_FEWEST_KEYS = 2
_EXAMPLE = "examplesite"
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_CNAMES = ("static/CNAME", "CNAME")


def detect(folder: Path) -> Found | None:
    """The Hugo site in `folder`; None if there are no settings of Hugo's with content beside.

    The example site of a theme and the themes themselves are none.
    """
    if folder.name.lower() == _EXAMPLE or folder.parent.name == "themes":
        return None
    if not any((folder / name).is_file() for name in FILES) and not any(
        (folder / name).is_dir() for name in FOLDERS
    ):
        return None
    config = load(folder)
    if not config.seen or not _is_hugos(folder, config):
        return None
    mounts = mounted(folder, config)
    if not mounts:
        return None
    base_url, notes = _base_url(folder, config)
    main = config.of(config.default_language)
    params = main.get("params") if isinstance(main.get("params"), dict) else {}
    return Found(
        root=folder,
        seen=config.seen,
        sure=_sure(config),
        base_url=base_url,
        title=text(main.get("title")),
        description=text(params.get("description")) if isinstance(params, dict) else "",
        language=_tag(config, config.default_language),
        timezone=text(main.get("timezone")),
        sources=_sources(config, mounts),
        notes=(*config.problems, *notes),
    )


def _is_hugos(folder: Path, config: Config) -> bool:
    """Whether the settings are Hugo's: by their file's name, or by what they hold."""
    if Path(config.seen).stem == "hugo":
        return True
    if "base_url" in config.values or "plugins" in config.values:
        return False
    known = _KEYS & config.values.keys()
    beside = sum((folder / name).is_dir() for name in _FOLDERS)
    languages = config.all_languages.values()
    if "baseurl" in known or any("baseurl" in each for each in languages):
        return True
    return len(known) >= _FEWEST_KEYS and beside >= _FEWEST_KEYS


def _sure(config: Config) -> Sure:
    certain = Path(config.seen).stem == "hugo" or "baseurl" in config.values
    return Sure.CERTAIN if certain else Sure.LIKELY


def _base_url(folder: Path, config: Config) -> tuple[str, list[str]]:
    """The site's address, and what is to be said of it."""
    main = config.of(config.default_language)
    written = text(main.get("baseurl")).rstrip("/")
    if written.startswith("//"):
        written = "https:" + written
    if _DOMAIN.fullmatch(written.partition("/")[0]):
        written = "https://" + written
    if written.startswith(("http://", "https://")):
        return written, []
    for name in _CNAMES:
        domain = beginning(folder / name, 300).strip()
        if _DOMAIN.fullmatch(domain):
            url = f"https://{domain.lower()}"
            return url, [f"baseURL is no whole address; {url} is from {name}"]
    return "", [f"{config.seen} gives no whole baseURL; set site.url in config.yaml"]


def _tag(config: Config, language: str) -> str:
    """The tag of a language, such as `en-gb`."""
    options = config.of(language)
    return text(options.get("locale")) or text(options.get("languagecode")) or language


def _sources(config: Config, mounts: list[Mounted]) -> tuple[FoundSource, ...]:
    """One of each folder of content, with a name of its own."""
    found: list[FoundSource] = []
    taken: set[str] = set()
    for each in mounts:
        language = each.mount.language
        is_other = language != config.default_language
        name = each.mount.prefix.strip("/").replace("/", "-") or (language if is_other else "posts")
        while name in taken:
            name = f"{name}-{language}" if is_other else f"{name}-{len(found) + 1}"
        taken.add(name)
        found.append(FoundSource(name, each.folder, language=language if is_other else ""))
    return tuple(found)
