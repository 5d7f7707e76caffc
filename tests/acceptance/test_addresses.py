"""An address goes the whole way as it is stored, from a list to the envelope."""

import sqlite3
from contextlib import closing

from tests.acceptance.conftest import Inbox, Site

WRITTEN = ["a@straße.de", "b@βόλος.gr", "C.c@faß.example", "jörg@bücher.example", "Dan@Example.ORG"]
MAILED = [
    *("a@xn--strae-oqa.de", "b@xn--nxasmm1c.gr", "C.c@xn--fa-hia.example"),
    *("jörg@xn--bcher-kva.example", "Dan@Example.ORG"),
]


def test_what_is_stored_is_what_is_mailed(site: Site, inbox: tuple[Inbox, int]) -> None:
    channel = {"adapter": "smtp", "host": "127.0.0.1", "port": inbox[1], "security": "none"}
    site.configure({"mail": channel})
    (site.folder / "readers.csv").write_text("\n".join(["email", *WRITTEN]), encoding="utf-8")
    site.publish("subscribers", "import", "readers.csv")
    with closing(sqlite3.connect(site.folder / "queue" / "publisher.db")) as database, database:
        stored = [row[0] for row in database.execute("SELECT email FROM contacts ORDER BY id")]
    assert stored == MAILED
    site.publish("now", "--at", "2026-03-05T07:00")
    assert sorted(inbox[0].mails) == sorted(MAILED)
    assert set(inbox[0].mails.values()) == {1}
