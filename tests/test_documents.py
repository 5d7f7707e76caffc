"""What README and Getting started tell a newcomer to type does what they say."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.metadata import metadata
from pathlib import Path

import pytest
import yaml

from publisher.config import load
from publisher.content.post_options import KEPT_OUT, OTHER_CHANNELS
from publisher.content.selection.wanted import OUTSIDE
from publisher.model.posts import Status
from publisher.plan.unrenderable import RULE

TOP = Path(__file__).parents[1]
PAGES = ["README.md", "docs/tutorial/getting-started.md"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RULE_CELLS = re.compile(r"^\| (`[^|]+) \|", re.MULTILINE)
SITE = "/path/to/your/site"
HUGO = {
    "hugo.toml": """\
baseURL = "https://harbour.example/"
title = "Harbour Notes"
languageCode = "en-GB"
timeZone = "Europe/London"
[permalinks]
posts = "/posts/:year/:slug/"
[params]
mastodon = "https://hachyderm.io/@harbour"
""",
    "content/posts/tables.md": """\
---
title: Tide tables, at last
date: 2026-05-11T09:30:00
slug: tide-tables
---
Text.
""",
    "content/posts/back.md": """\
+++
title = "The ferry is back"
date = 2026-04-02
slug = "ferry"
+++
Text.
""",
    "content/posts/later.md": "---\ntitle: Not yet\ndate: 2026-05-12\ndraft: true\n---\nText.\n",
    "content/about.md": "---\ntitle: About\n---\nText.\n",
}
INSTALLER = """\
#!/bin/sh -e
# Stands for pipx and uv: installs the project into a place of its own, and links the command.
test "$*" = "{words}"
"{python}" -m venv --without-pip "$HOME/tools/publisher"
"{python}" -m build --wheel --no-isolation --outdir "$HOME/wheel" . >"$HOME/build.log" 2>&1
"{python}" -m pip --disable-pip-version-check install --quiet --no-deps --prefix \
    "$HOME/tools/publisher" --ignore-installed "$HOME"/wheel/*.whl
echo "{packages}" >"$HOME/tools/publisher/lib/python{version}/site-packages/others.pth"
sed -i "1s|.*|#!$HOME/tools/publisher/bin/python|" "$HOME/tools/publisher/bin/publish"
mkdir -p "$HOME/.local/bin"
ln -s "$HOME/tools/publisher/bin/publish" "$HOME/.local/bin/publish"
"""


def blocks(page: str, language: str) -> list[str]:
    text = (TOP / page).read_text(encoding="utf-8")
    return [body for word, body in FENCE.findall(text) if word == language]


def commands(page: str) -> list[list[str]]:
    """What stands behind each prompt, block by block, without remarks."""
    lines = [block.splitlines() for block in blocks(page, "console")]
    assert all(line.startswith("$ ") for block in lines for line in block)
    return [[re.sub(r"\s+#.*", "", line[2:]) for line in block] for block in lines]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newcomer's home: the project's files, a site, `pipx` and `uv`; nothing is installed yet."""
    home = tmp_path_factory.mktemp("home")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        check=True,
    )
    for name in filter(None, tracked.stdout.decode().split("\0")):
        source = TOP / name
        if source.is_file() and not name.startswith(("tests/", "benchmarks/")):
            (home / "publisher" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, home / "publisher" / name)
    make_site(home / "site")
    make_installers(home / "bin")
    return home


def make_site(folder: Path) -> None:
    """The sample as a living site: its posts are two hours old, and each of them is sound."""
    shutil.copytree(TOP / "sample", folder)
    lately = datetime.now(UTC) - timedelta(hours=2)
    for post in (folder / "source" / "_posts").iterdir():
        text = post.read_text(encoding="utf-8")
        if "title: Regatta" in text:
            post.unlink()
            continue
        dated = re.sub(r"date: 2026-05-\d\d-\d\d", f"date: {lately:%Y-%m-%d-%H}", text)
        post.write_text(dated, encoding="utf-8")


def make_installers(folder: Path) -> None:
    folder.mkdir()
    for name, words in (("pipx", "install ."), ("uv", "tool install .")):
        script = folder / name
        script.write_text(
            INSTALLER.format(
                words=words,
                python=sys.executable,
                packages=sysconfig.get_path("purelib"),
                version=f"{sys.version_info.major}.{sys.version_info.minor}",
            )
        )
        script.chmod(0o755)


def typed(home: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    """The lines, in one shell, from the project's folder; the first that fails ends it."""
    script = "\n".join(["set -e", "cd publisher", *lines]).replace(SITE, str(home / "site"))
    path = f"{home}/.local/bin:{home}/bin:/usr/bin:/bin"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=home,
        env={"HOME": str(home), "PATH": path, "BROWSER": "true", "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def is_install(line: str) -> bool:
    return line in {"pipx install .", "uv tool install ."}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_newcomers_own_site(home: Path, page: str) -> None:
    blocks = [block for block in commands(page) if block[0].split()[0] in {"pipx", "publish"}]
    lines = [line for block in blocks for line in block]
    assert any(map(is_install, lines)) and lines[-1] == "publish now"
    shutil.rmtree(home / ".local", ignore_errors=True)
    shutil.rmtree(home / "tools", ignore_errors=True)
    for name in ("config.yaml", "queue"):
        path = home / "site" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    done = typed(home, *lines)
    assert done.returncode == 0, done.stdout + done.stderr
    subjects = [
        path.read_text().partition("Subject: ")[2].partition("\n")[0]
        for path in sorted((home / "site" / "queue" / "email").glob("*.eml"))
    ]
    assert len(subjects) == 2
    assert sum(subject.startswith("[Test] ") for subject in subjects) == 1


def test_uv_is_named_as_it_is_called() -> None:
    for page in PAGES:
        assert "uv tool install ." in (TOP / page).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_make_demo_shows_the_sample(home: Path, page: str) -> None:
    """Its packages are there already: nothing is fetched in a test."""
    lines = [line for block in commands(page) for line in block if line.startswith("make ")]
    assert "make demo" in lines
    project = home / "publisher"
    shutil.rmtree(project / "queue", ignore_errors=True)
    (project / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
    for name in ("python", "publish"):
        link = project / ".venv" / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(Path(sys.executable).with_name(name))
    for name in (".run", ".dev"):
        (project / ".venv" / name).touch()
    done = typed(home, "make demo", *(f"{line} --dry-run" for line in lines if "demo" not in line))
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((project / "queue" / "email").glob("*.eml"))


@pytest.mark.parametrize("page", PAGES)
def test_the_other_way_to_install_is_called_as_it_is_made(page: str) -> None:
    for block in commands(page):
        if block[0].startswith("python3 -m venv "):
            folder = block[0].split()[-1]
            assert block[1:] == [f"{folder}/bin/pip install .", f"{folder}/bin/publish --help"]


def test_every_command_is_run_by_one_of_these() -> None:
    starts = {block[0].split()[0] for page in PAGES for block in commands(page)}
    assert starts == {"make", "pipx", "publish", "python3"}


def test_the_first_configuration_works(home: Path) -> None:
    (text,) = blocks("README.md", "yaml")
    assert yaml.safe_load(text)["channels"]["email"]["adapter"] == "folder"
    for name, content in HUGO.items():
        (home / "hugo" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "hugo" / name).write_text(content, encoding="utf-8")
    (home / "hugo" / "first.yaml").write_text(text, encoding="utf-8")
    command = Path(sys.executable).with_name("publish")
    done = subprocess.run(
        [command, "-c", "first.yaml", "check", "--offline"],
        cwd=home / "hugo",
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_session_in_the_readme_is_real(home: Path) -> None:
    session = blocks("README.md", "text")[0]
    shutil.rmtree(home / "publisher" / "queue", ignore_errors=True)
    lines = [line[2:] for line in session.splitlines() if line.startswith("$ ")]
    done = subprocess.run(
        ["sh", "-c", "\n".join(f"echo '$ {line}'; {line} 2>&1" for line in lines)],
        cwd=home / "publisher",
        env={"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == session


def test_the_hugo_blog_in_the_readme_is_real(tmp_path: Path) -> None:
    session = blocks("README.md", "text")[1]
    for name, text in HUGO.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", "echo '$ publish init'; publish init 2>&1"],
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    told = re.sub(r"(?m)^None is newer than a week.*\n", "", done.stdout)
    assert told == session
    (readme,) = blocks("README.md", "yaml")
    assert yaml.safe_load(readme)["content"] == {
        key: yaml.safe_load((tmp_path / "config.yaml").read_text())["content"][key]
        for key in ("folder", "generator")
    }


def test_the_smtp_channel_stands_as_it_must_look(tmp_path: Path) -> None:
    (block,) = blocks("docs/tutorial/getting-started.md", "yaml")
    line = block.splitlines()[1]
    assert f"`{line.strip()}`" in (TOP / "README.md").read_text(encoding="utf-8")
    (text,) = blocks("README.md", "yaml")
    (tmp_path / "content").mkdir()
    config = re.sub(r"(?m)^  email: .*$", line, text)
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    channels = load(tmp_path / "config.yaml", {"SMTP_PASSWORD": "secret"}).channels
    assert channels["email"].adapter == "smtp"


def test_every_file_that_a_page_names_is_there() -> None:
    to_be_written = {"publisher/adapters/pigeon.py", "publisher/content/generators/quill.py"}
    pages = [*TOP.glob("*.md"), TOP / "tests" / "README.md", *TOP.glob("docs/*/**/*.md")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)[^)]*\)", text) if page.parent == TOP else []
        named = re.findall(r"`(publisher/[\w./-]+\.\w+)`", text)
        missing = [name for name in [*links, *named] if not (TOP / name).exists()]
        assert set(missing) <= to_be_written, page


def test_the_layers_are_those_that_are_checked() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    (checked,) = (
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    page = (TOP / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("```")[0]
    assert [line.partition("   ")[0] for line in shown.splitlines()] == checked


def test_every_json_key_is_documented() -> None:
    source = (TOP / "publisher" / "serializers.py").read_text(encoding="utf-8")
    page = (TOP / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    keys = set(re.findall(r'^ +"(\w+)":', source, re.MULTILINE)) | set(
        re.findall(r'[{,] "(\w+)":', source)
    )
    assert len(keys) > 40
    assert not keys - set(re.findall(r"`(\w+)`", page))


def test_every_rule_is_documented() -> None:
    files = [*TOP.glob("publisher/content/**/*.py"), *TOP.glob("publisher/plan/*.py")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    page = (TOP / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    rules = set(re.findall(r'(?:\b_?out\(|rule=)\s*"([a-z-]+)"', source))
    rules |= {KEPT_OUT, OTHER_CHANNELS, RULE} | {"featured", "newest", "latest", "section"}
    rules |= {"lead-section-full", "latest-section-full", "page", "no-title", "no-url", "draft"}
    rules |= OUTSIDE
    rules |= set(Status) - {Status.OK, Status.SALVAGED}
    assert len(rules) > 25
    assert rules == set(re.findall(r"`([a-z-]+)`", "".join(RULE_CELLS.findall(page))))


def test_what_we_tell_people_to_install_is_there_to_install() -> None:
    """`publisher` alone is somebody else's old tool."""
    known = metadata("publisher-bot").get_all("Provides-Extra")
    pages = [*TOP.glob("publisher/**/*.py"), *TOP.glob("docs/**/*.md"), TOP / "README.md"]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    told = set(re.findall(r"publisher-bot\[([\w,]+)\]", text))
    assert told and {extra for each in told for extra in each.split(",")} <= set(known or [])
    assert not re.findall(r"(?:install|and) \"?publisher\[", text)
