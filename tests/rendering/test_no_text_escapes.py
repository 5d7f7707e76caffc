"""No word that readers see stands outside the catalogues."""

from dataclasses import replace
from pathlib import Path

import pytest

from publisher.model.posts import Included, Pick, Post
from publisher.model.system_mails import SystemKind
from publisher.rendering.brand import Site
from publisher.rendering.digest import render_digest
from publisher.rendering.merge_fields import Recipient, merge
from publisher.rendering.system import LastEdition, render_system
from publisher.rendering.templates import Templates
from tests.rendering.samples import SLOT
from tests.rendering.untranslated import Seen, bracketed, in_english, untranslated

OWNERS = {"preview.html.j2"}
"""What only owners see is English."""
SHIPPED = [
    name
    for name in Templates(None).names()
    if name not in OWNERS and not name.endswith((".css.j2", ".js.j2"))
]
GREEK = "Καλημέρα"
URL = "https://gazette.example"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_text_of_a_template_is_inside_a_translation(name: str) -> None:
    assert untranslated(Templates(None), name) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ("<p>{{ _('Hello') }}, <b>&nbsp;·</b></p>", []),
        ('<img alt="A boat" width="big"><input placeholder="{{ x }} name">', ["A boat", "name"]),
        ("<style>p { color: red }</style><svg><title>x</title></svg>", []),
        ("<mj-preview>News {{ x }}</mj-preview>", ["News"]),
        ("{{ 'Read on' if x else _('Read') }}{{ 'a:b' if y }}", ["Read on"]),
        ("{{ _('Hello %(a)s', a='dear reader') }}", ["dear reader"]),
        ("{% set a = {'x missing': _('Fill in x'), 'y missing': 'Fill in y'} %}", ["Fill in y"]),
        ("{{ a['x missing'] if b == 'on this day' }}", []),
        ('{% macro a(b) %} aria-label="{{ b }}" aria-invalid="true"{% endmacro %}', []),
        ("{% trans %}Hello{% endtrans %}{% if x %}there{% endif %}", ["there"]),
        ('<button type="submit" value="Go on"></button><!-- no text -->', ["Go on"]),
    ],
)
def test_what_escapes_is_found(tmp_path: Path, source: str, found: list[str]) -> None:
    (tmp_path / "x.html.j2").write_text(source, encoding="utf-8")
    assert untranslated(Templates(tmp_path), "x.html.j2") == found


@pytest.mark.parametrize("kind", SystemKind)
def test_a_system_email_in_a_pseudo_language_has_no_english(kind: SystemKind) -> None:
    site = Site(GREEK, URL, "en", address=GREEK, own_words={"en": bracketed()})
    stories = (Included(f"{URL}/a", "a.md", GREEK, GREEK, SLOT, SLOT, ""),)
    for last, days in ((LastEdition(stories, f"{URL}/e"), 0), (LastEdition(()), 14)):
        rendered = render_system(
            Templates(None), site, kind, title=GREEK, last=last, leaves_after=days
        )
        reader = Recipient("7@7", GREEK, f"{URL}/u", f"{URL}/e")._replace(
            preferences=f"{URL}/p", confirm=f"{URL}/c"
        )
        html, text = merge(rendered, reader)
        assert in_english(rendered.subject + rendered.preheader) == []
        assert in_english(Seen(html).words + text) == []


def test_a_digest_in_a_pseudo_language_has_no_english() -> None:
    post = Post(
        "a.md", f"{URL}/a", GREEK, GREEK * 3, f"{URL}/a.jpg", image_alt=f"{GREEK}!", author=GREEK
    )
    site = Site(GREEK, URL, "en", address=GREEK, own_words={"en": bracketed()})
    roles = ("lead", "latest", GREEK)
    picks = [Pick(replace(post, path=role, categories=(GREEK,)), role) for role in roles]
    for newsletter, name in (("7", GREEK), ("", "")):
        rendered = render_digest(
            Templates(None), site, picks, newsletter=newsletter, template="digest",
            slot=SLOT, show=("author",), subject=GREEK,
        )  # fmt: skip
        reader = Recipient("7@7", name, f"{URL}/u", f"{URL}/e" if name else "")
        html, text = merge(rendered, reader)
        seen = Seen(html).words
        assert "⟦Latest⟧" in seen and "⟦LATEST⟧" in text
        assert sorted(in_english(seen) + in_english(text)) == ["April"] * 2 + ["Saturday"] * 2
