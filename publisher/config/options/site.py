"""The blocks of config.yaml that stand once: site, content, web, brand. Defaults stand here."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from publisher.adapters.http.options import Webhook
from publisher.config.options.values import (
    Colour,
    DateFormat,
    Duration,
    FontStack,
    GeneratorName,
    Language,
    Line,
    Mailbox,
    SecureAddress,
    WebAddress,
    ZoneName,
)


class Section(BaseModel):
    """A block of config.yaml: an unknown option in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """The site that readers see."""

    title: Line = Field(min_length=1, description="The site's name, as readers know it.")
    url: WebAddress = Field(description="The site's address; posts' addresses begin with it.")
    timezone: ZoneName = Field(
        default="UTC", description="The zone of dates that name none, and of every schedule."
    )
    language: Language = Field(
        default="en", description="The language of posts that name none (BCP 47)."
    )
    description: str = Field(default="", description="One line below the title of a digest.")
    address: str = Field(
        default="",
        description="The sender's postal address for the footer of each mail, as many laws ask.",
    )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that name none, and of every schedule."""
        return ZoneInfo(self.timezone)


class Content(Section):
    """Where the posts are and how their addresses are made; `folder` is absolute."""

    folder: Path = Field(description="The folder of posts.")
    generator: GeneratorName = Field(
        default="jigsaw", description="The static site generator whose rules make the addresses."
    )
    path: Line = Field(
        default="",
        description="The pattern of a post's address, in the generator's own words, such as "
        "`/articles/{-title}`. Empty: the generator's default.",
    )
    strip_file_date: bool = Field(
        default=False, description="Drop `2026-05-11-` from file names before addresses are made."
    )
    date_format: DateFormat = Field(
        default="",
        description="How dates are written, such as `%d.%m.%Y`, where the known shapes fail.",
    )
    live_check: bool = Field(
        default=False,
        description="Ask for a post's page first: the post counts when the page is there, or when "
        "it is older than `min_age`.",
    )
    min_age: Duration = Field(
        default=timedelta(0),
        description="How old a post must be before it counts, to give the site time to be built.",
    )


class Runner(Section):
    """What makes time pass in `publish run`; a single word in its place is its `kind`."""

    kind: Literal["embedded", "cluster"] = Field(
        default="embedded",
        description="`embedded` works by itself; with `cluster` any number of processes "
        "share the work of one PostgreSQL database.",
    )
    rows_per_job: Annotated[int, Field(ge=10, le=100_000)] = Field(
        default=5_000,
        description="With `cluster`: how many messages a worker sends before it looks for "
        "the next job.",
    )


class Web(Section):
    """Publisher's public pages."""

    url: SecureAddress | None = Field(
        default=None,
        description="Where a server of yours answers `URL/unsubscribe/TOKEN`; Publisher has no "
        "such page yet. Without it, links to unsubscribe write an email to the sender.",
    )


class Notify(Section):
    """Who is told, once, of a channel that pauses, a slot that fails, and unknown messages."""

    email: Mailbox | Literal[""] = Field(default="", description="The address that is written to.")
    channel: Line = Field(default="", description="The channel that sends that email, by its name.")
    sender: Mailbox | Literal[""] = Field(
        default="", description="Who that email is from, if not a newsletter's sender."
    )
    webhook: Webhook | None = Field(
        default=None,
        description="An address that gets a JSON object by POST; best as `${NAME}`, for most hold "
        "a secret.",
    )


class Brand(Section):
    """The digest's look; what is left out, `publisher.rendering.brand.Brand` decides."""

    accent: Colour | None = Field(default=None, description="Links, labels and buttons.")
    background: Colour | None = Field(default=None, description="Around the letter.")
    surface: Colour | None = Field(default=None, description="The letter itself.")
    text: Colour | None = Field(default=None, description="Titles and text.")
    muted: Colour | None = Field(default=None, description="Dates and small print.")
    dark_accent: Colour | None = Field(default=None, description="`accent` in dark mode.")
    dark_background: Colour | None = Field(default=None, description="`background` in dark mode.")
    dark_surface: Colour | None = Field(default=None, description="`surface` in dark mode.")
    dark_text: Colour | None = Field(default=None, description="`text` in dark mode.")
    dark_muted: Colour | None = Field(default=None, description="`muted` in dark mode.")
    font: FontStack | None = Field(default=None, description="Font names, the best one first.")
    logo: WebAddress | None = Field(
        default=None, description="The address of a picture in place of the title."
    )
    logo_dark: WebAddress | None = Field(default=None, description="The logo in dark mode.")
    radius: Annotated[int, Field(ge=0, le=40)] | None = Field(
        default=None, description="How round corners are, in pixels."
    )
