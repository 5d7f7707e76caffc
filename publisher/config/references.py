"""What blocks of config.yaml say of each other: channels that exist and take what is sent there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.config.channels import AdapterClass
from publisher.config.mistakes import Mistake, Path, near
from publisher.messages import Email, Note


@dataclass(frozen=True, slots=True)
class References:
    """Judges the names of channels that newsletters and announcements use.

    `adapters` holds every channel that is written down, with None where its adapter is not known.
    """

    adapters: Mapping[str, AdapterClass | None]

    def of_newsletter(self, name: str, raw: Any) -> Iterator[Mistake]:
        """Mistakes about the one channel of a newsletter."""
        channel = raw.get("channel") if isinstance(raw, dict) else None
        if isinstance(channel, str):
            yield from self._of(("newsletters", name, "channel"), channel, Email)

    def of_announcement(self, name: str, raw: Any) -> Iterator[Mistake]:
        """Mistakes about the channels of an announcement."""
        path: Path = ("announcements", name, "channels")
        channels = raw.get("channels") if isinstance(raw, dict) else None
        if isinstance(channels, str):
            yield from self._of(path, channels, Note)
        if not isinstance(channels, list):
            return
        for number, channel in enumerate(channels):
            if isinstance(channel, str):
                yield from self._of((*path, number), channel, Note)
                if channel in channels[:number]:
                    yield Mistake((*path, number), "stands here a second time", "take one out")

    def _of(self, path: Path, channel: str, wanted: type[Email] | type[Note]) -> Iterator[Mistake]:
        if channel not in self.adapters:
            yield Mistake(path, "there is no such channel", near(channel, self.adapters))
            return
        adapter = self.adapters[channel]
        if adapter is not None and wanted not in adapter.kinds:
            yield _mismatch(path, wanted)


def _mismatch(path: Path, wanted: type[Email] | type[Note]) -> Mistake:
    if wanted is Email:
        return Mistake(path, "this channel takes notes, not mail", "name one for mail, as smtp is")
    return Mistake(path, "this channel takes mail, not notes", "name one for notes, as mastodon is")


def shared_names(newsletters: Mapping[str, Any], announcements: Mapping[str, Any]) -> list[Mistake]:
    """Newsletters and announcements are called by one name each, so none may be both."""
    problem = "a newsletter has this name already"
    both = [name for name in announcements if name in newsletters]
    return [Mistake(("announcements", name), problem, "give it another") for name in both]
