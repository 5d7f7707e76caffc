import pytest

from tests.config.conftest import GOOD, Place


def test_an_email_and_a_webhook(place: Place) -> None:
    notify = place.load(
        GOOD + "notify: {email: op@x.example, channel: mail, webhook: https://hooks.example/x?y=1}"
    ).notify
    assert notify is not None and notify.webhook is not None
    assert (notify.email, notify.channel) == ("op@x.example", "mail")
    assert "hooks" not in repr(notify)
    assert place.load().notify is None


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("{}", "notify: names no recipient"),
        ("{email: op@x.example}", "notify.channel: is missing"),
        ("{email: nobody, channel: mail}", "notify.email"),
        ("{email: op@x.example, channel: fediverse}", "sends notes, not email"),
        ("{email: op@x.example, channel: male}", "unknown channel"),
        ("{webhook: 'http://hooks.example/x'}", "must begin with https://"),
        ("{webhook: hooks.example}", "must be an address"),
        ("{webhook: https://hooks.example/x, mail: x}", "notify.mail: unknown option"),
    ],
)
def test_mistakes_are_told(place: Place, block: str, told: str) -> None:
    assert told in place.mistake(f"{GOOD}notify: {block}\n")
