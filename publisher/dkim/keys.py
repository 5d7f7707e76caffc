"""Private keys read from what people have, and the DNS record that belongs to each."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.dkim.options import SigningKey

LEAST_BITS = 2048  # RFC 8301 section 3.2 for signers
SEED = 32  # bytes of a bare Ed25519 key
MOST_BYTES = 64 * 1024
INSTALL = "signing needs the package cryptography: install publisher-bot[dkim]"
MAKE = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out dkim.pem"
_ARMOUR = re.compile(r"\s*-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----\s*", re.DOTALL)


class KeyProblem(Exception):
    """A private key that cannot sign; the text never holds a part of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A private key of `cryptography`, and the tag `a=` of what it signs."""

    algorithm: str
    private: Any = field(repr=False)

    @property
    def is_ed25519(self) -> bool:
        """Whether it signs a hash by Ed25519 (RFC 8463), not by RSA."""
        return self.algorithm == "ed25519-sha256"

    @property
    def public(self) -> bytes:
        """The public key as the tag `p=` has it: 32 bytes, or SubjectPublicKeyInfo."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        if self.is_ed25519:
            form = (Encoding.Raw, PublicFormat.Raw)
        else:
            form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        content: bytes = self.private.public_key().public_bytes(*form)
        return content

    @property
    def record(self) -> str:
        """The whole value of the TXT record that makes the key known."""
        kind = "ed25519" if self.is_ed25519 else "rsa"
        return f"v=DKIM1; k={kind}; p={b64encode(self.public).decode()}"


def read_key(option: "SigningKey") -> Key:
    """The key that an option holds or names.

    Raises:
        KeyProblem: the file cannot be read, or what it holds is no key that may sign.
    """
    return parse_key(_file(option.key_file) if option.key_file else option.key.get_secret_value())


def parse_key(text: str) -> Key:
    """A key in PEM (its line breaks may be lost), or the bare base64 of one.

    Raises:
        KeyProblem: it is none, it is locked, of another kind, or too short (RFC 8301).
    """
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    except ImportError as error:
        raise KeyProblem(INSTALL) from error
    private = _load(_bytes(text))
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return Key("ed25519-sha256", private)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise KeyProblem("the key is neither RSA nor Ed25519")
    if private.key_size < LEAST_BITS:
        short = f"the key has {private.key_size} bits, receivers want {LEAST_BITS}"
        raise KeyProblem(f"{short}: make a new one, `{MAKE}`")
    return Key("rsa-sha256", private)


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise KeyProblem(f"the key's file {path.name!r} cannot be read ({reason})") from None
    if len(content) > MOST_BYTES:
        raise KeyProblem(f"the key's file {path.name!r} is too large for a key")
    return content.decode("ascii", "replace")


def _bytes(text: str) -> bytes:
    """What stands in base64, with or without PEM's first and last line."""
    armour = _ARMOUR.search(text.replace("\\n", "\n"))
    label, inside = (armour[1], armour[2]) if armour else ("", text)
    if "ENCRYPTED" in label or "ENCRYPTED" in inside[:200]:
        raise KeyProblem("the key is locked with a password: `openssl pkey` writes one without")
    if "PUBLIC" in label:
        raise KeyProblem("this is the public key: name the private one")
    try:
        return b64decode("".join(inside.split()), validate=True)
    except ValueError:
        raise KeyProblem(f"no private key can be read here: make one, `{MAKE}`") from None


def _load(content: bytes) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    if len(content) == SEED:
        return Ed25519PrivateKey.from_private_bytes(content)
    try:
        return load_der_private_key(content, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyProblem(f"no private key can be read here: make one, `{MAKE}`") from None
