"""Detection: what a Pelican site's settings say."""

from pathlib import Path

from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.content.generators.pelican.settings import Settings, deployed_url, read
from publisher.content.settings.zones import known_zone

_CERTAIN = ("pelicanconf.py", "publishconf.py")
_PATTERNS = ("ARTICLE_URL", "ARTICLE_LANG_URL", "FILENAME_METADATA", "PATH_METADATA")
_SLUGS = ("SLUG_REGEX_SUBSTITUTIONS", "SLUG_SUBSTITUTIONS", "SLUGIFY_SOURCE")
_UNREAD = "{0} is computed by {1} and cannot be read; set content.path in config.yaml"
_NO_URL = "{0} gives no SITEURL that others can reach; set site.url in config.yaml"


def detect(folder: Path) -> Found | None:
    """The Pelican site whose settings lie in `folder`."""
    if not folder.is_dir() or (settings := read(folder)) is None:
        return None
    name, url = settings.files[0], settings.url or deployed_url(folder)
    return Found(
        root=folder,
        seen=name,
        sure=Sure.CERTAIN if name in _CERTAIN else Sure.LIKELY,
        base_url=url,
        title=settings.text("SITENAME"),
        description=settings.text("SITESUBTITLE") or settings.text("SITEDESC"),
        language=settings.language,
        timezone=known_zone(settings.text("TIMEZONE", "UTC")),
        sources=(FoundSource("posts", settings.content),),
        accounts=tuple(_accounts(settings)),
        notes=tuple(_notes(settings, name, url)),
    )


def _notes(settings: Settings, name: str, url: str) -> list[str]:
    notes = [_UNREAD.format(each, name) for each in settings.computed(*_PATTERNS, *_SLUGS)]
    return notes if url else [*notes, _NO_URL.format(name)]


def _accounts(settings: Settings) -> list[str]:
    """The addresses in `SOCIAL`, which lists a name and an address each."""
    value = settings.values.get("SOCIAL")
    listed = value if isinstance(value, list | tuple) else ()
    pairs = (each for each in listed if isinstance(each, list | tuple) and len(each) > 1)
    return [each[1] for each in pairs if isinstance(each[1], str) and each[1].startswith("http")]
