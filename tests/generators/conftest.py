"""The generators themselves, and what they make of a site."""

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
HOME = Path(os.environ.get("GENERATORS", HERE.parent.parent / ".venv/generators"))
LISTINGS = HERE / "listings"
TIME = 100
Listing = Mapping[str, Mapping[str, Any]]
"""What a generator makes of each file: `url` or `urls`, perhaps `date`, `day` and `hidden`."""


def _absent(what: str) -> None:
    """A person may lack a generator; `make test-all`, which names their folder, may not."""
    (pytest.fail if "GENERATORS" in os.environ else pytest.skip)(f"{what} (make test-all)")


def _run(*command: str | Path, folder: Path, zone: str) -> str:
    if shutil.which(command[0]) is None:
        _absent(f"{command[0]} is not on this machine")
    environment = {**os.environ, "NODE_PATH": str(HOME / "node/node_modules"), "TZ": zone}
    environment |= {"HUGO_SECURITY_ALLOWCONTENT": ".*", "ASTRO_TELEMETRY_DISABLED": "1"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIME,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return done.stdout


def _script(name: str) -> Callable[[Path, str], Listing]:
    interpreters: Mapping[str, str | Path] = {
        ".py": HOME / "python/bin/python", ".rb": "ruby", ".cjs": "node", ".mjs": "node",
    }  # fmt: skip

    def listing(site: Path, zone: str) -> Listing:
        script = LISTINGS / name
        if "js" in script.suffix and not (HOME / "node").is_dir():
            _absent(f"{HOME}/node is not there")
        said = _run(interpreters[script.suffix], script, site, folder=site, zone=zone)
        found: Listing = json.loads(said[said.index("{") :])
        return found

    return listing


def _hugo(site: Path, zone: str) -> Listing:
    hugo = HOME / "python/bin/hugo"
    said = _run(hugo, "list", "all", "--environment", "production", folder=site, zone=zone)
    rows = csv.DictReader(said[said.index("path,") :].splitlines())
    return {
        row["path"]: {
            "url": row["permalink"],
            "date": "" if row["date"].startswith("0001") else row["date"],
            "hidden": row["draft"] == "true",
        }
        for row in rows
        if row["kind"] == "page"
    }


GENERATORS: Mapping[str, Callable[[Path, str], Listing]] = {
    "astro": _script("list_astro.mjs"),
    "docusaurus": _script("list_docusaurus.cjs"),
    "eleventy": _script("list_eleventy.mjs"),
    "hexo": _script("list_hexo.cjs"),
    "hugo": _hugo,
    "jekyll": _script("list_jekyll.rb"),
    "lektor": _script("list_lektor.py"),
    "mkdocs": _script("list_mkdocs.py"),
    "nikola": _script("list_nikola.py"),
    "pelican": _script("list_pelican.py"),
}


@pytest.fixture(scope="session")
def generators() -> Mapping[str, Callable[[Path, str], Listing]]:
    """What each generator itself makes of the site in a folder."""
    return GENERATORS
