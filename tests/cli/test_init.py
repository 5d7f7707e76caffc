import shutil
from pathlib import Path

from tests.cli.conftest import Terminal

SAMPLE = Path(__file__).parents[2] / "sample"


def test_the_sample_is_recognised_and_its_configuration_works(site: Terminal) -> None:
    shutil.copytree(SAMPLE, site.folder / "gazette")
    done = site.run("init", "gazette", "--yes")
    assert done.returncode == 0
    assert "a Jigsaw site: 44 posts" in done.stderr
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
