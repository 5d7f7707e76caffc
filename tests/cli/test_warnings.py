"""What readers would see otherwise than meant is told by check, plan, now and the preview."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import AT
from tests.cli.conftest import CONFIG, Terminal

SVG = "picture left out: email programs do not show SVG"
CLIPPED = "Gmail cuts off what is above 102 kB"


@pytest.fixture
def drawn(peopled: Terminal) -> Terminal:
    """The site with a drawing for the newest story's picture."""
    peopled.post(
        "drawn.md",
        "title: A map of the harbour",
        "date: 2026-03-05 06:59:00",
        "image: /map.svg",
        "featured: true",
    )
    return peopled


@pytest.fixture
def crowded(peopled: Terminal) -> Terminal:
    """The site with more stories than Gmail shows."""
    for number in range(80):
        peopled.post(
            f"{number}.md",
            f"title: '{number * 7919} things that happened at place {number * 104729}'",
            f"description: '{f'word{number} ' * 40}'",
            "date: 2026-03-05 05:00:00",
        )
    more = 'schedule: every day at 07:00, latest: 90, per_category: "null"}'
    text = CONFIG.replace("schedule: every day at 07:00}", more.replace('"null"', "null"))
    (peopled.folder / "config.yaml").write_text(text, encoding="utf-8")
    return peopled


def test_a_picture_that_is_left_out_is_told_everywhere(drawn: Terminal) -> None:
    assert SVG in drawn.run("check", "--offline").stdout
    assert f"warning: source/_posts/drawn.md: {SVG}" in drawn.publish("plan", "daily", "--at", AT)
    row = drawn.json("plan", "daily", "--at", AT)[0]
    assert SVG in row["warnings"][0]
    drawn.publish("preview", "daily", "--out", "look", "--at", AT)
    assert SVG in (drawn.folder / "look" / "index.html").read_text("utf-8")
    done = drawn.run("now", "daily", "--at", AT)
    assert f"daily: warning: source/_posts/drawn.md: {SVG}" in done.stderr
    assert (done.returncode, SVG in done.stdout) == (0, False)
    assert SVG not in drawn.run("now", "daily", "--at", AT).stderr
    assert all(b"map.svg" not in file.read_bytes() for file in drawn.files("mail"))


def test_a_warning_is_no_problem(drawn: Terminal) -> None:
    done = drawn.run("check", "--offline")
    assert done.returncode == 0
    assert "1 picture in a format that email programs do not show" in done.stderr


def test_a_digest_that_gmail_would_clip_is_told_before_and_while_it_is_sent(
    crowded: Terminal,
) -> None:
    assert CLIPPED in crowded.run("check", "--offline").stdout
    assert CLIPPED in crowded.publish("plan", "daily", "--at", AT)
    assert CLIPPED in crowded.run("now", "daily", "--at", AT).stderr
    assert CLIPPED in crowded.run("check", "--offline").stdout


def test_a_check_asks_for_no_page(peopled: Terminal) -> None:
    text = CONFIG.replace('path: "/articles', 'live_check: true, path: "/articles')
    (peopled.folder / "config.yaml").write_text(text, encoding="utf-8")
    peopled.post(
        "drawn.md", "title: A map", "date: 2026-03-05 06:59:00", "image: /a.svg", "featured: 1"
    )
    assert SVG in peopled.run("check", "--offline").stdout


def test_author_and_date_are_shown_where_the_newsletter_says_so(peopled: Terminal) -> None:
    peopled.post("a.md", "title: Signed", "date: 2026-03-05 06:59:00", "author: Ada Moor")
    peopled.publish("preview", "daily", "--out", "look", "--at", AT)
    assert "Ada Moor" not in (peopled.folder / "look" / "daily.txt").read_text("utf-8")
    text = CONFIG.replace("every day at 07:00}", "every day at 07:00, show: [author, date]}")
    (peopled.folder / "config.yaml").write_text(text, encoding="utf-8")
    peopled.publish("preview", "daily", "--out", "look", "--at", AT)
    assert "\nAda Moor · 5 March 2026\n" in (peopled.folder / "look" / "daily.txt").read_text("utf-8")  # fmt: skip  # noqa: E501 - one line of the email


def test_what_cannot_be_shown_is_a_mistake(peopled: Terminal) -> None:
    text = CONFIG.replace("every day at 07:00}", "every day at 07:00, show: [autor]}")
    (peopled.folder / "config.yaml").write_text(text, encoding="utf-8")
    assert "show" in Path("config.yaml").read_text("utf-8")
    done = peopled.run("check", "--offline")
    assert (done.returncode, "author or date" in done.stdout) == (2, True)


def test_a_subject_that_cannot_be_written_is_a_problem_among_others(peopled: Terminal) -> None:
    text = CONFIG.replace("every day at 07:00}", 'every day at 07:00, subject: "{{ lead[0].no }}"}')
    (peopled.folder / "config.yaml").write_text(text, encoding="utf-8")
    (peopled.folder / "source" / "_posts" / "plain.md").write_text("No head\n", encoding="utf-8")
    done = peopled.run("check", "--offline")
    assert done.returncode == 1
    assert "config.yaml: subject: " in done.stdout
    assert "plain.md:1: no-front-matter" in done.stdout
