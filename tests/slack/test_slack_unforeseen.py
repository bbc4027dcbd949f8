"""What people do that no page foresees: forms handed in once more, messages taken back, too many files."""

from __future__ import annotations

import fake_blocks


def words(message):
    return fake_blocks.texts(message["blocks"])


async def at_the_form(bot):
    """Ann opened her form; returns her and the form."""
    ann = bot.person()
    await ann.command()
    await bot.quiet(ann)
    for label in ("It hangs or stays in the outbox", "Thunderbird", "Fill in the form"):
        await ann.presses(label)
        await bot.quiet(ann)
    return ann, next(reversed(bot.slack.views.values()))


async def test_a_form_that_was_refused_is_refused_as_often_as_it_is_handed_in(run):
    async with run() as bot:
        ann, view = await at_the_form(bot)
        await ann.submits(view, server="smtp.example.com", port="587")
        await bot.quiet(ann)
        for _ in range(3):
            _, answer = await ann.submits(view, server="smtp.example.com", port="465")
            assert "Nothing was sent" in str(answer["errors"])
        _, answer = await ann.submits(view, server="smtp.example.com", port="587")
        assert answer == ""  # that one was taken, and came once more
        await ann.command("forget me")
        for _ in range(2):
            _, answer = await ann.submits(view, server="smtp.example.com", port="25")
            assert "I do not have this conversation any more" in fake_blocks.texts(answer["view"]["blocks"])


async def test_the_shortcut_on_a_message_of_the_bots_own_ends_no_conversation(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command("ann@example.com")
        before = await bot.quiet(ann)
        own = ann.messages[-1]
        await ann.explains(own["text"], ann.dm, bot_id=own["bot_id"], user=own["user"])
        assert await bot.quiet(ann) == before
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert "my own words" in words(bot.slack.ephemerals[-1])
