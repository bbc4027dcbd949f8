"""Weighs the words of a text that no rule reads surely; what each word weighs was learned from texts with answers."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import inf, sqrt
from pathlib import Path
from struct import unpack

import msgspec

from probes.causes import Cause

LEADS = ((59, 0.4), (64, 0.6))
"""By so much words must speak more for another cause than for a rule's of at most this weight, to be believed more.

The unit is the distance between a cause's border and the texts next to it that were learned from.
"""
HEAVIEST = LEADS[-1][0]
"""A rule that weighs more is believed, whatever the other words are."""
LEAD_OF_NOTHING = 0.6
"""By so much they must speak for no cause at all, to be believed more than a rule of the least weight there."""
LEAST = -0.45
"""Where the rules say nothing a cause may be so far on the other side of its border, no further: else none is named."""
FEWEST = 3
"""Words and pairs that must be known of a text; fewer are no text."""
BEGINNING = 5
"""Letters of a word that count: languages bend its end."""
FIRST, LAST = 55, 30
"""As many words of a text are weighed, the first and the last ones."""
NOTHING = 128
"""Stands in a row for a word that speaks neither for a cause nor against it."""
MOST = 250
"""Words and pairs of one text that are weighed: the sums of so many bytes are less than 65,536."""
NEVER = (Cause.OK, Cause.NOT_A_FAILURE)
"""That nothing failed is told by a rule alone."""
RARITY = 2.5
"""Steps of a row's last byte to one of a word's rarity (its idf, squared)."""

# Linear: a piece that could be longer begins only where none like it ends, and gives nothing back.
_TOKEN = re.compile(
    r"(?<![\w.+=-])[\w.+=-]++@[\w.-]+"
    r"|(?<![\w.-])[^\W_][\w-]*+(?:\.[\w-]++)*?\.(?:com|net|org|info|edu|gov|local|lan|example|test|invalid|[a-z]{2})(?![\w.-]*\w)"
    r"|\d+(?:\.\d+)*|[^\W\d_]+"
)
_CHARACTERS = 4000, 2000
_IDEOGRAPHS = "\u3040"
"""From here on scripts write no gaps between words: pairs of their signs count as words."""


def _word(token: str) -> str:
    if token.isalpha():
        return token[:BEGINNING]
    if "@" in token:
        return "@"
    if token[0].isdigit() and token.replace(".", "").isdigit():
        return "#" if token.count(".") == 3 else token
    return "."


def _tokens(hay: str) -> list[str]:
    if len(hay) > sum(_CHARACTERS):
        hay = hay[: _CHARACTERS[0]] + " " + hay[-_CHARACTERS[1] :]
    found = _TOKEN.findall(hay)
    return found if len(found) <= FIRST + LAST else found[:FIRST] + found[-LAST:]


@dataclass(frozen=True, slots=True)
class Heavier:
    """A cause that a text speaks for more than for the rules' one, and where its strongest words stand."""

    cause: Cause
    start: int
    end: int


def features(hay: str) -> list[str]:
    """Return what is weighed of a text in small letters: its words' beginnings, each two in a row, and long words."""
    tokens = _tokens(hay)
    words = [_word(token) for token in tokens]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    long = [f"{token}." for token in tokens if len(token) > BEGINNING]
    signs = [token[at : at + 2] for token in tokens if token[0] >= _IDEOGRAPHS for at in range(len(token) - 1)]
    return (words + pairs + long + signs)[:MOST]


class Weights(msgspec.Struct, frozen=True):
    """What was learned: for each word a row of bytes, one a cause, and the word's rarity as the last."""

    learned_from: str
    """The fingerprint of the texts and features that they were learned from; see `tests.replies.weigh`."""
    causes: tuple[Cause, ...]
    unit: float
    """What a step from `NOTHING` is worth."""
    start: tuple[float, ...]
    """What stands for each cause before a word is read."""
    rows: dict[str, bytes]

    def weigh(self, words: Collection[str]) -> list[float]:
        """Return for each cause how far known words are from its border; above 0 they speak for it.

        The rows are added up as whole numbers, all causes at once: every second byte, with one to carry into.
        """
        half = len(self.causes) // 2 + 1
        mask = int.from_bytes(b"\xff\0" * half, "little")
        even = odd = 0
        for word in words:
            number = int.from_bytes(self.rows[word], "little")
            even += number & mask
            odd += number >> 8 & mask
        sums = [0] * (2 * half)
        sums[::2] = unpack(f"<{half}H", even.to_bytes(2 * half, "little"))
        sums[1::2] = unpack(f"<{half}H", odd.to_bytes(2 * half, "little"))
        step = self.unit / sqrt(sums[len(self.causes)] / RARITY)
        nothing = len(words) * NOTHING
        return [start + (total - nothing) * step for start, total in zip(self.start, sums, strict=False)]

    def speaks(self, word: str, at: int) -> int:
        """Return how much a word speaks for the cause that is `at` there in the list, in steps."""
        row = self.rows.get(word)
        return row[at] - NOTHING if row else 0


@cache
def learned() -> Weights:
    """Return the weights that are shipped, loaded once and only when a text calls for them."""
    return msgspec.msgpack.decode(Path(__file__).with_name("weights.bin").read_bytes(), type=Weights)


def _lead(weight: int, cause: Cause) -> float:
    if cause is Cause.UNKNOWN:
        return LEAD_OF_NOTHING if weight <= LEADS[0][0] else inf
    return next(lead for most, lead in LEADS if weight <= most)


@cache
def _places() -> dict[Cause, int]:
    return {cause: at for at, cause in enumerate(learned().causes)}


def heavier(hay: str, cause: Cause, weight: int) -> Heavier | None:
    """Return the cause that the words of `hay` clearly speak more for than for `cause`, which a rule of `weight` named.

    None where they don't, and where `weight` is 0, for no rule, and they speak for no cause clearly.
    """
    weights = learned()
    known = [word for word in set(features(hay)) if word in weights.rows]
    if len(known) < FEWEST:
        return None
    sums = weights.weigh(known)
    told = sums[_places()[cause]] if cause in _places() else -1
    for never in NEVER:
        sums[_places()[never]] = -inf
    most = max(sums)
    best = weights.causes[sums.index(most)]
    if best is cause or most - told < _lead(weight, best) or (not weight and most < LEAST):
        return None
    return Heavier(best, *_strongest(hay, weights, best))


def _strongest(hay: str, weights: Weights, cause: Cause) -> tuple[int, int]:
    """Return where the two words in a row stand that speak most for a cause; (0, 0) for none in the beginning."""
    at = weights.causes.index(cause)
    places = [token.span() for token in _TOKEN.finditer(hay[: sum(_CHARACTERS)])]
    words = [_word(hay[start:end]) for start, end in places]
    single = [weights.speaks(word, at) for word in words]
    rows = [weights.speaks(f"{one} {other}", at) for one, other in pairwise(words)]
    told = [single[n] + single[n + 1] + both for n, both in enumerate(rows)] or single
    if not told:
        return 0, 0
    first = max(range(len(told)), key=told.__getitem__)
    return places[first][0], places[min(first + 1, len(places) - 1)][1]
