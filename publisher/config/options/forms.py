"""The block `forms`: form services whose webhooks bring new readers."""

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import SecretStr

from publisher.adapters.base import option
from publisher.config.mistakes import Mistake, near
from publisher.config.options.site import Block
from publisher.config.options.values import Line
from publisher.config.source.secrets import ABSENT


class FormService(Block):
    """One service; `publish web` takes what it tells at `/hooks/SERVICE`."""

    secret: SecretStr = option(
        "What the service signs its webhooks with, best as `${NAME}`.", min_length=1
    )
    newsletter: Line = option(
        "The newsletter that its forms are for, where a form has no field `newsletter` and there "
        "are several.",
        "",
    )

    @property
    def key(self) -> str:
        """The secret; empty where the environment lacks it, so that nothing is signed with it."""
        value = self.secret.get_secret_value()
        return "" if value == ABSENT else value


class Forms(Block):
    """The form services that are listened to."""

    formspree: FormService | None = option("Formspree (its webhook's signing secret).", None)
    netlify: FormService | None = option("Netlify Forms (its JWS secret token).", None)
    tally: FormService | None = option("Tally (its signing secret).", None)


def unknown_newsletters(raw: Any, newsletters: Collection[str]) -> Iterator[Mistake]:
    """Newsletters that forms are for and that there are not."""
    for service, each in raw.items() if isinstance(raw, dict) else ():
        name = each.get("newsletter") if isinstance(each, dict) else None
        if isinstance(name, str) and name and name not in newsletters:
            path = ("forms", str(service), "newsletter")
            yield Mistake(path, "unknown newsletter", near(name, newsletters))
