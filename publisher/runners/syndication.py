"""Keeps a file of where each post stands at networks, for the site to render."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from publisher.errors import StorageError
from publisher.whole_files import replace_file
from publisher.wiring import Publisher


class SyndicationFile:
    """Writes the file anew once a note was sent, changed or deleted; cheap to ask otherwise."""

    def __init__(self, publisher: Publisher, say: Callable[[str], None]) -> None:
        self._publisher = publisher
        self._say = say
        self._written: object = None

    def look(self) -> None:
        """Write what has changed since the last look.

        Raises:
            StorageError: the file cannot be written.
        """
        file = self._publisher.config.syndication.file
        if file is None:
            return
        # once more where another process has sent, and perhaps written, meanwhile
        while (version := self._publisher.outbox.posted.version()) != self._written:
            self._write(file)
            self._written = version

    def _write(self, file: Path) -> None:
        content = (json.dumps(links(self._publisher), ensure_ascii=False, indent=2) + "\n").encode()
        try:
            if not file.exists() or file.read_bytes() != content:
                file.parent.mkdir(parents=True, exist_ok=True)
                replace_file(file, content)
                self._say(f"syndication: links of posts written to {file}")
        except OSError as error:
            raise StorageError(f"{file}: cannot be written ({error.strerror})") from error


def links(publisher: Publisher) -> dict[str, list[dict[str, str]]]:
    """By path of the post: where it stands, the channel, and since when."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for each in publisher.outbox.posted.links():
        at = each.sent_at.astimezone(publisher.config.site.zone).isoformat(timespec="seconds")
        found[each.post_path].append({"channel": each.channel, "url": each.url, "at": at})
    return dict(sorted(found.items()))
