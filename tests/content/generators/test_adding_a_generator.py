"""The example in docs/how-to/adding-a-generator.md is a whole generator, and passes the suite."""

import os
import re
import subprocess
import sys
from pathlib import Path

from publisher.content.generators.base import Generator, Kind

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "adding-a-generator.md"
BESIDE = """\
from pathlib import Path

from publisher.content import generators

generators.__path__.append(str(Path(__file__).with_name("flock")))
"""


def test_the_example_passes_the_conformance_suite(tmp_path: Path) -> None:
    generator, test = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "flock").mkdir()
    (tmp_path / "flock" / "quill.py").write_text(generator)
    (tmp_path / "conftest.py").write_text(BESIDE)
    (tmp_path / "test_quill.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}", str(tmp_path / "test_quill.py")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"1\d passed", done.stdout), done.stdout


def test_the_page_names_all_that_a_generator_may_say() -> None:
    page = PAGE.read_text()
    names = {name for name in vars(Generator) if not name.startswith("_")}
    assert len(names) > 20
    assert {name for name in names if not re.search(rf"`{name}[`(]", page)} == set()
    assert all(f"`{kind.name}`" in page for kind in Kind)
