"""Colours that can be read: contrast by WCAG 2.2, and the palette of each mode."""

from dataclasses import dataclass
from functools import lru_cache

# WCAG 2.2 success criterion 1.4.3, with a little room for rounding by email programs.
READABLE = 4.6
_STEPS = 40
_KNEE = 0.04045


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one mode, each readable where the templates put it; `#rrggbb`."""

    background: str
    surface: str
    text: str
    muted: str
    accent: str
    button: str
    on_button: str
    line: str


@lru_cache(maxsize=16)
def palette(background: str, surface: str, text: str, muted: str, accent: str) -> Palette:
    """A mode's palette: what could not be read on its ground is moved until it can."""
    grounds = (surface, background)
    body = readable(text, *grounds)
    return Palette(
        background=background,
        surface=surface,
        text=body,
        muted=readable(muted or mix(body, surface, 0.35), *grounds),
        accent=readable(accent, *grounds),
        button=accent,
        on_button=max(("#ffffff", "#000000"), key=lambda colour: contrast(colour, accent)),
        line=mix(body, surface, 0.86),
    )


def readable(colour: str, *grounds: str) -> str:
    """`colour`, or the nearest darker or lighter one that can be read on every ground."""
    end = max(("#000000", "#ffffff"), key=lambda pole: _worst(pole, grounds))
    shades = (mix(colour, end, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if _worst(shade, grounds) >= READABLE), end)


def _worst(colour: str, grounds: tuple[str, ...]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    linear = [p / 12.92 if p <= _KNEE else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def _channels(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    if len(digits) == 3:  # noqa: PLR2004 - #rgb is short for #rrggbb
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
