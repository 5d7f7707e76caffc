"""aiosmtplib as its documentation shows it, with kept connections: PORT CONNECTIONS COUNT FILE."""

import asyncio
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib


async def send(port: int, message: EmailMessage, count: int) -> None:
    """One connection, one message after the other."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False) as client:
        for _ in range(count):
            await client.send_message(message)


async def main(content: bytes, port: int, connections: int, count: int) -> None:
    message = message_from_bytes(content, policy=policy.SMTP)
    each = count // connections
    await asyncio.gather(*(send(port, message, each) for _ in range(connections)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[4]).read_bytes(), *map(int, sys.argv[1:4])))
