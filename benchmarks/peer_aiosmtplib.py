"""aiosmtplib as its documentation shows it, with kept connections: PORT CONNECTIONS COUNT FILE."""

import asyncio
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import aiosmtplib


async def send(port: int, message: EmailMessage, count: int) -> None:
    """One connection, one message after the other."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False) as client:
        for _ in range(count):
            await client.send_message(message)


async def main(port: int, connections: int, count: int, file: Path) -> None:
    parsed = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
    message = cast("EmailMessage", parsed)  # what that policy makes
    each = count // connections
    await asyncio.gather(*(send(port, message, each) for _ in range(connections)))


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4]), Path(sys.argv[4])))
