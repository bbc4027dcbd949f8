"""How fast one person may ask: a bucket each, in memory, so that a flood is turned away before the database sees it."""

from __future__ import annotations

from collections import OrderedDict

BURST = 60
A_SECOND = 2.0
"""A quick hand presses once a second; a loop presses a hundred times."""
MOST_PEOPLE = 10_000


class Pace:
    """So many at once and so many a second after that, for each person by themselves."""

    def __init__(self, burst: float = BURST, a_second: float = A_SECOND, people: int = MOST_PEOPLE) -> None:
        self._burst, self._rate, self._people = burst, a_second, people
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def may(self, who: str, now: float) -> bool:
        """Take one; False where none is left. `now` is in seconds, of a clock that never goes back."""
        left, at = self._left.get(who, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        self._left[who] = (left - 1, now) if left >= 1 else (left, now)
        self._left.move_to_end(who)
        while len(self._left) > self._people:
            self._left.popitem(last=False)
        return left >= 1
