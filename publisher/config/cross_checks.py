"""What blocks of config.yaml say of each other: channels that exist and take what is sent there."""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from publisher.config.mistakes import Mistake, Path, near
from publisher.config.options.channels import AdapterClass
from publisher.config.options.sending import Channel, Newsletter
from publisher.config.options.site import Web
from publisher.model.messages import Digest, Email, Note

Wanted = type[Email] | type[Note] | type[Digest]


@dataclass(frozen=True, slots=True)
class References:
    """Judges the names of channels and sources that newsletters and announcements use.

    `adapters` holds every channel that is written down, with None where its adapter is not known;
    `sources` are the names of those in `content`.
    """

    adapters: Mapping[str, AdapterClass | None]
    sources: Collection[str] = ()

    def of_sources(self, path: Path, raw: Any) -> Iterator[Mistake]:
        """Sources that a newsletter or announcement takes posts from and that are not there."""
        named = raw.get("from") if isinstance(raw, dict) else None
        if isinstance(named, str) and named not in self.sources:
            yield Mistake((*path, "from"), "unknown source", near(named, self.sources))
        for number, each in enumerate(named if isinstance(named, list) else ()):
            if isinstance(each, str) and each not in self.sources:
                hint = near(each, self.sources)
                yield Mistake((*path, "from", number), "unknown source", hint)

    def of_newsletter(self, name: str, raw: Any) -> Iterator[Mistake]:
        """Mistakes about the one channel of a newsletter."""
        channel = raw.get("channel") if isinstance(raw, dict) else None
        if isinstance(channel, str):
            yield from self._of(("newsletters", name, "channel"), channel, Email)

    def of_announcement(self, name: str, raw: Any) -> Iterator[Mistake]:
        """Mistakes about the channels of an announcement."""
        path: Path = ("announcements", name, "channels")
        channels = raw.get("channels") if isinstance(raw, dict) else None
        wanted: Wanted = Digest if channels and raw.get("as") == "digest" else Note
        if isinstance(channels, str):
            yield from self._of(path, channels, wanted)
        listed = channels if isinstance(channels, list) else []
        for number, channel in enumerate(listed):
            if isinstance(channel, str):
                yield from self._of((*path, number), channel, wanted)
                if channel in listed[:number]:
                    yield Mistake((*path, number), "duplicate entry", "remove one")

    def of_notify(self, root: Mapping[str, Any]) -> Iterator[Mistake]:
        """Mistakes about who is notified, and by which channel, in the whole of config.yaml."""
        raw = root.get("notify")
        if not isinstance(raw, dict):
            return
        channel = raw.get("channel")
        if not raw.get("email") and not raw.get("webhook"):
            hint = "add email: … and channel: …, or webhook: …"
            yield Mistake(("notify",), "names no recipient", hint)
        elif raw.get("email") and not channel:
            yield Mistake(("notify", "channel"), "is missing", "name the channel that sends email")
        elif raw.get("email") and not (raw.get("sender") or root.get("newsletters")):
            hint = "there is no newsletter to take it from"
            yield Mistake(("notify", "sender"), "is missing", hint)
        if isinstance(channel, str) and channel:
            yield from self._of(("notify", "channel"), channel, Email)

    def _of(self, path: Path, channel: str, wanted: Wanted) -> Iterator[Mistake]:
        adapter = self.adapters.get(channel)
        if channel not in self.adapters:
            yield Mistake(path, "unknown channel", near(channel, self.adapters))
        elif adapter is not None and wanted not in adapter.kinds:
            yield Mistake(path, *_other_kind(wanted, adapter))


def _other_kind(wanted: Wanted, adapter: AdapterClass) -> tuple[str, str]:
    """What is wrong where an adapter does not take the kind of message that is `wanted`."""
    if wanted is Email:
        return "this channel sends notes, not email", "use one such as smtp"
    if Note in adapter.kinds:
        return "this channel takes no digest", "leave out `as: digest`, or use one such as telegram"
    return "this channel sends email, not notes", "use one such as mastodon"


def misaligned(
    newsletters: Mapping[str, Newsletter], channels: Mapping[str, Channel]
) -> Iterator[Mistake]:
    """Newsletters whose signature would say nothing about their sender (DMARC's alignment)."""
    for name, newsletter in newsletters.items():
        channel, sender = channels.get(newsletter.channel), newsletter.sender_domain
        for key in channel.signing_keys if channel else ():
            if not key.covers(sender):
                problem = f"the channel signs for {key.domain}, which is not above {sender}"
                hint = f"set dkim.domain of channels.{newsletter.channel} to {sender}"
                yield Mistake(("newsletters", name, "sender"), problem, hint)
                break


def template(path: Path, raw: Any, ending: str, own: FilePath) -> Iterator[Mistake]:
    """Whether the template that a block names exists, the site's own or a shipped one."""
    name = raw.get("template") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not name:
        return
    from publisher.rendering.templates import shipped_folder

    if os.path.lexists(own) and not os.access(own, os.R_OK | os.X_OK):
        return  # rendering reports why it cannot be read
    files = [file.name for folder in (own, shipped_folder()) for file in folder.glob(f"*{ending}")]
    if name + ending not in files:
        known = {file.removesuffix(ending) for file in files}
        yield Mistake((*path, "template"), f"unknown template {name}{ending}", near(name, known))


def shared_names(newsletters: Any, announcements: Mapping[str, Any]) -> list[Mistake]:
    """Newsletters and announcements are called by one name each, so none may be both."""
    problem = "a newsletter already has this name"
    names = newsletters if isinstance(newsletters, dict) else {}
    both = [name for name in announcements if name in names]
    return [Mistake(("announcements", name), problem, "rename one of them") for name in both]


def uncountable(newsletters: Mapping[str, Newsletter], web: Web) -> Iterator[Mistake]:
    """Newsletters that want to count without pages, or to know who is silent without counting."""
    for name, each in newsletters.items():
        if each.count and not web.url:
            hint = "set web.url, where `publish web` serves them"
            yield Mistake(("newsletters", name, "count"), "needs Publisher's pages", hint)
        if each.ask_silent and not each.count:
            hint = "add count: true, or leave it out"
            yield Mistake(("newsletters", name, "ask_silent"), "only what is counted shows", hint)
        if each.drop_silent and not each.ask_silent:
            hint = "add ask_silent: 365 days"
            yield Mistake(("newsletters", name, "drop_silent"), "nobody is asked before", hint)
