"""Dovecot over the Maildir that Postfix fills, and a wire to it on which programs can be killed."""

import contextlib
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.debian.conftest import PATIENCE, free_port, wait_for

PASSWORD = "correct-horse"
SETUP = """\
protocols = imap pop3
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
mail_location = maildir:{box}
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{pem}
ssl_key = <{pem}
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
"""


class Dovecot:
    def __init__(self, folder: Path, box: Path, pem: Path) -> None:
        names = ("imap", "imaps", "pop3", "pop3s")
        self.ports = {name: free_port() for name in names}
        setup = folder / "dovecot.conf"
        text = SETUP.format(folder=folder, box=box, pem=pem, password=PASSWORD, **self.ports)
        setup.write_text(text, encoding="ascii")
        command = ["dovecot", "-F", "-c", str(setup)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for port in self.ports.values():
            wait_for(port)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)


class Wire:
    """Passes lines on to `port`, and tells `look` how many there were before each."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.look: Callable[[int], None] = lambda _count: None
        self.count = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                pump = threading.Thread(target=self._down, args=(server, client), daemon=True)
                pump.start()
                self._up(client, server)
                pump.join(PATIENCE)

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), client.makefile("rb") as lines:
            for line in lines:
                self.count += 1
                self.look(self.count)
                server.sendall(line)
        server.close() if server.fileno() < 0 else server.shutdown(socket.SHUT_RDWR)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        for side in (client, server):
            side.close()
