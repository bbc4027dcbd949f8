"""A replica killed during a look; kills at random among many conversations are a command: `tests/slack/killing.py`."""

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
        first, second = (killing.Replica(slack, url, 6.0) for _ in range(2))
        await asyncio.gather(first.start(), second.start())
        ann = Person(slack, HttpPush(first.url))
        await ann.command("smtp.example.com:587")
        await slack.until(lambda: any("I am looking" in m["text"] for m in ann.messages))
        await first.kill()
        killed = time.monotonic()
        await slack.until(lambda: len(ann.messages) > 1, within=20)
        taken = time.monotonic() - killed
        print(f"the verdict came {taken:.1f} s after the kill, of which the look itself took 1.5 to 2 s")
        assert taken < 10 + 2
        await second.end()
        store = await open_store(url)
        (conversation,) = await store.of_owner(ann.owner)
        await store.close()
        assert len(conversation.seen) == 1
        assert len(ann.messages) == 2
