"""smtplib in threads, with kept connections: PORT CONNECTIONS COUNT FILE."""

import smtplib
import sys
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from pathlib import Path


def send(port: int, content: bytes, count: int) -> None:
    """One connection, one message after the other."""
    message = message_from_bytes(content, policy=policy.SMTP)
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(count):
            client.send_message(message)


def main(content: bytes, port: int, connections: int, count: int) -> None:
    with ThreadPoolExecutor(connections) as pool:
        each = [pool.submit(send, port, content, count // connections) for _ in range(connections)]
    for done in each:
        done.result()


if __name__ == "__main__":
    main(Path(sys.argv[4]).read_bytes(), *map(int, sys.argv[1:4]))
