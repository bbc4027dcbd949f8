"""Replicas killed at random while people talk: a small run of what `killing.py` does with a thousand conversations."""

from __future__ import annotations

import os

import killing
import pytest

POSTGRES = os.environ.get("SMTP_HELP_TEST_POSTGRES", "")


async def held(tally):
    assert tally.lost == []
    assert tally.twice == []
    assert tally.steps > 8


async def test_a_single_process_that_is_killed_loses_nothing_and_does_nothing_twice(tmp_path):
    tally = await killing.run(8, f"sqlite:///{tmp_path}/kept.db", 1, at_once=8, every=(0.5, 1.5), most=2)
    await held(tally)
    assert tally.kills > 0


@pytest.mark.skipif(not POSTGRES, reason="two replicas on PostgreSQL (SMTP_HELP_TEST_POSTGRES is not set)")
async def test_one_of_two_replicas_that_is_killed_loses_nothing_and_does_nothing_twice():
    import asyncpg

    admin = await asyncpg.connect(POSTGRES.replace("+asyncpg", ""))
    await admin.execute("DROP DATABASE IF EXISTS smtp_help_kills")
    await admin.execute("CREATE DATABASE smtp_help_kills")
    try:
        url = f"{POSTGRES.rsplit('/', 1)[0]}/smtp_help_kills"
        tally = await killing.run(8, url, 2, at_once=8, every=(0.5, 1.5), lease=2.0, most=2)
        await held(tally)
        assert tally.kills > 0
    finally:
        await admin.execute("DROP DATABASE smtp_help_kills WITH (FORCE)")
        await admin.close()
