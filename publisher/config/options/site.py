"""The blocks of config.yaml that occur once: site, content, runner, web, brand, notify."""

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
    """The site that people read."""

    title: Line = Field(min_length=1, description="The site's name.")
    url: WebAddress = Field(description="The site's address; posts' URLs begin with it.")
    timezone: ZoneName = Field(
        default="UTC", description="Time zone of dates that name none, and of every schedule."
    )
    language: Language = Field(
        default="en", description="Language of posts that name none (BCP 47)."
    )
    description: str = Field(default="", description="One line below the title of a digest.")
    address: str = Field(
        default="",
        description="Postal address for the footer of each email, as many laws require.",
    )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that name none, and of every schedule."""
        return ZoneInfo(self.timezone)


class Content(Section):
    """Where the posts are and how their addresses are made; `folder` is absolute."""

    folder: Path = Field(description="Folder of posts.")
    generator: GeneratorName = Field(
        default="jigsaw", description="Static site generator whose rules make the URLs."
    )
    path: Line = Field(
        default="",
        description="Pattern of a post's URL, in the generator's own syntax, such as "
        "`/articles/{-title}`. Empty: the generator's default.",
    )
    strip_file_date: bool = Field(
        default=False, description="Drop `2026-05-11-` from file names before making URLs."
    )
    date_format: DateFormat = Field(
        default="",
        description="Date format, such as `%d.%m.%Y`, where the known formats fail.",
    )
    live_check: bool = Field(
        default=False,
        description="Look for a post's page first: the post counts once the page is there, or once "
        "it is older than `min_age`.",
    )
    min_age: Duration = Field(
        default=timedelta(0),
        description="Minimum age of a post, to give the site time to be built.",
    )


class Runner(Section):
    """What makes time pass in `publish run`; a single word in its place is its `kind`."""

    kind: Literal["embedded", "cluster"] = Field(
        default="embedded",
        description="`embedded`: one process is enough; `cluster`: any number of processes share "
        "the work of one PostgreSQL database.",
    )
    rows_per_job: Annotated[int, Field(ge=10, le=100_000)] = Field(
        default=5_000,
        description="With `cluster`: how many messages a job sends.",
    )


class Web(Section):
    """Publisher's public pages."""

    url: SecureAddress | None = Field(
        default=None,
        description="A server of yours that answers `URL/unsubscribe/TOKEN`; Publisher has no such "
        "page yet. Without it, unsubscribe links are mailto: links to the sender.",
    )


class Notify(Section):
    """Who is notified, once, of a paused channel, a failed slot, and unknown outcomes."""

    email: Mailbox | Literal[""] = Field(default="", description="Address to notify.")
    channel: Line = Field(default="", description="Channel that sends that email, by its name.")
    sender: Mailbox | Literal[""] = Field(
        default="", description="Sender of that email, if not a newsletter's sender."
    )
    webhook: Webhook | None = Field(
        default=None,
        description="Address that gets a JSON object by POST; best as `${NAME}`, because most "
        "contain a secret.",
    )


class Brand(Section):
    """The digest's look; what is left out, `publisher.rendering.brand.Brand` decides."""

    accent: Colour | None = Field(default=None, description="Links, labels and buttons.")
    background: Colour | None = Field(default=None, description="Around the email.")
    surface: Colour | None = Field(default=None, description="Background of the email itself.")
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
