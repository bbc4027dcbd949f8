"""Run all checks side by side, each with a deadline; reports come as they end. It knows no causes and never raises."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from probes.findings import Outcome, Report
from probes.network import Blind, Network
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


async def run(
    target: Target,
    vantage: Vantage,
    *,
    password: str | None = None,
    timeout: float = 45.0,  # noqa: ASYNC109 - a bound on the whole run, in seconds
    checks: Sequence[Probe[object]] | None = None,
) -> AsyncIterator[Started | Report]:
    """Yield `Started` and then a `Report` for every check; the run ends within `timeout` seconds."""
    network = Network(vantage, password=password)
    probes = all_probes() if checks is None else checks
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    tasks = {asyncio.create_task(_one(probe, target, network, end - loop.time()), name=probe.name) for probe in probes}
    try:
        for probe in probes:
            yield Started(probe.name)
        waiting = set(tasks)
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(done, key=lambda task: task.get_name()):
                yield task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await network.close()


async def _one(probe: Probe[object], target: Target, network: Network, seconds: float) -> Report:
    try:
        async with asyncio.timeout(min(probe.seconds, seconds)):
            seen = await probe.look(target, network)
        return probe.judge(target, seen)
    except TimeoutError:
        return Report(probe.name, Outcome.BLIND, reason="time_out")
    except Blind as blind:
        return Report(probe.name, Outcome.BLIND, reason=blind.reason, evidence=blind.evidence)
    except Exception:
        log.exception("The check %s crashed", probe.name)
        return Report(probe.name, Outcome.CRASHED, reason="crashed")
