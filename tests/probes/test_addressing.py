"""Addresses beyond ASCII, servers that take anybody, refused names, and refusals of STARTTLS for other reasons."""

from __future__ import annotations

import pytest

from bot.looking import look
from bot.practice.peer import Script
from probes import ranking
from probes.addressing import Envelope, envelope, sayable
from probes.causes import Cause, Confidence
from probes.certificate import Certificate
from probes.dialogue import Dialogue, Ended
from probes.encryption import Handshake
from probes.network import Dialled, Reached
from probes.target import Login, Security, Target, parse_host
from probes.verdict import Told, Verdict

L = Confidence.LIKELY
ANN, BOB = "ann@peer.test", "bob@peer.test"


def target(**more: object) -> Target:
    known: dict[str, object] = {"security": Security.NONE, "login": Login.NO, "sender": ANN, "recipient": BOB}
    return Target(host=parse_host("peer.test"), **(known | more))  # type: ignore[arg-type]


async def asked(stage, replies: dict[str, bytes], **more: object) -> tuple[Verdict, list[str]]:
    async with stage(Script(replies=replies)) as scene:
        said = await look(target(**more), Told(), scene.vantage, timeout=20)
        return said, [line.text for line in said.transcript if line.direction == ">"]


def codes(said: Verdict) -> set[str]:
    return {finding.code for finding in said.findings}


@pytest.mark.parametrize(
    ("sender", "recipient", "offers", "wanted"),
    [
        (ANN, BOB, {}, Envelope(f"MAIL FROM:<{ANN}>", f"RCPT TO:<{BOB}>")),
        (ANN, None, {"size": "9"}, Envelope(f"MAIL FROM:<{ANN}> SIZE=7")),
        (ANN, "bob@bücher.test", {}, Envelope(f"MAIL FROM:<{ANN}>", "RCPT TO:<bob@xn--bcher-kva.test>")),
        (ANN, "jösé@a.test", {"smtputf8": ""}, Envelope(f"MAIL FROM:<{ANN}> SMTPUTF8", "RCPT TO:<jösé@a.test>")),
        (ANN, "jösé@a.test", {}, Envelope(f"MAIL FROM:<{ANN}>", "RCPT TO:<jösé@a.test>", "recipient")),
        ("änn@a.test", "jösé@a.test", {}, Envelope("MAIL FROM:<änn@a.test>", "RCPT TO:<jösé@a.test>", "sender")),
    ],
)
def test_an_address_is_said_as_far_as_the_server_can_be_told(sender, recipient, offers, wanted) -> None:
    assert envelope(target(sender=sender, recipient=recipient, message_size=7), offers) == wanted


def test_what_is_no_address_is_said_as_it_stands() -> None:
    assert sayable("jösé") == "jösé"


@pytest.mark.parametrize(
    ("part", "cause"), [("recipient", Cause.RECIPIENT_SYNTAX), ("sender", Cause.SENDER_NOT_ALLOWED)]
)
async def test_an_address_that_needs_smtputf8_fails_where_it_is_not_offered(stage, part, cause) -> None:
    said, commands = await asked(stage, {}, **{part: "jösé@peer.test"})
    assert (said.cause, said.confidence) == (cause, L)
    assert "smtputf8_not_offered" in codes(said)
    assert not any("MAIL" in command or "RCPT" in command for command in commands)


async def test_an_address_that_needs_smtputf8_is_sent_where_it_is_offered(stage) -> None:
    said, commands = await asked(stage, {"EHLO": b"250-peer.test\r\n250 SMTPUTF8\r\n"}, recipient="jösé@peer.test")
    assert said.cause is Cause.OK
    assert f"MAIL FROM:<{ANN}> SMTPUTF8" in commands


async def test_a_server_that_takes_anybody_is_noticed(stage) -> None:
    said, commands = await asked(stage, {"EHLO": b"250-peer.test\r\n250 PIPELINING\r\n"})
    assert said.cause is Cause.OK
    assert "catch_all" in codes(said)
    assert sum(command.startswith("RCPT") for command in commands) == 2


async def test_a_server_that_takes_no_groups_is_asked_for_the_persons_recipient_alone(stage) -> None:
    said, commands = await asked(stage, {})
    assert said.cause is Cause.OK
    assert "catch_all" not in codes(said)
    assert sum(command.startswith("RCPT") for command in commands) == 1


async def test_only_the_recipients_own_server_is_asked_for_nobody(stage) -> None:
    groups = {"EHLO": b"250-peer.test\r\n250 PIPELINING\r\n"}
    said, commands = await asked(stage, groups, recipient="bob@sub.peer.test")
    assert "catch_all" not in codes(said)
    assert sum(command.startswith("RCPT") for command in commands) == 1


async def test_where_the_name_is_refused_the_address_is_tried_in_its_place(stage) -> None:
    no = b"504 5.5.2 <here>: Helo command rejected: need fully-qualified hostname\r\n"
    said, commands = await asked(stage, {"HELO": no, "EHLO": no})
    assert said.cause is Cause.HELO_REJECTED
    assert any(command.startswith("EHLO [127.") for command in commands)
    assert "hello_by_address" not in codes(said)


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (b"452 4.4.5 Insufficient disk space; try again later\r\n", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
        (b"454 4.3.0 Try again later\r\n", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
        (b"454 4.7.0 Please try again later\r\n", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
        (b"454 4.7.0 TLS not available due to local problem\r\n", Cause.TLS_HANDSHAKE_FAILED),
        (b"454 4.7.0 no\r\n", Cause.TLS_HANDSHAKE_FAILED),
        (b"451 4.7.0 TLS is down, try again later\r\n", Cause.TLS_HANDSHAKE_FAILED),
    ],
)
async def test_a_refusal_of_starttls_may_be_the_servers_own_trouble(stage, reply, cause) -> None:
    offers = {"EHLO": b"250-peer.test\r\n250 STARTTLS\r\n", "STARTTLS": reply}
    said, _ = await asked(stage, offers, security=Security.STARTTLS)
    assert said.cause is cause
    assert Cause.TLS_HANDSHAKE_FAILED in (said.cause, *(other.cause for other in said.runners_up))


def test_encryption_without_a_certificate_works_for_nobody() -> None:
    anonymous = Dialogue(
        address="192.0.2.1",
        port=587,
        security=Security.STARTTLS,
        dialled=Dialled("192.0.2.1", 587, Reached.CONNECTED),
        ended=Ended.FINISHED,
        handshake=Handshake("TLSv1.2", "ADH-AES256-GCM-SHA384"),
    )
    assert not ranking.works(anonymous, target())


@pytest.mark.parametrize(("version", "works"), [("TLSv1.1", False), ("TLSv1.2", True)])
def test_encryption_that_programs_of_today_refuse_works_for_nobody(version: str, works: bool) -> None:
    agreed = Dialogue(
        address="192.0.2.1",
        port=587,
        security=Security.STARTTLS,
        dialled=Dialled("192.0.2.1", 587, Reached.CONNECTED),
        ended=Ended.FINISHED,
        handshake=Handshake(version, "ECDHE-RSA-AES256-GCM-SHA384"),
        certificate=Certificate(names=("peer.test",)),
    )
    assert ranking.works(agreed, target()) is works


@pytest.mark.parametrize(("login", "sure"), [(Login.YES, Confidence.POSSIBLE), (Login.NO, L)])
async def test_what_servers_ask_of_strangers_alone_is_a_guess_for_who_logs_in(stage, login, sure) -> None:
    no_name = b"450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]\r\n"
    said, _ = await asked(stage, {"EHLO": b"250-peer.test\r\n250 AUTH PLAIN\r\n", "RCPT": no_name}, login=login)
    assert (said.cause, said.confidence) == (Cause.IP_BLOCKLISTED, sure)


BARE = b"250-peer.test\r\n250 ENHANCEDSTATUSCODES\r\n"


@pytest.mark.parametrize(
    ("mail", "cause", "more"),
    [
        (b"550 5.7.1 Rejected: 192.0.2.7 listed at bl.example.org\r\n", Cause.IP_BLOCKLISTED, {}),
        (b"550 5.7.1 Access denied\r\n", Cause.SPAM_OR_POLICY_REJECTED, {}),
        (
            b"550 5.7.1 Access denied\r\n",
            Cause.SPAM_OR_POLICY_REJECTED,
            {"security": Security.NONE, "login": Login.YES},
        ),
        (b"250 2.1.0 Sender ok\r\n", Cause.STARTTLS_NOT_OFFERED, {}),
        (b"530 5.7.0 Authentication required\r\n", Cause.STARTTLS_NOT_OFFERED, {}),
    ],
)
async def test_a_server_that_greets_whom_it_turns_away_is_asked_why(stage, mail, cause, more) -> None:
    said, _ = await asked(stage, {"EHLO": BARE, "MAIL": mail}, **{"security": Security.STARTTLS, **more})
    assert said.cause is cause
    few_words = cause is Cause.SPAM_OR_POLICY_REJECTED
    assert said.confidence is (Confidence.POSSIBLE if few_words else L) or cause is Cause.STARTTLS_NOT_OFFERED
