"""Whoever forgets something in a new adapter is told what to do, by the suite itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.adapters.base import Settings
from publisher.adapters.http.notes import HttpSettings
from publisher.adapters.mastodon import Mastodon, MastodonSettings
from publisher.testing import mistakes

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "adding-a-network.md").read_text(encoding="utf-8")
ADAPTER, TEST = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[:2]
CALL = 'self.api.call("POST", "/notes", acts=True, json={"text": posting.message.text})'
READ = 'network_id(dig(shown, "id"))'
CHECK = 'self.api.call("GET", "/me")'
SETTINGS = "    settings = PigeonSettings\n"

# name: the part of a test's name that tells it, what stands in the guide, the mistake, the words
MISTAKES = {
    "acts": ("each_failure", ", acts=True", "", "say acts=True for the request that publishes"),
    "settings": ("gives_a_receipt", SETTINGS, "", "Pigeon lacks `settings`"),
    "kinds": ("takes_notes", SETTINGS, f"{SETTINGS}    kinds = ()\n", "name Note in `kinds`"),
    "digest": (
        "abilities",
        SETTINGS,
        (
            f"{SETTINGS}    from publisher.model.messages import Digest, Note\n"
            "    kinds = (Note, Digest)\n"
        ),
        "inherit from DigestSuite",
    ),
    "no check": ("gives_a_receipt", "def check(", "def checks(", "Pigeon lacks check"),
    "no check, by its name": ("its_module", "def check(", "def checks(", "Pigeon lacks check"),
    "check asks nothing": ("check_tells", CHECK, "pass", "`check` finds nothing wrong"),
    "check posts": (
        "check_reads",
        CHECK,
        'self.api.call("POST", "/notes", json={"text": ""})',
        "`check` posts",
    ),
    "limits": ("longest", "    limits = Limits(length=200, count=len)\n", "", "set `limits`"),
    "limits unused": (
        "longest",
        SETTINGS,
        (
            f"{SETTINGS}    def send(self, message, key):\n"
            "        return self.posted(Posting(message, key))\n"
        ),
        "call `refuse_longer`",
    ),
    "constant receipt": (
        "of_its_own",
        READ,
        '"same" if dig(shown, "id") else ""',
        "have the same id",
    ),
    "raw receipt": ("crash", READ, 'str(dig(shown, "id") or "")', "read it with network_id"),
    "raw link": (
        "gives_a_receipt",
        "Receipt(remote_id)",
        'Receipt(remote_id, str(dig(shown, "id")))',
        "read it with web_url",
    ),
    "receipt that crashes": (
        "crash",
        READ,
        'str(int(dig(shown, "id") or 0) or "")',
        "read with dig",
    ),
    "sleep": (
        "gives_a_receipt",
        f"return {CALL}",
        f"__import__('time').sleep(9)\n        return {CALL}",
        "it sleeps",
    ),
    "twice": (
        "gives_a_receipt",
        f"return {CALL}",
        f"{CALL}\n        return {CALL}",
        "one send is one attempt",
    ),
    "retry": (
        "one_call",
        f"return {CALL}",
        f"try:\n            return {CALL}\n        except Exception:\n            return {CALL}",
        "it tries again",
    ),
    "token in an error": (
        "show_nowhere",
        f"return {CALL}",
        (
            f"try:\n            return {CALL}\n        except Exception as error:\n"
            "            raise type(error)(self.options.token.get_secret_value()) from None"
        ),
        "a secret shows in error",
    ),
    "token as text": (
        "declared",
        "    token: Token",
        "    api_key: str = option('The key.', '')\n    token: Token",
        "declare as Token or SecretStr: api_key",
    ),
    "no description": (
        "described",
        "    token: Token",
        "    loft: str = ''\n    token: Token",
        "describe loft",
    ),
    "other words": (
        "words_arrive",
        "posting.message.text}",
        "posting.message.title}",
        "no request has the words",
    ),
    "own client": (
        "each_failure",
        f"return {CALL}",
        (
            "import requests\n        return requests.post(self.api.base_url + '/notes', timeout=1,"
            " json={'text': posting.message.text})"
        ),
        "make each request by self.api",
    ),
    "promise of no repeats": (
        "repeat_under",
        SETTINGS,
        f"{SETTINGS}    repeatable_for = None\n",
        "`repeatable_for` promises",
    ),
    "finds nothing": (
        "answer_is_found",
        SETTINGS,
        f"{SETTINGS}    def find(self, key, message, since):\n        return None\n",
        "`find` does not find what arrived",
    ),
    "finds anything": (
        "never_sent",
        SETTINGS,
        f"{SETTINGS}    def find(self, key, message, since):\n        return Receipt('1')\n",
        "`find` takes another message for this one",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the suite says of all of them: the guide's example and its test, once for each."""
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "flock").mkdir()
    chosen = []
    for number, (test, usual, wrong, _) in enumerate(MISTAKES.values()):
        assert usual in ADAPTER
        (folder / "flock" / f"p{number}.py").write_text(ADAPTER.replace(usual, wrong))
        own = TEST.replace("publisher.adapters.pigeon", f"flock.p{number}")
        (folder / f"test_p{number}_.py").write_text(own)
        chosen.append(f"(test_p{number}_ and {test})")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [*command, f"--rootdir={folder}", "-rfE", "--tb=no", "-k", " or ".join(chosen), folder],
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "COLUMNS": "2000"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_what_to_do(told: str, name: str) -> None:
    number, words = [*MISTAKES].index(name), MISTAKES[name][-1]
    lines = [line for line in told.splitlines() if f"test_p{number}_.py" in line]
    assert any(words in line for line in lines), lines or told


def test_an_adapter_of_the_house_needs_its_page() -> None:
    class Pigeon(Mastodon):
        """Its options are Mastodon's."""

    class Pigeons(MastodonSettings):
        """One more."""

        loft: str = ""

    assert "row for loft" in undescribed(Pigeon, Pigeons, "mastodon")
    assert "write docs/reference/adapters/pigeon.md" in undescribed(
        Pigeon, MastodonSettings, "pigeon"
    )
    assert undescribed(Pigeon, MastodonSettings, "mastodon") == ""
    assert "visibility, which is no option" in undescribed(Pigeon, HttpSettings, "mastodon")


def undescribed(adapter: type[Mastodon], settings: type[Settings], word: str) -> str:
    adapter.__module__ = f"publisher.adapters.{word}"
    setattr(adapter, "settings", settings)  # noqa: B010 - another class than mypy knows
    return mistakes.undescribed(adapter)
