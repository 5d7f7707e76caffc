"""When to turn to the ledger: after every answer, or after two mails a connection.

With a turn for each mail, the body of one and the envelope of the next leave in one flight; every
flight waits for a turn. With a turn for two, there are half as many turns, and one flight more.
The second gains where a turn takes longer than a flight: near the server.
"""

import math

_FORGET = 1.02  # by so much an old quickest answer counts for less at each new one
_WEIGHT = 0.1  # of the last turn in the average


class Rhythm:
    """Compares how long the server and the ledger take; all times in seconds."""

    def __init__(self) -> None:
        self._flight = math.inf
        self._turn = 0.0

    @property
    def slow(self) -> bool:
        """Whether to turn only after two mails a connection."""
        return self._flight < self._turn

    def answered(self, seconds: float) -> None:
        """A mail has its answer; the quickest ones tell how far the server is."""
        self._flight = min(seconds, self._flight * _FORGET)

    def turned(self, seconds: float) -> None:
        """The ledger took outcomes and gave mails."""
        self._turn += _WEIGHT * (seconds - self._turn)
