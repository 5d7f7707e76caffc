"""The rules of the house hold in files that nobody has listed anywhere."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

from publisher.adapters import available, load
from publisher.cli.entry import COMMANDS
from publisher.content.generators import generators
from publisher.testing import mistakes

TOP = Path(__file__).parents[1]
PAGES = TOP / "docs" / "reference"
COMMAND = Path(sys.executable).with_name("lint-imports")

BROKEN = {
    "model/upward.py": ("import publisher.wiring", "publisher.model.upward -> publisher.wiring"),
    "plan/second_home.py": ("import requests", "publisher.plan.second_home -> requests"),
    "plan/reaching_in.py": (
        "import publisher.outbox.deliveries.claims",
        "publisher.plan.reaching_in -> publisher.outbox.deliveries.claims",
    ),
    "adapters/copying.py": (
        "import publisher.adapters.x",
        "publisher.adapters.copying -> publisher.adapters.x",
    ),
    "content/generators/copying.py": (
        "import publisher.content.generators.jigsaw.slugs",
        "publisher.content.generators.copying -> publisher.content.generators.jigsaw.slugs",
    ),
    "unlayered.py": ("import publisher.errors", "publisher.unlayered"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of lint-imports about a copy of the tree with a bad file of each kind."""
    top = tmp_path_factory.mktemp("tree")
    shutil.copy(TOP / "pyproject.toml", top)
    shutil.copytree(TOP / "publisher", top / "publisher", ignore=shutil.ignore_patterns("*.pyc"))
    for name, (line, _) in BROKEN.items():
        (top / "publisher" / name).write_text(f"{line}\n", encoding="utf-8")
    done = subprocess.run(
        [COMMAND, "--no-cache"],
        cwd=top,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named_in_one_line(told: list[str], name: str) -> None:
    _, expected = BROKEN[name]
    assert any(expected in line for line in told), "\n".join(told)


def test_every_third_party_package_has_one_home() -> None:
    rules = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = rules["tool"]["importlinter"]["contracts"]
    homes = [name for each in contracts for name in each.get("protected_modules", ())]
    assert len(homes) == len(set(homes))
    graph = grimp.build_graph("publisher", include_external_packages=True)
    imported = {name for name in graph.modules if name.partition(".")[0] != "publisher"}
    assert imported - sys.stdlib_module_names - {"_typeshed"} - set(homes) == set()


@pytest.mark.parametrize("word", available())
def test_every_adapter_and_option_is_documented(word: str) -> None:
    assert mistakes.undescribed(load(word)) == ""


@pytest.mark.parametrize("name", generators())
def test_every_generator_is_documented_and_passes_the_suite(name: str) -> None:
    assert (PAGES / "generators" / f"{name}.md").exists()
    tests = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (TOP / "tests/content/generators").rglob("*.py")
    )
    assert re.search(rf'\(GeneratorSuite\):.*?\n    name = "{name}"', tests, re.DOTALL)


def test_the_table_of_generators_has_all_of_them() -> None:
    """A row of docs/reference/generators/index.md for each."""
    page = (PAGES / "generators" / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\| \[(\w+)\]\(\1\.md\) \|", page) == generators()


def test_every_command_is_documented() -> None:
    page = (PAGES / "commands.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"publish {name}" not in page] == []
