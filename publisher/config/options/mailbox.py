"""The blocks `mailbox`, to which servers and readers write, and `bounces`: what follows from it."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from publisher.adapters.base import option
from publisher.config.options.site import Block
from publisher.config.options.values import Duration, Line
from publisher.config.options.values import Mailbox as Address
from publisher.model.contacts import Share, SoftLimit
from publisher.smtp.security import Security

_LEAST: Final = timedelta(seconds=5)
_PORTS: Final = {"imap": (143, 993), "pop3": (110, 995)}


class Protocol(StrEnum):
    """How the mailbox is read."""

    IMAP = "imap"
    POP3 = "pop3"


class Processed(StrEnum):
    """What becomes of an email once all that it says is written down."""

    DELETE = "delete"
    MOVE = "move"
    KEEP = "keep"


class Others(StrEnum):
    """What becomes of emails that are not for Publisher."""

    KEEP = "keep"
    MOVE = "move"


class Mailbox(Block):
    """A mailbox that Publisher reads; a POP3 server knows one folder only, and moves nothing."""

    address: Address = option(
        "The mailbox's address. What follows a `+` in it is Publisher's own: "
        "`bounces+ANYTHING@gazette.example` must arrive here too."
    )
    protocol: Protocol = option("`imap` or `pop3`.", Protocol.IMAP)
    host: Line = option("The server's name, as its certificate has it.", pattern=r"^[^\s/@]+$")
    port: Annotated[int, Field(ge=1, le=65535)] | None = option(
        "Default: 993 (`pop3`: 995) for `tls`, else 143 (110).", None
    )
    security: Security = option(
        "`tls` (from the first byte), `starttls` or `none` (inside your own machine).",
        Security.TLS,
    )
    username: Line = option("The account's name.", min_length=1)
    password: SecretStr = option("The account's password, best as `${NAME}`.")
    ca_file: Path | None = option(
        "Certificates (PEM) of your own authority, trusted as well.", None
    )
    timeout: float = option("Seconds to wait for an answer.", 30, gt=0, le=600)
    folder: Line = option("The folder that is read (`imap`).", "INBOX", min_length=1)
    processed: Processed = option(
        "What becomes of an email once what it says is recorded: `delete`, `move` or `keep`.",
        Processed.DELETE,
    )
    processed_folder: Line = option("Where `processed: move` puts it.", "Processed", min_length=1)
    others: Others = option(
        "What becomes of emails that are not for Publisher: `keep` or `move`. None is ever "
        "deleted.",
        Others.KEEP,
    )
    others_folder: Line = option("Where `others: move` puts them.", "Others", min_length=1)
    read_bytes: int = option(
        "How much of an email is read, at most; reports say what matters at their beginning.",
        250_000,
        ge=10_000,
        le=50_000_000,
    )
    every: Duration = option("How often `publish run` reads it.", timedelta(minutes=1))

    @field_validator("every")
    @classmethod
    def _leaves_the_server_alone(cls, every: timedelta) -> timedelta:
        if every < _LEAST:
            raise ValueError(f"must be at least {_LEAST.seconds} seconds")
        return every

    @property
    def port_number(self) -> int:
        """The port, which follows `security` where none is given."""
        return self.port or _PORTS[self.protocol][self.security is Security.TLS]

    @property
    def key(self) -> str:
        """What the mailbox is known by in the database."""
        where = f"{self.host}:{self.port_number}/{self.folder}"
        return f"{self.protocol.value}://{self.username}@{where}"

    @model_validator(mode="after")
    def _pop3_has_no_folders(self) -> Self:
        moves = self.processed is Processed.MOVE or self.others is Others.MOVE
        if self.protocol is Protocol.POP3 and (moves or self.folder != "INBOX"):
            raise ValueError("pop3 knows no folders: leave folder and `move` out, or use imap")
        return self


class Bounces(Block):
    """When a reader is given up, and when so many bounce or complain that a channel pauses."""

    soft_days: int = option(
        "An address is suppressed after soft bounces (a full mailbox, a server that cannot be "
        "reached) on so many days.",
        5,
        ge=1,
        le=1000,
    )
    soft_within: Duration = option(
        "Within how long these days must be; older ones are forgotten.", timedelta(days=30)
    )
    pause_at_bounces: float = option(
        "The channel pauses when more than so many percent of an edition's emails bounced or were "
        "blocked.",
        10,
        gt=0,
        le=100,
    )
    pause_at_complaints: float = option(
        "The channel pauses when more than so many percent of an edition's readers complained.",
        0.3,
        gt=0,
        le=100,
    )
    least: int = option("Fewer bounces or complaints than this pause nothing.", 5, ge=1)

    @property
    def soft_limit(self) -> SoftLimit:
        """When soft bounces count as a hard one."""
        return SoftLimit(self.soft_days, self.soft_within)

    def too_many(self, share: Share) -> str:
        """Why nothing more should be sent after an edition fared so, or nothing."""
        for count, most, what in (
            (share.complained, self.pause_at_complaints, "were complained of"),
            (share.bounced, self.pause_at_bounces, "bounced"),
        ):
            percent = 100 * count / max(share.sent, count, 1)
            if count >= self.least and percent > most:
                of = (
                    f"{count:,} of the {max(share.sent, count):,} emails of {share.owner}'s edition"
                )
                return f"{of} {what}, more than {most:g}%"
        return ""
