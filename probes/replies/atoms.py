"""Works out which plain words a pattern cannot match without, so that one pass finds the few candidates."""

from __future__ import annotations

from itertools import product
from re import _constants as kind  # type: ignore[attr-defined]  # the standard parser, used while building only
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MOST = 24
"""More alternatives than this are not multiplied out."""

FEW = 14
"""Of more words than these none is looked for beside the chosen ones: that would cost what it spares."""

LONGEST = 10
"""Letters of a word that are looked for: more would tell no more texts apart, and take longer to load."""

BYTES = 14
"""Bytes of a word that are looked for: a letter of most scripts takes two or three, and tells more."""

COMMON = frozenset(
    (  # noqa: SIM905 - a list of words
        "smtp error errors not server the com mail failed message messages connection address authentica host your"
        " rejected from send user connect sending email e-mail certificat recipient recipients command code sender"
        " invalid response cannot account domain relay mailbox name unknown client refused service rcpt denied access"
    ).split()
)
"""Words that more than two in a hundred texts hold: each tells less than a rare word of half its letters."""

Words = frozenset[str]


def shortened(word: str) -> str:
    """Return the beginning of `word` that is looked for."""
    return word[:LONGEST].encode()[:BYTES].decode(errors="ignore")


def _worth(words: Words) -> float:
    """Return how well words pick out a text: long ones do, many cost time to load."""
    told = min(len(w.encode()) / (2 if w.strip() in COMMON else 1) for w in words)
    return min(told, 9) - len(words) / 8 - (50 if min(len(w.encode()) for w in words) < 3 else 0)


def _better(one: Words | None, other: Words | None) -> Words | None:
    if not one or not other:
        return one or other
    return max(one, other, key=_worth)


def _class(items: list[Any]) -> Words | None:
    if any(op is not kind.LITERAL for op, _ in items) or len(items) > 6:
        return None
    return frozenset(chr(value) for _, value in items)


def _item(op: Any, value: Any) -> tuple[Words | None, Words | None]:
    """Return (all that this piece can be, one of these must occur); None where it is not known."""
    if op is kind.LITERAL:
        return frozenset({chr(value)}), None
    if op is kind.IN:
        return _class(value), None
    if op is kind.AT:
        return frozenset({""}), None
    if op is kind.SUBPATTERN:
        return _sequence(value[-1])
    if op is kind.BRANCH:
        parts = [_sequence(each) for each in value[1]]
        exact: Words | None = None
        if all(e is not None for e, _ in parts):
            exact = frozenset().union(*(e for e, _ in parts if e is not None))
        needs = [_better(e, n) for e, n in parts]
        needed = None
        if all(n is not None and all(n) for n in needs):
            needed = frozenset().union(*(n for n in needs if n is not None))
        return (exact if exact is not None and len(exact) <= MOST else None), needed
    if op in (kind.MAX_REPEAT, kind.MIN_REPEAT):
        least, most, inner = value
        exact, needed = _sequence(inner)
        if least == 0:
            return (exact | {""} if most == 1 and exact is not None else None), None
        return (exact if most == 1 else None), _better(exact, needed) if least else None
    return None, None


def _sequence(pieces: Any) -> tuple[Words | None, Words | None]:
    run: Words = frozenset({""})
    best: Words | None = None
    whole = True
    for op, value in pieces:
        exact, needed = _item(op, value)
        best = _better(best, needed)
        if exact is not None and len(exact) * len(run) <= MOST:
            run = frozenset(a + b for a, b in product(run, exact))
            continue
        whole = False
        best = _better(best, run if all(run) else None)
        run = exact if exact is not None and len(exact) <= MOST else frozenset({""})
    if whole:
        return run, best
    return None, _better(best, run if all(run) else None)


def atoms(pattern: str) -> Words:
    """Return words of which every match of `pattern` holds one; empty where none of at least 3 letters is sure."""
    exact, needed = _sequence(_parser.parse(pattern))
    chosen = _better(exact if exact and all(exact) else None, needed) or frozenset()
    chosen = frozenset(shortened(w) for w in chosen)
    chosen = frozenset(w for w in chosen if not any(o != w and o in w for o in chosen))
    return chosen if chosen and min(len(w.encode()) for w in chosen) >= 3 else frozenset()


def _needed(pieces: Any) -> list[Words]:
    """Return sets of words of each of which every match holds one, also inside of groups that must occur."""
    found: list[Words] = []
    run: Words = frozenset({""})
    for op, value in pieces:
        exact, needed = _item(op, value)
        if op is kind.SUBPATTERN and exact is None:
            found += _needed(value[-1])
        elif needed:
            found.append(needed)
        if exact is not None and len(exact) * len(run) <= MOST:
            run = frozenset(a + b for a, b in product(run, exact))
            continue
        found.append(run)
        run = exact if exact is not None and len(exact) <= MOST else frozenset({""})
    return [*found, run]


def beside(pattern: str, chosen: Words) -> Words:
    """Return other words than the `chosen` of which every match of `pattern` holds one, too; empty where none tell.

    They stand whole: the `chosen` are the beginnings of long words.
    """
    best: Words = frozenset()
    for each in _needed(_parser.parse(pattern)):
        words = frozenset(w for w in each if not any(o != w and o in w for o in each))
        if len(words) > FEW or min(len(w) for w in words) < 2 or words & chosen:
            continue
        if not best or _worth(words) > _worth(best):
            best = words
    return best
