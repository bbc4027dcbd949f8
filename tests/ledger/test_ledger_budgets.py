"""Budgets: counted and given at once in the database, for all replicas; who is over one hears when to come back."""

import asyncio
import json
import stat
from ipaddress import ip_network

import pytest

from bot.ledger.audit import Audit, Entry, line
from bot.ledger.keeping import Ledger
from bot.ledger.limits import Limits, read_limits
from bot.ledger.places import Places
from bot.looking import look
from bot.practice.names import NameServer
from bot.practice.peer import Script, peer
from bot.store import StoreError
from bot.store.budgets import Budgets, Wish
from bot.store.opening import open_store
from flows.advice import advice
from flows.book import load
from flows.conversation import Conversation
from flows.machine import Tree
from probes.causes import Cause, Confidence
from probes.target import Security, Target, parse_host
from probes.vantage import Vantage
from probes.verdict import NotTested, Told, Verdict


@pytest.fixture
async def budgets(tmp_path):
    store = await open_store(tmp_path / "kept.db")
    yield Budgets(store)
    await store.close()


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def talk(server="smtp.example.com", owner="slack:T1:U1", number="c1"):
    return Conversation(number, owner, "d", "settings.look", answers={"server": server, "port": "587"})


async def fine(conversation, what, tell):
    return Verdict(cause=Cause.OK, confidence=Confidence.CERTAIN)


def ledger(budgets, tmp_path, *, look=fine, clock=None, **limits):
    audit = Audit(tmp_path / "audit.jsonl")
    return Ledger(look=look, budgets=budgets, limits=Limits(**limits), audit=audit, clock=clock or Clock())


def audited(tmp_path):
    return [json.loads(each) for each in (tmp_path / "audit.jsonl").read_text().splitlines()]


def minutes(verdict):
    assert [one.reason for one in verdict.not_tested] == ["over_budget"]
    return verdict.not_tested[0].evidence["time"]


async def test_a_person_has_so_many_checks_an_hour_and_hears_when_to_come_back(budgets, tmp_path):
    clock = Clock()
    kept = ledger(budgets, tmp_path, clock=clock, person=2)
    assert (await kept(talk("a.example"), "probe", print)).cause is Cause.OK
    clock.now += 600
    assert (await kept(talk("b.example"), "probe", print)).cause is Cause.OK
    assert minutes(await kept(talk("c.example"), "probe", print)) == "50 minutes"
    assert (await kept(talk("c.example", owner="slack:T1:U2"), "probe", print)).cause is Cause.OK
    clock.now += 3001
    assert (await kept(talk("c.example"), "probe", print)).cause is Cause.OK
    assert minutes(await kept(talk("c.example"), "probe", print)) == "10 minutes"


async def test_a_server_is_looked_at_so_often_whoever_asks_and_however_it_is_spelled(budgets, tmp_path):
    kept = ledger(budgets, tmp_path, target=2)
    assert (await kept(talk("smtp.example.com", "u1"), "probe", print)).cause is Cause.OK
    assert (await kept(talk("SMTP.Example.COM.", "u2"), "probe", print)).cause is Cause.OK
    assert minutes(await kept(talk("smtp.example.com", "u3"), "probe", print)) == "60 minutes"


async def test_only_so_many_are_under_way_at_once_and_one_that_ends_makes_room(budgets, tmp_path):
    go_on, under_way = asyncio.Event(), []

    async def slow(conversation, what, tell):
        under_way.append(conversation.id)
        await go_on.wait()
        return await fine(conversation, what, tell)

    kept = ledger(budgets, tmp_path, look=slow, at_once=3)
    looks = [asyncio.create_task(kept(talk(f"{n}.example", f"u{n}"), "probe", print)) for n in range(8)]
    done, left = await asyncio.wait(looks, timeout=None, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 5:
        more, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    assert len(under_way) == 3
    assert {minutes(each.result()) for each in done} == {"a minute"}
    go_on.set()
    await asyncio.gather(*left)
    assert (await kept(talk("9.example", "u9"), "probe", print)).cause is Cause.OK


async def test_a_look_that_is_cancelled_makes_room_too(budgets, tmp_path):
    began = asyncio.Event()

    async def endless(conversation, what, tell):
        began.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(ledger(budgets, tmp_path, look=endless, at_once=1)(talk(), "probe", print))
    await began.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await ledger(budgets, tmp_path, at_once=1)(talk(), "probe", print)).cause is Cause.OK


async def test_logins_have_a_budget_of_their_own(budgets, tmp_path):
    kept = ledger(budgets, tmp_path, logins=1)
    asked = Target(host=parse_host("smtp.example.com"), security=Security.TLS)

    async def look():
        return Verdict(cause=Cause.AUTH_FAILED_CREDENTIALS, confidence=Confidence.CERTAIN)

    assert (await kept.kept("u1", asked, look, what="login")).cause is Cause.AUTH_FAILED_CREDENTIALS
    assert minutes(await kept.kept("u2", asked, look, what="login")) == "60 minutes"
    assert (await kept.kept("u2", asked, look)).cause is Cause.AUTH_FAILED_CREDENTIALS
    assert [entry["what"] for entry in audited(tmp_path)] == ["login", "login", "probe"]


async def test_what_is_asked_about_no_server_uses_up_nobody_elses_budget(budgets, tmp_path):
    kept = ledger(budgets, tmp_path, target=1)
    asked = Target(host=parse_host("no such server!"))
    for owner in ("u1", "u2", "u3"):
        found = await kept.kept(owner, asked, lambda: fine(None, "", None))
        assert found.cause is Cause.OK


@pytest.mark.parametrize("typed", ["alias.test", "OTHER.test.", "127.0.53.2", "[::ffff:127.0.53.2]"])
async def test_a_server_under_another_name_its_address_or_another_port_is_the_same_server(budgets, typed):
    here = {"A": ["127.0.53.2"]}
    zone = {"first.test": here, "other.test": here, "alias.test": {"CNAME": ["first.test."]}}
    spelled = ("127.0.53.2", "::ffff:127.0.53.2", "::ffff:7f00:3502")
    async with NameServer.start(zone) as names, peer(Script()) as server:
        place = Vantage(
            nameservers=((names.address, names.port),),
            allow_networks=tuple(map(ip_network, ("127.0.53.0/24", "::ffff:127.0.53.0/120"))),
            routes={(address, p): ("127.0.0.1", server.port) for address in spelled for p in (25, 465, 587, 2525)},
            name="here",
        )
        clock = Clock()
        leave = Places(budgets, Limits(target=1), clock)
        first = await look(Target(host=parse_host("first.test")), Told(), place, leave=leave, timeout=10)
        met = server.met
        assert met > 0
        assert "over_budget" not in [one.reason for one in first.not_tested]
        clock.now += 600
        again = await look(Target(host=parse_host(typed), port=25), Told(), place, leave=leave, timeout=10)
        assert server.met == met
    assert again.cause is Cause.UNKNOWN
    (reach,) = [one for one in again.not_tested if one.check == "reach"]
    assert (reach.reason, reach.evidence["time"]) == ("over_budget", "50 minutes")


async def test_an_account_is_tried_so_often_on_whatever_server_and_a_server_with_whatever_account(budgets):
    clock = Clock()
    leave = Places(budgets, Limits(logins=2), clock)
    assert await leave.to_log_in("192.0.2.1", "ann@example.com") == ""
    assert await leave.to_log_in("192.0.2.2", " Ann@Example.com") == ""
    assert await leave.to_log_in("192.0.2.3", "ann@example.com") == "60 minutes"
    assert await leave.to_log_in("192.0.2.1", "bob") == ""
    clock.now += 1800
    assert await leave.to_log_in("192.0.2.1", "eve") == "30 minutes"


class Unreadable(Budgets):
    async def grant(self, wishes, now):
        raise StoreError("the database does not answer")


async def test_where_the_budgets_cannot_be_read_nobody_is_dialled(tmp_path, caplog):
    store = await open_store(tmp_path / "kept.db")
    assert await Places(Unreadable(store), Limits()).to_dial("192.0.2.1") == "a minute"
    assert "budgets cannot be counted" in caplog.text
    await store.close()


async def test_replicas_that_ask_at_the_same_time_never_get_more_than_there_is(tmp_path):
    stores = [await open_store(tmp_path / "kept.db") for _ in range(4)]
    replicas = [Budgets(store) for store in stores]
    wish = (Wish("target x", 7, 3600), Wish("person y", 100, 3600))
    given = await asyncio.gather(*(replicas[n % 4].grant(wish, 50.0 + n) for n in range(60)))
    assert sum(one.short is None for one in given) == 7
    assert all(one.short == wish[0] for one in given if one.short)
    # What was short took nothing of the other budget either.
    assert (await replicas[0].grant((Wish("person y", 8, 3600),), 120.0)).short is None
    assert (await replicas[0].grant((Wish("person y", 8, 3600),), 120.0)).short
    for store in stores:
        await store.close()


async def test_what_ran_out_is_tidied_away_and_no_name_is_kept(budgets, tmp_path):
    await budgets.grant((Wish("person slack:T1:UWHO", 5, 10),), 100.0)
    await budgets.grant((), 111.0)
    assert (await budgets.grant((Wish("person slack:T1:UWHO", 1, 10),), 105.0)).short is None
    assert all(b"UWHO" not in path.read_bytes() for path in tmp_path.iterdir())


async def test_a_limit_of_zero_switches_it_off(budgets, tmp_path):
    assert minutes(await ledger(budgets, tmp_path, person=0)(talk(), "probe", print)) == "60 minutes"


async def test_a_text_is_read_without_a_budget_and_without_an_entry(budgets, tmp_path):
    kept = ledger(budgets, tmp_path, person=0)
    assert (await kept(talk(), "text", print)).cause is Cause.OK
    assert not (tmp_path / "audit.jsonl").exists()


async def test_the_conversation_says_it_in_plain_words_and_goes_on_from_there():
    book = load()
    verdict = Verdict(
        cause=Cause.UNKNOWN,
        confidence=Confidence.POSSIBLE,
        not_tested=(NotTested("reach", "over_budget", {"time": "12 minutes"}),),
    )
    assert "In 12 minutes I can look again." in advice(book, verdict).not_tested[0]
    assert "settings.later" in Tree(book).book.flow.steps


async def test_every_look_leaves_one_line_that_names_who_when_what_and_the_outcome(budgets, tmp_path):
    async def refused(conversation, what, tell):
        reason = NotTested("reach", "address_not_allowed")
        return Verdict(cause=Cause.UNKNOWN, confidence=Confidence.POSSIBLE, not_tested=(reason,))

    await ledger(budgets, tmp_path)(talk("ok.example"), "probe", print)
    await ledger(budgets, tmp_path, look=refused)(talk("127.0.0.1"), "probe", print)
    await ledger(budgets, tmp_path, person=2)(talk("ok.example"), "probe", print)
    first, second, third = audited(tmp_path)
    assert first == {
        "at": "1970-01-01T00:16:40Z",
        "who": "slack:T1:U1",
        "what": "probe",
        "host": "ok.example",
        "port": 587,
        "cause": "ok",
        "refused": "",
        "seconds": 0.0,
    }
    assert (second["host"], second["refused"]) == ("127.0.0.1", "address_not_allowed")
    assert (third["cause"], third["refused"]) == ("unknown", "over_budget")
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600


def test_no_value_can_begin_a_line_or_reach_the_terminal():
    hostile = 'a\nb\r\x1b[31m\u2028\x85\x7f"}, {"who": "root'
    text = line(Entry(at=0, who=hostile, what="probe", host=hostile * 99, port=1))
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["who"] == hostile


async def test_an_audit_file_that_cannot_be_written_is_said_and_stops_nothing(budgets, tmp_path, caplog):
    kept = Ledger(look=fine, budgets=budgets, limits=Limits(), audit=Audit(tmp_path))
    assert (await kept(talk(), "probe", print)).cause is Cause.OK
    assert "the audit file cannot be written" in caplog.text


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("", Limits()),
        ("person=3", Limits(person=3)),
        (" logins = 1 , at_once=2,", Limits(logins=1, at_once=2)),
        ("person=0,target=1000", Limits(person=0, target=1000)),
    ],
)
def test_limits_are_read(text, limits):
    assert read_limits(text) == limits


@pytest.mark.parametrize(
    "text", ["person", "person=", "person=-1", "persons=3", "person=3;target=4", "person=99999999"]
)
def test_wrong_limits_are_named(text):
    with pytest.raises(ValueError, match="is no limit; write person, target, at_once, logins"):
        read_limits(text)
