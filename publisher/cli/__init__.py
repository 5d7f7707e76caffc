"""The commands; each is one call. `main` is the console script `publish`."""

from publisher.cli.entry import main

__all__ = ["main"]
