"""Forgetting leaves nothing: not in a table, not in a page of the file that was freed, not in the journal."""

import json

from fake_people import Person, SocketPush
from served import served

from bot.desk import Desk
from bot.ledger.audit import Audit
from bot.ledger.keeping import Ledger
from bot.ledger.limits import Limits
from bot.store.budgets import Budgets
from bot.store.opening import open_store
from flows.book import load
from flows.conversation import AskedHuman, Pasted
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.verdict import Verdict

MARK = "quendolin"
DAY = 86400.0


class Front:
    async def show(self, conversation, screen, **_):
        pass

    async def progress(self, conversation, screen):
        pass

    async def hand_over(self, conversation, case):
        return "A human has it."


async def talked(store, owner, clock, **more):
    """Hold a conversation that leaves something of a person in every table."""

    async def looked(conversation, what, tell):
        return Verdict(
            cause=Cause.CERTIFICATE_EXPIRED, confidence=Confidence.CERTAIN, quote=f"{conversation.owner} said"
        )

    desk = Desk(store, Tree(load()), looked, Front(), whose="slack:T1:", clock=clock, **more)
    key = f"click {owner}"
    opened = await desk.open(key, owner, f"smtp.{MARK}.example:587 {MARK}@example.com", surface={"channel": f"D{MARK}"})
    now = opened.conversation.id
    await desk.settled(now)
    from bot.front import Turn

    await desk.take(Turn(f"{key} text", now, owner, Pasted(f"{MARK} gibberish that nobody understands")))
    await desk.settled(now)
    await desk.take(Turn(f"{key} human", now, owner, AskedHuman()))
    await desk.settled(now)
    return desk


def remains(folder, *words):
    kept = b"".join(path.read_bytes() for path in folder.glob("kept.db*"))
    return [word for word in words if word.encode() in kept]


async def test_a_person_is_forgotten_at_once_and_wholly_while_others_stay(tmp_path):
    store = await open_store(tmp_path / "kept.db")
    desk = await talked(store, f"slack:T1:U{MARK}", lambda: 1000.0)
    await desk.open("k2", "slack:T1:UOTHER", "smtp.otherwise.example")
    assert remains(tmp_path, MARK, "otherwise") == [MARK, "otherwise"]
    assert await desk.forget(f"slack:T1:U{MARK}") == 1
    assert remains(tmp_path, MARK, "otherwise") == ["otherwise"]
    await desk.close()
    await store.close()
    assert remains(tmp_path, MARK, "otherwise") == ["otherwise"]


async def test_what_nobody_touched_for_the_days_of_retention_goes_by_itself(tmp_path):
    store = await open_store(tmp_path / "kept.db")
    desk = await talked(store, f"slack:T1:U{MARK}", lambda: 1000.0)
    await desk.close()
    later = {"now": 1000.0 + 29 * DAY}
    for days, left in ((29, [MARK]), (31, [])):
        later["now"] = 1000.0 + days * DAY
        again = await talked_nothing(store, lambda: later["now"])
        await again.close()
        assert remains(tmp_path, MARK) == left
    await store.close()


async def talked_nothing(store, clock):
    async def never(conversation, what, tell):
        raise AssertionError

    desk = Desk(store, Tree(load()), never, Front(), whose="terminal:nobody", clock=clock, retention_days=30)
    await desk.resume()
    return desk


async def test_the_audit_log_says_who_and_what_and_nothing_that_a_person_wrote(tmp_path):
    store = await open_store(tmp_path / "kept.db")

    async def looked(conversation, what, tell):
        return Verdict(cause=Cause.OK, confidence=Confidence.CERTAIN)

    audit = Audit(tmp_path / "audit.jsonl")
    ledger = Ledger(look=looked, budgets=Budgets(store), limits=Limits(), audit=audit, clock=lambda: 5.0)
    desk = Desk(store, Tree(load()), ledger, Front(), whose="slack:T1:")
    opened = await desk.open("k", "slack:T1:U1", f"smtp.example.com:587 {MARK}@example.com bob.{MARK}@example.org")
    await desk.settled(opened.conversation.id)
    await desk.close()
    await store.close()
    (line,) = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert MARK not in line
    assert (json.loads(line)["who"], json.loads(line)["host"]) == ("slack:T1:U1", "smtp.example.com")


async def test_forget_me_in_slack_deletes_it_from_the_database_of_the_running_bot(slack, tmp_path):
    ann = Person(slack, SocketPush(slack), "U0ANN")
    async with served(slack, tmp_path / "kept.db"):
        await ann.command(f"{MARK}@example.com")
        await slack.until(lambda: ann.messages)
        await slack.until(lambda: remains(tmp_path, MARK) == [MARK])
        _, said = await ann.command("forget me")
        assert "Deleted: 1 of your conversations" in str(said)
        assert remains(tmp_path, MARK, "U0ANN") == []
