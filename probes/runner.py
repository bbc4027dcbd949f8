"""Run all checks side by side, each with a deadline; reports come as they end. It knows no causes and never raises."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from probes.findings import Finding, Outcome, Report
from probes.network import Blind, Leave, Network
from probes.probe import Probe
from probes.target import Target
from probes.vantage import Vantage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """A check has begun."""

    check: str


def all_probes() -> tuple[Probe[object], ...]:
    """Find every check by its file in `probes/checks`; no list is kept by hand."""
    import probes.checks

    names = sorted(module.name for module in pkgutil.iter_modules(probes.checks.__path__))
    return tuple(importlib.import_module(f"probes.checks.{name}").PROBE for name in names)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a check sees so far and is still waiting for; its report may say otherwise in the end."""

    check: str
    finding: Finding


News: TypeAlias = Started | Hint | Report
"""What a run tells while it goes on; every check's `Report` is its last word."""


async def run(
    target: Target,
    vantage: Vantage,
    *,
    password: str | None = None,
    logins: int = 1,
    leave: Leave | None = None,
    timeout: float = 45.0,  # noqa: ASYNC109 - a bound on the whole run, in seconds
    checks: Sequence[Probe[object]] | None = None,
) -> AsyncIterator[News]:
    """Yield `Started`, perhaps a `Hint`, and then a `Report` for every check; the run ends within `timeout` seconds.

    With a password at most `logins` logins are tried: a second one where the first is refused and another may not be.
    """
    news: asyncio.Queue[News] = asyncio.Queue()

    def hear(check: str, finding: Finding) -> None:
        news.put_nowait(Hint(check, finding))

    network = Network(vantage, password=password, logins=logins, hear=hear, leave=leave, seconds=timeout)
    probes = all_probes() if checks is None else checks
    end = asyncio.get_running_loop().time() + timeout
    tasks = [asyncio.create_task(_one(probe, target, network, end, news), name=probe.name) for probe in probes]
    try:
        for probe in probes:
            yield Started(probe.name)
        left = {probe.name for probe in probes}
        while left:
            one = await news.get()
            if isinstance(one, Report):
                left.discard(one.check)
            if isinstance(one, Report) or one.check in left:
                yield one
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await network.close()


async def _one(probe: Probe[object], target: Target, network: Network, end: float, news: asyncio.Queue[News]) -> None:
    left = end - asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(min(probe.seconds, left)):
            seen = await probe.look(target, network)
        report = probe.judge(target, seen)
    except TimeoutError:
        report = Report(probe.name, Outcome.BLIND, reason="time_out")
    except Blind as blind:
        report = Report(probe.name, Outcome.BLIND, reason=blind.reason, evidence=blind.evidence)
    except Exception:
        log.exception("The check %s crashed", probe.name)
        report = Report(probe.name, Outcome.CRASHED, reason="crashed")
    news.put_nowait(report)
