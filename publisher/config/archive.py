"""Where editions are to be read on the web, and which of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.config.load import Config
    from publisher.config.options.sending import Newsletter


def archived(config: "Config") -> list["Newsletter"]:
    """The newsletters whose editions everybody may read."""
    return [each for each in config.newsletters.values() if each.archive]


def pages_archive(config: "Config") -> str:
    """The address of the archive that Publisher's pages serve; "" if they are not served."""
    return f"{config.web.url}/archive" if config.web.url else ""


def static_archive(config: "Config") -> str:
    """The address of the archive that stands in the site's folder; "" if none does."""
    return files_address(config) if config.archive.folder else ""


def files_address(config: "Config") -> str:
    """The address that files of the archive have on the web."""
    return config.archive.url or f"{config.site.url}/archive"


def edition_address(config: "Config", newsletter: str, slug: str, segment: str = "") -> str:
    """Where the emails of an edition lead to read it on the web; "" if nobody may.

    Publisher's pages have it from the first email on; the site's files follow when it is built, and
    have no variants for segments.
    """
    wanted = config.newsletters.get(newsletter)
    if wanted is None or not wanted.archive:
        return ""
    if pages := pages_archive(config):
        return f"{pages}/{newsletter}/{slug}"
    files = static_archive(config)
    own = "" if segment else f"{slug}/"
    return f"{files}/{newsletter}/{own}" if files else ""
