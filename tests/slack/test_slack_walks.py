"""Random people: they press new and old buttons, twice, out of order, paste and hand in nonsense; nothing breaks."""

from __future__ import annotations

import logging
import random
from collections import Counter

import fake_blocks
import pytest

from probes.causes import Cause

WORDS = ["535 5.7.8 authentication failed", "hello", "<!channel> & co", "smtp.example.com:587", "status", "x" * 4000]
FORMS = [
    {"server": "smtp.example.com", "port": "587"},
    {"server": "a b"},
    {"port": "99999"},
    {"mail_address": "ann@@example.com"},
    {"server": "😀", "port": "0"},
    {},
]


class Walk:
    """One person's random way; `ever` has every button that was ever shown."""

    def __init__(self, bot, person, choose):
        self.bot, self.person, self.choose = bot, person, choose
        self.ever, self.forms = [], []

    def look_around(self):
        for message in self.person.messages:
            for block_id, element in fake_blocks.buttons(message["blocks"]):
                pressed = {"block_id": block_id, **element}
                if element["type"] == "static_select":
                    pressed = {
                        "action_id": element["action_id"],
                        "type": "static_select",
                        "selected_option": element["options"][0],
                    }
                self.ever.append((pressed, message))
        self.forms += list(self.bot.slack.views.values())[len(self.forms) :]

    async def step(self):
        self.look_around()
        newest = [(e, m) for e, m in self.ever if self.person.messages and m is self.person.messages[-1]]
        match self.choose.choices(["newest", "ever", "again", "says", "submits", "command"], [50, 10, 5, 8, 25, 2])[0]:
            case "newest" if newest:
                await self.person.clicks(*self.choose.choice(newest[-20:]))
            case "ever" if self.ever:
                await self.person.clicks(*self.choose.choice(self.ever))
            case "again" if self.person.last:
                await self.person.again()
            case "says":
                await self.person.says(self.choose.choice(WORDS))
            case "submits" if self.forms:
                view = self.choose.choice(self.forms[-2:])
                fields = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
                typed = {name: value for name, value in self.choose.choice(FORMS).items() if name in fields}
                await self.person.submits(view, **typed)
            case _:
                await self.person.command(self.choose.choice(["", "ann@example.com"]))


@pytest.mark.parametrize("seed", range(3))
async def test_a_random_way_keeps_one_step_open_and_breaks_nothing(run, look, caplog, seed):
    choose = random.Random(seed)
    look.causes = [choose.choice(list(Cause)) for _ in range(300)]
    async with run(support_channel="C0HELP", blocks=choose.choice(["", "new"])) as bot:
        bot.slack.channel("C0HELP")
        walk = Walk(bot, bot.person(), choose)
        for _ in range(60):
            await walk.step()
        await bot.quiet(walk.person)
        open_ones = Counter(
            message["metadata"]["event_payload"]["conversation"]
            for message in walk.person.messages
            if any(each["action_id"] == "smtp:human" for _, each in fake_blocks.buttons(message["blocks"]))
        )
        assert set(open_ones.values()) <= {1}
        for each in await bot.desk.recent(walk.person.owner, limit=100):
            if each.status == "open":
                assert open_ones[each.id] == 1
                shown = next(m for m in reversed(walk.person.messages) if each.id in str(m.get("metadata")))
                assert bot.desk.screen(each).title[:30].split("*")[0] in fake_blocks.texts(shown["blocks"])
            if each.status == "closed":
                assert open_ones[each.id] == 0
    broken = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in broken] == []
