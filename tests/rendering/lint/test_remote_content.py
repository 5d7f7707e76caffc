"""No email fetches anything from elsewhere: what showing one asks of the network."""

from pathlib import Path

import pytest

from publisher.rendering.brand import Brand
from publisher.rendering.digest import render_digest
from publisher.rendering.lint.remote_content import fetched_urls, foreign_urls, host
from publisher.rendering.templates import Templates
from tests.rendering.samples import SITE, SLOT, gazette, picks, sectioned

GOOGLE = (
    "Roboto", "Lato", "Open Sans", "Montserrat", "Ubuntu", "Droid Sans", "'Open Sans', Georgia",
)  # fmt: skip
PAGE = (
    "<mjml><mj-head>{}</mj-head><mj-body><mj-section><mj-column>{}</mj-column></mj-section>"
    "</mj-body></mjml>"
)


@pytest.mark.parametrize("font", GOOGLE)
def test_a_brands_font_is_fetched_from_nobody(font: str) -> None:
    for chosen in (picks(), sectioned()):
        rendered = render_digest(
            Templates(None), gazette(Brand(font=font)), chosen,
            newsletter="daily", template="digest", slot=SLOT,
        )  # fmt: skip
        assert font.strip("'").partition("'")[0] in rendered.html
        assert {host(url) for url in fetched_urls(rendered.html)} == {"gazette.example"}
        assert rendered.warnings == ()


X = "https://elsewhere.example/x"
WORDS = "<mj-text>x</mj-text>"
FONT = f'<mj-font name="Inter" href="{X}" />'
STYLES = (f"p {{ background: url('{X[6:]}') }}", f'@import "{X}";', f"@import url({X});")
RAW = (
    f'<!--[if mso]><v:fill src="{X}" /><![endif]-->',
    f'<img srcset="{SITE}/a 1x, {X} 2x" alt="" />',
    f'<link rel="stylesheet" href="{X}" />',
    f'<table background="{X}"></table>',
)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (FONT, '<mj-text font-family="Inter">x</mj-text>'),
        ("", f'<mj-image src="{X}" />'),
        ("", f'<mj-text><img src="{X}" alt="" /></mj-text>'),
        ("", f'<mj-text><p style="background:url({X})">x</p></mj-text>'),
        *((f"<mj-style>{style}</mj-style>", WORDS) for style in STYLES),
        *(("", f"<mj-raw>{raw}</mj-raw>") for raw in RAW),
    ],
)
def test_what_a_template_fetches_from_elsewhere_is_told(own: Path, head: str, body: str) -> None:
    (own / "x.mjml.j2").write_text(PAGE.format(head, body), encoding="utf-8")
    rendered = render_digest(
        Templates(own), gazette(), picks(), newsletter="daily", template="x", slot=SLOT
    )
    (warning,) = rendered.warnings
    assert "elsewhere.example/x, so elsewhere.example learns who reads when" in warning


SOCIAL = '<mj-social><mj-social-element name="x" href="https://x.example" /></mj-social>'
ACCORDION = (
    "<mj-accordion><mj-accordion-element><mj-accordion-title>x</mj-accordion-title>"
    "</mj-accordion-element></mj-accordion>"
)


@pytest.mark.parametrize("body", [SOCIAL, ACCORDION])
def test_icons_that_mjml_brings_along_are_told(own: Path, body: str) -> None:
    (own / "x.mjml.j2").write_text(PAGE.format("", body), encoding="utf-8")
    rendered = render_digest(
        Templates(own), gazette(), picks(), newsletter="daily", template="x", slot=SLOT
    )
    assert "learns who reads when" in rendered.warnings[0]


def test_links_that_people_click_are_fetched_by_nobody() -> None:
    html = '<a href="https://a.example/"><img src="data:image/png;base64,AA=="></a>'
    assert fetched_urls(html) == []
    assert fetched_urls('<link rel="stylesheet" href="https://b.example/x.css">') != []


def test_one_address_a_host() -> None:
    html = "".join(f'<img src="https://{name}.example/{n}">' for name in "aab" for n in range(2))
    assert foreign_urls(html, {"b.example"}) == ["https://a.example/0"]
    assert foreign_urls(f'<img src="{SITE}/x">', {"gazette.example"}) == []
    assert host("https://[broken") == ""
