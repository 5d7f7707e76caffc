"""The adapter against Bluesky's reference server: what the fake in tests/adapters says is true."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image

from publisher.adapters.base import send_whole
from publisher.adapters.bluesky import Bluesky
from publisher.errors import AuthExpired, OutcomeUnknown, Rejected
from publisher.model.messages import Note, Picture
from publisher.testing import KEY, OTHER_KEY, Kept
from tests.adapters.faults import FaultProxy, Mode
from tests.bluesky.conftest import MAIN_PASSWORD, Account

pytestmark = pytest.mark.bluesky

AT = datetime(2026, 3, 1, 7, 0, 0, 123456, tzinfo=UTC)
URL = "https://gazette.example/articles/the-bridge-is-open?utm_source=bluesky"
NOTE = Note(
    f"Die Brücke 🌉 ist offen.\n\n{URL}\n#Brücke",
    url=URL,
    link=URL,
    title="The bridge",
    description="It is open.",
    language="de-CH",
    created_at=AT,
)


def drawn(format_: str, side: int = 64) -> Picture:
    buffer = io.BytesIO()
    Image.effect_noise((side, side), 90).save(buffer, format_)
    return Picture(buffer.getvalue(), f"image/{format_.lower()}", "Noise", side, side)


def test_a_note_is_posted_once(account: Account) -> None:
    channel = account.channel()
    assert channel.find(KEY, NOTE, AT) is None
    receipt = channel.send(NOTE, KEY)
    assert channel.send(NOTE, KEY) == receipt == channel.find(KEY, NOTE, AT)
    assert channel.send(replace(NOTE, title="Changed", text="Other"), KEY) == receipt
    [record] = account.records()
    assert record["uri"] == receipt.remote_id and record["cid"] == receipt.handle["cid"]
    text = record["value"]["text"].encode()
    marked = [
        text[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode()
        for each in record["value"]["facets"]
    ]
    assert marked == ["gazette.example/articles/the…", "#Brücke"]
    assert record["value"]["embed"]["external"]["uri"] == URL


@pytest.mark.parametrize("mode", [Mode.SWALLOW, Mode.RESET, Mode.CUT, Mode.GARBLE])
def test_a_lost_answer_is_found(account: Account, mode: Mode) -> None:
    port = int(account.server.base_url.rpartition(":")[2])
    with FaultProxy(port) as proxy:
        store = Kept()
        channel = account.channel(store, base_url=f"http://127.0.0.1:{proxy.port}", timeout=3)
        channel.check()
        proxy.switch(mode, after=b"repo.putRecord")
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
        proxy.switch(Mode.PASS)
        found = channel.find(KEY, NOTE, AT)
        assert found is not None and channel.send(NOTE, KEY) == found
    assert len(account.records()) == 1


def test_it_is_deleted(account: Account) -> None:
    channel = account.channel()
    receipt = send_whole(channel, NOTE, KEY)
    channel.delete(receipt)
    channel.delete(receipt)
    assert account.records() == [] and channel.find(KEY, NOTE, AT) is None


def test_a_thread_is_posted_once_and_deleted_as_a_whole(account: Account) -> None:
    note = replace(NOTE, thread=("It was closed for two years.", f"More: {URL}"))
    channel = account.channel(thread=3)
    receipt = send_whole(channel, note, KEY)
    assert send_whole(channel, note, KEY) == receipt
    texts = {record["value"]["text"]: record for record in account.records()}
    assert len(texts) == len(account.records()) == 3
    second = texts["It was closed for two years."]
    [last] = (each for text, each in texts.items() if text.startswith("More: "))
    first = {"uri": receipt.remote_id, "cid": receipt.handle["cid"]}
    assert second["value"]["reply"] == {"root": first, "parent": first}
    parent = {"uri": second["uri"], "cid": second["cid"]}
    assert last["value"]["reply"] == {"root": first, "parent": parent}
    channel.delete(receipt)
    assert account.records() == []


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_arrive(account: Account, format_: str) -> None:
    note = replace(NOTE, picture=drawn(format_))
    assert not send_whole(account.channel(pictures=True), note, KEY).remark
    [record] = account.records()
    [image] = record["value"]["embed"]["images"]
    assert image["alt"] == "Noise" and image["aspectRatio"] == {"width": 64, "height": 64}


def test_a_card_has_its_picture(account: Account) -> None:
    assert not send_whole(account.channel(), replace(NOTE, thumbnail=drawn("PNG")), KEY).remark
    [record] = account.records()
    assert record["value"]["embed"]["external"]["thumb"]["mimeType"] == "image/png"


@pytest.mark.parametrize("pictures", [True, False])
def test_what_is_too_large_is_left_out(account: Account, pictures: bool) -> None:  # noqa: FBT001 - a table
    large = drawn("PNG", 1700)
    assert 2_000_000 < len(large.content) < 5_000_000
    note = replace(NOTE, picture=large if pictures else None, thumbnail=large)
    assert "without its picture" in send_whole(account.channel(pictures=pictures), note, KEY).remark
    [record] = account.records()
    assert "thumb" not in record["value"]["embed"]["external"]


@pytest.mark.parametrize(
    "text",
    [
        "y" * 300,
        "👨‍👩‍👧‍👦" * 120,
        "नमस्ते " * 50,
        "e\u0301" * 300,
        "🇨🇭" * 300,
        f"{URL} " + "y" * 200,
        "日" * 300,
    ],
)
def test_what_fits_is_taken(account: Account, text: str) -> None:
    channel = account.channel()
    limits = channel.current_limits()
    while not limits.excess(text + "y"):
        text += "y"
    assert not limits.excess(text)
    assert send_whole(channel, Note(text, created_at=AT), KEY).remote_id


@pytest.mark.parametrize("text", ["y" * 301, "👨‍👩‍👧‍👦" * 121])
def test_what_does_not_fit_is_refused_by_both(
    account: Account, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = account.channel()
    with pytest.raises(Rejected):
        channel.send(Note(text, created_at=AT), KEY)
    monkeypatch.setattr(Bluesky, "refuse_unfit", lambda *_: None)
    with pytest.raises(Rejected, match="too big"):
        channel.send(Note(text, created_at=AT), KEY)
    assert account.records() == []


def test_awkward_texts_are_taken(account: Account) -> None:
    channel = account.channel()
    texts = [
        "https://x https://… http://a.b/ü?q=ö#ß (https://en.wiki.example/x_(y)).",
        "#️⃣ #tag# ##x #日本語。 #🎉 # #2026",
        "@nobody.test @gazette.test. @\u2060ann.test",
        "\u200f مرحبا 🇪🇬 https://gazette.example/\n\n\n",
        "a\ud800b",
        URL * 3,
    ]
    for number, text in enumerate(texts):
        channel.send(Note(text, language="en_GB", created_at=AT), f"{number:032x}")
    assert len(account.records()) == len(texts)


def test_somebody_is_mentioned(account: Account) -> None:
    account.channel().send(Note(f"Hello @{account.handle}!", created_at=AT), KEY)
    [record] = account.records()
    [facet] = record["value"]["facets"]
    assert facet["features"][0]["did"] == account.did


def test_a_session_is_kept_and_renewed(account: Account) -> None:
    store = Kept()
    channel = account.channel(store)
    assert channel.check().account == f"@{account.handle}"
    old = store.stored
    assert old is not None
    store.stored = replace(old, values={**old.values, "access": old.values["refresh"]})
    assert send_whole(channel, NOTE, KEY).remote_id
    assert store.stored.version == old.version + 1
    store.stored = replace(old, values={**old.values, "access": "a.b.c", "refresh": "d.e.f"})
    assert send_whole(account.channel(store), NOTE, OTHER_KEY).remote_id


def test_whose_password_it_is(account: Account) -> None:
    with pytest.raises(AuthExpired, match="make an app password"):
        account.channel(app_password=MAIN_PASSWORD).check()
    with pytest.raises(AuthExpired, match="make a new app password"):
        account.channel(app_password="wrong-wrong-wrong-wron").check()


def test_a_deactivated_account_pauses(account: Account) -> None:
    channel = account.channel()
    channel.check()
    server = account.server
    login = {"identifier": account.handle, "password": MAIN_PASSWORD}
    token = server.post("com.atproto.server.createSession", **login)["accessJwt"]
    server.post("com.atproto.server.deactivateAccount", token)
    with pytest.raises(AuthExpired):
        channel.send(NOTE, KEY)
    with pytest.raises(AuthExpired):
        account.channel().check()
