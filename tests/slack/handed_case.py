"""A case in the support channel, as tests bring it there: Ann asks for a human, and Ina belongs to IT."""

from __future__ import annotations

import fake_blocks

CHANNEL = "C0HELP"


def words(message):
    return fake_blocks.texts(message["blocks"])


def labels(message):
    return [e["text"]["text"] for _, e in fake_blocks.buttons(message["blocks"])]


async def handed(bot, text="ann@example.com"):
    """Return Ann, Ina, and the message of Ann's case."""
    bot.slack.channel(CHANNEL)
    ann = bot.person()
    await ann.command(text)
    await bot.quiet(ann)
    await ann.presses("Talk to a human")
    await bot.quiet(ann)
    return ann, bot.person("U0IT"), bot.slack.posted(CHANNEL)[0]


def head(bot):
    """Return the message of the case as it is now, to be pressed at."""
    return {**bot.slack.posted(CHANNEL)[0], "channel": CHANNEL}


def thread(bot):
    return [words(each) for each in bot.slack.posted(CHANNEL) if each.get("thread_ts")]


async def asking(bot, somebody):
    """Press the button for a question to the person; return the form that opens."""
    await somebody.presses("Ask a question", head(bot))
    await bot.half.listeners.replies.settled()
    return [view for view in bot.slack.views.values() if view["callback_id"] == "smtp:question"][-1]
