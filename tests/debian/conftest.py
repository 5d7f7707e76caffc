"""Servers from Debian packages for the tests here: Postfix, and OpenDKIM that verifies."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from publisher.dkim.keys import parse_key
from tests.acceptance.conftest import Site

DOMAIN = "gazette.example"
PATIENCE = 30.0
ROOM = 4_000_000
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.reader.example
mydestination =
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtputf8_enable = yes
message_size_limit = {room}
virtual_mailbox_limit = 0
virtual_mailbox_domains = reader.example
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = texthash:{folder}/readers
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{user}
virtual_minimum_uid = 1
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_tls_chain_files = {folder}/tls.pem
smtpd_milters = inet:127.0.0.1:{milter}
milter_default_action = tempfail
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
{services}
postlog unix-dgram n - n - 1 postlogd
"""
SERVICES = {
    "cleanup": "unix n - n - 0 cleanup",
    "qmgr": "unix n - n 1 1 qmgr",
    "tlsmgr": "unix - - n 1000? 1 tlsmgr",
    "rewrite": "unix - - n - - trivial-rewrite",
    "bounce": "unix - - n - 0 bounce",
    "defer": "unix - - n - 0 bounce",
    "trace": "unix - - n - 0 bounce",
    "proxymap": "unix - - n - - proxymap",
    "smtp": "unix - - n - - smtp",
    "error": "unix - - n - - error",
    "virtual": "unix - n n - - virtual",
    "anvil": "unix - - n - 1 anvil",
}
READERS = ("ann", "bob", "cat", "züleyha", "dan")
VERIFIER = """\
Mode v
Socket inet:{port}@127.0.0.1
TestPublicKeys {keys}
AuthservID judge.example
AlwaysAddARHeader yes
Syslog no
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


class OpenDkim:
    """Verifies what Postfix receives, with public keys from a file instead of DNS."""

    def __init__(self, folder: Path, records: dict[str, str]) -> None:
        self.port = free_port()
        keys = folder / "keys"
        keys.write_text("".join(f"{name} {text}\n" for name, text in records.items()), "ascii")
        setup = folder / "opendkim.conf"
        setup.write_text(VERIFIER.format(port=self.port, keys=keys), encoding="ascii")
        command = ["opendkim", "-f", "-x", str(setup)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(self.port)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)


class Postfix:
    """Delivers to readers at reader.example, each with a Maildir; knows nobody else."""

    def __init__(
        self,
        folder: Path,
        milter: int,
        authority: trustme.CA,
        more: str = "",
        boxes: dict[str, str] | None = None,
    ) -> None:
        """`more` are further lines of main.cf, `boxes` further addresses and their Maildirs."""
        self.folder = folder
        self._more = more
        self._boxes = {f"{name}@reader.example": name for name in READERS} | (boxes or {})
        self.port = free_port()
        self._setup = folder / "etc"
        for name in ("etc", "queue", "data", "boxes"):
            (folder / name).mkdir()
        owner = pwd.getpwnam("postfix").pw_uid
        nobody = pwd.getpwnam("nobody").pw_uid
        os.chown(folder / "data", owner, -1)
        os.chown(folder / "boxes", nobody, -1)
        self._write(milter, nobody)
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
            str(folder / "tls.pem")
        )
        self._run("start")
        wait_for(self.port)

    def _write(self, milter: int, nobody: int) -> None:
        rows = "".join(f"{address} {name}/\n" for address, name in self._boxes.items())
        (self.folder / "readers").write_text(rows, encoding="utf-8")
        main = MAIN.format(folder=self.folder, room=ROOM, user=nobody, milter=milter)
        services = "\n".join(f"{name} {rest}" for name, rest in SERVICES.items())
        (self._setup / "main.cf").write_text(main + self._more, encoding="ascii")
        master = MASTER.format(port=self.port, services=services)
        (self._setup / "master.cf").write_text(master, encoding="ascii")

    def _run(self, word: str) -> None:
        command = ["postfix", "-c", str(self._setup), word]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, (done.stderr, self.log)

    @property
    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def stop(self) -> None:
        self._run("stop")

    def empty(self) -> None:
        """Throw away what was delivered."""
        for box in (self.folder / "boxes").iterdir():
            shutil.rmtree(box)

    def mails(self, reader: str, count: int = 1) -> list[bytes]:
        """What a reader has, once it is so many."""
        box = self.folder / "boxes" / reader / "new"
        end = time.monotonic() + PATIENCE
        while True:
            found = sorted(box.iterdir()) if box.exists() else []
            if len(found) >= count:
                return [file.read_bytes() for file in found]
            assert time.monotonic() < end, self.log
            time.sleep(0.05)


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """A private key of each kind by its selector, as openssl makes it."""
    rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    return {"one": _made(*rsa), "two": _made("-algorithm", "ed25519")}


def _made(*options: str) -> str:
    command = ["openssl", "genpkey", *options]
    return subprocess.run(command, capture_output=True, check=True, encoding="ascii").stdout


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def postfix(keys: dict[str, str], authority: trustme.CA) -> Iterator[Postfix]:
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    missing = [name for name in ("postfix", "opendkim", "openssl") if shutil.which(name) is None]
    if missing:
        pytest.fail(f"install {' and '.join(missing)}, or leave out the marker debian")
    folder = Path(tempfile.mkdtemp(prefix="publisher-postfix-"))
    folder.chmod(0o755)
    records = {f"{name}._domainkey.{DOMAIN}": parse_key(text).record for name, text in keys.items()}
    verifier = OpenDkim(folder, records)
    try:
        server = Postfix(folder, verifier.port, authority)
        try:
            yield server
        finally:
            server.stop()
    finally:
        verifier.stop()
        shutil.rmtree(folder)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty folder, in which the tests write a config.yaml of the sample site."""
    return Site(tmp_path)
