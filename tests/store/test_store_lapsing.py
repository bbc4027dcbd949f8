"""Budgets and one-time links keep their word on every database, also where replicas ask at the same time."""

import asyncio

import pytest

from bot.store.budgets import Budgets, Wish
from bot.store.depth import waiting
from bot.store.links import LASTS, Links
from bot.store.opening import open_store


@pytest.fixture
async def replicas(database_url):
    stores = [await open_store(database_url) for _ in range(3)]
    yield stores
    for store in stores:
        await store.close()


async def test_replicas_that_ask_at_once_never_get_more_than_there_is(replicas):
    budgets = [Budgets(store) for store in replicas]
    wishes = (Wish("target x", 5, 3600), Wish("person y", 100, 3600))
    given = await asyncio.gather(*(budgets[n % 3].grant(wishes, 50.0 + n) for n in range(30)))
    assert sum(one.short is None for one in given) == 5
    assert {one.short for one in given} == {None, wishes[0]}
    assert min(one.until for one in given if one.short) >= 3650.0
    await budgets[0].give_back(next(one.numbers for one in given if one.numbers))
    assert (await budgets[1].grant(wishes, 99.0)).short is None


async def test_a_link_that_is_used_at_once_everywhere_is_used_once(replicas):
    links = [Links(store) for store in replicas]
    secret = await links[0].make("c1", 100.0)
    assert len(secret) >= 43
    assert await links[1].found(secret, 101.0) == ("c1", "")
    assert sum(await asyncio.gather(*(links[n % 3].use(secret, 102.0) for n in range(12)))) == 1
    assert await links[2].found(secret, 103.0) == ("", "used")


async def test_a_link_ends_and_an_unknown_one_opens_nothing(replicas):
    links = Links(replicas[0])
    secret = await links.make("c1", 100.0)
    assert await links.found(secret, 100.0 + LASTS) == ("", "expired")
    assert not await links.use(secret, 100.0 + LASTS)
    assert await links.found("guessed", 101.0) == ("", "unknown")
    await links.make("c2", 100.0 + LASTS + 86401.0)
    assert await links.found(secret, 100.0) == ("", "unknown"), "long over, and gone"


async def test_what_waits_is_counted(replicas):
    assert await waiting(replicas[0]) == 0
