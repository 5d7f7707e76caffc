"""What those who ask for something by email or by a form may choose."""

from collections.abc import Mapping
from typing import Protocol

from publisher.model.contacts import Choices


class Offers(Protocol):
    """What readers may choose of a newsletter."""

    def topics(self, newsletter: str) -> Mapping[str, str]:
        """What is stored of each topic that is offered, by all that readers may call it."""
        ...

    def fitting(self, newsletter: str, asked: Choices, before: Choices) -> Choices:
        """What of the choices asked for, whose topics may be called as above, may be stored."""
        ...

    def language(self, newsletter: str, asked: str, before: str) -> str:
        """The language that may be stored where one is asked for."""
        ...
