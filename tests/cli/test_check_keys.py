"""`publish check --offline` finds every key that cannot sign."""

import os
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519

from tests.cli.conftest import Terminal

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
OPENSSH = serialization.PrivateFormat.OpenSSH
PLAIN = serialization.NoEncryption()
RSA = rsa.generate_private_key(65_537, 2048)
GOOD = RSA.private_bytes(PEM, PKCS8, PLAIN)
PUBLIC = RSA.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
SHORT = rsa.generate_private_key(65_537, 1024)  # noqa: S505  it is to be refused
CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def pkcs8(key: object) -> bytes:
    return key.private_bytes(PEM, PKCS8, PLAIN)  # type: ignore[attr-defined,no-any-return]


UNUSABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "words": (b"not a key at all", "no private key"),
    "public": (PUBLIC, "the public key"),
    "certificate": (CERTIFICATE, "a certificate"),
    "locked": (
        RSA.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"pass")),
        "locked with a password",
    ),
    "locked-old": (
        RSA.private_bytes(
            PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.BestAvailableEncryption(b"pass"),
        ),
        "locked with a password",
    ),
    "openssh": (RSA.private_bytes(PEM, OPENSSH, PLAIN), "in OpenSSH's format"),
    "short": (pkcs8(SHORT), "1024 bits"),
    "ec": (pkcs8(ec.generate_private_key(ec.SECP256R1())), "neither RSA nor Ed25519"),
    "dsa": (pkcs8(dsa.generate_private_key(2048)), "neither RSA nor Ed25519"),
    "ed448": (pkcs8(ed448.Ed448PrivateKey.generate()), "neither RSA nor Ed25519"),
    "x25519": (pkcs8(x25519.X25519PrivateKey.generate()), "neither RSA nor Ed25519"),
    "truncated": (GOOD[: len(GOOD) // 2], "no private key"),
    "cut": (GOOD[:800] + b"\n-----END PRIVATE KEY-----\n", "no private key"),
    "utf-16": (GOOD.decode().encode("utf-16"), "no private key"),
    "giant": (b"x" * 100_000, "too large"),
}
USABLE: dict[str, bytes] = {
    "rsa": GOOD,
    "ed25519": pkcs8(ed25519.Ed25519PrivateKey.generate()),
    "windows": b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"),
    "bundle": CERTIFICATE + GOOD,
    "der": RSA.private_bytes(serialization.Encoding.DER, PKCS8, PLAIN),
}
CONFIG = """\
site: {title: Gazette, url: "https://gazette.example"}
content: {folder: source/_posts}
channels:
  mail:
    adapter: smtp
    host: 127.0.0.1
    port: 1
    security: none
    dkim:
      selector: s1
      key_file: dkim.pem
newsletters: {daily: {channel: mail, sender: "Gazette <news@gazette.example>"}}
web: {url: https://letters.gazette.example}
"""


@pytest.fixture
def signing(site: Terminal) -> Terminal:
    (site.folder / "config.yaml").write_text(CONFIG)
    return site


def check(site: Terminal, *words: str) -> subprocess.CompletedProcess[str]:
    return site.run("check", "--offline", *words)


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_key_that_cannot_sign_is_a_located_problem(signing: Terminal, name: str) -> None:
    content, said = UNUSABLE[name]
    path = signing.folder / "dkim.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    done = check(signing)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith("config.yaml:11: channels.mail.dkim.key_file: ")
    assert said in line


def test_what_is_no_file_is_named(signing: Terminal) -> None:
    path = signing.folder / "dkim.pem"
    assert "No such file" in check(signing).stdout
    path.mkdir()
    assert "Is a directory" in check(signing).stdout
    path.rmdir()
    os.mkfifo(path)
    assert "it is not a file" in check(signing).stdout
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "it is not a file" in check(signing).stdout


@pytest.mark.parametrize("name", USABLE)
def test_a_key_that_signs_is_no_problem(signing: Terminal, name: str) -> None:
    path = signing.folder / "dkim.pem"
    path.write_bytes(USABLE[name])
    path.chmod(0o640)
    done = check(signing)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_key_that_others_can_read_is_a_warning(signing: Terminal) -> None:
    path = signing.folder / "dkim.pem"
    path.write_bytes(GOOD)
    path.chmod(0o644)
    done = check(signing)
    assert done.returncode == 0
    assert done.stdout == (
        "config.yaml:11: channels.mail.dkim.key_file: every account of this machine can read or "
        "change the key's file; chmod 600 dkim.pem\n"
    )


def test_each_of_several_keys_is_tried_and_a_secret_one_never_shown(
    signing: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "c2VjcmV0LXNlY3JldA==")
    (signing.folder / "config.yaml").write_text(
        CONFIG.replace(
            "      selector: s1\n      key_file: dkim.pem",
            '      - {selector: s1, key_file: dkim.pem}\n      - {selector: s2, key: "${KEY}"}',
        )
    )
    done = check(signing)
    first, second = done.stdout.splitlines()
    assert first.startswith("config.yaml:10: channels.mail.dkim[1].key_file: ")
    assert second.startswith("config.yaml:11: channels.mail.dkim[2].key: no private key")
    assert "c2VjcmV0" not in done.stdout


def test_the_file_itself_is_left_alone(signing: Terminal) -> None:
    path: Path = signing.folder / "dkim.pem"
    path.write_bytes(PUBLIC)
    check(signing)
    assert path.read_bytes() == PUBLIC


def test_a_key_that_the_environment_lacks_is_told_once(signing: Terminal) -> None:
    text = CONFIG.replace("key_file: dkim.pem", 'key: "${NO_SUCH_KEY}"')
    (signing.folder / "config.yaml").write_text(text)
    (line,) = check(signing).stdout.splitlines()
    assert "NO_SUCH_KEY" in line
