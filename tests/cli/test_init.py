import shutil
from pathlib import Path

import pytest

from publisher.cli.entry import run
from tests.cli.conftest import Terminal

SAMPLE = Path(__file__).parents[2] / "sample"


def test_the_sample_is_recognised_and_its_configuration_works(site: Terminal) -> None:
    shutil.copytree(SAMPLE, site.folder / "gazette")
    done = site.run("init", "gazette", "--yes")
    assert done.returncode == 0
    assert "a Jigsaw site: gazette/source/_posts" in done.stderr
    assert done.stdout.startswith("Wrote gazette/config.yaml\n")
    rows = site.json("-c", "gazette/config.yaml", "check", code=1)
    assert [row["where"] for row in rows] == ["salvaged"], "the sample has one broken head"
    urls = {row["url"] for row in site.json("-c", "gazette/config.yaml", "posts")}
    assert all(url.startswith("https://gazette.example/articles/") for url in urls)


def test_an_empty_folder_gets_one_to_fill_in(site: Terminal) -> None:
    (site.folder / "empty").mkdir()
    done = site.run("init", "empty", "--yes")
    assert done.returncode == 0
    assert "not a site that Publisher recognises" in done.stderr
    assert "title (My site), url (https://www.example.org)" in done.stderr
    assert "No posts found in empty/source/_posts" in done.stderr
    text = (site.folder / "empty" / "config.yaml").read_text()
    assert "title: My site  # fill in\n" in text and text.count("# fill in") == 5
    assert "content.folder" in site.refused("-c", "empty/config.yaml", "posts")


def test_a_configuration_that_is_there_stays(site: Terminal) -> None:
    before = (site.folder / "config.yaml").read_bytes()
    assert "use --force to overwrite it" in site.refused("init")
    assert (site.folder / "config.yaml").read_bytes() == before
    site.publish("init", "--force", "--yes")
    assert (site.folder / "config.yaml").read_bytes() != before


def test_it_stands_in_the_sites_folder_whatever_it_is_called(site: Terminal) -> None:
    (site.folder / "empty").mkdir()
    site.publish("-c", str(site.folder / "news.yaml"), "init", "empty")
    assert [file.name for file in (site.folder / "empty").iterdir()] == ["news.yaml"]


def test_what_is_no_folder_is_refused(site: Terminal) -> None:
    assert "no such folder" in site.refused("init", "nowhere")
    assert "no such folder" in site.refused("init", "config.yaml")


def test_a_placeholder_is_a_problem_until_it_is_filled_in(site: Terminal) -> None:
    (site.folder / "empty" / "source" / "_posts").mkdir(parents=True)
    site.publish("init", "empty", "--yes")
    told = site.publish("-c", "empty/config.yaml", "check", "--offline", code=1)
    assert "site.url: https://www.example.org is a placeholder; write the address" in told


def test_an_answer_that_cannot_be_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["nowhere", ".", "My title", "https://own.example", "Mars", "Europe/Paris"])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: next(answers))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.chdir(tmp_path)
    assert run(["init"]) == 0
    told = "".join(capsys.readouterr())
    assert "there is no folder nowhere" in told and "unknown time zone Mars" in told
    text = (tmp_path / "config.yaml").read_text()
    assert "timezone: Europe/Paris\n" in text and "fill in" not in text
