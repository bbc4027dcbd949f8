"""Replicas killed during a look and at random; a thousand conversations are a command: `tests/slack/killing.py`."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from contextlib import asynccontextmanager

import killing
import pytest
from fake_people import HttpPush, Person
from fake_slack import FakeSlack

from bot.store.opening import open_store

POSTGRES = os.environ.get("SMTP_HELP_TEST_POSTGRES", "")


@asynccontextmanager
async def database():
    import asyncpg

    admin = await asyncpg.connect(POSTGRES.replace("+asyncpg", ""))
    name = f"smtp_help_kills_{uuid.uuid4().hex[:8]}"
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


TWO = pytest.mark.skipif(not POSTGRES, reason="two replicas on PostgreSQL (SMTP_HELP_TEST_POSTGRES is not set)")


@TWO
async def test_a_look_of_a_killed_replica_is_taken_up_within_ten_seconds_and_ends_in_one_verdict(monkeypatch):
    monkeypatch.setenv("REPLICA_LOOKS_FOR", "1.5")
    async with database() as url, FakeSlack.start() as slack:
        slack.channel("C0HELP")
        first, second = (killing.Replica(slack, url, 4.0) for _ in range(2))
        await asyncio.gather(first.start(), second.start())
        ann = Person(slack, HttpPush(first.url))
        await ann.command("smtp.example.com:587")
        await slack.until(lambda: any("I am looking" in m["text"] for m in ann.messages))
        await first.kill()
        killed = time.monotonic()
        await slack.until(lambda: len(ann.messages) > 1, within=20)
        taken = time.monotonic() - killed
        print(f"the verdict came {taken:.1f} s after the kill, of which the look itself took 1.5 to 2 s")
        assert taken < 10
        await second.end()
        store = await open_store(url)
        (conversation,) = await store.of_owner(ann.owner)
        await store.close()
        assert len(conversation.seen) == 1
        assert len(ann.messages) == 2


async def cut(url):
    """End all connections of the replicas, as a restart of PostgreSQL does."""
    import asyncpg

    admin = await asyncpg.connect(POSTGRES.replace("+asyncpg", ""))
    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1"
    count = await admin.fetchval(ended, url.rpartition("/")[2])
    await admin.close()
    return count


@TWO
async def test_a_database_that_drops_every_connection_costs_nobody_anything():
    async with database() as url, FakeSlack.start() as slack:
        slack.channel("C0HELP")
        replica = killing.Replica(slack, url, 4.0)
        await replica.start()
        ann = Person(slack, HttpPush(replica.url))
        await ann.command()
        await slack.until(lambda: ann.messages)
        assert await cut(url) > 0
        status, _ = await ann.presses("I am not sure, please check")
        assert status == 200
        await slack.until(lambda: len(ann.messages) == 2)
        assert await cut(url) > 0
        await ann.presses("Talk to a human")
        await slack.until(lambda: slack.posted("C0HELP"), within=20)
        await killing.settled(url)
        await replica.end()
        assert len(slack.posted("C0HELP")) == 1
        assert slack.ephemerals == []


@TWO
async def test_two_replicas_killed_at_random_in_a_storm_lose_nothing_and_do_nothing_twice():
    async with database() as url:
        tally = await killing.run(24, url, 2, at_once=24, every=(3.0, 5.0), seed=7, most=3, stormy=True)
    assert (tally.lost, tally.twice) == ([], [])
    assert tally.kills == 3 or tally.steps > 60


async def test_one_process_killed_at_random_in_a_storm_loses_nothing_and_does_nothing_twice(tmp_path):
    tally = await killing.run(
        24, str(tmp_path / "kept.db"), 1, at_once=24, every=(3.0, 5.0), seed=7, most=3, stormy=True
    )
    assert (tally.lost, tally.twice) == ([], [])
    assert tally.kills == 3 or tally.steps > 60
