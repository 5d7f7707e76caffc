"""`make bench`: reading, then sending, against named peers."""

import argparse

from benchmarks import run, sending


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=100_000, help="of the mailing")
    parser.add_argument("--quick", action="store_true", help="less of everything, once")
    options = parser.parse_args()
    run.main(["--posts", "5000", "--rounds", "1"] if options.quick else ["--rounds", "3"])
    sending.main(["--quick"] if options.quick else ["--subscribers", str(options.subscribers)])


if __name__ == "__main__":
    main()
