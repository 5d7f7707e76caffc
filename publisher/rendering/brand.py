"""What a site shows of itself in a mail: its name, address and brand."""

import re
from dataclasses import dataclass, field, fields
from zoneinfo import ZoneInfo

SYSTEM_FONTS = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
)

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_FONTS = re.compile(r"[\w\s,'-]+")
_NO_COLOUR = frozenset({"font", "logo", "logo_dark", "radius"})
_EMPTY_ALLOWED = frozenset({"muted", "dark_muted"})


@dataclass(frozen=True, slots=True)
class Look:
    """A brand. Colours are `#rgb` or `#rrggbb`; the `dark_` ones serve readers in dark mode.

    `muted` is made from the text's colour where it is empty. `font` is a CSS font stack, `logo`
    a web address (empty: the site's title stands instead), `radius` is in pixels. A colour that
    could not be read on its ground is moved until it can, so any accent may be given.

    Raises:
        ValueError: a value is no colour, font stack or number of pixels.
    """

    accent: str = "#1a5fb4"
    background: str = "#eef0f3"
    surface: str = "#ffffff"
    text: str = "#16181d"
    muted: str = ""
    dark_accent: str = "#8ab8f0"
    dark_background: str = "#0f1115"
    dark_surface: str = "#191c22"
    dark_text: str = "#eceef2"
    dark_muted: str = ""
    font: str = SYSTEM_FONTS
    logo: str = ""
    logo_dark: str = ""
    radius: int = 8

    def __post_init__(self) -> None:
        for name in (each.name for each in fields(self) if each.name not in _NO_COLOUR):
            self._check_colour(name, getattr(self, name))
        if not _FONTS.fullmatch(self.font):
            raise ValueError("font: write names separated by commas, such as Georgia, serif")
        if not 0 <= self.radius <= 40:  # noqa: PLR2004 - beyond this a button is a circle
            raise ValueError("radius: write pixels, from 0 to 40")

    @staticmethod
    def _check_colour(name: str, value: str) -> None:
        if not (value or name not in _EMPTY_ALLOWED):
            return
        if not _COLOUR.fullmatch(value):
            raise ValueError(f"{name}: write a colour such as #1a5fb4")


@dataclass(frozen=True, slots=True)
class SiteCard:
    """The site as its readers know it; `address` is the postal one, `language` a BCP 47 tag."""

    title: str
    url: str
    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    address: str = ""
    description: str = ""
    look: Look = field(default_factory=Look)
