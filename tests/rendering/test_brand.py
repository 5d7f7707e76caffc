from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rendering.brand import Brand
from publisher.rendering.contrast import Palette, contrast, palette

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
AA = 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


def _unreadable(colours: Palette) -> list[tuple[str, str]]:
    words = ((name, getattr(colours, name)) for name in ("text", "muted", "accent"))
    grounds = ((name, getattr(colours, name)) for name in ("surface", "background"))
    pairs = product(words, grounds)
    return [(word, ground) for (word, a), (ground, b) in pairs if contrast(a, b) < AA]


def test_the_default_look_is_readable_in_both_modes() -> None:
    brand = Brand()
    for colours in (brand.light, brand.dark):
        assert _unreadable(colours) == []
        assert contrast(colours.on_button, colours.button) >= AA


@given(accent=COLOURS, text=COLOURS, muted=COLOURS)
def test_any_brand_is_made_readable(accent: str, text: str, muted: str) -> None:
    light = palette("#eef0f3", "#ffffff", text, muted, accent)
    dark = palette("#0f1115", "#191c22", text, muted, accent)
    assert _unreadable(light) == _unreadable(dark) == []
    assert contrast(light.on_button, light.button) >= AA


def test_what_can_be_read_stays_as_it_is() -> None:
    colours = palette("#ffffff", "#ffffff", "#000000", "#444444", "#1a5fb4")
    assert (colours.text, colours.muted, colours.accent) == ("#000000", "#444444", "#1a5fb4")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent", "blue"),
        ("accent", ""),
        ("dark_text", "#12345"),
        ("background", "#fff;} body{display:none"),
        ("font", 'Arial"><script>'),
        ("font", ""),
        ("radius", 99),
    ],
)
def test_a_wrong_look_says_which_field(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        Brand(**{field: value})  # type: ignore[arg-type]
