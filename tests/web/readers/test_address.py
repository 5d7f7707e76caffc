from publisher.mime.addresses import parse_address
from publisher.signing import Purpose, new_address_body
from publisher.wiring import Publisher
from tests.web.client import Client
from tests.web.people import added, link, queued, states


def proof(publisher: Publisher, token: str, email: str) -> str:
    signer = publisher.outbox.keys.signer()
    body = new_address_body(token, email)
    return signer.confirmation(Purpose.ADDRESS, body, publisher.clock())


def test_another_address_counts_once_it_is_proved(client: Client, publisher: Publisher) -> None:
    reader = added(publisher)
    form = f"/preferences/{link(publisher, reader)}/address"
    assert client.post(form, {"email": "new@example.org"}).status == 303
    assert states(publisher) == {"ann@example.org": "active"}
    path = f"/address/{proof(publisher, reader.token, 'new@example.org')}"
    assert client.get(path).status == 200
    assert states(publisher) == {"ann@example.org": "active"}
    assert client.post(path).status == client.post(path).status == 200
    assert states(publisher) == {"new@example.org": "active"}
    assert ("ann@example.org", "address-changed") in queued(publisher)
    assert len(queued(publisher)) == 2


def test_an_address_of_somebody_known_is_not_taken_over(
    client: Client, publisher: Publisher
) -> None:
    reader = added(publisher)
    added(publisher, "bob@example.org")
    path = f"/address/{proof(publisher, reader.token, 'bob@example.org')}"
    assert client.post(path).status == 200
    assert states(publisher) == {"ann@example.org": "active", "bob@example.org": "active"}


def test_an_address_that_must_not_be_mailed_is_none(client: Client, publisher: Publisher) -> None:
    reader = added(publisher)
    publisher.outbox.subscribers.suppress_many([(parse_address("dead@example.org"), "bounced")])
    form = f"/preferences/{link(publisher, reader)}/address"
    assert client.post(form, {"email": "dead@example.org"}).status == 303
    assert client.post(form, {"email": "no address"}).status == 422
    assert queued(publisher) == []
    path = f"/address/{proof(publisher, reader.token, 'dead@example.org')}"
    assert client.post(path).status == 404
