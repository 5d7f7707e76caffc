"""The example in docs/how-to/adding-a-generator.md is a whole generator, and passes the suite."""

import itertools
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


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def suite(folder: Path, generator: str, test: str) -> subprocess.CompletedProcess[str]:
    (folder / "flock").mkdir()
    (folder / "flock" / "quill.py").write_text(generator)
    (folder / "conftest.py").write_text(BESIDE)
    (folder / "test_quill.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    return subprocess.run(
        [*command, f"--rootdir={folder}", str(folder / "test_quill.py")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_passes_the_conformance_suite(tmp_path: Path) -> None:
    generator, test = blocks()
    done = suite(tmp_path, generator, test)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"1\d passed", done.stdout), done.stdout


def test_an_exception_of_a_generator_is_shown(tmp_path: Path) -> None:
    generator, test = blocks()
    done = suite(tmp_path, generator.replace("self.stem(document.file)", "document.nib"), test)
    assert re.search(r"quill\.py:\d+: AttributeError", done.stdout), done.stdout


def test_the_example_is_as_make_check_wants_it() -> None:
    names = ("publisher/content/generators/quill.py", "tests/content/generators/test_quill.py")
    ruff = [sys.executable, "-m", "ruff"]
    wanted = (["check", "--no-cache", "--quiet"], ["format", "--no-cache", "--check", "--quiet"])
    for (name, text), options in itertools.product(zip(names, blocks(), strict=True), wanted):
        command = [*ruff, *options, "--stdin-filename", name, "-"]
        done = subprocess.run(
            command, cwd=ROOT, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_names_all_that_a_generator_may_say() -> None:
    page = PAGE.read_text()
    names = {name for name in vars(Generator) if not name.startswith("_")}
    assert len(names) > 20
    assert {name for name in names if not re.search(rf"`{name}[`(]", page)} == set()
    assert all(f"`{kind.name}`" in page for kind in Kind)
