# ruff: noqa: E501 - a template and what is told of it stand on one line each
import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from publisher.errors import TemplateError
from publisher.rendering.digest import render_digest
from publisher.rendering.lint.check import lint
from publisher.rendering.lint.mjml import check_source
from publisher.rendering.merge_fields import Recipient, merge
from publisher.rendering.note import NoteStyle, render_note
from publisher.rendering.templates import Templates
from tests.rendering.samples import SLOT, gazette, picks, post

WHOLE = "<mjml><mj-body><mj-section><mj-column>\n{}\n</mj-column></mj-section></mj-body></mjml>"


_PAGES = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - nothing is rendered
_ALWAYS = {"_", "gettext", "ngettext", "loop", "caller", "namespace", "super", "self"}


def write(own: Path, name: str, source: str) -> Templates:
    (own / name).parent.mkdir(exist_ok=True)
    (own / name).write_text(source, encoding="utf-8")
    return Templates(own)


def render(templates: Templates, template: str = "digest") -> tuple[str, str]:
    rendered = render_digest(
        templates, gazette(), picks(), newsletter="daily", template=template, slot=SLOT
    )
    return merge(rendered, Recipient("a@b.example", unsubscribe="https://u.example"))


def told(templates: Templates) -> list[str]:
    return [str(problem) for problem in lint(templates)]


def test_shipped_templates_have_no_mistake() -> None:
    assert told(Templates(None)) == []


def test_a_sites_own_template_wins_name_by_name(own: Path) -> None:
    templates = write(
        own,
        "parts/footer.mjml.j2",
        "<mj-section><mj-column><mj-text>Own foot {{ reader.unsubscribe }}</mj-text></mj-column></mj-section>",
    )
    html, text = render(templates)
    assert "Own foot https://u.example" in html
    assert "Read the full story" in html
    assert "Unsubscribe:" in text
    assert told(templates) == []


def test_a_template_of_its_own_name_gets_the_shipped_text(own: Path) -> None:
    templates = write(own, "weekly.mjml.j2", WHOLE.format("<mj-text>{{ lead[0].title }}</mj-text>"))
    html, text = render(templates, "weekly")
    assert "The night the river" in html
    assert "You get this email" in text


def test_a_missing_template_names_its_neighbours(own: Path) -> None:
    with pytest.raises(
        TemplateError,
        match=r"digset.mjml.j2: there is no such template; did you mean digest.mjml.j2\?",
    ):
        render(Templates(own), "digset")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "parts/../../x"])
def test_a_template_stays_inside_its_folders(own: Path, name: str) -> None:
    (own.parent / "secret.mjml.j2").write_text(WHOLE.format("secret"), encoding="utf-8")
    with pytest.raises(TemplateError):
        render(Templates(own), name)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<mj-txet>x</mj-txet>", "templates/digest.mjml.j2:2: mj-txet: unknown tag; did you mean mj-text?"),
        ('<mj-text colour="red">x</mj-text>', "templates/digest.mjml.j2:2: mj-text colour: unknown attribute; did you mean color?"),
        ("<mj-text>\n{% if lead %}\nx</mj-text>", "templates/digest.mjml.j2:4: Unexpected end of template"),
        ("\n\n{{ lead[0].titel }}", "templates/digest.mjml.j2:4: 'publisher.rendering.context.Story object' has no attribute 'titel'"),
        ("{% if lead|length > 99 %}{{ storeis }}{% endif %}", "templates/digest.mjml.j2:2: storeis: there is no such name; did you mean stories?"),
        ("{% include 'parts/nowhere.mjml.j2' %}", "there is no such template"),
        ("<mj-text>{{ reader.name|urlencode }}</mj-text>", "templates/digest.mjml.j2:2: a merge field cannot go through a filter"),
        ("<mj-text>{{ reader.name|upper }}</mj-text>", "templates/digest.mjml.j2: reader: a merge field cannot go through a filter"),
        ("<mj-text>{{ lead[0].title.__class__.__mro__ }}</mj-text>", "templates/digest.mjml.j2:2: access to attribute '__class__'"),
        ("<mj-text>{{ 1 / 0 }}</mj-text>", "templates/digest.mjml.j2:2: division by zero"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_line(own: Path, source: str, problem: str) -> None:
    templates = write(own, "digest.mjml.j2", WHOLE.format(source))
    found = told(templates)
    assert any(problem in each for each in found), found


@pytest.mark.parametrize("source", ["<mj-txet>x</mj-txet>", "{{ lead[0].titel }}", "{% if %}"])
def test_nothing_is_rendered_with_a_mistake(own: Path, source: str) -> None:
    with pytest.raises(TemplateError, match=r"templates/digest.mjml.j2:2: "):
        render(write(own, "digest.mjml.j2", WHOLE.format(source)))


def test_a_mistake_in_a_part_is_told_in_the_part(own: Path) -> None:
    templates = write(own, "parts/lead.mjml.j2", "\n{{ story.titel }}")
    (found,) = told(templates)
    assert found.startswith("templates/parts/lead.mjml.j2:2: ")
    assert found.endswith("'titel'")


def test_text_and_note_templates_are_tried_too(own: Path) -> None:
    write(own, "digest.txt.j2", "{{ site.title }}\n{{ site.tilte }}")
    templates = write(own, "note.txt.j2", "{{ post.title }}\n{{ lnik }}")
    found = "\n".join(told(templates))
    assert "templates/digest.txt.j2:2:" in found
    assert "templates/note.txt.j2:2: lnik: there is no such name" in found


def test_a_template_that_is_no_utf8_is_one_line(own: Path) -> None:
    (own / "digest.mjml.j2").write_bytes("é".encode("latin-1"))
    assert told(Templates(own)) == ["templates/digest.mjml.j2: not UTF-8 text"]


def test_notes_use_the_sites_own_template(own: Path) -> None:
    templates = write(
        own, "loud.txt.j2", "{{ post.title|upper }} {{ url }} {{ hashtags|join(' ') }}"
    )
    note = render_note(templates, gazette(), post(1), None, NoteStyle(template="loud", hashtags=1))
    assert note.text.startswith("ALLOTMENT WAITING LIST")
    assert note.text.endswith("https://gazette.example/articles/1 #Gardens")


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ("<mjml><mj-body>\n<mj-text>x</mj-text></mj-body></mjml>", ["t:2: mj-text: cannot stand in mj-body; put it into mj-column or mj-hero"]),
        ("<mj-text>\na<p>b\n</mj-text>", ["t:2: p: is never closed; add </p>"]),
        ("<mj-section>\n<mj-column>", ["t:1: mj-section: is never closed; add </mj-section>", "t:2: mj-column: is never closed; add </mj-column>"]),
        ("</mj-text>", ["t:1: /mj-text: closes a tag that is not open"]),
        ("<mj-column>\n<p>x</p></mj-column>", ["t:2: p: HTML cannot stand here; put it into mj-text or mj-raw"]),
        ("<mj-text><mj-button>x</mj-button></mj-text>", ["t:1: mj-button: cannot stand in mj-text; put it into mj-column or mj-hero"]),
        ("<mj-text\n color=red\n>x</mj-text>", ["t:2: mj-text color: needs a value in quotes"]),
        ('<mj-text color="a>\nx', ["t:1: mj-text: the tag has no end; add > or close its quotes"]),
        ('<mj-include path="x"/>', ["t:1: mj-include: unknown tag; write {% include %} instead"]),
        ("{% for a in b %}<mj-text>{% endfor %}", ["t:1: {% for %}: its branches leave different tags open; open and close a tag within one branch"]),
        ("{% if a %}<mj-text>{% else %}{% endif %}x", ["t:1: {% if %}: its branches leave different tags open; open and close a tag within one branch", "t:1: mj-text: is never closed; add </mj-text>"]),
        ('{% if a %}<mj-text>{% elif b %}<mj-text color="red">{% else %}<mj-text>{% endif %}x</mj-text>', []),
        ("<mj-text\n{% if a > b %}color=\"{{ x }}\"{% endif %} align='{{ \"left\" if a > b else \"right\" }}'>x</mj-text>", []),
        ("<mj-text>{# <mj-nothing> #}<!-- <mj-nothing> --><br><img src='x'/>{% raw %}{{ x }}{% endraw %}</mj-text>", []),
        ('<mj-attributes><mj-all color="red"/><mj-text color="red"/><mj-class name="a" padding="0"/></mj-attributes>', []),
        ("{% macro row(a) %}<mj-text>{{ a }}</mj-text>{% endmacro %}<mjml><mj-body>{% block rows %}<mj-section></mj-section>{% endblock %}</mj-body></mjml>", []),
    ],
)  # fmt: skip
def test_mjml_is_checked_as_it_stands(source: str, problems: list[str]) -> None:
    assert [str(problem) for problem in check_source("t", source)] == problems


def test_a_tag_full_of_jinja_costs_no_time() -> None:
    assert check_source("t", "<mj-text " + "{{ a }}" * 5000 + "<")


def test_what_pages_are_told_is_documented() -> None:
    page = Path("docs/reference/template-variables.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`(\w+)", page.partition("## In a page")[2].partition("\n## ")[0]))
    for path in Path("templates/web").glob("*.j2"):
        tree = _PAGES.parse(path.read_text(encoding="utf-8"))
        names = {each.name for each in tree.find_all(nodes.Name) if each.ctx == "load"}
        own = {each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"}
        own |= {each.target for each in tree.find_all(nodes.Import)}
        own |= {each.name for each in tree.find_all(nodes.Macro)}
        assert names - own - _ALWAYS <= known, path.name
