"""What a check is: one question, asked by `look` and judged by `judge`, which is pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from probes.findings import Report
from probes.network import Network
from probes.target import Target

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Probe(Generic[Seen]):
    """One check: `name` is public (it stands in `not_tested`), `seconds` bounds its look.

    `look(target, network)` may raise `Blind`; `judge(target, what look brought)` returns its report.
    """

    name: str
    look: Callable[[Target, Network], Awaitable[Seen]]
    judge: Callable[[Target, Seen], Report]
    seconds: float = 40.0
