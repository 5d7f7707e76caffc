"""benchmarks/results.json: every part writes its own rows and keeps those of the others."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    `ratio` says how many times better ours is: of times and memory the peer's number by ours, of
    rates ours by the peer's. Of growth and scale it is ours by that of the smaller case.
    """

    name: str
    ours: float
    peer: float
    ratio: float
    unit: str


def rate(name: str, ours: float, peer: float, unit: str = "emails/s") -> Row:
    """A row whose ratio is ours by the peer's; a peer that is missing makes no row."""
    return Row(name, round(ours, 2), round(peer, 2), round(ours / peer, 3), unit)


def merge(rows: Sequence[Row], part: str, path: Path = RESULTS, **facts: object) -> None:
    """Replace the rows of `part`, whose names begin with it, and note `facts` about the run."""
    kept = _old(path)
    others = [row for row in kept.get("rows", []) if not str(row["name"]).startswith(part)]
    kept["machine"] = {"python": platform.python_version(), "cores": os.cpu_count()}
    kept["rows"] = [*others, *(asdict(row) for row in rows)]
    if facts:
        kept[part] = facts
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _old(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
