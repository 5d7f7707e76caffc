"""A template may neither run for ever, nor fill the memory, nor take the process down."""

import os
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from publisher.errors import TemplateError
from publisher.rendering.digest import nests_too_deeply, to_html
from publisher.rendering.lint.check import lint
from publisher.rendering.templates import Templates

BIG = "x" * 1_000


def problem(
    own: Path, source: str, clock: Callable[[], float] = time.monotonic, **context: object
) -> str:
    """What is said of a template that holds `source`."""
    (own / "bad.txt.j2").write_text(source)
    with pytest.raises(TemplateError) as caught:
        Templates(own, clock).render("bad.txt.j2", context)
    (found,) = caught.value.problems
    return str(found)


ENDLESS = {
    "loops": "\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "macros": "\n{% macro twice(n) %}{% if n %}{{ twice(n - 1) }}{{ twice(n - 1) }}{% endif %}"
    "{% endmacro %}{{ twice(60) }}",
    "nested": "\n{% for a in range(9999) recursive %}{{ loop(range(9999)) if loop.depth < 9 }}"
    "{% endfor %}",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_would_run_for_ever_ends_and_is_located(own: Path, name: str) -> None:
    said = problem(own, ENDLESS[name], count().__next__)
    assert said.startswith("templates/bad.txt.j2:2: it runs for more than 10 seconds")


LARGE = {
    "power": "{{ 10 ** (10 ** 10) }}",
    "powers": "{% set n = namespace(x=9 ** 9) %}{% for i in range(99) %}"
    "{% set n.x = n.x * n.x %}{% endfor %}",
    "times": "{{ 'x' * 1000000000 }}",
    "times list": "{{ [1] * 1000000000 }}",
    "doubling": "{% set n = namespace(x='x') %}{% for i in range(99) %}"
    "{% set n.x = n.x + n.x %}{% endfor %}",
    "joining": "{% set n = namespace(x='x') %}{% for i in range(99) %}"
    "{% set n.x = n.x ~ n.x %}{% endfor %}",
    "center": "{{ 'x'|center(1000000000) }}",
    "center method": "{{ 'x'.center(1000000000) }}",
    "percent": "{{ '%1000000000d' % 1 }}",
    "format": "{{ '%1000000000d'|format(1) }}",
    "format method": "{{ '{:1000000000}'.format(1) }}",
    "join": "{{ range(99999)|join(big) }}",
    "replace": "{{ (big * 99)|replace('', big) }}",
    "slice": "{{ [1]|slice(1000000000)|list }}",
    "output": "{% for i in range(99999) %}{{ big }}{% endfor %}",
}


@pytest.mark.parametrize("name", LARGE)
def test_what_would_fill_the_memory_is_refused(own: Path, name: str) -> None:
    assert "far too large for an email" in problem(own, LARGE[name], big=BIG)


def test_what_calls_itself_is_told(own: Path) -> None:
    said = problem(own, "{% macro again() %}{{ again() }}{% endmacro %}\n{{ again() }}")
    assert "it calls itself without end" in said
    assert "it calls itself without end" in problem(own, "{% include 'bad.txt.j2' %}")


def test_usual_arithmetic_stays(own: Path) -> None:
    (own / "good.txt.j2").write_text(
        "{{ 2 ** 10 }} {{ '-' * 20 }} {{ '%.2f'|format(1.5) }} {{ '%3d' % 7 }}"
        " {{ 'a' ~ 'b' + 'c' }}"
        " {{ 'ab'|center(6) }} {{ [1, 2]|join(', ') }} {{ 'a.b'|replace('.', '-') }}"
        "{% for row in [1, 2, 3]|batch(2) %} {{ row|length }}{% endfor %}"
        " {{ '{:>4}'.format(9) }} {{ ', '.join(['x', 'y']) }} {{ 'a b'.replace(' ', '_') }}"
    )
    assert Templates(own).render("good.txt.j2", {}) == (
        f"1024 {'-' * 20} 1.50   7 abc   ab   1, 2 a-b 2 1    9 x, y a_b"
    )


def test_only_small_files_are_opened(own: Path) -> None:
    os.mkfifo(own / "pipe.txt.j2")
    (own / "folder.txt.j2").mkdir()
    (own / "giant.txt.j2").write_bytes(b" " * 600_000)
    (own / "device.txt.j2").symlink_to("/dev/zero")
    (own / "loop.txt.j2").symlink_to("loop.txt.j2")
    for name in ("pipe", "folder", "giant", "device", "loop"):
        with pytest.raises(TemplateError, match=f"templates/{name}.txt.j2: cannot be read"):
            Templates(own).render(f"{name}.txt.j2", {})
    assert len([each for each in lint(Templates(own)) if "cannot be read" in str(each)]) >= 3


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.write_text("no folder")
    (found,) = lint(Templates(folder))
    assert str(found).startswith("templates: cannot be read (not a directory); ")


def test_tags_that_nest_too_deeply_never_reach_the_compiler(own: Path) -> None:
    (own / "deep.mjml.j2").write_text(
        "<mjml><mj-body><mj-section><mj-column><mj-text>"
        "{% for i in range(90000) %}<div>{% endfor %}"
        "</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    with pytest.raises(TemplateError, match="nests more than 250 tags"):
        to_html(Templates(own), "deep.mjml.j2", {})
    assert not nests_too_deeply("<br><img src='>'><mj-x a=\"/\" />" * 1_000 + "<p>x</p>" * 1_000)
