"""Readers subscribe at a steady rate while a mailing runs: what either does to the other.

`python -m benchmarks.pages` mails 100,000 subscribers by turns alone and beside `publish web`,
whose form 200 people send each second.
"""

import argparse
import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from benchmarks.mailings import PUBLISH, Mailing, Sqlite
from benchmarks.programs import Sink

HOST = "letters.gazette.example"
BULK = (
    "SELECT (max(sent_at) - min(started_at)) / 1000000.0 FROM deliveries "
    "WHERE payload <> 'system' AND state = 'sent'"
)
ASKED = "SELECT count(*) FROM contacts WHERE email LIKE 'web%'"
BUSY = 16


class Crowd:
    """People who send the form, evenly, over some kept connections."""

    def __init__(self, port: int, rate: float) -> None:
        self.statuses: dict[int, int] = {}
        self.seconds: list[float] = []
        self._port = port
        self._rate = rate
        self._number = 0

    async def until(self, process: subprocess.Popen[bytes]) -> None:
        """Send forms until `process` has ended."""
        begun = time.perf_counter()
        workers = [asyncio.create_task(self._work(begun, process)) for _ in range(BUSY * 8)]
        await asyncio.gather(*workers)

    async def _work(self, begun: float, process: subprocess.Popen[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        while process.poll() is None:
            self._number += 1
            number, due = self._number, begun + self._number / self._rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            body = f"email=web{number}@example.net&name=Reader".encode()
            head = f"POST /subscribe HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n"
            kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
            started = time.perf_counter()
            writer.write(f"{head}{kind}".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            self.seconds.append(time.perf_counter() - started)
            status = int(answer.split(b" ", 2)[1])
            self.statuses[status] = self.statuses.get(status, 0) + 1
        writer.close()


def beside(mailing: Mailing, rows: Sqlite, sink: int, rate: float) -> dict[str, object]:
    """One mailing while people subscribe."""
    mailing._configure(rows.fresh(), sink, 10)  # noqa: SLF001 - the same mailing, with company
    config = mailing._folder / "config.yaml"  # noqa: SLF001
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    value = json.loads(config.read_text(encoding="utf-8"))
    value["web"]["listen"] = f"127.0.0.1:{port}"
    config.write_text(json.dumps(value), encoding="utf-8")
    web = subprocess.Popen([PUBLISH, "-c", str(config), "web"], stderr=subprocess.DEVNULL)
    while socket.socket().connect_ex(("127.0.0.1", port)):
        time.sleep(0.05)
    crowd, sending = Crowd(port, rate), mailing._start()  # noqa: SLF001
    try:
        asyncio.run(crowd.until(sending))
    finally:
        web.terminate()
    _, _, used = os.wait4(web.pid, 0)
    return {
        "seconds": rows.ask(BULK),
        "statuses": crowd.statuses,
        "written": int(rows.ask(ASKED)),
        "cpu ms a request": 1000 * (used.ru_utime + used.ru_stime) / max(1, len(crowd.seconds)),
        "p50 ms": 1000 * median(crowd.seconds),
        "p99 ms": 1000 * quantiles(crowd.seconds, n=100)[98],
        "memory MB": used.ru_maxrss / 1024,
    }


def main() -> None:
    """Mail by turns alone and in company."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--subscribers", type=int, default=100_000)
    options.add_argument("--rate", type=float, default=200.0)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name, Sink() as sink:
        rows = Sqlite(Path(name))
        mailing = Mailing(Path(name), rows, given.subscribers)
        alone, company = [], []
        for _ in range(given.rounds):
            mailing.send(sink.port)
            alone.append(rows.ask(BULK))
            found = beside(mailing, rows, sink.port, given.rate)
            company.append(float(str(found["seconds"])))
            print(f"alone {alone[-1]:.1f} s; {found}", flush=True)
    print(f"slower by {median(company) / median(alone) - 1:.1%}; {sqlite3.sqlite_version=}")


if __name__ == "__main__":
    main()
