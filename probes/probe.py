"""What a check is: one question, asked by `look` and judged by `judge`, which is pure."""

from __future__ import annotations

import importlib
import pkgutil
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


def all_probes() -> tuple[Probe[object], ...]:
    """Find every check by its file in `probes/checks`; no list is kept by hand."""
    import probes.checks

    names = sorted(module.name for module in pkgutil.iter_modules(probes.checks.__path__))
    return tuple(importlib.import_module(f"probes.checks.{name}").PROBE for name in names)
