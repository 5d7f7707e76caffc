"""A post that no template can show is left out and named; the rest is sent."""

from email import message_from_bytes
from pathlib import Path

import pytest

from tests.acceptance.conftest import AT, TITLES
from tests.cli.conftest import Terminal

BAD = "A post without categories"
DIGEST = """\
<mjml><mj-body><mj-section><mj-column>
<mj-text>{% for story in stories %}
{{ story.title }} {{ story.categories[0] }}
{% endfor %}</mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
NOTE = "{{ post.title }}\n{{ post.categories[1] }} {{ url }}\n"


@pytest.fixture
def site(peopled: Terminal) -> Terminal:
    peopled.post("bad.md", f"title: {BAD}", "date: 2026-03-04-18-00-00", "featured: true")
    (peopled.folder / "templates").mkdir()
    return peopled


def template(site: Terminal, name: str, source: str) -> None:
    (site.folder / "templates" / name).write_text(source)


def text_of(path: Path) -> str:
    return message_from_bytes(path.read_bytes()).as_string()


def test_an_edition_goes_out_without_it(site: Terminal) -> None:
    template(site, "digest.mjml.j2", DIGEST)
    done = site.run("plan", "daily", "--at", AT)
    assert done.returncode == 0
    assert "source/_posts/bad.md: it cannot be rendered, so it is left out: " in done.stdout
    assert "templates/digest.mjml.j2:3" in done.stdout
    assert BAD not in done.stdout.replace("bad.md", "")
    done = site.run("now", "daily", "--at", AT)
    assert done.returncode == 1
    assert "daily: source/_posts/bad.md: it cannot be rendered" in done.stderr
    mails = [text_of(path) for path in site.files("mail")]
    assert len(mails) == 2
    for mail in mails:
        assert next(iter(TITLES)) in mail and BAD not in mail
    why = site.publish("why", "bad.md", "--at", "2026-03-05T08:00")
    assert "already-included" not in why.splitlines()[0]


def test_once_it_is_fixed_it_goes_out(site: Terminal) -> None:
    template(site, "digest.mjml.j2", DIGEST)
    site.publish("now", "daily", "--at", AT, code=1)
    template(site, "digest.mjml.j2", DIGEST.replace(" {{ story.categories[0] }}", ""))
    site.publish("now", "daily", "--at", "2026-03-06T07:00")
    assert any(BAD in text_of(path) for path in site.files("mail"))


def test_notes_go_out_without_it(site: Terminal) -> None:
    template(site, "note.txt.j2", NOTE)
    done = site.run("now", "byhand", "--at", AT)
    assert done.returncode == 1
    assert "byhand: source/_posts/bad.md: notes: it cannot be rendered" in done.stderr
    (note,) = (path.read_text() for path in site.files("notes") if path.suffix == ".txt")
    assert any(title in note for title in TITLES)


def test_a_template_that_shows_no_post_is_the_templates_fault(site: Terminal) -> None:
    template(site, "digest.mjml.j2", DIGEST.replace("categories[0]", "catgories"))
    done = site.run("now", "--at", AT)
    assert done.returncode == 2
    assert "daily: templates/digest.mjml.j2:3: " in done.stderr
    assert "left out" not in done.stderr
    assert not site.files("mail")
    assert site.files("notes"), "the announcements go out"


def test_a_post_that_a_person_names_is_told(site: Terminal) -> None:
    template(site, "digest.mjml.j2", DIGEST)
    done = site.run("now", "daily", "--post", "bad.md", "--at", AT)
    assert done.returncode == 2
    assert "templates/digest.mjml.j2:3" in done.stderr


def test_a_template_without_end_holds_up_no_other(
    site: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.rendering.sandbox.SECONDS", 0.2)
    monkeypatch.setattr("publisher.plan.unrenderable.PATIENCE", 0.1)
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    template(site, "digest.mjml.j2", DIGEST.replace("{% for story", f"{loops}{{% for story"))
    done = site.run("now", "--at", AT)
    assert done.returncode == 2
    assert "daily: templates/digest.mjml.j2:2: it runs for more than" in done.stderr
    assert site.files("notes")


def test_a_bug_around_one_newsletter_holds_up_no_other(
    site: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from publisher.plan.render import Renderer

    edition = Renderer.edition

    def failing(self: Renderer, newsletter: object, *more: object) -> object:
        if getattr(newsletter, "name", "") == "daily":
            raise ZeroDivisionError
        return edition(self, newsletter, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Renderer, "edition", failing)
    done = site.run("now", "--at", AT)
    assert done.returncode == 1
    assert "daily: a bug: ZeroDivisionError in " in done.stderr
    assert len(site.files("extra")) == 1
    assert "daily: a bug" in site.run("plan", "--at", AT).stderr
