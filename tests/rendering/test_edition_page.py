"""What of an email stands on a page for everybody."""

from publisher.rendering.digest import render_digest
from publisher.rendering.edition_page import edition_body, edition_text
from publisher.rendering.templates import Templates
from tests.rendering.samples import SLOT, gazette, picks


def test_what_only_readers_are_told_is_left_out() -> None:
    rendered = render_digest(
        Templates(None),
        gazette(),
        picks(),
        newsletter="daily",
        template="digest",
        slot=SLOT,
        counting="month",
    )
    body, text = edition_body(rendered), edition_text(rendered)
    for own in ("you signed up", "We count", "Unsubscribe", "Your choices", "\ufdd0"):
        assert own not in body.inside
    assert "12 Mill Lane" in body.inside and "Visit the site" in body.inside
    assert body.language == "en-GB" and body.picture.endswith("library.jpg")
    assert "Unsubscribe" not in text and "publisher:leave" not in text
