"""The archive as files of a site: only what changed, never what somebody else wrote."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.archive.export import Export
from publisher.archive.site_files import File, write_files
from publisher.cli.entry import run
from publisher.config import load
from publisher.errors import PublisherError
from publisher.wiring import Publisher, build, site_of
from tests.web.conftest import CONFIG
from tests.web.editions import READER, publish, rendered

Open = Callable[..., Publisher]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """A publisher whose newsletter has an archive, and these options."""
    (tmp_path / "posts").mkdir()
    publishers = []

    def open_with(options: str = "archive: true", more: str = "") -> Publisher:
        text = CONFIG.replace("daily: {", f"daily: {{{options}, ") + more
        (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
        publishers.append(build(load(tmp_path / "config.yaml", {}, sends=False)))
        return publishers[-1]

    yield open_with
    for publisher in publishers:
        publisher.__exit__()


def export(publisher: Publisher, address: str = "") -> Export:
    parts = (publisher.config, publisher.outbox, publisher.templates)
    return Export(*parts, site_of(publisher.config), address)


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_pages_have_pretty_addresses_and_relative_links(opened: Open, tmp_path: Path) -> None:
    publisher = opened()
    slugs = [publish(publisher.outbox, day=day) for day in range(2)]
    done = export(publisher, "https://gazette.example/blog/letters").write(tmp_path / "out")
    pages = {f"daily/{slug}/index.html" for slug in slugs}
    assert set(done.new) == {"index.html", "daily/index.html", "daily/feed.xml", *pages}
    page = (tmp_path / "out/daily" / slugs[0] / "index.html").read_text(encoding="utf-8")
    home = f"https://gazette.example/blog/letters/daily/{slugs[0]}/"
    assert f'<link rel="canonical" href="{home}">' in page
    assert f'<a rel="next" href="../../daily/{slugs[1]}/">' in page
    assert 'http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;' in page
    assert "frame-ancestors" not in page and READER[0] not in page
    listing = (tmp_path / "out/daily/index.html").read_text(encoding="utf-8")
    assert f'href="../daily/{slugs[0]}/"' in listing
    assert "?lang=" not in listing
    feed = (tmp_path / "out/daily/feed.xml").read_text(encoding="utf-8")
    assert f'href="{home}"' in feed


def test_only_what_changed_is_written(opened: Open, tmp_path: Path) -> None:
    publisher = opened()
    text = rendered()
    slugs = [publish(publisher.outbox, day=day, text=text) for day in range(3)]
    out = tmp_path / "out"
    export(publisher).write(out)
    before = tree(out)
    again = export(publisher).write(out)
    assert (again.new, again.removed, again.same) == ([], [], 6)
    assert tree(out) == before
    slug = publish(publisher.outbox, day=3, text=text)
    done = export(publisher).write(out)
    assert set(done.new) == {
        "index.html",
        "daily/index.html",
        "daily/feed.xml",
        f"daily/{slug}/index.html",
        f"daily/{slugs[-1]}/index.html",  # has a newer one beside it now
    }


def test_what_somebody_else_wrote_is_never_touched(opened: Open, tmp_path: Path) -> None:
    publisher = opened()
    slug = publish(publisher.outbox)
    out = tmp_path / "out"
    (out / "daily" / slug).mkdir(parents=True)
    (out / "daily/about").mkdir()
    own = {
        "index.html": b"<p>Mine</p>",
        "daily/about/index.html": b"<p>Mine</p>\n<!-- publisher -->",
        "style.css": b"p {}",
    }
    for name, content in own.items():
        (out / name).write_bytes(content)
    done = export(publisher).write(out)
    assert done.foreign == ["index.html"]
    written = tree(out)
    assert {name: written[name] for name in own} == own
    page = out / "daily" / slug / "index.html"
    page.write_bytes(page.read_bytes().replace(b"river", b"sea"))
    changed = page.read_bytes()
    publisher.outbox.archive.hide([1], hidden=True)
    assert export(publisher).write(out).removed == []
    assert page.read_bytes() == changed


def test_a_hidden_edition_vanishes_and_leaves_no_folder(opened: Open, tmp_path: Path) -> None:
    publisher = opened()
    slugs = [publish(publisher.outbox, day=day) for day in range(2)]
    out = tmp_path / "out"
    export(publisher).write(out)
    publisher.outbox.archive.hide([1], hidden=True)
    assert export(publisher).write(out).removed == [f"daily/{slugs[0]}/index.html"]
    assert not (out / "daily" / slugs[0]).exists()
    assert slugs[0].encode() not in b"".join(tree(out).values())


def test_the_newsletter_is_made_private_and_its_pages_vanish(opened: Open, tmp_path: Path) -> None:
    publisher = opened()
    publish(publisher.outbox)
    export(publisher).write(tmp_path / "out")
    private = opened("archive: false")
    export(private).write(tmp_path / "out")
    assert list(tree(tmp_path / "out")) == ["index.html"]


def test_lines_that_git_ended_otherwise_are_ours_still(opened: Open, tmp_path: Path) -> None:
    publisher = opened()
    publish(publisher.outbox)
    out = tmp_path / "out"
    export(publisher).write(out)
    for path in out.rglob("*.html"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    done = export(publisher).write(out)
    assert (done.new, done.foreign) == ([], [])


def test_a_folder_in_the_place_of_a_page_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    done = write_files(iter([File("index.html", "x", lambda: "page")]), tmp_path)
    assert done.foreign == ["index.html"]


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(PublisherError, match="the archive cannot be written"):
        write_files(iter([]), tmp_path / "out")


def test_thirty_one_editions_have_a_second_page(opened: Open, tmp_path: Path) -> None:
    publisher = opened()
    text = rendered()
    slugs = [publish(publisher.outbox, day=day, text=text) for day in range(31)]
    export(publisher).write(tmp_path / "out")
    second = (tmp_path / "out/daily/page/2/index.html").read_text(encoding="utf-8")
    assert f'href="../../../daily/{slugs[0]}/"' in second
    assert 'href="../../../daily/"' in second


def test_the_command_writes_lists_hides(
    opened: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publisher = opened(more="archive: {folder: static/letters, url: https://gazette.example/l}\n")
    slug = publish(publisher.outbox)
    command = ["--config", str(tmp_path / "config.yaml"), "archive"]
    assert run([*command, "--out", str(tmp_path / "out")]) == 0
    assert "4 pages written, 0 unchanged" in capsys.readouterr().err
    assert run(command) == 0
    assert f"https://gazette.example/l/daily/{slug}/" in capsys.readouterr().out.replace("\n", "")
    assert run([*command, "--hide", "1"]) == 0
    assert run([*command, "--out", str(tmp_path / "out")]) == 0
    assert "1 removed" in capsys.readouterr().err
    assert run([*command, "--hide", "9"]) == 2
    assert run([*command, "--url", "nonsense", "--out", "x"]) == 2
    (tmp_path / "out/index.html").write_text("mine")
    assert run([*command, "--out", str(tmp_path / "out"), "--show", "1"]) == 1
    assert "index.html: somebody else's file, left alone" in capsys.readouterr().err
