"""Fakes of networks whose ways the contract must carry."""

from typing import Any

from publisher.testing.servers import FakeServer, Reply, Request

TOKEN = "thr34ds-t0ken"


class ContainerServer(FakeServer):
    """Makes containers, says how far they are, and publishes each once."""

    publishes = "/v1.0/17/threads_publish"
    rejection = Reply(400, {"error": {"message": "The text is not allowed"}})
    limited = Reply(429, {"error": {"message": "Too many"}}, {"Retry-After": "60"})
    secrets = (TOKEN,)

    def __init__(self) -> None:
        super().__init__()
        self.containers: dict[str, dict[str, Any]] = {}
        self.threads: dict[str, dict[str, Any]] = {}
        self.status = "FINISHED"

    @property
    def options(self) -> dict[str, object]:
        return {"base_url": self.base_url, "token": TOKEN, "timeout": 0.8}

    @property
    def arrived(self) -> int:
        return len(self.threads)

    @property
    def shown(self) -> list[str]:
        return [str(thread.get("text", thread.get("caption"))) for thread in self.threads.values()]

    def answer(self, request: Request) -> Reply:
        parts = request.path.strip("/").split("/")[1:]
        match request.method, parts:
            case "POST", [_, "threads"]:
                number = f"c{len(self.containers) + 1}"
                self.containers[number] = {**request.json, "status": self.status}
                return Reply(200, {"id": number})
            case "POST", [_, "threads_publish"]:
                return self._publish(request.json["creation_id"])
            case "GET", ["me", "threads"]:
                return Reply(200, {"id": f"t-{request.query['container']}"})
            case "GET", ["me"]:
                return Reply(200, {"id": "17"})
            case "GET", [number] if number in self.containers:
                return Reply(200, {"id": number, "status": self.containers[number]["status"]})
        return Reply(404, {"error": {"message": "no such thing"}})

    def _publish(self, number: str) -> Reply:
        container = self.containers[number]
        container["status"] = "PUBLISHED"
        self.threads[f"t-{number}"] = container
        return Reply(200, {"id": f"t-{number}"})


class RelayServer(FakeServer):
    """Keeps each event once, and says that it has it."""

    publishes = "/event"
    rejection = Reply(422, {"ok": False, "message": "blocked: no"})
    denial = Reply(200, {"ok": False, "message": "invalid: no"})
    limited = Reply(429, {"message": "rate-limited"}, {"Retry-After": "60"})
    secrets = ()

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[str, str] = {}

    @property
    def options(self) -> dict[str, object]:
        return {"relays": [self.base_url], "timeout": 0.8}

    @property
    def arrived(self) -> int:
        return len(self.events)

    @property
    def shown(self) -> list[str]:
        return list(self.events.values())

    def answer(self, request: Request) -> Reply:
        if request.method == "GET":
            return Reply(200, {"name": "relay"})
        event = request.json
        known = event["id"] in self.events
        self.events[event["id"]] = event["content"]
        return Reply(200, {"ok": True, "message": "duplicate: have it" if known else ""})
