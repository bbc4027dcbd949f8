"""What a server takes in place of what was typed is tried, and named with the settings that work."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Iterator, Mapping

import pytest

from bot.looking import look
from bot.practice.peer import Do, Reply, Script, peer
from probes.causes import Cause
from probes.findings import Settings
from probes.instead import other_senders, other_user
from probes.network import Network
from probes.talk import dialogue
from probes.target import Login, Security, Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told, Verdict

PASSWORD = "Marked-7-secret"
NOT_YOURS = b"553 5.7.1 <carl@peer.test>: Sender address rejected: not owned by user ann\r\n"
UNKNOWN = b"550 5.1.1 <bob@peer.test>: Recipient address rejected: User unknown\r\n"
NO_LOGIN = b"535 5.7.8 Error: authentication failed: (reason unavailable)\r\n"


class Turns(Mapping[str, Reply]):
    """Replies that change: a list's next each time its verb is said, its last from then on."""

    def __init__(self, **verbs: list[bytes] | bytes) -> None:
        self.left = {verb: list(said) if isinstance(said, list) else [said] for verb, said in verbs.items()}

    def __getitem__(self, verb: str) -> Reply:
        left = self.left[verb]
        return left.pop(0) if len(left) > 1 else left[0]

    def __contains__(self, verb: object) -> bool:
        return verb in self.left

    def __iter__(self) -> Iterator[str]:
        return iter(self.left)

    def __len__(self) -> int:
        return len(self.left)


def script(context: ssl.SSLContext, keywords: str = "", **verbs: list[bytes] | bytes) -> Script:
    ehlo = b"250-peer.test\r\n" + keywords.encode() + b"250 AUTH PLAIN LOGIN\r\n"
    after = Script(greeting=None, replies=Turns(EHLO=ehlo, **{"AUTH": b"235 2.7.0 ok\r\n", **verbs}))
    before: dict[str, Reply] = {"EHLO": b"250-peer.test\r\n250 STARTTLS\r\n", "STARTTLS": (b"220 go\r\n", Do.TLS)}
    return Script(replies=before, tls=context, after_tls=after)


@pytest.fixture
def ask(stage, certificates):
    async def ask(keywords: str = "", *, more: Mapping[str, object] | None = None, **verbs: list[bytes] | bytes):
        async with stage(script(certificates.good("peer.test"), keywords, **verbs), certificates) as scene:
            scene.names.zone = {**scene.names.zone, "gmail.com": {"MX": ["5 mx.gmail.com."]}}
            settings = {"user_name": "ann", "sender": "ann@peer.test", "recipient": "bob@peer.test", **(more or {})}
            target = Target(host=parse_host("peer.test"), security=Security.STARTTLS, login=Login.YES, **settings)
            said = await look(target, Told(login="yes"), scene.vantage, timeout=20, password=PASSWORD, logins=2)
            return said, b"".join(scene.there.heard)

    return ask


def works(said: Verdict, **other: str) -> None:
    assert said.works_with == Settings("peer.test", 587, "starttls", **other)


async def test_the_whole_address_as_user_name_is_tried_where_a_part_of_it_is_refused(ask):
    said, _ = await ask(AUTH=[NO_LOGIN, b"235 2.7.0 ok\r\n"])
    assert said.cause is Cause.AUTH_FAILED_CREDENTIALS
    works(said, username="ann@peer.test")
    assert "other_username_taken" in {found.code for found in said.findings}


async def test_a_wrong_password_is_tried_twice_and_no_more(ask):
    said, _ = await ask(AUTH=NO_LOGIN)
    assert (said.cause, said.works_with) == (Cause.AUTH_FAILED_CREDENTIALS, None)
    assert sum(line.text == "AUTH PLAIN ***" for line in said.transcript) == 2


@pytest.mark.parametrize(
    "reply", [b"525 5.7.13 Account is locked\r\n", b"454 4.7.0 Too many login failures, try again later\r\n"]
)
async def test_an_account_in_trouble_is_not_tried_again(ask, reply):
    said, _ = await ask(AUTH=reply)
    assert sum(line.text == "AUTH PLAIN ***" for line in said.transcript) == 1


async def test_a_user_name_that_gets_in_and_may_not_send_is_not_named(ask):
    said, _ = await ask(AUTH=[NO_LOGIN, b"235 2.7.0 ok\r\n"], MAIL=b"550 5.7.1 no\r\n")
    assert (said.cause, said.works_with) == (Cause.AUTH_FAILED_CREDENTIALS, None)


@pytest.mark.parametrize("keywords", ["", "250-PIPELINING\r\n"])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
async def test_the_logins_own_sender_is_tried_where_anothers_is_refused(ask, verb, keywords):
    said, _ = await ask(keywords, **{verb: [NOT_YOURS, b"250 2.1.0 ok\r\n"]}, more={"sender": "carl@peer.test"})
    assert said.cause is Cause.SENDER_NOT_ALLOWED
    works(said, sender="ann@peer.test")


async def test_a_server_that_takes_no_sender_at_all_is_asked_a_few_times(ask):
    said, _ = await ask(MAIL=NOT_YOURS, more={"sender": "carl@peer.test"})
    assert (said.cause, said.works_with) == (Cause.SENDER_NOT_ALLOWED, None)


async def test_a_sender_is_not_made_up_of_a_domain_that_takes_no_mail(ask):
    said, heard = await ask(MAIL=[NOT_YOURS, b"250 2.1.0 ok\r\n"], more={"sender": "carl@nowhere.test"})
    works(said, sender="ann@peer.test")
    assert "nowhere.test" not in "".join(line.text for line in said.transcript if "ann@" in line.text)


async def test_the_recipient_that_was_meant_is_tried(ask):
    said, heard = await ask(more={"recipient": "bob@gmial.com"})
    assert said.cause is Cause.RECIPIENT_DOMAIN_INVALID
    works(said, recipient="bob@gmail.com")


async def test_a_refused_recipient_that_was_meant_otherwise_is_tried(ask):
    said, _ = await ask(more={"recipient": "bob@gmial.com"}, RCPT=[UNKNOWN, b"250 2.1.5 ok\r\n"])
    works(said, recipient="bob@gmail.com")


async def test_where_the_one_meant_is_refused_too_nothing_works(ask):
    said, _ = await ask(more={"recipient": "bob@gmial.com"}, RCPT=UNKNOWN)
    assert said.works_with is None


@pytest.mark.parametrize(
    ("user", "sender", "other"),
    [
        ("ann", "ann@a.test", "ann@a.test"), ("ann", "info@a.test", "ann@a.test"), ("ann@a.test", "x@b.test", "ann"),
        ("HOUSE\\ann", "ann@a.test", ""), ("ann", None, ""), (None, "ann@a.test", ""),
    ],
)  # fmt: skip
def test_the_other_form_of_a_user_name(user, sender, other):
    assert other_user(Target(host=parse_host("mail.a.test"), user_name=user, sender=sender)) == other


@pytest.mark.parametrize(
    ("host", "user", "sender", "others"),
    [
        ("mail.a.test", "ann@a.test", "bob@a.test", ("ann@a.test",)), ("mail.a.test", "ann@a.test", "ann@a.test", ()),
        ("mail.a.test", "ann", "x@b.test", ("ann@b.test", "ann@a.test", "ann@mail.a.test")),
        ("127.0.0.1", "ann", "x@b.test", ("ann@b.test",)), ("mail.a.test", None, "x@b.test", ()),
    ],
)  # fmt: skip
def test_the_addresses_that_may_belong_to_a_login(host, user, sender, others):
    assert other_senders(Target(host=parse_host(host), user_name=user, sender=sender)) == others


@pytest.mark.parametrize(
    ("verb", "reply", "cause"),
    [
        ("AUTH", b"454 4.7.0 Temporary authentication failure\r\n", Cause.SERVER_TEMPORARILY_UNAVAILABLE),
        ("AUTH", (Do.CLOSE,), Cause.CONNECTION_DROPPED),
        ("RCPT", b"554 5.7.1 <bob@peer.test>: Relay access denied\r\n", Cause.RELAY_DENIED),
    ],
)
@pytest.mark.parametrize("beside", [True, False])
async def test_a_port_where_the_login_comes_to_nothing_is_compared_with_one_where_it_works(
    stage, certificates, verb, reply, cause, beside
):
    context = certificates.good("peer.test")
    ehlo = b"250-peer.test\r\n250 AUTH PLAIN LOGIN\r\n"
    good: dict[str, Reply] = {"EHLO": ehlo, "AUTH": b"235 2.7.0 ok\r\n"}
    other = Script(replies=good if beside else {**good, verb: reply})
    async with stage(script(context, **{verb: reply}), certificates) as scene, peer(other, tls=context) as there:
        scene.vantage.routes["127.0.53.77", 465] = (there.address, there.port)  # type: ignore[index]
        target = Target(
            host=parse_host("peer.test"), security=Security.STARTTLS, login=Login.YES, user_name="ann",
            sender="ann@peer.test", recipient="bob@peer.test",
        )  # fmt: skip
        said = await look(target, Told(login="yes"), scene.vantage, timeout=20, password=PASSWORD, logins=2)
    assert said.cause is cause
    assert said.works_with == (Settings("peer.test", 465, "tls") if beside else None)


async def test_a_run_that_ends_midway_leaves_no_conversation_parting(certificates):
    """One was left reading on a closed socket, and the next run whose socket got its number was told of nothing."""
    async with peer(Script(replies={"EHLO": (Do.SILENCE,)})) as there:
        allowed = (ipaddress.ip_network("127.0.0.0/8"),)
        network = Network(Vantage(extra_ports=frozenset({there.port}), allow_networks=allowed))
        target = Target(host=parse_host(there.address), port=there.port, security=Security.NONE)
        talking = asyncio.ensure_future(dialogue(network, target, there.address, there.port, Security.NONE))
        await there.until("EHLO")
        await network.close()
        assert talking.cancelled()
        left = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}  # type: ignore[union-attr]
        assert not any(name.startswith("Network.") for name in left)
