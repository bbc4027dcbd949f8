"""How often: checks a person and a target an hour, checks at once, logins against a target an hour; pure."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Checks a `person` and against a `target` an hour, `at_once` in all replicas, `logins` against a target an hour.

    Five logins an hour stay below the ten wrong ones after which servers commonly lock an account.
    """

    person: int = 20
    target: int = 60
    at_once: int = 10
    logins: int = 5


def read_limits(text: str) -> Limits:
    """Read `person=20,target=60`; what is not named keeps its default. Raises ValueError with a sentence."""
    names = [one.name for one in fields(Limits)]
    found = Limits()
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, number = (piece.strip() for piece in part.partition("="))
        if name not in names or not number.isdecimal() or int(number[:8]) > MOST:
            raise ValueError(f"{part!r} is no limit; write {', '.join(names)} with a number each, such as person=20.")
        found = replace(found, **{name: int(number)})
    return found
