"""The commands; each is one call. `main` is the console script `publish`."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while Python still loads it is as quiet as later."""
    try:
        from publisher.cli.entry import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted before anything was done\n")
        sys.exit(INTERRUPTED)
