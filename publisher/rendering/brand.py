"""What a site shows of itself in emails: its words, colours, font and logo."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from publisher.rendering.contrast import Palette, palette
from publisher.rendering.words import OwnTexts, Words, direction_of, speaks, words_of

SYSTEM_FONTS = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
)

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_FONTS = re.compile(r"[\w\s,'-]+")
_NO_COLOUR = frozenset({"font", "logo", "logo_dark", "radius"})
_MAY_BE_EMPTY = frozenset({"muted", "dark_muted"})


@dataclass(frozen=True, slots=True)
class Brand:
    """Colours are `#rgb` or `#rrggbb`; the `dark_` ones serve readers in dark mode.

    `muted` is made from the text's colour where it is empty. `font` is a CSS font stack, `logo`
    a web address (empty: the site's title stands instead), `radius` is in pixels.

    Raises:
        ValueError: a value is not a colour, font stack or number of pixels.
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
            colour = getattr(self, name)
            if not _COLOUR.fullmatch(colour) and (colour or name not in _MAY_BE_EMPTY):
                raise ValueError(f"{name}: write a colour such as #1a5fb4")
        if not _FONTS.fullmatch(self.font):
            raise ValueError("font: write names separated by commas, such as Georgia, serif")
        if not 0 <= self.radius <= 40:  # noqa: PLR2004 - beyond this a button is a circle
            raise ValueError("radius: write pixels, from 0 to 40")

    @property
    def light(self) -> Palette:
        """The colours of light mode, each moved until it can be read on its ground."""
        return palette(self.background, self.surface, self.text, self.muted, self.accent)

    @property
    def dark(self) -> Palette:
        """The colours of dark mode."""
        grounds = self.dark_background, self.dark_surface
        return palette(*grounds, self.dark_text, self.dark_muted, self.dark_accent)


@dataclass(frozen=True, slots=True)
class Site:
    """The site as its readers know it; `address` is the postal one, `language` a BCP 47 tag.

    `own_words` are the words of config.yaml by language.
    """

    title: str
    url: str
    language: str = "en"
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    address: str = ""
    description: str = ""
    brand: Brand = field(default_factory=Brand)
    own_words: Mapping[str, OwnTexts] = field(default_factory=dict, hash=False)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as the language is written."""
        return direction_of(self.language)

    @property
    def words(self) -> Words:
        """What readers see, in the site's language."""
        return words_of(self.language, self.own_words)

    def in_language(self, language: str) -> Self:
        """The site as it speaks to a reader of `language`; as ever where it cannot speak that."""
        return replace(self, language=language) if self.speaks(language) else self

    def speaks(self, language: str) -> bool:
        """Whether there are words of `language`."""
        return bool(language) and speaks(language, self.own_words)
