"""Mends words that were typed off a screen, or cut by the end of a line: to the one word that is near.

What is near is found by leaving letters out on both sides (one, or two of a long word): none is compared with all.
The words are in `spelling.json`: those that are mended to, and more that are right as they stand.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path

import msgspec

LEAST = 5
"""Letters of a word that is mended at least; shorter ones are too near to each other."""
LONG = 8
"""From so many letters on two of them may be wrong."""
MOST = 300
"""Words of a text that are looked at."""


def _shorter(word: str) -> set[str]:
    """Return `word` and what is left of it without one letter, of a long one without two."""
    size = len(word)
    found = {word} | {word[:i] + word[i + 1 :] for i in range(size)}
    if size >= LONG:
        found |= {word[:i] + word[i + 1 : k] + word[k + 1 :] for i, k in combinations(range(size), 2)}
    return found


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that are mended to, and all that are right."""
    lists = msgspec.json.decode(Path(__file__).with_name("spelling.json").read_bytes(), type=dict[str, list[str]])
    near = frozenset(" ".join(lists["mend_to"]).split())
    return near, near.union(" ".join(lists["leave"]).split())


@cache
def _known() -> dict[str, set[str]]:
    near: dict[str, set[str]] = {}
    for word in _lists()[0]:
        if len(word) >= LEAST:
            for piece in _shorter(word):
                near.setdefault(piece, set()).add(word)
    return near


def _distance(one: str, other: str) -> int:
    """Return how many letters are left out, put in, changed or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for k, its in enumerate(other, 1):
            cost = letter != its
            best = min(last[k] + 1, row[k - 1] + 1, last[k - 1] + cost)
            if i > 1 and k > 1 and letter == other[k - 2] and one[i - 2] == its:
                best = min(best, before[k - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


@lru_cache(4096)
def _mended(word: str) -> str:
    if len(word) < LEAST or len(word) > 24 or not (word.isascii() and word.isalpha()) or word in _lists()[1]:
        return word
    known = _known()
    near: set[str] = set()
    for piece in _shorter(word):
        near |= known.get(piece, set())
    ranked = sorted((_distance(word, each), each) for each in near)
    if not ranked or ranked[0][0] > (2 if len(word) >= LONG and len(ranked[0][1]) >= LONG else 1):
        return word
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        return word
    return ranked[0][1]


_SHORT = {
    **{
        f"{verb}n{mark}t": f"{verb} not"
        for verb in "is are was were do does did has have had could would should".split()  # noqa: SIM905 - a list of words
        for mark in ("'", "")
    },
    "can't": "cannot",
    "cant": "cannot",
    "won't": "will not",
    "wont": "will not",
}
"""Two words drawn together, as dialogs and people write them; rules are written with both words in full."""


def mended(hay: str) -> list[str] | None:
    """Return the words of a clean text (small letters, one line), misspelt ones mended; None where none changed.

    A word that stood for two (`isn't`) is given as both with a gap between, so that the places of all others stay.
    """
    words = hay.split(" ", MOST)
    made = []
    for each in words[:MOST]:
        core = each.strip(".,:;!?()[]\"'")
        at = each.find(core) if core else 0
        better = _SHORT.get(core) or (_mended(core) if core else "")
        made.append(each[:at] + better + each[at + len(core) :])
    made += words[MOST:]
    return None if made == words else made


def _letters(word: str, last: bool) -> str:
    """Return the letters that `word` ends with (`last`) or begins with."""
    size = len(word)
    at = size
    if last:
        while at and word[at - 1].isalpha():
            at -= 1
        return word[at:]
    at = 0
    while at < size and word[at].isalpha():
        at += 1
    return word[:at]


def cut(above: str, below: str) -> str | None:
    """Return `above` as it goes on in `below` where the end of a line cut a word in two, its hyphen gone; else None.

    The halves are one known word; without a hyphen they are not each a word itself.
    """
    start = above.removesuffix("-")
    if not start or not below or not start[-1].isalpha() or not below[0].isalpha():
        return None
    left, right = _letters(start[-24:], last=True).lower(), _letters(below[:24], last=False).lower()
    words = _lists()[1]
    one_word = left + right in words and (start != above or not (left in words and right in words))
    return start if one_word else None
