"""How connections to mail servers are encrypted; config.yaml is read without the rest of smtp."""

from enum import StrEnum


class Security(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
