"""AdapterSuite: what holds for every adapter."""
# ruff: noqa: S101 - a test suite asserts

import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import pytest
from pydantic import ValidationError

from publisher.adapters import load
from publisher.adapters.base import Adapter, Finds, KeepsCredentials, Steps, send_whole
from publisher.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected
from publisher.masking import holds
from publisher.model.credentials import CredentialStore
from publisher.model.messages import Later, Message, Receipt
from publisher.testing import mistakes
from publisher.testing.credentials import Kept
from publisher.testing.network import EXPECTED, USUAL, Behaviour, Network

KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"
BREATH = 5.0  # seconds that one attempt may take: a sleep or a retry would take longer


class AdapterSuite:
    """What holds for every adapter; `behaviours` leaves out what a network cannot do.

    `expected` are the errors that its adapter must raise, where one differs from the usual.
    `server` makes the fake network, as a context; override the fixture `network` for more.
    """

    adapter: ClassVar[type[Adapter[Any]]]
    server: ClassVar[type[AbstractContextManager[Network]]]
    behaviours: ClassVar[frozenset[Behaviour]] = USUAL
    expected: ClassVar[Mapping[Behaviour, type[DeliveryError]]] = EXPECTED
    _stores: ClassVar["WeakKeyDictionary[Network, CredentialStore]"] = WeakKeyDictionary()

    def __init_subclass__(cls, **options: Any) -> None:
        """Leave out the tests about lost answers where no answer can be lost."""
        super().__init_subclass__(**options)
        if not any(cls.expected.get(each) is OutcomeUnknown for each in cls.behaviours):
            for name in (
                "test_a_lost_answer_is_found",
                "test_a_step_whose_answer_was_lost_is_done_once",
            ):
                setattr(cls, name, None)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test for each error, or each unknown outcome, that this network can cause."""
        failing = [b for b in self.expected if b in self.behaviours]
        if "failing" in metafunc.fixturenames:
            metafunc.parametrize("failing", failing)
        if "vague" in metafunc.fixturenames:
            metafunc.parametrize(
                "vague", [b for b in failing if self.expected[b] is OutcomeUnknown]
            )

    @pytest.fixture
    def network(self) -> Iterator[Network]:
        """The fake network, from before the adapter is built until it is closed."""
        with self.server() as network:
            yield network

    @pytest.fixture
    def channel(self, network: Network) -> Iterator[Adapter[Any]]:
        """An adapter that talks to the fake network."""
        adapter = self.build(network)
        yield adapter
        adapter.close()

    def build(self, network: Network, **options: Any) -> Adapter[Any]:
        """An adapter from the network's options, as wiring makes it, and from others."""
        if words := mistakes.lacking(self.adapter):
            pytest.fail(words, pytrace=False)
        settings = self.adapter.settings.model_validate({**network.options, **options})
        adapter = self.adapter.variant(settings)(settings, name="example")
        if isinstance(adapter, KeepsCredentials):
            adapter.use_credentials(self.store(network))
        return adapter

    def store(self, network: Network) -> CredentialStore:
        """Where the adapters of one network keep their tokens, as several processes share it."""
        return self._stores.setdefault(network, Kept())

    def message(self) -> Message:
        """A message that the network takes."""
        raise NotImplementedError

    def other(self) -> Message:
        """Another message that the network takes."""
        raise NotImplementedError

    def provoke(self, channel: Adapter[Any], network: Network, how: Behaviour) -> DeliveryError:
        """The error that one attempt raises while the network behaves so."""
        network.behave(how)
        try:
            with mistakes.sleepless():
                send_whole(channel, self.message(), KEY)
        except DeliveryError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is
            pytest.fail(f"{error!r} is no DeliveryError: make each request by self.api, and dig")
        pytest.fail(
            f"nothing was raised while the network {how}: does the fake know the request that"
            " publishes (FakeServer.publishes, or is_post)?"
        )

    def test_its_module_holds_it_alone(self) -> None:
        """`adapter: some.module` in config.yaml finds it."""
        assert load(self.adapter.__module__) is self.adapter

    def test_its_options_are_described(self) -> None:
        """On its page, or beside each option of an adapter that lives elsewhere."""
        words = mistakes.undescribed(self.adapter)
        assert not words, words

    def test_its_secrets_are_declared(self, network: Network) -> None:
        """As SecretStr, or as a Token: else they show in errors and in what is printed."""
        bare = mistakes.bare_secrets(self.adapter, network.options, network.secrets)
        assert not bare, f"declare as Token or SecretStr: {', '.join(bare)}"

    def test_its_abilities_are_tested(self) -> None:
        """A class of the same test module inherits the suite for each."""
        missing = mistakes.untested(type(self), self.adapter)
        assert not missing, f"inherit from {', '.join(missing)} of publisher.testing, too"

    def test_an_unknown_option_is_a_mistake(self, network: Network) -> None:
        """An option that the adapter lacks is refused, never dropped."""
        with pytest.raises(ValidationError, match="no_such_option"):
            self.adapter.settings.model_validate({**network.options, "no_such_option": 1})

    def test_success_gives_a_receipt(self, channel: Adapter[Any], network: Network) -> None:
        """One call, one message, and the network's own id for it."""
        with mistakes.sleepless():
            receipt = send_whole(channel, self.message(), KEY)
        assert not mistakes.unsafe(receipt), mistakes.unsafe(receipt)
        made = (network.attempts, network.arrived)
        assert made == (1, 1), f"one send is one attempt and one message, not {made}"

    def test_each_message_has_an_id_of_its_own(
        self, channel: Adapter[Any], network: Network
    ) -> None:
        """By which it can be found, changed and taken back."""
        first = send_whole(channel, self.message(), KEY)
        second = send_whole(channel, self.other(), OTHER_KEY)
        words = "two messages have the same id: read the one that the answer names"
        assert first.remote_id != second.remote_id, words
        assert network.arrived == 2  # noqa: PLR2004 - two messages

    def test_each_failure_has_its_error(
        self, channel: Adapter[Any], network: Network, failing: Behaviour
    ) -> None:
        """What went wrong decides the class, and the text is one bounded line."""
        error = self.provoke(channel, network, failing)
        expected = self.expected[failing]
        assert type(error) is expected, mistakes.advice(expected, error)
        text = str(error) + error.status
        assert str(error) and text.isprintable() and len(text) < 500  # noqa: PLR2004, PT018 - a bound

    def test_one_call_is_one_attempt(
        self, channel: Adapter[Any], network: Network, failing: Behaviour
    ) -> None:
        """No retry and no sleep: that is dispatch's business."""
        started = time.monotonic()
        self.provoke(channel, network, failing)
        assert network.attempts <= 1, "it tries again: leave that to dispatch, which has the row"
        seconds = time.monotonic() - started
        assert seconds < BREATH, "it takes too long: every request needs a time-out (self.api)"

    def test_only_the_unknown_may_have_arrived(
        self, channel: Adapter[Any], network: Network, failing: Behaviour
    ) -> None:
        """An error that lets dispatch try again proves that nothing arrived."""
        error = self.provoke(channel, network, failing)
        lost, arrived = isinstance(error, OutcomeUnknown), network.arrived
        assert arrived == int(lost), f"{arrived} arrived: {mistakes.advice(OutcomeUnknown, error)}"

    def test_a_limit_says_until_when(self, channel: Adapter[Any], network: Network) -> None:
        """`retry_at` is aware and lies ahead."""
        if Behaviour.LIMITS not in self.behaviours:
            return
        error = self.provoke(channel, network, Behaviour.LIMITS)
        assert isinstance(error, RateLimited) and error.retry_at is not None  # noqa: PT018 - narrows
        assert error.retry_at > datetime.now(UTC)

    def test_a_limit_without_a_moment_is_one(self, channel: Adapter[Any], network: Network) -> None:
        """Where the network does not say until when, dispatch chooses."""
        if Behaviour.LIMITS_MUTELY in self.behaviours:
            error = self.provoke(channel, network, Behaviour.LIMITS_MUTELY)
            assert isinstance(error, RateLimited) and error.retry_at is None  # noqa: PT018 - narrows

    def test_no_redirect_is_followed(self, channel: Adapter[Any], network: Any) -> None:
        """Neither the message nor a secret goes where an answer leads."""
        if Behaviour.REDIRECTS in self.behaviours:
            self.provoke(channel, network, Behaviour.REDIRECTS)
            assert network.strays == 0

    def test_a_late_answer_is_an_answer(self, channel: Adapter[Any], network: Network) -> None:
        """As long as it comes in time."""
        if Behaviour.DELAYS in self.behaviours:
            network.behave(Behaviour.DELAYS)
            assert send_whole(channel, self.message(), KEY).remote_id
            assert network.arrived == 1

    def test_secrets_show_nowhere(
        self,
        network: Network,
        failing: Behaviour,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        """No repr, error, traceback, log (at DEBUG) or output holds a secret, encoded or not."""
        caplog.set_level(logging.DEBUG)
        channel, secrets = self.build(network), tuple(network.secrets)
        settings = self.adapter.settings.model_validate(dict(network.options))
        send_whole(channel, self.other(), OTHER_KEY)
        error = self.provoke(channel, network, failing)
        channel.close()
        shown = [repr(channel), repr(settings), str(settings), error.status, caplog.text]
        shown += [*traceback.format_exception(error), *capfd.readouterr()]
        places = ("repr", "options", "options", "status", "log", *["error"] * len(shown))
        leaks = {place for place, text in zip(places, shown, strict=False) if holds(text, secrets)}
        assert not leaks, f"a secret shows in {', '.join(sorted(leaks))}: never write one there"

    def test_a_lost_answer_is_found(
        self, channel: Adapter[Any], network: Network, vague: Behaviour
    ) -> None:
        """An adapter that can find knows whether the message arrived, without sending it."""
        if not isinstance(channel, Finds):
            return
        since = datetime.now(UTC) - timedelta(minutes=1)
        self.provoke(channel, network, vague)
        network.behave(Behaviour.WORKS)
        found = channel.find(KEY, self.message(), since)
        assert found is not None, "`find` does not find what arrived"
        assert network.arrived == 1, "`find` must not send"

    def test_what_is_found_is_what_was_sent(self, channel: Adapter[Any], network: Network) -> None:
        """Under the id that its receipt has."""
        if not isinstance(channel, Finds):
            return
        since = datetime.now(UTC) - timedelta(minutes=1)
        sent = send_whole(channel, self.message(), KEY)
        send_whole(channel, self.other(), OTHER_KEY)
        found = channel.find(KEY, self.message(), since)
        if found or channel.reads_back:
            words = f"`find` finds {found}, but it was sent as {sent}"
            assert found is not None and found.remote_id == sent.remote_id, words  # noqa: PT018 - narrows
        assert network.arrived == 2  # noqa: PLR2004 - two messages

    def test_what_was_never_sent_is_not_found(
        self, channel: Adapter[Any], network: Network
    ) -> None:
        """`find` gives None only for what is surely not there, and raises where it cannot know."""
        if not isinstance(channel, Finds):
            return
        since = datetime.now(UTC) - timedelta(minutes=1)
        send_whole(channel, self.other(), OTHER_KEY)
        found = channel.find(KEY, self.message(), since)
        assert found is None, f"`find` takes another message for this one: {found}"
        network.behave(Behaviour.DOWN)
        try:
            found = channel.find(KEY, self.message(), since)
        except DeliveryError:
            return
        pytest.fail(f"`find` says {found} where it cannot know: let the error through")

    def test_a_step_whose_answer_was_lost_is_done_once(
        self, channel: Adapter[Any], network: Network, vague: Behaviour
    ) -> None:
        """An adapter that sends in steps goes on from the same state, whatever was done."""
        if not isinstance(channel, Steps) or not isinstance(
            first := channel.send(self.message(), KEY), Later
        ):
            return
        network.behave(vague)
        with pytest.raises(OutcomeUnknown):
            channel.go_on(self.message(), KEY, first.state)
        network.behave(Behaviour.WORKS)
        receipt = channel.go_on(self.message(), KEY, first.state)
        assert isinstance(receipt, Receipt) and receipt.remote_id  # noqa: PT018 - narrows
        assert network.arrived == 1

    def test_a_repeat_under_its_key_is_dropped(
        self, channel: Adapter[Any], network: Network
    ) -> None:
        """`repeatable_for` promises that the same key twice is one message.

        A network that refuses the copy instead names the original to who looks for it.
        """
        if channel.repeatable_for == timedelta(0):
            return
        begun = datetime.now(UTC)
        first = send_whole(channel, self.message(), KEY)
        try:
            second = send_whole(channel, self.message(), KEY)
            promise = "`repeatable_for` promises that a repeat is dropped: send the key"
            assert second == first, promise
        except Rejected:
            assert isinstance(channel, Finds)
            assert channel.find(KEY, self.message(), begun) == first
        assert network.arrived == 1

    def test_check_reads_only(self, channel: Adapter[Any], network: Network) -> None:
        """A channel that works passes, and nothing is sent by asking."""
        channel.check()
        assert (network.attempts, network.arrived) == (0, 0), "`check` posts: let it only read"

    def test_check_tells_what_is_wrong(self, channel: Adapter[Any], network: Network) -> None:
        """A refused account and a network that is down have errors of their own."""
        for how in self.behaviours & {Behaviour.REFUSES_ACCOUNT, Behaviour.DOWN}:
            network.behave(how)
            try:
                channel.check()
            except self.expected[how]:
                continue
            pytest.fail(f"`check` finds nothing wrong, though the network {how}: let it ask")

    def test_it_sends_again_after_trouble(
        self, channel: Adapter[Any], network: Network, failing: Behaviour
    ) -> None:
        """A failure leaves nothing behind that spoils the next message."""
        self.provoke(channel, network, failing)
        before = network.arrived
        network.behave(Behaviour.WORKS)
        assert send_whole(channel, self.other(), OTHER_KEY).remote_id
        assert network.arrived == before + 1

    def test_it_sends_again_after_close(self, channel: Adapter[Any], network: Network) -> None:
        """`close` twice is no mistake, and sending opens anew."""
        send_whole(channel, self.message(), KEY)
        channel.close()
        channel.close()
        send_whole(channel, self.other(), OTHER_KEY)
        assert network.arrived == 2  # noqa: PLR2004 - two messages

    def test_limits_never_raise(self, channel: Adapter[Any], network: Network) -> None:
        """Asking for the limits of a network that is down is harmless."""
        if Behaviour.DOWN in self.behaviours:
            network.behave(Behaviour.DOWN)
        channel.current_limits()
