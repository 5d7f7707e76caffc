"""A fake Bluesky: sessions, blobs and records as the reference server has them."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from publisher.adapters.http.text.counting import graphemes
from publisher.testing import Behaviour
from publisher.testing.servers import FakeServer, Reply, Request

DID = "did:plc:gazette234567abcdefghijk"
HANDLE = "gazette.bsky.example"
PASSWORD = "abcd-efgh-ijkl-mnop"
XRPC = "/xrpc/com.atproto."
APP_PASSWORD, WHOLE_ACCOUNT = "com.atproto.appPass", "com.atproto.access"
EMBED_LIMITS = {"images": 2_000_000, "external": 1_000_000}
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"GIF8": "image/gif"}


def refused(status: int, error: str, message: str = "") -> Reply:
    return Reply(status, {"error": error, "message": message or error})


def token(scope: str, ends: datetime, number: int) -> str:
    """A JWT as far as anybody but its server can read it."""
    parts = ({"alg": "ES256K"}, {"scope": scope, "exp": int(ends.timestamp()), "jti": str(number)})
    coded = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*coded, sha256(coded[1].encode()).hexdigest()))


NO_REPLY = {"parent": {"uri": ""}}


class BlueskyServer(FakeServer):
    publishes = f"{XRPC}repo.putRecord"
    uploads = f"{XRPC}repo.uploadBlob"
    rejection = refused(400, "InvalidRequest", "Record/text must not be longer than 300 graphemes")

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, dict[str, Any]] = {}
        self.media: list[dict[str, Any]] = []
        self.handles: dict[str, str] = {}
        self.scope = APP_PASSWORD
        self.password = PASSWORD
        self.life = timedelta(hours=2)
        self.status: str | None = None  # such as "takendown", "deactivated"
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.known: list[str] = [PASSWORD]
        self.logins = self.refreshes = 0

    @property
    def options(self) -> dict[str, Any]:
        own = {"handle": HANDLE, "app_password": PASSWORD}
        return {"base_url": self.base_url, "timeout": 0.8, **own}

    @property
    def secrets(self) -> list[str]:
        return self.known

    @property
    def arrived(self) -> int:
        return len(self.records)

    @property
    def limited(self) -> Reply:
        reset = datetime.now(UTC) + timedelta(minutes=5)
        headers = {
            "ratelimit-limit": "5000",
            "ratelimit-remaining": "0",
            "ratelimit-reset": str(int(reset.timestamp())),
            "ratelimit-policy": "5000;w=3600",
        }
        limited = refused(429, "RateLimitExceeded", "Rate Limit Exceeded")
        return Reply(429, limited.content, headers)

    def thread(self) -> list[tuple[str, str, str]]:
        """Of each record: its address, its words, and what it replies to."""
        found = sorted(self.records.values(), key=lambda each: str(each["value"]["createdAt"]))
        return [
            (
                each["uri"],
                each["value"]["text"],
                each["value"].get("reply", NO_REPLY)["parent"]["uri"],
            )
            for each in found
        ]

    def attached(self) -> list[str]:
        record = self.requests[-1].json["record"]
        embed = record.get("embed", {})
        return [image["image"]["ref"]["$link"] for image in embed.get("images", ())]

    def record(self) -> dict[str, Any]:
        """The latest one."""
        found: dict[str, Any] = list(self.records.values())[-1]
        return found

    def refusal(self, request: Request) -> Reply | None:
        if self.behaviour is not Behaviour.REFUSES_ACCOUNT:
            return super().refusal(request)
        if request.path.endswith("createSession"):
            return refused(401, "AuthenticationRequired", "Invalid identifier or password")
        return refused(400, "InvalidToken", "Token could not be verified")

    def end_tokens(self, *, all_of_them: bool = False) -> None:
        """From now on, access tokens count as ended; with `all_of_them`, the session is revoked."""
        self.access.clear()
        if all_of_them:
            self.refresh.clear()

    def answer(self, request: Request) -> Reply:
        name = request.path.removeprefix(XRPC)
        open_to_all = {
            "server.createSession": self._log_in,
            "server.refreshSession": self._renew,
            "server.deleteSession": self._log_out,
            "identity.resolveHandle": self._resolve,
            "repo.getRecord": self._get,
        }
        if name in open_to_all:
            return open_to_all[name](request)
        if self._bearer(request) not in self.access:
            return refused(400, "ExpiredToken", "Token has expired")
        if self.status:
            return refused(401, f"Account{self.status.title()}", f"Account is {self.status}")
        named = {
            "server.getSession": self._who,
            "repo.uploadBlob": self._upload,
            "repo.putRecord": self._put,
            "repo.deleteRecord": self._delete,
        }
        found = named.get(name)
        return found(request) if found else refused(501, "MethodNotImplemented")

    def _bearer(self, request: Request) -> str:
        return request.headers.get("authorization", "").removeprefix("Bearer ")

    def _log_in(self, request: Request) -> Reply:
        wish = request.json
        self.logins += 1
        if (wish["identifier"], wish["password"]) != (HANDLE, self.password):
            return refused(401, "AuthenticationRequired", "Invalid identifier or password")
        if self.status == "takedown":
            return refused(401, "AccountTakedown", "Account has been taken down")
        return self._session()

    def _renew(self, request: Request) -> Reply:
        self.refreshes += 1
        if self._bearer(request) not in self.refresh:
            return refused(400, "ExpiredToken", "Token has been revoked")
        return self._session()

    def _log_out(self, request: Request) -> Reply:
        """The session is known by its refresh token."""
        assert not request.body
        if self._bearer(request) not in self.refresh:
            return refused(400, "ExpiredToken", "Token has been revoked")
        self.end_tokens(all_of_them=True)
        return Reply(200, b"")

    def _session(self) -> Reply:
        number, now = self.logins + self.refreshes, datetime.now(UTC)
        access = token(self.scope, now + self.life, number)
        refresh = token("com.atproto.refresh", now + timedelta(days=90), number)
        self.access.add(access)
        self.refresh.add(refresh)
        self.known += [access, refresh]
        return Reply(200, {**self._me(), "accessJwt": access, "refreshJwt": refresh})

    def _me(self) -> dict[str, Any]:
        active = {"active": False, "status": self.status} if self.status else {"active": True}
        return {"did": DID, "handle": HANDLE, **active}

    def _who(self, _: Request) -> Reply:
        return Reply(200, self._me())

    def _resolve(self, request: Request) -> Reply:
        did = self.handles.get(request.query["handle"])
        return (
            Reply(200, {"did": did}) if did else refused(400, "InvalidRequest", "Unable to resolve")
        )

    def _upload(self, request: Request) -> Reply:
        cid = f"bafkrei{sha256(request.body).hexdigest()[:52]}"
        kinds = [kind for start, kind in KINDS.items() if request.body.startswith(start)]
        kind = (*kinds, request.headers["content-type"])[0]
        size = len(request.body)
        self.media.append({"cid": cid, "kind": kind, "size": size, "content": request.body})
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": size}
        return Reply(200, {"blob": blob})

    def _put(self, request: Request) -> Reply:
        wish = request.json
        if wish["repo"] != DID or "swapRecord" not in wish:
            return refused(401, "AuthenticationRequired")
        uri, record = f"at://{DID}/{wish['collection']}/{wish['rkey']}", wish["record"]
        wrong = self._astray(record) or self._wrong(wish["rkey"], record)
        if wrong:
            return refused(400, "InvalidRequest", wrong)
        cid = f"bafyrei{sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:52]}"
        there = self.records.get(uri)
        if there is not None and there["cid"] != cid:
            return refused(400, "InvalidSwap", f"Record was at {there['cid']}")
        self.records[uri] = {"uri": uri, "cid": cid, "value": record}
        return Reply(200, {"uri": uri, "cid": cid, "validationStatus": "valid"})

    def _astray(self, record: dict[str, Any]) -> str:
        """More than a server looks at: a reply is to records that are there."""
        for each in record.get("reply", {}).values():
            if self.records.get(each["uri"], {}).get("cid") != each["cid"]:
                return "Reply to a record that is not there"
        return ""

    def _wrong(self, rkey: str, record: dict[str, Any]) -> str:
        if len(rkey) != 13 or set(rkey) - set("234567abcdefghijklmnopqrstuvwxyz"):
            return "Invalid record key"
        if graphemes(record["text"]) > 300:
            return "grapheme too big (maximum 300)"
        if len(record["text"].encode()) > 3000:
            return "string too big (maximum 3000)"
        embed = record.get("embed", {})
        kind = embed.get("$type", "").rpartition(".")[2]
        blobs = [image["image"] for image in embed.get("images", ())]
        blobs += [embed["external"]["thumb"]] if "thumb" in embed.get("external", {}) else []
        for blob in blobs:
            found = [m for m in self.media if m["cid"] == blob["ref"]["$link"]]
            if not found or found[0]["kind"] != blob["mimeType"]:
                return "Could not find blob"
            if blob["size"] > EMBED_LIMITS[kind]:
                return f"blob too big (maximum {EMBED_LIMITS[kind]})"
        return ""

    def _get(self, request: Request) -> Reply:
        asked = request.query
        uri = f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}"
        found = self.records.get(uri)
        return (
            Reply(200, found)
            if found
            else refused(400, "RecordNotFound", "Could not locate record")
        )

    def _delete(self, request: Request) -> Reply:
        asked = request.json
        self.records.pop(f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}", None)
        return Reply(200, {})
