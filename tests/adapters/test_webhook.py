import base64
import hmac
import json
import runpy
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from publisher.adapters.webhook import WebhookAdapter, payload, signature
from publisher.errors import AuthExpired, Doubtful, OutcomeUnknown, Unavailable
from publisher.model.messages import Digest, DigestItem, Note, Picture
from publisher.testing import KEY, USUAL, Behaviour, DigestSuite, Network, NoteAdapterSuite
from publisher.testing.servers import Reply, Request
from tests.adapters.webhook_server import HEADER, PATH, SECRET, Receiver

URL = "https://gazette.example/articles/bridge"
NOTE = Note(
    text=f"The bridge is “open” 👍. {URL}",
    url=URL,
    link=URL,
    title="Bridge",
    language="en",
    tags=("bridge",),
    picture=Picture(b"bytes", "image/png", "A bridge in fog"),
    image="https://gazette.example/bridge.png",
    created_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
)
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


class TestWebhook(NoteAdapterSuite, DigestSuite):
    adapter = WebhookAdapter
    server = Receiver
    behaviours = USUAL - {Behaviour.EMPTIES}
    limited = False

    def build(self, network: Network, **options: Any) -> WebhookAdapter:
        channel = super().build(network, **options)
        assert isinstance(channel, WebhookAdapter)
        return channel

    def test_what_is_posted(self, channel: WebhookAdapter, network: Receiver) -> None:
        receipt = channel.send(NOTE, KEY)
        request = network.requests[-1]
        assert request.json == {
            "type": "note",
            "version": 1,
            "text": NOTE.text,
            "url": URL,
            "title": "Bridge",
            "language": "en",
            "tags": ["bridge"],
            "image": {"url": NOTE.image, "alt": "A bridge in fog"},
            "created_at": "2026-03-01T12:00:00+00:00",
        }
        headers = request.headers
        assert (headers["idempotency-key"], headers["webhook-id"]) == (KEY, KEY)
        assert headers["content-type"] == "application/json" and headers["authorization"] == HEADER
        assert request.query == {"k": "1"}
        assert (receipt.remote_id, receipt.remote_url) == ("0", "https://gazette.example/notes/0")

    def test_a_digest_is_posted(self, channel: WebhookAdapter, network: Receiver) -> None:
        items = (DigestItem("One", f"{URL}/1", "First"), DigestItem("Two", f"{URL}/2"))
        channel.send(Digest("The week", "…", items, url=URL), KEY)
        assert network.requests[-1].json == {
            "type": "digest",
            "version": 1,
            "title": "The week",
            "text": "…",
            "url": URL,
            "items": [
                {"title": "One", "url": f"{URL}/1", "description": "First"},
                {"title": "Two", "url": f"{URL}/2", "description": ""},
            ],
        }

    def test_it_can_put(self, network: Receiver) -> None:
        self.build(network, method="PUT").send(NOTE, KEY)
        assert network.requests[-1].method == "PUT" and network.arrived == 1

    @pytest.mark.parametrize(
        "content", [b"", b"ok", b"[]", {"id": None}, {"id": "a b"}, b"[" * 9999]
    )
    def test_any_success_will_do(
        self, channel: WebhookAdapter, network: Receiver, content: object
    ) -> None:
        network.replies[PATH] = Reply(202, content)
        assert channel.send(NOTE, KEY).remote_id == KEY

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, AuthExpired),
            (404, Doubtful),
            (410, Doubtful),
            (409, OutcomeUnknown),
            (500, OutcomeUnknown),
            (503, Unavailable),
            (302, OutcomeUnknown),
        ],
    )
    def test_what_a_status_means(
        self, channel: WebhookAdapter, network: Receiver, status: int, kind: type
    ) -> None:
        network.replies[PATH] = Reply(status, {"error": f"because of {PATH}?k=1 {SECRET}"})
        with pytest.raises(kind) as caught:
            channel.send(NOTE, KEY)
        assert type(caught.value) is kind
        assert "s3cret" not in str(caught.value) and SECRET not in str(caught.value)

    @pytest.mark.parametrize("status", [200, 204, 404, 405])
    def test_check_wants_only_an_answer(
        self, channel: WebhookAdapter, network: Receiver, status: int
    ) -> None:
        network.replies[PATH] = Reply(status, b"")
        channel.check()
        assert [request.method for request in network.requests] == ["HEAD"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("0", timedelta(0)), ("7 days", timedelta(days=7)), (None, timedelta(hours=24))],
    )
    def test_how_long_a_repeat_is_dropped(
        self, network: Receiver, text: str | None, expected: timedelta
    ) -> None:
        options = {"repeatable_for": text} if text else {}
        assert self.build(network, **options).repeatable_for == expected

    @pytest.mark.parametrize(
        "options",
        [
            {"secret": "short"},
            {"secret": "whsec_c2hvcnQ="},
            {"url": "http://gazette.example/hook"},
            {"url": "ftp://127.0.0.1/"},
            {"url": "https://news:s3cret@gazette.example/hook"},
            {"method": "DELETE"},
            {"headers": {"X-A": "a\r\nX-B: c"}},
            {"headers": {"X A": "a"}},
            {"headers": {"Host": "a"}},
            {"headers": {"Webhook-Signature": "a"}},
            {"repeatable_for": "soon"},
        ],
    )
    def test_wrong_options(self, network: Receiver, options: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as caught:
            self.build(network, **options)
        assert "s3cret" not in str(caught.value)


@pytest.fixture
def request_of_ours() -> Request:
    """What a receiver gets."""
    with Receiver() as server:
        settings = WebhookAdapter.settings.model_validate(server.options)
        WebhookAdapter(settings, name="example").send(NOTE, KEY)
        return server.requests[-1]


def spoilt(request: Request) -> list[Request]:
    """The same request in all the ways in which it is not ours, or not new."""
    headers = request.headers
    old = f"{time.time() - 3600:.0f}"
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    stale = {"webhook-timestamp": old, "webhook-signature": signature(key, KEY, old, request.body)}
    changes: list[dict[str, str]] = [
        {"webhook-signature": headers["webhook-signature"].replace("v1,", "v1,A")},
        {"webhook-signature": "ü"},
        {"webhook-id": "another"},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "soon"},
        stale,
    ]
    return [
        replace(request, body=request.body.replace(b"open", b"shut")),
        *(replace(request, headers={**headers, **change}) for change in changes),
    ]


def test_the_example_in_python_verifies(request_of_ours: Request) -> None:
    verified = runpy.run_path(str(EXAMPLES / "webhook.py"))["verified"]
    ours = request_of_ours
    assert verified(SECRET, ours.headers, ours.body) == payload(NOTE) | {"tags": ["bridge"]}
    two = {**ours.headers, "webhook-signature": f"v1,x {ours.headers['webhook-signature']}"}
    assert verified(SECRET, two, ours.body)
    assert not any(verified(SECRET, each.headers, each.body) for each in spoilt(ours))
    assert not verified("another-secret-16", ours.headers, ours.body)


NODE = """
import { verified } from %s;
const cases = JSON.parse(process.argv[1]);
const found = cases.map((one) => verified(one.secret, one.headers, Buffer.from(one.body)) !== null);
console.log(JSON.stringify(found));
"""
PHP = """
require %s;
$found = [];
foreach (json_decode($argv[1], true) as $one) {
    $found[] = verified($one['secret'], $one['headers'], $one['body']) !== null;
}
echo json_encode($found);
"""


@pytest.mark.debian
@pytest.mark.parametrize("language", ["node", "php"])
def test_the_examples_in_other_languages_verify(request_of_ours: Request, language: str) -> None:
    if shutil.which(language) is None:
        pytest.skip(f"there is no {language}")
    requests = [request_of_ours, *spoilt(request_of_ours)]
    cases = [{"secret": SECRET, "headers": r.headers, "body": r.body.decode()} for r in requests]
    cases.append({**cases[0], "secret": "another-secret-16"})
    file = EXAMPLES / ("webhook.mjs" if language == "node" else "webhook.php")
    code = (NODE if language == "node" else PHP) % json.dumps(str(file))
    start = (
        ["node", "--input-type=module", "-e", code] if language == "node" else ["php", "-r", code]
    )
    done = subprocess.run(
        [*start, json.dumps(cases)], capture_output=True, text=True, check=True, timeout=30
    )
    assert json.loads(done.stdout) == [True] + [False] * (len(cases) - 1)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    key, body = b"k" * 24, b'{"a":1}'
    expected = base64.b64encode(hmac.digest(key, b"id.1." + body, "sha256")).decode()
    assert signature(key, "id", "1", body) == f"v1,{expected}"
