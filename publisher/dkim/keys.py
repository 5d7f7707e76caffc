"""Private keys read from what people have, and the DNS record that belongs to each."""

import os
import re
import stat
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.dkim.options import SigningKey

LEAST_BITS = 2048  # RFC 8301 section 3.2 for signers
SEED = 32  # bytes of a bare Ed25519 key
MOST_BYTES = 64 * 1024
INSTALL = "signing needs the package cryptography: install publisher-bot[dkim]"
MAKE = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out dkim.pem"
NEW = f"make a new one, `{MAKE}`"
_UNREADABLE = f"no private key can be read here: {NEW}"
_ARMOUR = re.compile(r"\s*-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----\s*", re.DOTALL)
_NO_KEYS = {
    "PUBLIC": "this is the public key: name the private one",
    "CERTIFICATE": "this is a certificate: name the private key",
    "OPENSSH": "the key is in OpenSSH's format: `ssh-keygen -p -m PKCS8 -N '' -f FILE` changes it",
}


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

        rsa = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        form = (Encoding.Raw, PublicFormat.Raw) if self.is_ed25519 else rsa
        content: bytes = self.private.public_key().public_bytes(*form)
        return content

    def sign(self, text: bytes) -> bytes:
        """The signature over `text`; Ed25519 signs its SHA-256 (RFC 8463 section 3)."""
        content: tuple[object, ...]
        content = (sha256(text).digest(),) if self.is_ed25519 else (text, *_rsa())
        signature: bytes = self.private.sign(*content)
        return signature

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


def tried_key(option: "SigningKey") -> Key:
    """The key that an option holds or names, after a first signature.

    Raises:
        KeyProblem: the file cannot be read, or its key does not sign.
    """
    key = read_key(option)
    try:
        key.sign(b"a first try")
        _ = key.record
    except Exception as error:
        raise KeyProblem(f"the key does not sign ({type(error).__name__}): {NEW}") from error
    return key


def is_open_to_others(path: Path) -> bool:
    """Whether every account of the machine may read or change a file."""
    try:
        return bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except (OSError, ValueError):
        return False


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
        raise KeyProblem(f"the key is neither RSA nor Ed25519: {NEW}")
    if private.key_size < LEAST_BITS:
        short = f"the key has {private.key_size} bits, receivers want {LEAST_BITS}"
        raise KeyProblem(f"{short}: {NEW}")
    return Key("rsa-sha256", private)


def _file(path: Path) -> str:
    try:
        content = _content(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise KeyProblem(f"the key's file {path.name!r} cannot be read ({reason})") from None
    if len(content) > MOST_BYTES:
        raise KeyProblem(f"the key's file {path.name!r} is too large for a key")
    if not content.strip():
        raise KeyProblem(f"the key's file {path.name!r} is empty: {NEW}")
    if content[:1] == b"\x30":
        return b64encode(content).decode()  # DER, as `openssl -outform DER` writes it
    return content.decode("ascii", "replace")


def _content(path: Path) -> bytes:
    """What a file holds; a pipe would keep us waiting."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123  it is open already
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a file")
        return file.read(MOST_BYTES + 1)


def _bytes(text: str) -> bytes:
    """What stands in base64, with or without PEM's first and last line; a private key first."""
    text = text.replace("\\n", "\n")
    blocks = [(found[1], found[2]) for found in _ARMOUR.finditer(text)] or [("", text)]
    label, inside = next((block for block in blocks if "PRIVATE" in block[0]), blocks[0])
    if "ENCRYPTED" in label or "ENCRYPTED" in inside[:200]:
        raise KeyProblem("the key is locked with a password: `openssl pkey` writes one without")
    for word, problem in _NO_KEYS.items():
        if word in label:
            raise KeyProblem(problem)
    try:
        return b64decode("".join(inside.split()), validate=True)
    except ValueError:
        raise KeyProblem(_UNREADABLE) from None


def _load(content: bytes) -> object:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        if len(content) == SEED:
            return Ed25519PrivateKey.from_private_bytes(content)
        return load_der_private_key(content, None)
    except Exception:  # noqa: BLE001  whatever it raises, and its words may hold a part of the key
        raise KeyProblem(_UNREADABLE) from None


@lru_cache(maxsize=1)
def _rsa() -> tuple[object, object]:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return PKCS1v15(), SHA256()
