"""IMAP and POP3 servers in process, over the same emails, that drop the line on demand."""

import re
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, Self

USER, PASSWORD = "bounces", "correct horse"


class Dropped(Exception):
    """The line is cut."""


@dataclass
class Box:
    """The emails of each folder, by UID."""

    folders: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    marked: set[int] = field(default_factory=set)
    validity: int = 7
    next_uid: int = 1
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add(self, raw: bytes) -> int:
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.folders["INBOX"][uid] = raw
        return uid

    @property
    def inbox(self) -> list[bytes]:
        return list(self.folders["INBOX"].values())

    def renumber(self) -> None:
        """As after a folder was restored: other UIDs for the same emails."""
        self.validity += 1
        self.folders["INBOX"] = dict(enumerate(self.inbox, 100))
        self.next_uid = 100 + len(self.folders["INBOX"])


class Server:
    """Listens on a free port of loopback; `heard` are the commands, `drop_at` cuts one of them.

    A line is cut after the command has had its effect, and before it is answered.
    """

    conversation: "type[Conversation]"

    def __init__(self, box: Box | None = None, context: ssl.SSLContext | None = None) -> None:
        self.box = box or Box()
        self.context = context
        self.tls_first = False
        self.heard: list[str] = []
        self.drop_at: int | None = None
        self.without: set[str] = set()
        self.before: Callable[[str], None] = lambda _command: None
        owner = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def setup(self) -> None:
                if owner.context and owner.tls_first:
                    self.request = owner.context.wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self) -> None:
                with_errors = (Dropped, OSError, ValueError)
                try:
                    owner.conversation(owner, self).talk()
                except with_errors:
                    pass
                finally:
                    self.request.close()

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hangs up in the middle of a handshake is no news."""

        self._server = Listener(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def note(self, command: str) -> bool:
        """Whether this is the command at which the line is cut."""
        self.before(command)
        self.heard.append(command)
        return len(self.heard) == self.drop_at


class Conversation:
    def __init__(self, server: Server, handler: socketserver.StreamRequestHandler) -> None:
        self.server, self.box = server, server.box
        self._handler = handler
        self.input: IO[bytes] | Any = handler.rfile
        self._cut = False

    def talk(self) -> None:
        raise NotImplementedError

    def line(self) -> str:
        line = self.input.readline()
        if not line:
            raise Dropped
        return line.decode("utf-8").rstrip("\r\n")

    def say(self, *lines: bytes | str) -> None:
        if self._cut:
            raise Dropped
        whole = b"".join((x.encode() if isinstance(x, str) else x) + b"\r\n" for x in lines)
        self._handler.request.sendall(whole)

    def encrypt(self) -> None:
        assert self.server.context
        self._handler.request = self.server.context.wrap_socket(
            self._handler.request, server_side=True
        )
        self.input = self._handler.request.makefile("rb")


class _Pop3(Conversation):
    def talk(self) -> None:
        self.numbers = list(self.box.folders["INBOX"])
        self.gone = set[int]()
        self.say("+OK ready")
        while True:
            command = self.line()
            verb, *rest = command.split()
            self._cut = self.server.note(command)
            if verb == "QUIT":
                for uid in self.gone:
                    self.box.folders["INBOX"].pop(uid, None)
                self.say("+OK bye")
                return
            if verb in self.server.without:
                self.say("-ERR unknown command")
                continue
            self.answer(verb, rest)

    def answer(self, verb: str, rest: list[str]) -> None:
        match verb:
            case "CAPA":
                self.say("+OK", "STLS", "UIDL", ".")
            case "USER":
                self.say("+OK")
            case "PASS":
                self.say("+OK" if " ".join(rest) == PASSWORD else "-ERR wrong password")
            case "STLS":
                self.say("+OK")
                self.encrypt()
            case "UIDL":
                rows = [f"{n} u{uid}" for n, uid in enumerate(self.numbers, 1)]
                self.say("+OK", *rows, ".")
            case "LIST":
                sizes = (len(self.box.folders["INBOX"].get(uid, b"")) for uid in self.numbers)
                self.say("+OK", *(f"{n} {size}" for n, size in enumerate(sizes, 1)), ".")
            case "RETR" | "TOP":
                self.send(int(rest[0]), int(rest[1]) if len(rest) > 1 else None)
            case "DELE":
                self.gone.add(self.numbers[int(rest[0]) - 1])
                self.say("+OK")
            case _:
                self.say("-ERR unknown command")

    def send(self, number: int, most: int | None) -> None:
        raw = self.box.folders["INBOX"].get(self.numbers[number - 1])
        if raw is None:
            self.say("-ERR no such message")
            return
        head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
        lines = body.split(b"\n")
        shown = [*head.split(b"\n"), b"", *(lines if most is None else lines[:most])]
        self.say("+OK", *(b"." + line if line.startswith(b".") else line for line in shown), ".")


class _Imap(Conversation):
    def talk(self) -> None:
        self.say("* OK ready")
        while True:
            line = self.line()
            tag, _, command = line.partition(" ")
            self._cut = self.server.note(command)
            uid = command.upper().startswith("UID ")
            verb, _, rest = (command[4:] if uid else command).partition(" ")
            with self.box.lock:
                done = self.answer(verb.upper(), rest)
            if verb.upper() == "LOGOUT":
                self.say("* BYE", f"{tag} OK bye")
                return
            self.say(f"{tag} {done}")
            if verb.upper() == "STARTTLS":
                self.encrypt()

    @property
    def inbox(self) -> dict[int, bytes]:
        return self.box.folders["INBOX"]

    def answer(self, verb: str, rest: str) -> str:
        answer = getattr(self, f"on_{verb.lower()}", None)
        if answer is None or verb in self.server.without:
            return "BAD unknown command"
        return answer(rest) or "OK done"

    def on_capability(self, _rest: str) -> None:
        known = {"UIDPLUS", "MOVE", "STARTTLS"} - self.server.without
        self.say(f"* CAPABILITY IMAP4rev1 {' '.join(sorted(known))}")

    def on_login(self, rest: str) -> str | None:
        right = f'{USER} "{PASSWORD}"' in rest.replace(f'"{USER}"', USER)
        return None if right else "NO [AUTHENTICATIONFAILED] wrong password"

    def on_select(self, rest: str) -> str | None:
        if rest.strip('"') not in self.box.folders:
            return "NO no such folder"
        self.say(f"* {len(self.inbox)} EXISTS", f"* OK [UIDVALIDITY {self.box.validity}]")
        return None

    on_examine = on_select

    def on_search(self, rest: str) -> None:
        self.say(f"* SEARCH {' '.join(map(str, self.search(rest)))}".rstrip())

    def on_fetch(self, rest: str) -> None:
        self.fetch(*rest.split(" ", 1))

    def on_store(self, rest: str) -> None:
        self.box.marked.add(int(rest.split(maxsplit=1)[0]))

    def on_expunge(self, rest: str) -> None:
        self.expunge({int(rest)} if rest else set(self.box.marked))

    def on_list(self, rest: str) -> None:
        name = rest.split(" ", 1)[1].strip('"')
        if name in self.box.folders:
            self.say(f'* LIST () "/" "{name}"')

    def on_create(self, rest: str) -> None:
        self.box.folders[rest.strip('"')] = {}

    def on_copy(self, rest: str) -> None:
        number, name = rest.split(" ", 1)
        self.box.folders[name.strip('"')][int(number)] = self.inbox[int(number)]

    def on_move(self, rest: str) -> None:
        self.on_copy(rest)
        del self.inbox[int(rest.split(maxsplit=1)[0])]

    def on_logout(self, _rest: str) -> None: ...

    def on_starttls(self, _rest: str) -> None: ...

    def search(self, rest: str) -> list[int]:
        uids = list(self.inbox)
        if rest.strip("()") == "DELETED":
            return [uid for uid in uids if uid in self.box.marked]
        first, last, above = re.findall(r"(\d+):(\d+) UID (\d+):\*", rest)[0]
        some = uids[int(first) - 1 : int(last)]
        found = [uid for uid in some if uid >= int(above)] or uids[-1:]  # as RFC 9051 has it
        return [uid for uid in found if not ("UNDELETED" in rest and uid in self.box.marked)]

    def fetch(self, uid: str, what: str) -> None:
        raw = self.inbox.get(int(uid))
        if raw is None:
            return
        most = int(re.findall(r"<0\.(\d+)>", what)[0])
        number = list(self.inbox).index(int(uid)) + 1
        shown = raw[:most]
        head = f"* {number} FETCH (UID {uid} BODY[]<0> {{{len(shown)}}}"
        self.say(head.encode() + b"\r\n" + shown + b")")

    def expunge(self, uids: set[int]) -> None:
        for uid in uids & self.box.marked:
            self.inbox.pop(uid, None)
            self.box.marked.discard(uid)


class Pop3Server(Server):
    conversation = _Pop3


class ImapServer(Server):
    conversation = _Imap
