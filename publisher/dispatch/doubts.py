"""Refusals of notes that may be meant for the account: the next message tells."""

from dataclasses import replace
from datetime import datetime, timedelta

from publisher.dispatch.policy import Then, Verdict
from publisher.model.channels import Blame
from publisher.model.deliveries import State
from publisher.outbox.outbox import Outbox

ASK_ANOTHER = timedelta(minutes=1)
"""How long a refused note stands back, so that another one is tried meanwhile."""

SECOND_IN_A_ROW = "the second refusal in a row, so perhaps of the account"


def without_doubt(verdict: Verdict, channel: str, outbox: Outbox, now: datetime) -> Verdict:
    """The verdict on a refused note once it is known, or not, whom the refusal is meant for.

    Its row waits unless it is surely the message; the channel stops if it is probably the account.

    Raises:
        StorageError: the database cannot be written; nothing is decided.
    """
    if verdict.then is not Then.DOUBT:
        return verdict
    outcome = verdict.outcome
    match outbox.refusals.blame(channel, outcome.delivery_id, now):
        case Blame.MESSAGE:
            refused = replace(outcome, state=State.REJECTED, not_before=None)
            return replace(verdict, outcome=refused, then=Then.REFUSED)
        case Blame.ACCOUNT:
            at_once = outcome.state is State.QUEUED
            waits = replace(
                outcome,
                error=f"{outcome.error}; {SECOND_IN_A_ROW}",
                not_before=None if at_once else outcome.not_before,
                attempt=False,
            )
            return replace(verdict, outcome=waits, then=Then.STOP_UNTIL_RESUMED)
        case Blame.UNKNOWN:
            later = outcome.not_before or now + ASK_ANOTHER
            waits = replace(outcome, not_before=later)
            return replace(verdict, outcome=waits, then=Then.REFUSED)
