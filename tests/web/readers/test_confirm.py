from datetime import timedelta

from publisher.signing import Key, Purpose, Signer
from publisher.wiring import Publisher
from tests.web.client import Client
from tests.web.people import confirmation, everybody, queued, states


def test_a_button_confirms_and_opening_the_link_does_not(
    client: Client, publisher: Publisher
) -> None:
    client.post("/subscribe", {"email": "ann@example.org"})
    path = f"/confirm/{confirmation(publisher, everybody(publisher)[0])}"
    for method in ("GET", "HEAD"):
        assert client.ask(method, path).status == 200
        assert states(publisher) == {"ann@example.org": "pending"}
    assert client.post(path).status == 200
    assert states(publisher) == {"ann@example.org": "active"}
    assert client.post(path).status == 200
    later = client.get(path)
    assert later.status == 200 and "You are subscribed" in later.text
    assert "<button" not in later.text and "/preferences/" in later.text
    assert [kind for _, kind in queued(publisher)] == ["confirmation", "welcome"]


def test_a_link_that_is_over_offers_one_more_email(client: Client, publisher: Publisher) -> None:
    client.post("/subscribe", {"email": "ann@example.org"})
    reader, signer = everybody(publisher)[0], publisher.outbox.keys.signer()
    long_ago = publisher.clock() - timedelta(days=30)
    path = f"/confirm/{signer.confirmation(Purpose.CONFIRM, reader.token, long_ago)}"
    for answer in (client.get(path), client.post(path)):
        assert answer.status == 410 and f'action="{path}/again' in answer.text
    assert states(publisher) == {"ann@example.org": "pending"}
    for _ in range(5):
        assert client.post(f"{path}/again").status == 303
    assert len(queued(publisher)) == 2


def test_an_old_confirmation_brings_nobody_back(client: Client, publisher: Publisher) -> None:
    client.post("/subscribe", {"email": "ann@example.org"})
    reader = everybody(publisher)[0]
    path = f"/confirm/{confirmation(publisher, reader)}"
    client.post(path)
    publisher.outbox.readers.leave(
        reader.token, "on the page", publisher.clock() + timedelta(seconds=5)
    )
    assert client.post(path).status == 410
    assert states(publisher) == {"ann@example.org": "unsubscribed"}


def test_tokens_that_are_not_ours_change_nothing(client: Client, publisher: Publisher) -> None:
    client.post("/subscribe", {"email": "ann@example.org"})
    reader = everybody(publisher)[0]
    good, signer = confirmation(publisher, reader), publisher.outbox.keys.signer()
    other = Signer([Key(good[-26:-22], "another secret")])
    bad = [
        good[:-1],
        good[1:],
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.swapcase(),
        good + "A",
        reader.token,
        signer.sign(Purpose.READER, reader.token),
        signer.sign(Purpose.CONFIRM, reader.token),
        signer.confirmation(Purpose.ADDRESS, reader.token, publisher.clock()),
        other.confirmation(Purpose.CONFIRM, reader.token, publisher.clock()),
        "x" * 5_000,
        "%00",
        "%F0%9F%98%80" * 20,
        "..%2F..%2Fetc%2Fpasswd",
    ]
    for token in bad:
        for method in ("GET", "POST"):
            answer = client.ask(method, f"/confirm/{token}")
            assert answer.status in {404, 405, 410}, token
            assert "ann@example.org" not in answer.text
    assert states(publisher) == {"ann@example.org": "pending"}


def test_a_link_signed_with_a_key_of_just_now_is_known(
    client: Client, publisher: Publisher
) -> None:
    client.post("/subscribe", {"email": "ann@example.org"})
    (reader,) = everybody(publisher)
    assert client.get(f"/confirm/{confirmation(publisher, reader)}").status == 200
    publisher.outbox.keys.add(Key.new(), publisher.clock())
    link = f"/confirm/{confirmation(publisher, reader)}"
    assert client.post(link, {}).status == 200
    assert states(publisher) == {"ann@example.org": "active"}
