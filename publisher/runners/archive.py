"""Keeps the archive in the site's folder up to date, where config.yaml names one."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.wiring import Publisher, site_of

if TYPE_CHECKING:
    from publisher.archive.export import Export


class ArchiveFiles:
    """Writes the files anew once an edition was sent, hidden or shown; cheap to ask otherwise."""

    def __init__(self, publisher: Publisher, say: Callable[[str], None]) -> None:
        self._publisher = publisher
        self._say = say
        self._written = ""

    def look(self) -> None:
        """Write what has changed since the last look.

        Raises:
            PublisherError: the folder cannot be written.
        """
        folder = self._publisher.config.archive.folder
        if folder is None:
            return
        self._publisher.outbox.archive.refresh()
        version = self._export.version
        if version != self._written:
            done = self._export.write(folder)
            self._written = version
            if done.new or done.removed or done.foreign:
                removed = f", {len(done.removed):,} removed" if done.removed else ""
                self._say(f"archive: {len(done.new):,} written{removed} in {folder}")
            for path in done.foreign:
                self._say(f"archive: {path} is somebody else's file and was left alone")

    @cached_property
    def _export(self) -> "Export":
        from publisher.archive.export import Export

        publisher = self._publisher
        config, templates = publisher.config, publisher.templates
        return Export(config, publisher.outbox, templates, site_of(config))
