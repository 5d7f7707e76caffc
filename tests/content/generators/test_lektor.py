"""Sites of Lektor."""

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

from publisher.content.generators import detect
from publisher.content.generators.base import Sure
from publisher.content.generators.lektor.expressions import NotKnown, expand
from publisher.content.generators.lektor.slugs import slug
from publisher.content.settings.ini import read_ini
from publisher.testing import NO_PAGE, Expected, GeneratorSuite

SITE = "https://gazette.example"
PROJECT = """[project]
name = The Gazette
url = https://gazette.example/
url_style = absolute
locale = en_US

[alternatives.en]
name = English
primary = yes
locale = en_GB

[alternatives.de]
url_prefix = /de/
locale = de_DE

[alternatives.fr]
url_suffix = .fr
"""
BLOG = """[model]
name = Blog
hidden = yes

[children]
model = blog-post
slug_format = {{ (this.pub_date|dateformat('yyyy/M/') if this.pub_date) ~ this._id }}
; a comment
"""
POST = """[model]
inherits = page

[fields.pub_date]
type = date

[fields.published_at]
type = datetime
"""


def post(title: str, *fields: str, pub_date: str = "2026-05-11") -> str:
    return "\n---\n".join([f"title: {title}", *fields, f"pub_date: {pub_date}", ""])


class TestLektor(GeneratorSuite):
    """A blog with a format of slugs, languages, hidden folders, slugs of their own."""

    name = "lektor"
    sure = Sure.CERTAIN
    found: ClassVar = {"base_url": SITE, "title": "The Gazette", "language": "en-GB"}
    files: ClassVar = {
        "Gazette.lektorproject": PROJECT,
        "models/page.ini": "[model]\nname = Page\n[fields.title]\ntype = string\n",
        "models/blog.ini": BLOG,
        "models/blog-post.ini": POST,
        "models/secret.ini": "[children]\nhidden = yes\n",
        "models/odd.ini": "[children]\nslug_format = {% if x %}{{ f(x) }}{% endif %}\n",
        "models/broken.ini": "[model\nno section\n",
        "content/contents.lr": "title: Home\n---\n_model: page\n",
        "content/about/contents.lr": "title: About\n---\n_slug: About us\n---\nbody: Text",
        "content/about/team/contents.lr": "title: Team\n---\npub_date:\n",
        "content/blog/contents.lr": "_model: blog\n---\ntitle: Blog",
        "content/blog/one/contents.lr": post("One", "tags:\n\na b\nc", "image: a.png"),
        "content/blog/one/contents+de.lr": "title: Eins\n",
        "content/blog/one/contents+fr.lr": "title: Une\n",
        "content/blog/one/contents+xx.lr": "title: no language\n",
        "content/blog/one/a.png.lr": "alt: A",
        "content/blog/two/contents.lr": post("Two", "_slug: Own/Slug.html", "_discoverable: no"),
        "content/blog/two/three/contents.lr": post("Three", "body:\n\n----\nText\n" * 900),
        "content/blog/four/contents+en.lr": post("Four", pub_date="2026-05-12"),
        "content/blog/four/contents.lr": post("Vier"),
        "content/blog/five/contents.lr": "published_at: 2026-05-13 10:00:00 Europe/Rome\n---\nx: y",
        "content/blog/away/contents.lr": post("Away", pub_date="2026-05-14 10:00 No/Where"),
        "content/blog/gone/contents.lr": post("Gone", "_hidden: yes"),
        "content/blog/broken/contents.lr": post("Broken", pub_date="someday"),
        "content/secret/contents.lr": "title: Secret\n",
        "content/secret/plan/contents.lr": post("Plan"),
        "content/secret/shown/contents.lr": post("Shown", "_hidden: no"),
        "content/odd/contents.lr": "title: Odd",
        "content/odd/one/contents.lr": post("Odd one"),
        "content/folder/lost/contents.lr": post("Lost"),
        "databags/x.ini": "",
    }
    posts: ClassVar = {
        "content/contents.lr": Expected(f"{SITE}/", page=True),
        "content/about/contents.lr": Expected(f"{SITE}/about-us/", page=True),
        "content/about/team/contents.lr": Expected(f"{SITE}/about-us/team/", page=True),
        "content/blog/contents.lr": Expected(f"{SITE}/blog/", page=True),
        "content/blog/one/contents.lr": Expected(
            f"{SITE}/blog/2026/5/one/",
            "2026-05-11T00:00:00+02:00",
            "One",
            image=f"{SITE}/blog/2026/5/one/a.png",
            language="en-GB",
            date_only=True,
        ),
        "content/blog/one/contents+de.lr": Expected(
            f"{SITE}/de/blog/2026/5/one/", "2026-05-11T00:00:00+02:00", "Eins", language="de-DE"
        ),
        "content/blog/one/contents+fr.lr": Expected(
            f"{SITE}/blog/2026/5/one.fr", title="Une", language="fr"
        ),
        "content/blog/two/contents.lr": Expected(f"{SITE}/blog/own/slug.html", hidden=True),
        "content/blog/two/three/contents.lr": Expected(f"{SITE}/blog/own/_slug.html/three/"),
        "content/blog/four/contents+en.lr": Expected(f"{SITE}/blog/2026/5/four/", title="Four"),
        "content/blog/five/contents.lr": Expected(
            f"{SITE}/blog/five/", "2026-05-13T10:00:00+02:00", "Five"
        ),
        "content/blog/away/contents.lr": Expected(f"{SITE}/blog/away/", ""),
        "content/blog/gone/contents.lr": Expected(f"{SITE}/blog/2026/5/gone/", hidden=True),
        "content/blog/broken/contents.lr": Expected(f"{SITE}/blog/broken/", ""),
        "content/secret/contents.lr": Expected(f"{SITE}/secret/", page=True),
        "content/secret/plan/contents.lr": Expected(f"{SITE}/secret/plan/", hidden=True),
        "content/secret/shown/contents.lr": Expected(f"{SITE}/secret/shown/"),
        "content/odd/contents.lr": Expected(f"{SITE}/odd/", page=True),
        "content/odd/one/contents.lr": Expected(f"{SITE}/odd/one/"),
        "content/folder/lost/contents.lr": Expected(NO_PAGE, hidden=True),
    }

    def test_lists_stand_on_lines(self, site: Path) -> None:
        assert self.read(site)["content/blog/one/contents.lr"].tags == ("a b", "c")

    def test_a_format_that_is_not_understood_is_said(self, site: Path) -> None:
        assert "_slug" in self.read(site)["content/odd/one/contents.lr"].problem

    def test_what_a_parent_says_is_read_again(self, site: Path) -> None:
        before = self.read(site)["content/blog/one/contents.lr"].url
        (site / "content/blog/contents.lr").write_text("_model: blog\n---\n_slug: news")
        assert self.read(site)["content/blog/one/contents.lr"].url == before.replace("blog", "news")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Harbour, rebuilt", "a-harbour-rebuilt"),
        ("/one/Two three.HTML/", "one/two-three.HTML"),
        ("it's 1,000 & more", "it-s-1000-more"),
        ("Ärger &amp; 北京", "arger-bei-jing"),
        (".hidden", "hidden"),
        ("a.tar.gz", "a.tar.gz"),
    ],
)
def test_slugs(text: str, expected: str) -> None:
    assert slug(text) == expected


THIS: dict[str, Any] = {
    "_id": "2026-05-one-more",
    "pub_date": date(2026, 5, 3),
    "none": None,
    "title": "A & b",
    "_locale": "en_US",
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ this._id }}", "2026-05-one-more"),
        ("x-{{- this._id[8:] -}}", "x-one-more"),
        ("{{ this._id[0] ~ this._id[-1] ~ this['title'] }}", "2eA & b"),
        ("{{ '-'.join(this._id.split('-')[2:]) }}", "one-more"),
        (
            "{{ (this.pub_date.year ~ '/' ~ this.pub_date.month ~ '/') if this.pub_date }}",
            "2026/5/",
        ),
        ("{{ this.none|dateformat('y') ~ (this.pub_date if this.none else 'x') }}", "x"),
        ("{{ '%02d'|format(this.pub_date.month) ~ '%s' }}", "05%s"),
        ("{{ this.pub_date|dateformat(\"YY/MM/dd/d 'at' MMM MMMM\") }}", "26/05/03/3 at May May"),
        ("{{ this.title|slugify|upper }}{{ this.missing|default('z') }}", "A-Bz"),
        ("{{ this.pub_date.strftime('%Y') + this.title.replace('A', 'B').lower() }}", "2026b & b"),
        ("plain", "plain"),
    ],
)
def test_expressions(template: str, expected: str) -> None:
    assert expand(template, THIS) == expected


@pytest.mark.parametrize(
    ("day", "locale", "expected"),
    [
        (date(2012, 12, 31), "en_US", "2013"),
        (date(2023, 12, 31), "en_US", "2024"),
        (date(2023, 12, 31), "de_DE", "2023"),
        (date(2021, 1, 1), "de_DE", "2020"),
    ],
)
def test_the_year_of_a_week(day: date, locale: str, expected: str) -> None:
    found = expand("{{ this.day|dateformat('YYYY') }}", {"day": day, "_locale": locale})
    assert found == expected


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "template",
    [
        "{% x %}", "{{ other }}", "{{ this._id.__class__() }}", "{{ this|nothing }}", "{{ }}",
        "{{ ( }}", "{{ this._id[ }}", "{{ 'a' 'b' }}", "{{ ? }}", "{{ this.title.join(3) }}",
        "{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "{{ 1|split }}", "{{ ''|first(1, 2) }}",
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(template: str) -> None:
    with pytest.raises(NotKnown):
        expand(template, THIS)


def test_a_name_of_a_host_stands_for_the_address(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    servers = "[servers.x]\ntarget = ghpages://a/b?cname=gazette.example&x=y\n"
    (tmp_path / ".lektorproject").write_text(f"[project]\nname = x\n{servers}")
    found = detect(tmp_path)
    assert found is not None
    assert (found.base_url, found.language) == (SITE, "")
    (tmp_path / ".lektorproject").write_text(f'[project]\nname = "A B"\nurl = "{SITE}"\n')
    found = detect(tmp_path)
    assert found is not None
    assert (found.base_url, found.title) == (SITE, "A B")
    (tmp_path / ".lektorproject").write_text("[project]\nname = x\n")
    found = detect(tmp_path)
    assert found is not None
    assert found.notes


def test_models_may_inherit_in_a_circle(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        file = tmp_path / "models" / f"{name}.ini"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"[model]\ninherits = {other}\n")
    (tmp_path / "x.lektorproject").write_text("[project]")
    (tmp_path / "content" / "blog").mkdir(parents=True)
    (tmp_path / "content" / "contents.lr").write_text("_model: a")
    (tmp_path / "content" / "blog" / "contents.lr").write_text("_model: b\n---\ntitle: B")
    assert GeneratorSuite.read(TestLektor(), tmp_path)["content/blog/contents.lr"].title == "B"


def test_ini_files_may_be_broken(tmp_path: Path) -> None:
    file = tmp_path / "x.ini"
    file.write_text("\ufeff[a]\nb = c\nd\n# x\n[a]\ne = f\nnothing: here\n", encoding="utf-8")
    assert read_ini(file) == {"a": {"b": "c", "d": "", "e": "f", "nothing: here": ""}}
    file.write_text("no section\n")
    assert read_ini(file) == {}
