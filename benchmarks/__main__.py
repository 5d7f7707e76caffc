"""`make bench`: reading, sending against named peers, and planning for readers who chose."""

import argparse

from benchmarks import run, segments, sending


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=100_000, help="of the mailing")
    parser.add_argument("--quick", action="store_true", help="less of everything, once")
    options = parser.parse_args()
    run.main(["--posts", "5000", "--rounds", "1"] if options.quick else ["--rounds", "3"])
    sending.main(["--quick"] if options.quick else ["--subscribers", str(options.subscribers)])
    segments.main(["--readers", "100000"] if options.quick else [])


if __name__ == "__main__":
    main()
