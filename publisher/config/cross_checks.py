"""What blocks of config.yaml say of each other: channels that exist and take what is sent there."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from publisher.config.mistakes import Mistake, Path, near
from publisher.config.options.channels import AdapterClass
from publisher.config.options.sending import Newsletter
from publisher.model.messages import Email, Note

_LONGEST_NUMBER = 9  # the option itself tells of a longer one


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

    def of_notify(self, raw: Any, *, has_sender: bool) -> Iterator[Mistake]:
        """Mistakes about who is told, and by which channel."""
        if not isinstance(raw, dict):
            return
        channel = raw.get("channel")
        if not raw.get("email") and not raw.get("webhook"):
            yield Mistake(("notify",), "names nobody", "add email: … and channel: …, or webhook: …")
        elif raw.get("email") and not channel:
            yield Mistake(("notify", "channel"), "is missing", "name the channel that sends email")
        elif raw.get("email") and not raw.get("sender") and not has_sender:
            yield Mistake(
                ("notify", "sender"), "is missing", "there is no newsletter to take it of"
            )
        if isinstance(channel, str) and channel:
            yield from self._of(("notify", "channel"), channel, Email)

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


def room(name: str, raw: Any) -> Iterator[Mistake]:
    """Whether a newsletter's numbers leave room for a post; judged only where all are numbers."""
    if not isinstance(raw, dict):
        return
    featured, latest, per_section, least = (
        _number(raw, key) for key in ("featured", "latest", "per_section", "min_posts")
    )
    if featured is None or latest is None or per_section is None or least is None:
        return
    sections = raw.get("sections")
    named = len(sections) if isinstance(sections, list) else int(isinstance(sections, str))
    places = featured + latest + per_section * named
    if places == 0:
        yield Mistake(("newsletters", name, "latest"), "no place is left for any post", "raise it")
    elif least > places:
        problem = f"{least} posts are wanted, but there is room for {places}"
        yield Mistake(("newsletters", name, "min_posts"), problem, "lower it")


def _number(raw: dict[str, Any], key: str) -> int | None:
    text = raw.get(key, str(Newsletter.model_fields[key].default))
    if not isinstance(text, str) or len(text) > _LONGEST_NUMBER:
        return None
    return int(text) if text.isascii() and text.isdecimal() else None


def template(path: Path, raw: Any, ending: str, own: FilePath) -> Iterator[Mistake]:
    """Whether the template that a block names exists, the site's own or a shipped one."""
    name = raw.get("template") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not name:
        return
    from publisher.rendering.templates import shipped_folder

    if os.path.lexists(own) and not os.access(own, os.R_OK | os.X_OK):
        return  # rendering tells why it cannot be read
    files = [file.name for folder in (own, shipped_folder()) for file in folder.glob(f"*{ending}")]
    if name + ending not in files:
        known = {file.removesuffix(ending) for file in files}
        yield Mistake((*path, "template"), f"there is no {name}{ending}", near(name, known))


def shared_names(newsletters: Any, announcements: Mapping[str, Any]) -> list[Mistake]:
    """Newsletters and announcements are called by one name each, so none may be both."""
    if not isinstance(newsletters, dict):
        return []
    problem = "a newsletter has this name already"
    both = [name for name in announcements if name in newsletters]
    return [Mistake(("announcements", name), problem, "give it another") for name in both]
