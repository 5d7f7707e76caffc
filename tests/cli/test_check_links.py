"""`publish check` asks for the newest posts' pages and pictures, here on a server on loopback."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from publisher.adapters.http import public
from tests.cli.conftest import CONFIG, Terminal

PATH = "/articles/"


class Web:
    """Answers 200 for the paths that it has."""

    def __init__(self) -> None:
        self.paths: set[str] = {""}
        self.asked: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                web.asked.append(self.path)
                self.send_response(200 if self.path.rstrip("/") in web.paths else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def web(site: Terminal) -> Iterator[Web]:
    web = Web()
    text = CONFIG.replace("https://gazette.example", web.url)
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    for post in (site.folder / "source" / "_posts").iterdir():
        post.unlink()
    for number in range(1, 21):
        site.post(
            f"{number}.md", f"title: Post {number}", f"date: 2026-05-{number:02}", "extends: x"
        )
    web.paths |= {f"{PATH}post-{number}" for number in range(1, 21)}
    yield web
    web.close()


def test_a_sample_of_the_newest_pages_is_asked_for(site: Terminal, web: Web) -> None:
    site.post("new.md", "title: New", "date: 2126-05-11")
    site.post("draft.md", "title: Draft", "date: 2026-05-30", "draft: true")
    done = site.run("check")
    assert "the newest posts: 12 of 12 pages answer\n" in done.stderr
    assert sorted(web.asked) == sorted(f"{PATH}post-{number}" for number in range(9, 21))
    assert done.returncode == 0
    web.asked.clear()
    site.run("check", "--offline")
    assert web.asked == []


def test_a_page_that_is_not_there_is_named(site: Terminal, web: Web) -> None:
    web.paths.remove(f"{PATH}post-17")
    done = site.run("check")
    assert done.returncode == 0
    assert f"source/_posts/17.md: url: {web.url}{PATH}post-17 does not answer" in done.stdout
    assert "11 of 12 pages answer" in done.stderr


def test_none_is_a_problem_if_the_site_answers(site: Terminal, web: Web) -> None:
    web.paths = {""}
    done = site.run("check")
    assert done.returncode == 1
    assert "config.yaml:2: content: the site answers, but none of the 12 newest" in done.stdout
    assert "  and 7 more like it" in done.stdout


def test_a_site_that_is_down_is_a_note(site: Terminal, web: Web) -> None:
    web.paths.clear()
    done = site.run("check")
    assert done.returncode == 0
    assert f"{web.url} does not answer: no page was looked at\n" in done.stderr


def test_pictures_are_asked_for_but_not_in_a_private_network(site: Terminal, web: Web) -> None:
    elsewhere = web.url.replace("127.0.0.1", "127.0.0.2")
    for name, image in (
        ("a", "/images/a.png"),
        ("b", f"{elsewhere}/b.png"),
        ("c", "https://x.example/c.png"),
        ("d", "/images/gone.png"),
    ):
        site.post(f"{name}.md", f"title: Post {name}", "date: 2026-05-25", f"image: {image}")
        web.paths.add(f"{PATH}post-{name}")
    web.paths |= {"/images/a.png", "/b.png"}
    done = site.run("check")
    assert f"source/_posts/d.md: image: {web.url}/images/gone.png does not answer" in done.stdout
    assert f"b.md: image: {elsewhere}/b.png: leads into a private network, refused" in done.stdout
    assert "/b.png" not in web.asked
    assert "12 of 12 pages answer, 1 of 3 pictures" in done.stderr


def test_reserved_names_are_not_asked(site: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "is_live", None)
    assert "pages answer" not in site.run("check").stderr
