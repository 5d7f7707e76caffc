"""A form to paste into the pages of a static site; it works without JavaScript."""

from collections.abc import Iterator
from html import escape

from publisher.archive.library import name_of
from publisher.config import Config
from publisher.rendering.brand import Site
from publisher.web.readers.subscribe import TRAP


def snippet(config: Config, site: Site) -> str:
    """The form as HTML, in the language of the site."""
    return "\n".join(_lines(config, site)) + "\n"


def _lines(config: Config, site: Site) -> Iterator[str]:
    say, url = site.words.gettext, config.web.url or ""
    yield f'<form method="post" action="{escape(url)}/subscribe?lang={escape(site.language)}">'
    if len(config.newsletters) == 1:
        yield f'  <input type="hidden" name="newsletter" value="{next(iter(config.newsletters))}">'
    else:
        for name, each in config.newsletters.items():
            box = f'<input type="checkbox" name="newsletter" value="{name}">'
            yield f"  <label>{box} {escape(name_of(each))}</label>"
    yield f"  <label>{escape(say('Email address'))}"
    yield '    <input type="email" name="email" required autocomplete="email" maxlength="320">'
    yield "  </label>"
    yield f'  <input name="{TRAP}" hidden tabindex="-1" autocomplete="off" aria-hidden="true">'
    yield f"  <button>{escape(say('Subscribe'))}</button>"
    yield "</form>"
