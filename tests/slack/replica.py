"""One replica of the bot as a process of its own: wired as `serve` wires it, with a quick look and a wide budget.

Called as: replica.py API_URL DATABASE PORT. Prints `ready PORT` once it listens; SIGTERM ends it, SIGKILL kills it.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from fake_slack import SECRET, TOKEN

from bot.desk import Desk
from bot.settings import Settings
from bot.slack.app import connected
from bot.store.opening import open_store
from flows.book import load
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.findings import Outcome, Report
from probes.runner import Started
from probes.verdict import Verdict

CAUSES = (Cause.PORT_BLOCKED, Cause.CERTIFICATE_EXPIRED, Cause.AUTH_REQUIRED, Cause.OK, Cause.UNKNOWN, Cause.TIMEOUT)
WIDE = dict.fromkeys(("chat.postMessage", "chat.update", "conversations.open", "conversations.history"), 1_000_000)


async def look(conversation, what, tell):
    """Take a moment, tell of two checks, and end in a cause that follows from the run's name."""
    choose = random.Random(conversation.run)
    await asyncio.sleep(float(os.environ.get("REPLICA_LOOKS_FOR", "0")))
    for check in ("names", "reach"):
        tell(Started(check))
        await asyncio.sleep(choose.uniform(0.02, 0.2))
        tell(Report(check, Outcome.DONE, ()))
    return Verdict(cause=choose.choice(CAUSES), confidence=Confidence.LIKELY)


async def main(api_url, database, port, lease):
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = Settings(
        slack_bot_token=TOKEN, slack_signing_secret=SECRET, slack_api_url=api_url, support_channel="C0HELP"
    )
    store = await open_store(database)
    rates = {**WIDE, "views.open": 1_000_000, "users.info": 1_000_000, "chat.postEphemeral": 1_000_000}
    try:
        async with connected(settings, store, between_edits=0.05, rates=rates) as half:
            desk = Desk(store, Tree(load()), look, half.front, whose=half.whose, patience=(0.1, 0.5), lease=lease)
            half.attach(desk)
            await desk.resume()
            try:
                await half.serve(stop, port=port, ready=lambda where: print("ready", where, flush=True))
            finally:
                await desk.close()
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
