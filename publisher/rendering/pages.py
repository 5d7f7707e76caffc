"""The public pages: HTML in the site's brand, in the reader's language.

None has a script but the challenge, which goes on without it too.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from functools import cached_property
from typing import Any, Final

from publisher.rendering.brand import Site
from publisher.rendering.contrast import readable
from publisher.rendering.lint.remote_content import host
from publisher.rendering.templates import Templates
from publisher.rendering.words import languages, words_of

_WRONG: Final = "#c2281d"
"""What stands beside a mistake, before it is made readable."""


class Pages:
    """Renders `templates/web/NAME.html.j2`; the site's own templates win, as everywhere.

    To `origins`, beside the site's own, an answer to a form may lead on.
    """

    def __init__(self, templates: Templates, site: Site, origins: Sequence[str] = ()) -> None:
        self._templates = templates
        self._origins = origins
        self.site = site

    @cached_property
    def languages(self) -> Mapping[str, str]:
        """The languages of the pages, each by its name in itself."""
        own = (self.site.language.partition("-")[0].lower(), *self.site.own_words)
        known = sorted({*languages(), *filter(self.site.speaks, own)})
        return {code: words_of(code).name_of(code) for code in known}

    def page(
        self, name: str, language: str, context: Mapping[str, Any], ending: str = ".html"
    ) -> str:
        """A whole page, or a feed if its `ending` says so.

        Raises:
            TemplateError: the template is missing or wrong.
        """
        site = replace(self.site, language=language)
        shared = {"site": site, "brand": site.brand, "logo": self._logo, "style": self.style}
        words = site.words
        shared |= {
            "languages": self.languages,
            "errors": {},
            "frame": self.frame,
            "days": [words.weekday(day) for day in range(7)],
            "hours": [words.clock(time(hour)) for hour in range(24)],
        }
        return self._templates.render(f"web/{name}{ending}.j2", {**shared, **context})

    @cached_property
    def frame(self) -> str:
        """The style sheet of what stands around an edition, beside the edition's own."""
        context = {"brand": self.site.brand, "site": self.site}
        return " ".join(self._templates.render("web/frame.css.j2", context).split())

    @cached_property
    def style(self) -> str:
        """The style sheet that stands in every page."""
        brand = self.site.brand
        modes = {"light": brand.light, "dark": brand.dark}
        wrong = {
            mode: readable(_WRONG, palette.surface, palette.background)
            for mode, palette in modes.items()
        }
        context = {"brand": brand, "site": self.site, "wrong": wrong}
        return " ".join(self._templates.render("web/style.css.j2", context).split())

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy (level 3) of a page: own style, own forms, the logo."""
        return self._policy()

    @cached_property
    def script(self) -> str:
        """What finds the proof on the page `challenge`."""
        return self._templates.render("web/challenge.js.j2", {}).strip()

    @cached_property
    def challenge_policy(self) -> str:
        """The policy of the page `challenge`: that script, too."""
        return self._policy(f"script-src {_hash(self.script)}; ")

    def _policy(self, scripts: str = "") -> str:
        pictures = f"img-src {_origin(self._logo)}; " if self._logo else ""
        forms = " ".join(dict.fromkeys(["'self'", _origin(self.site.url), *self._origins]))
        return (
            f"default-src 'none'; {scripts}style-src {_hash(self.style)}; {pictures}"
            f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
        )

    @property
    def _logo(self) -> str:
        """The logo, if it is the site's own: no page asks a third party for anything."""
        logo = self.site.brand.logo
        return logo if logo and host(logo) == host(self.site.url) else ""


def _hash(text: str) -> str:
    """What a policy allows an inline style sheet or script by."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])
