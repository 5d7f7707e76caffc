"""The block `mailbox`: where bounces, complaints and what readers write by email arrive."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, SecretStr, model_validator

from publisher.adapters.base import option
from publisher.config.options.site import Block
from publisher.config.options.values import Duration, Line
from publisher.config.options.values import Mailbox as Address
from publisher.smtp.server import Security

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

    @property
    def port_number(self) -> int:
        """The port, which follows `security` where none is given."""
        return self.port or _PORTS[self.protocol][self.security is Security.TLS]

    @model_validator(mode="after")
    def _pop3_has_no_folders(self) -> Self:
        moves = self.processed is Processed.MOVE or self.others is Others.MOVE
        if self.protocol is Protocol.POP3 and (moves or self.folder != "INBOX"):
            raise ValueError("pop3 knows no folders: leave folder and `move` out, or use imap")
        return self
