"""Choices out of a form."""

from publisher.model.contacts import Cadence, Choices
from publisher.plan.choices import Offered, fitting
from publisher.web.readers.forms import Fields


def chosen(offer: Offered, given: Fields, before: Choices) -> Choices:
    """What somebody chose, as far as it is offered; every topic is as good as none.

    A form that does not ask for something leaves it as it was.
    """
    topics = tuple(given.many("topic")) if offer.topics else before.topics
    if topics and {topic.key for topic in offer.topics} <= set(topics):
        topics = ()
    asked = Choices(
        topics=topics,
        cadence=_cadence(given.raw("cadence"), before.cadence),
        day=given.number("day", before.day),
        hour=given.number("hour", before.hour if before != Choices() else offer.usual.hour),
    )
    found = fitting(offer, asked, before)
    return Choices(topics=found.topics) if found.cadence is Cadence.EACH else found


def _cadence(text: str, before: Cadence) -> Cadence:
    return Cadence(text) if text in [*Cadence] else before
