"""The example in docs/how-to/adding-a-network.md is a whole adapter, and passes the suite."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "adding-a-network.md"


def test_the_example_passes_the_conformance_suite(tmp_path: Path) -> None:
    adapter, test = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "flock").mkdir()
    (tmp_path / "flock" / "pigeon.py").write_text(adapter)
    (tmp_path / "test_pigeon.py").write_text(
        test.replace("publisher.adapters.pigeon", "flock.pigeon")
    )
    paths = os.pathsep.join(map(str, (tmp_path, ROOT)))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}", str(tmp_path / "test_pigeon.py")],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[1-9]\d{2} passed", done.stdout), done.stdout


def test_the_page_names_every_behaviour_and_its_error() -> None:
    from publisher.testing import EXPECTED

    page = PAGE.read_text()
    for behaviour, error in EXPECTED.items():
        assert re.search(rf"\| `{behaviour.name}` \|.*`{error.__name__}`", page), behaviour
