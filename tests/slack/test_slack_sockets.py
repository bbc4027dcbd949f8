"""Socket Mode as Slack plays it: connections refreshed, dropped, refused and switched off; nothing is lost over it."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress

import fake_blocks
import pytest
from fake_slack import APP_TOKEN

from bot.slack import connection, sockets
from bot.slack.faults import SlackFault
from bot.slack.sockets import Pool, serve_socket

ERRORS = ("error 17", "error 18", "error 19")


@pytest.fixture
def quick(monkeypatch):
    """Wait for less long where nothing but a wait would be seen."""
    monkeypatch.setattr(sockets, "SHORTEST_WAIT", 0.05)
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.05)


def holding(bot, monkeypatch, *, at):
    """Hold the desk's openings back before they are acknowledged; returns what lets them go, and what says `there`."""
    go_on, there, opens = asyncio.Event(), asyncio.Event(), bot.desk.open

    async def opening(*arguments, **named):
        outcome = await opens(*arguments, **named) if at == "after the commit" else None
        there.set()
        await go_on.wait()
        return outcome or await opens(*arguments, **named)

    monkeypatch.setattr(bot.desk, "open", opening)
    return go_on, there


async def two(slack, but=()):
    await slack.until(lambda: len([one for one in slack.connections if one not in but]) == 2)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_next_connection_is_there_before_a_refreshed_one_goes(run, reason):
    async with run(socket=True) as bot:
        fewest = []

        class Watched(list):
            def remove(self, one):
                super().remove(one)
                fewest.append(len(self))

        before = list(bot.slack.connections)
        bot.slack.connections = Watched(before)
        for each in before:  # both at once, as they were opened at once
            await each.send_json({"type": "disconnect", "reason": reason})
        await bot.slack.until(lambda: not set(before) & set(bot.slack.connections))
        await two(bot.slack)
        assert min(fewest) >= 2


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
@pytest.mark.parametrize("at", ["before the commit", "after the commit"])
async def test_an_acknowledgement_under_way_goes_out_over_its_own_connection_before_that_ends(
    run, monkeypatch, reason, at
):
    async with run(socket=True) as bot:
        ann, own = bot.person(), bot.slack.connections[-1]
        go_on, there = holding(bot, monkeypatch, at=at)
        typing = asyncio.create_task(ann.command("ann@example.com"))
        await there.wait()
        await own.send_json({"type": "disconnect", "reason": reason})
        await two(bot.slack, but=[own])
        assert own in bot.slack.connections
        go_on.set()
        status, ack = await typing
        assert (status, "direct message" in ack["text"]) == (200, True)
        assert list(bot.slack.acked_over.values()) == [own]
        await bot.slack.until(lambda: own not in bot.slack.connections)
        await bot.quiet(ann)
        assert len(ann.messages) == 1


async def test_an_acknowledgement_whose_connection_was_dropped_goes_out_over_another(run, monkeypatch):
    async with run(socket=True) as bot:
        ann, own = bot.person(), bot.slack.connections[-1]
        go_on, there = holding(bot, monkeypatch, at="after the commit")
        typing = asyncio.create_task(ann.command("ann@example.com"))
        await there.wait()
        own._req.transport.abort()
        await two(bot.slack, but=[own])
        go_on.set()
        assert (await typing)[0] == 200
        assert list(bot.slack.acked_over.values()) != [own]
        await bot.quiet(ann)
        assert len(ann.messages) == 1


async def test_what_was_not_acknowledged_because_all_connections_dropped_is_done_once_when_it_comes_again(
    run, quick, monkeypatch, caplog
):
    async with run(socket=True) as bot:
        ann, before = bot.person(), list(bot.slack.connections)
        go_on, there = holding(bot, monkeypatch, at="after the commit")
        lost = asyncio.create_task(ann.says("hello"))
        await there.wait()
        bot.slack.link_weather = "refused"
        for each in before:
            each._req.transport.abort()
        await bot.slack.until(lambda: not bot.slack.connections)
        go_on.set()
        async with asyncio.timeout(30):
            while "an acknowledgement found no connection" not in caplog.text:
                await asyncio.sleep(0.01)
        bot.slack.link_weather = ""
        await two(bot.slack)
        assert not lost.done()
        lost.cancel()
        assert (await ann.again())[0] == 200
        await bot.quiet(ann)
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert sum(any(fake_blocks.buttons(each["blocks"])) for each in ann.messages) == 1


async def test_an_address_that_did_not_work_is_not_tried_again(run, quick):
    async with run(socket=True) as bot:
        first = bot.slack.connections[0]
        bot.slack.fault("link", "refused", "refused", "refused")
        await first.send_json({"type": "disconnect", "reason": "warning"})
        await two(bot.slack, but=[first])
        assert bot.slack.count("apps.connections.open") == len(bot.slack.links)


@pytest.mark.parametrize("fault", ["mute", "warning"])
async def test_a_connection_that_says_no_hello_is_given_up(run, quick, monkeypatch, fault):
    monkeypatch.setattr(connection, "HELLO_WITHIN", 0.2)
    async with run(socket=True) as bot:
        first = bot.slack.connections[0]
        bot.slack.fault("link", fault)
        await first.send_json({"type": "disconnect", "reason": "warning"})
        await two(bot.slack, but=[first])


async def test_what_nobody_foresaw_leaves_no_place_empty_and_stands_in_the_log(run, slack, quick, caplog):
    async with run(socket=True):
        first, opens, odd = slack.connections[0], slack.do_apps_connections_open, [{}]  # it says ok, and no address
        slack.do_apps_connections_open = lambda: odd.pop() if odd else opens()
        await first.send_json({"type": "disconnect", "reason": "warning"})
        await two(slack, but=[first])
        assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [KeyError]


async def test_more_connections_than_slack_allows_are_asked_for_less_and_less_often(run, slack, monkeypatch, caplog):
    monkeypatch.setattr(sockets, "SHORTEST_WAIT", 0.1)
    async with run(socket=True) as bot:
        slack.link_weather = "too_many_websockets"
        one, other = slack.connections
        tried = len(slack.links)
        await one.send_json({"type": "disconnect", "reason": "too_many_websockets"})
        await slack.until(lambda: len(slack.links) - tried == 5)
        waits = [after - before for before, after in zip(slack.links[tried:], slack.links[tried + 1 :], strict=False)]
        assert [wait > 0.09 * 2**number for number, wait in enumerate(waits, 1)] == [True] * 4
        assert slack.connections == [other]
        assert await bot.half.reachable() is True
        assert "Slack allows the app ten connections" in caplog.text


@pytest.mark.parametrize(
    ("reason", "answer", "said"),
    [
        ("link_disabled", "", "Socket Mode is switched off"),
        ("refresh_requested", "invalid_auth", "does not accept the token"),
        ("warning", "server_error", "was lost and did not come back"),
    ],
)
async def test_a_process_that_gets_no_connection_any_more_ends_with_the_reason(run, slack, quick, reason, answer, said):
    async with run() as bot:
        serving = asyncio.create_task(
            serve_socket(bot.half.app, APP_TOKEN, bot.half._client, asyncio.Event(), deaf_after=0.5)
        )
        await two(slack)
        slack.link_weather = reason
        slack.fault("apps.connections.open", *[answer] * 1000 * bool(answer))
        for each in list(slack.connections):
            await each.send_json({"type": "disconnect", "reason": reason})
            await each.close()
        with pytest.raises(SlackFault, match=said):
            await serving


async def test_a_process_that_never_gets_a_connection_ends_too(run, slack, quick):
    slack.link_weather = "refused"
    async with run() as bot:
        with pytest.raises(SlackFault, match="was lost and did not come back"):
            await serve_socket(bot.half.app, APP_TOKEN, bot.half._client, asyncio.Event(), deaf_after=0.5)


async def test_a_connection_of_which_nobody_reads_counts_as_gone(run, slack, quick):
    async with run() as bot:
        held = Pool(bot.half.app, APP_TOKEN, bot.half._client)
        place = asyncio.create_task(held.hold(""))
        await slack.until(lambda: slack.connections)
        await held.came.wait()
        first = slack.connections[0]
        held._open[0].message_receiver.cancel()
        await slack.until(lambda: slack.connections and first not in slack.connections)
        assert await held.alive() is True
        place.cancel()
        await held.close()
        assert await held.alive() is False


async def test_what_is_being_acknowledged_at_the_end_goes_out_first(run, monkeypatch):
    async with run(socket=True) as bot:
        ann = bot.person()
        go_on, there = holding(bot, monkeypatch, at="after the commit")
        typing = asyncio.create_task(ann.command("ann@example.com"))
        await there.wait()
        asyncio.get_running_loop().call_later(0.3, go_on.set)
    assert (await typing)[0] == 200


async def test_the_end_is_quick_where_slack_does_not_say_goodbye(run, slack):
    slack.fault("link", "silent", "silent")
    async with run(socket=True):
        began = time.monotonic()
    assert time.monotonic() - began < 4


async def test_what_still_comes_over_a_connection_that_ends_is_answered(run, monkeypatch):
    async with run(socket=True) as bot:
        ann, own = bot.person(), bot.slack.connections[-1]
        go_on, there = holding(bot, monkeypatch, at="after the commit")
        typing = asyncio.create_task(ann.command("ann@example.com"))
        await there.wait()
        await own.send_json({"type": "disconnect", "reason": "warning"})
        await two(bot.slack, but=[own])
        bob = bot.person("U0BOB")
        bob.push = type(bot.push)(bot.slack, bot.slack.connections.index(own))
        _, ack = await bob.command("help")
        assert "I never need your password" in ack["text"]
        go_on.set()
        await typing


async def test_in_a_storm_of_ended_dropped_and_refused_connections_everything_is_done_once(run, slack, monkeypatch):
    monkeypatch.setattr(sockets, "SHORTEST_WAIT", 0.02)
    monkeypatch.setattr(sockets, "LONGEST_WAIT", 0.1)
    chance = random.Random(0)
    async with run(socket=True) as bot:
        people = [bot.person(f"U0P{number:02}") for number in range(10)]
        over = False

        async def weather():
            while not over:
                await asyncio.sleep(chance.uniform(0.1, 0.2))
                if not slack.connections:
                    continue
                one = chance.choice(slack.connections)
                match chance.choice(("warning", "refresh_requested", "drop", "refused", "too_many_websockets")):
                    case "drop":
                        one._req.transport.abort()
                    case "refused":
                        slack.fault("link", "refused")
                    case reason:
                        with suppress(ConnectionError):
                            await one.send_json({"type": "disconnect", "reason": reason})

        async def delivered(person, text):
            """As Slack does: what nobody acknowledged comes again, over whichever connection there is."""
            for again in range(100):
                await slack.until(lambda: slack.connections)
                with suppress(TimeoutError, ConnectionError, IndexError):
                    async with asyncio.timeout(1):
                        return await (person.again() if again else person.says(text))
                await asyncio.sleep(0.05)
            raise AssertionError("never acknowledged")

        async def writes(person):
            for text in ERRORS:
                await delivered(person, text)
                await asyncio.sleep(chance.uniform(0.1, 0.4))

        storm = asyncio.create_task(weather())
        await asyncio.gather(*map(writes, people))
        over = True
        await storm
        for person in people:
            await bot.quiet(person)
            (kept,) = await bot.desk.recent(person.owner)
            assert kept.texts == ERRORS
        slack.faults["link"].clear()
        await two(slack)
        assert len(slack.links) > 4, "there was no storm"
