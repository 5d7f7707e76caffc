"""What is kept up to date in the site's folder: the archive, and links of posts at networks."""

from collections.abc import Callable

from publisher.config import Config
from publisher.runners.archive import ArchiveFiles
from publisher.runners.syndication import SyndicationFile
from publisher.wiring import Publisher


def has_outputs(config: Config) -> bool:
    """Whether config.yaml names a place for any of it."""
    return bool(config.archive.folder or config.syndication.file)


class Outputs:
    """Writes what config.yaml names a place for."""

    def __init__(self, publisher: Publisher, say: Callable[[str], None]) -> None:
        self._parts = (ArchiveFiles(publisher, say), SyndicationFile(publisher, say))

    def look(self) -> None:
        """Write what has changed since the last look.

        Raises:
            PublisherError: something cannot be written.
        """
        for part in self._parts:
            part.look()
