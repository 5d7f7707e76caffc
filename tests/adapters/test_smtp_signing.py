"""The option `dkim` of the smtp adapter: what is sent singly and in bulk is signed."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import dkim as peer  # type: ignore[import-untyped]  # it has no types
import pytest

from publisher.adapters.smtp import Smtp
from publisher.config import load
from publisher.dkim.keys import parse_key
from publisher.errors import AuthExpired, ConfigurationError, Unavailable
from publisher.model.messages import Parcel
from publisher.testing import KEY
from tests.adapters.parcels import Ledger, smtp
from tests.adapters.smtp_server import MailServer
from tests.adapters.test_smtp import EMAIL

SEED = b64encode(b"0123456789abcdef0123456789abcdef").decode()
DKIM = {"selector": "s1", "key": SEED}


def is_signed(mail: bytes) -> bool:
    def record(name: bytes, timeout: int = 5) -> bytes:  # noqa: ARG001  dkimpy hands it over
        assert name == b"s1._domainkey.gazette.example."
        return parse_key(SEED).record.encode()

    return bool(peer.verify(mail, dnsfunc=record))


def send_many(channel: Smtp, count: int = 1) -> Ledger:
    ledger = Ledger([Parcel.single(EMAIL, KEY)._replace(id=id) for id in range(count)], 10)  # noqa: A001
    channel.send_many(ledger)
    return ledger


def test_one_mail(server: MailServer) -> None:
    channel = smtp(server.port, dkim=DKIM)
    channel.check()
    channel.send(EMAIL, KEY)
    channel.close()
    assert is_signed(server.mails[0])


def test_many_mails(server: MailServer) -> None:
    assert send_many(smtp(server.port, dkim=[DKIM]), 5).sent == 5
    assert len(server.mails) == 5 and all(map(is_signed, server.mails))


def test_without_the_option_nothing_is_signed(server: MailServer) -> None:
    send_many(smtp(server.port))
    assert b"DKIM-Signature" not in server.mails[0]


def test_a_key_that_cannot_sign_sends_nothing(server: MailServer, tmp_path: Path) -> None:
    options = {"selector": "s1", "key_file": tmp_path / "none.pem"}
    channel = smtp(server.port, dkim=options)
    for act in (
        channel.check,
        lambda: channel.send(EMAIL, KEY),
        lambda: send_many(channel),
    ):
        with pytest.raises(AuthExpired, match=r"cannot be signed: the key.s file"):
            act()
    assert server.commands == []


def test_without_the_extra_it_says_what_to_install(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        __import__("sys").modules, "cryptography.hazmat.primitives.asymmetric", None
    )
    with pytest.raises(Unavailable, match=r"install publisher-bot\[dkim\]"):
        smtp(server.port, dkim=DKIM).check()


CONFIG = """\
site: {title: A, url: "https://gazette.example"}
content: {folder: .}
channels: {mail: {adapter: smtp, host: mx.example, dkim: DKIM}}
newsletters: {daily: {channel: mail, sender: news@letters.gazette.example}}
"""


def read(folder: Path, dkim: str) -> Any:
    file = folder / "config.yaml"
    file.write_text(CONFIG.replace("DKIM", dkim), encoding="utf-8")
    return load(file, {"DKIM_KEY": SEED})


@pytest.mark.parametrize("text", ["{}", "[{}]"])
def test_files_are_read_from_the_folder_of_the_configuration(tmp_path: Path, text: str) -> None:
    config = read(tmp_path, text.format("{selector: a, key_file: keys/a.pem}"))
    (key,) = config.channels["mail"].signing_keys
    assert key.key_file == tmp_path / "keys/a.pem"
    assert not config.warnings


def test_a_key_in_the_file_is_warned_of_and_one_of_the_environment_is_not(tmp_path: Path) -> None:
    (warning,) = read(tmp_path, f"{{selector: a, key: {SEED}}}").warnings
    assert warning.where == "channels.mail.dkim.key" and SEED not in str(warning)
    (warning,) = read(tmp_path, f"[{{selector: a, key: {SEED}}}]").warnings
    assert warning.where == "channels.mail.dkim[1].key"
    assert not read(tmp_path, "{selector: a, key: '${DKIM_KEY}'}").warnings


@pytest.mark.parametrize(
    ("dkim", "where", "said"),
    [
        ("{key_file: x}", "channels.mail.dkim", "needs a selector"),
        ("{selector: a}", "channels.mail.dkim", "give one of them"),
        ("{selector: a, key_fil: x}", "channels.mail.dkim", "has no option 'key_fil'"),
        ("hello", "channels.mail.dkim", "must be a block"),
        ("{selector: a b, key_file: x}", "channels.mail.dkim", "names in DNS"),
        ("[{selector: a, key_file: x}, 3]", "channels.mail.dkim", "needs a selector"),
        (
            "{selector: a, key_file: x, domain: sub.letters.gazette.example}",
            "newsletters.daily.sender",
            "is not above letters.gazette.example",
        ),
    ],
)
def test_mistakes_are_located(tmp_path: Path, dkim: str, where: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, dkim)
    (problem,) = caught.value.problems
    assert problem.where == where and said in problem.problem


def test_a_domain_above_the_senders_is_fine(tmp_path: Path) -> None:
    read(tmp_path, "{selector: a, key_file: x, domain: Gazette.Example}")
