"""How long the plan for all subscribers takes: `python -m benchmarks.planning CONFIG AT`."""

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from publisher.config import load
from publisher.runners.now import Request, propose_one
from publisher.wiring import build


def main(config: Path, at: str) -> None:
    """Print the seconds that queueing takes, choosing and rendering not counted."""
    with build(load(config, os.environ)) as publisher:
        slot = datetime.fromisoformat(at).replace(tzinfo=publisher.config.site.zone)
        proposal = propose_one(publisher, Request(["daily"], slot, slot), "daily", pictures=False)
        begun = time.perf_counter()
        publisher.planner.enqueue(proposal)
        print(json.dumps({"seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
