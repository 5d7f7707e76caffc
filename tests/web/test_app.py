import asyncio
import threading
from datetime import timedelta

import pytest

from publisher.errors import StorageError
from publisher.model.asking import Ask
from publisher.model.contacts import Consent
from publisher.web.limits import Limits
from publisher.web.middleware.bodies import MOST_BYTES
from publisher.web.readers.wishes import Form, Wishes
from publisher.web.writer import Writer
from publisher.wiring import Publisher
from tests.web.client import Client
from tests.web.people import added


def test_it_says_that_it_is_healthy_by_any_name(client: Client) -> None:
    answer = client.get("/health", host="10.1.2.3:8025")
    assert (answer.status, answer.text.splitlines()[0]) == (200, "ok")


def test_a_page_that_is_not_there_is_kind_in_the_readers_language(client: Client) -> None:
    answer = client.get("/nowhere", accept_language="tlh, de-AT;q=0.8, en;q=0.3")
    assert answer.status == 404
    assert '<html lang="de-AT"' in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("lang", ["", "de", "xx", "../../etc", "%00", "de&lang=ar"])
def test_a_language_is_asked_for_by_a_parameter(client: Client, lang: str) -> None:
    assert client.get(f"/nowhere?lang={lang}").status == 404


def test_another_host_is_refused(client: Client) -> None:
    for host in ("evil.example", "news.gazette.example.evil.example", "", "news.gazette.example:1"):
        assert client.get("/nowhere", host=host).status == 421


def test_a_body_that_is_too_large_is_refused_unread(client: Client) -> None:
    assert client.ask("POST", "/nowhere", b"x" * (MOST_BYTES + 1)).status == 413
    assert client.get("/nowhere", content_length="99999999999999999999").status == 413
    assert client.get("/nowhere", content_length="-1").status == 400
    assert client.get("/nowhere", transfer_encoding="chunked").status == 400


def test_every_answer_forbids_what_it_does_not_need(client: Client) -> None:
    for answer in (client.get("/nowhere"), client.get("/health"), client.get("/", host="x")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


def test_refused_bodies_are_told_by_a_page_in_the_reader_s_language(client: Client) -> None:
    large = client.ask("POST", "/subscribe", b"x" * (MOST_BYTES + 1), {"accept-language": "de"})
    assert large.status == 413
    assert large.headers["connection"] == "close"
    assert '<html lang="de"' in large.text
    assert client.ask("PUT", "/subscribe").status == 405
    assert "<h1>" in client.ask("PUT", "/subscribe").text


def test_forms_are_written_together_by_whoever_asks(publisher: Publisher) -> None:
    """Not only by the writer, who has a transaction open already."""
    limits = Limits(publisher.outbox.limits, 10, timedelta(hours=1))
    wishes, now = Wishes(publisher.outbox, limits), publisher.clock()
    wants = limits.wants(publisher.outbox.keys.signer(), now, "192.0.2.1")
    ask = Ask("daily", "ann@example.org", "ann@example.org", Consent(now, "form"))
    assert wishes([Form(now, wants, [ask])]) == [True]
    with publisher.outbox.database.together():
        assert wishes([Form(now, wants, [ask])]) == [True]
    assert [each.email for each in publisher.outbox.subscribers.stream()] == ["ann@example.org"]


def test_a_request_that_is_given_up_holds_nobody_up(publisher: Publisher) -> None:
    writer = Writer(publisher.outbox)
    writer.start()

    async def ask() -> str:
        given_up = asyncio.create_task(writer.write(lambda: "first"))
        await asyncio.sleep(0)
        given_up.cancel()
        async with asyncio.timeout(30):
            return await writer.write(lambda: "second")

    assert asyncio.run(ask()) == "second"
    writer.stop()


def test_groups_of_two_servers_do_not_wait_for_each_other_for_ever(publisher: Publisher) -> None:
    """One takes a limit and then lets somebody leave, the other does so the other way round."""
    reader, now, outbox = added(publisher), publisher.clock(), publisher.outbox
    signer, limits = outbox.keys.signer(), Limits(outbox.limits, 10, timedelta(hours=1))
    took, failed = threading.Event(), list[Exception]()

    def other() -> None:
        try:
            with outbox.database.together():
                outbox.readers.leave(reader.token, "left", now)
                took.set()
                limits.allow(signer, now, "192.0.2.1")
        except StorageError as error:
            failed.append(error)

    thread = threading.Thread(target=other)
    with outbox.database.together():
        limits.allow(signer, now, "192.0.2.1")
        thread.start()
        took.wait(0.5)
        outbox.readers.leave(reader.token, "left", now)
    thread.join()
    assert not failed
