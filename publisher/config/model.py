"""What config.yaml says, as frozen objects; every default of Publisher stands here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr

from publisher.adapters.base import Adapter, Settings
from publisher.config.values import (
    Colour,
    DateFormat,
    Duration,
    FontStack,
    GeneratorName,
    Language,
    Line,
    Mailbox,
    Names,
    PartName,
    Quota,
    SchedulePhrase,
    SecureAddress,
    Utm,
    WebAddress,
    ZoneName,
)
from publisher.errors import Problem
from publisher.messages import Message
from publisher.schedule import Rule, parse_rule

Count = Annotated[int, Field(ge=0, le=1000)]
Least = Annotated[int, Field(ge=1, le=1000)]


class Section(BaseModel):
    """A block of config.yaml: an unknown option in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Section):
    """A block that stands under a name of its author's choice."""

    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """The word under which it stands in config.yaml."""
        return self._name

    def named(self, name: str) -> Self:
        """The same under `name`."""
        named = self.model_copy()
        named._name = name  # noqa: SLF001 - of its own class
        return named


class Site(Section):
    """The site that readers see; `address` is the postal one that a digest's footer shows."""

    title: Annotated[Line, Field(min_length=1)]
    url: WebAddress
    timezone: ZoneName = "UTC"
    language: Language = "en"
    description: str = ""
    address: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that name none, and of every schedule."""
        return ZoneInfo(self.timezone)


class Content(Section):
    """Where the posts are and how their addresses are made; `folder` is absolute.

    `live_check` asks whether a post's page answers before the post counts; a post older than
    `min_age` counts unasked. Without it, `min_age` is what a post must have reached.
    """

    folder: Path
    generator: GeneratorName = "jigsaw"
    path: Line = ""
    strip_file_date: bool = False
    date_format: DateFormat = ""
    live_check: bool = False
    min_age: Duration = timedelta(0)


class Web(Section):
    """Publisher's public pages; without `url` readers leave a newsletter by mail."""

    url: SecureAddress | None = None


class Brand(Section):
    """The digest's look; what is left out, `publisher.rendering.Look` decides."""

    accent: Colour | None = None
    background: Colour | None = None
    surface: Colour | None = None
    text: Colour | None = None
    muted: Colour | None = None
    dark_accent: Colour | None = None
    dark_background: Colour | None = None
    dark_surface: Colour | None = None
    dark_text: Colour | None = None
    dark_muted: Colour | None = None
    font: FontStack | None = None
    logo: WebAddress | None = None
    logo_dark: WebAddress | None = None
    radius: Annotated[int, Field(ge=0, le=40)] | None = None


class Channel(Named):
    """One destination: the options every adapter shares, and `settings`, the adapter's own."""

    adapter: Line
    on_unknown: Literal["hold", "resend"] = "hold"
    at_most: Quota | None = None
    apart: Duration = timedelta(0)
    template: PartName | Literal[""] = ""
    hashtags: Annotated[int, Field(ge=0, le=30)] = 0
    utm_option: Annotated[Utm, Field(alias="utm")] = False

    _settings: Settings = PrivateAttr(default_factory=Settings)
    _adapter_class: type[Adapter[Message]] = PrivateAttr()

    def complete(self, name: str, adapter: type[Adapter[Message]], settings: Settings) -> Self:
        """The same under `name`, with its adapter and the adapter's own options."""
        channel = self.named(name)
        channel._adapter_class = adapter  # noqa: SLF001 - of its own class
        channel._settings = settings  # noqa: SLF001 - of its own class
        return channel

    @property
    def settings(self) -> Settings:
        """The adapter's own options."""
        return self._settings

    @property
    def adapter_class(self) -> type[Adapter[Message]]:
        """The code that sends here; `adapter_class(settings, name=name)` makes one."""
        return self._adapter_class

    @property
    def utm(self) -> dict[str, str]:
        """The query parameters that links get on this channel, by their full names."""
        if isinstance(self.utm_option, bool):
            return {"utm_source": self.name} if self.utm_option else {}
        return dict(self.utm_option)


class Scheduled(Named):
    """What newsletters and announcements share: when, and which posts count."""

    schedule: SchedulePhrase = "manual"
    max_lateness: Duration = timedelta(hours=6)
    fill: bool = False
    ignore: Names = ("latest",)

    @property
    def rule(self) -> Rule | None:
        """The parsed schedule; None: only by `publish now`."""
        rule = parse_rule(self.schedule)
        return None if rule == Rule() else rule


class Newsletter(Scheduled):
    """A recurring digest: sender, schedule, channel, and how its posts are chosen."""

    channel: Line
    sender: Mailbox
    reply_to: Mailbox | Literal[""] = ""
    subject: Line = ""
    template: PartName = "digest"
    featured: Count = 1
    latest: Count = 8
    per_category: Least | None = 2
    sections: Names = ()
    per_section: Least = 3
    min_posts: Count = 1
    max_age: Duration = timedelta(days=7)

    @property
    def uses(self) -> tuple[str, ...]:
        """The channels that it sends on."""
        return (self.channel,)


class Announcement(Scheduled):
    """Which posts go to which social channels, and when."""

    channels: Annotated[Names, Field(min_length=1)]
    pick: Literal["featured", "latest"] = "featured"
    per_slot: Least = 1
    max_age: Duration = timedelta(hours=48)

    @property
    def uses(self) -> tuple[str, ...]:
        """The channels that it sends on."""
        return self.channels


@dataclass(frozen=True, slots=True)
class Config:
    """One config.yaml, checked.

    `file` is the path as it was given, `folder` its absolute folder, against which paths are read;
    `database` is an SQLAlchemy URL whose relative SQLite path is meant from `folder`. `warnings`
    are what works but should be otherwise.
    """

    file: Path
    folder: Path
    site: Site
    content: Content
    database: SecretStr
    channels: Mapping[str, Channel]
    newsletters: Mapping[str, Newsletter]
    announcements: Mapping[str, Announcement]
    web: Web
    brand: Brand
    warnings: tuple[Problem, ...] = ()

    @property
    def templates(self) -> Path:
        """The folder of the site's own templates; it need not exist."""
        return self.folder / "templates"
