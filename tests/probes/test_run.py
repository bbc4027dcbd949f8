"""A whole run: the first word comes early, the given port goes first, and the same check says the same twice."""

from __future__ import annotations

import ipaddress
import time

import pytest

from bot.practice.doors import dropping, refusing
from bot.practice.names import NameServer
from bot.practice.peer import Script, peer
from probes.causes import Cause, Confidence
from probes.findings import Report
from probes.network import Blind, Network, Reached
from probes.network.seats import Seats
from probes.runner import Hint, Started, run
from probes.target import Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told, verdict

ADDRESS = "127.0.53.78"
ZONE = {"filtered.test": {"A": [ADDRESS]}, "dead.test": {"A": ["127.0.53.79"]}}


def vantage(names: NameServer, ports: dict[int, int], **more: object) -> Vantage:
    return Vantage(
        nameservers=((names.address, names.port),),
        allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
        routes={(ADDRESS, port): ("127.0.0.1", there) for port, there in ports.items()},
        name="here",
        **more,
    )


async def test_a_silent_port_has_its_first_word_within_three_seconds_and_its_verdict_within_eight() -> None:
    target = Target(host=parse_host("filtered.test"))
    began, first, reports = time.monotonic(), None, []
    with dropping() as silent, refusing() as refused:
        async with NameServer.start(ZONE) as names, peer(Script()) as there:
            place = vantage(names, {587: silent, 465: refused, 25: there.port, 2525: silent})
            async for news in run(target, place):
                if isinstance(news, Hint) and first is None:
                    first = (time.monotonic() - began, news)
                if isinstance(news, Report):
                    reports.append(news)
    took = time.monotonic() - began
    assert first is not None
    assert first[0] < 3
    assert (first[1].check, first[1].finding.code) == ("reach", "port_silent")
    assert took < 8
    found = verdict(Told(), target, reports)
    assert (found.cause, found.confidence) == (Cause.PORT_BLOCKED, Confidence.CERTAIN)
    assert found.works_with is not None
    assert found.works_with.port == 25


async def test_with_everything_silent_the_verdict_comes_within_twelve_seconds_and_blames_nobody_for_certain() -> None:
    target = Target(host=parse_host("filtered.test"), port=25)
    with dropping() as silent:
        async with NameServer.start(ZONE) as names:
            place = vantage(names, dict.fromkeys((25, 465, 587, 2525), silent))
            began = time.monotonic()
            reports = [news async for news in run(target, place) if isinstance(news, Report)]
    assert time.monotonic() - began < 12
    found = verdict(Told(), target, reports)
    assert (found.cause, found.confidence) == (Cause.UNKNOWN, Confidence.POSSIBLE)
    assert ("reach", "port_25_unproven") in [(one.check, one.reason) for one in found.not_tested]


async def test_every_check_starts_and_ends_once_and_a_hint_comes_between() -> None:
    with refusing() as refused:
        async with NameServer.start(ZONE) as names:
            place = vantage(names, dict.fromkeys((25, 465, 587, 2525), refused))
            news = [one async for one in run(Target(host=parse_host("filtered.test")), place)]
    started = [one.check for one in news if isinstance(one, Started)]
    ended = [one.check for one in news if isinstance(one, Report)]
    assert sorted(started) == sorted(ended) == sorted(set(ended))


async def test_the_same_check_twice_says_the_same() -> None:
    said = []
    for _ in range(2):
        with refusing() as refused:
            async with NameServer.start(ZONE) as names, peer(Script(greeting=b"554 no\r\n")) as there:
                place = vantage(names, {587: there.port, 465: refused, 25: refused, 2525: refused})
                target = Target(host=parse_host("filtered.test"))
                reports = [news async for news in run(target, place) if isinstance(news, Report)]
        found = verdict(Told(), target, reports)
        said.append((found.cause, found.confidence, found.works_with, [one.code for one in found.decided_by]))
    assert said[0] == said[1]


async def test_a_run_that_is_broken_off_leaves_nothing_open() -> None:
    with dropping() as silent:
        async with NameServer.start(ZONE) as names:
            news = run(Target(host=parse_host("filtered.test")), vantage(names, {587: silent}))
            assert isinstance(await anext(news), Started)
            await news.aclose()


async def test_a_place_that_may_not_be_dialled_any_more_is_said_to_all_who_wait_for_it() -> None:
    async with peer(Script()) as there:
        network = Network(
            Vantage(
                allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
                routes={(ADDRESS, 25): ("127.0.0.1", there.port)},
                name="here",
            )
        )
        for number in range(12):
            if number == 9:
                with pytest.raises(Blind, match="too_many_connections"):
                    await network.dial(ADDRESS, 465)  # the last three are kept for the given port
            dialled = await network.dial(ADDRESS, 25, first=True)
            assert dialled.reached is Reached.CONNECTED
            network.hang_up(dialled)
            network.hang_up(dialled)  # twice is no harm
        with pytest.raises(Blind, match="too_many_connections"):
            await network.dial(ADDRESS, 25, first=True)
        with pytest.raises(Blind):
            await network.dial(ADDRESS, 587)
        with pytest.raises(Blind):
            await network.reached(ADDRESS, 587)
        await network.close()
    assert there.met == 12


async def test_a_seat_that_nobody_was_reached_with_is_not_counted() -> None:
    seats = Seats(1, 2)
    for _ in range(5):
        await seats.take()
        seats.give(used=False)
    assert not seats.used_up()
    await seats.take()
    seats.seize()
    assert seats.used_up()
