"""Peers that break every rule: each ends in a verdict, in time, with bounded memory and readable words."""

from __future__ import annotations

import asyncio
import re
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.practice.certificates import Certificates
from bot.practice.doors import listening
from bot.practice.peer import Do, Script, peer
from probes.causes import Cause
from probes.network import Network
from probes.verdict import Verdict
from probes.wire import MOST_BYTES, Wire

GREETING = b"220 peer.test ESMTP\r\n"
HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SOON = 10.0

TALKERS = {
    "a greeting without end": Script(greeting=[b"220" + b"-" * 65536] * 20),
    "a line of ten megabytes": Script(greeting=[b"220 " + b"x" * 1_000_000] * 10),
    "a million continuation lines": Script(greeting=[b"220-x\r\n" * 50_000] * 20),
    "a million lines of EHLO": Script(replies={"EHLO": [b"250-SIZE\r\n" * 50_000] * 20}),
    "NULs": Script(greeting=b"220 pe\0er\0.test\r\n", replies={"EHLO": b"\0\0\0250 x\r\n"}),
    "nothing but NULs": Script(greeting=[b"\0" * 5000, Do.CLOSE]),
    "broken UTF-8": Script(greeting=b"220 \xff\xfe\xc3\x28 \xf0\x9f\r\n", replies={"MAIL": b"550 \xe9\xe8\xff\r\n"}),
    "escape sequences": Script(greeting=b"220 \x1b[2J\x1b]0;owned\x07\x9b31m hi\r\n", replies={"MAIL": b"550 \x1b[1A\r\n"}),  # noqa: E501 - a row of a table
    "text that turns around": Script(greeting="220 \u202egnp.exe\u2066 \u200f\r\n".encode()),
    "replies before commands": Script(greeting=GREETING + b"250 ok\r\n250 ok\r\n250 ok\r\n"),
    "two greetings": Script(greeting=GREETING + GREETING),
    "a late second greeting": Script(greeting=GREETING, replies={"EHLO": GREETING + b"250 x\r\n"}),
    "code 999": Script(greeting=b"999 odd\r\n"),
    "code 999 to MAIL": Script(replies={"MAIL": b"999 odd\r\n"}),
    "code 000": Script(greeting=b"000 odd\r\n"),
    "code 220 in words": Script(greeting=b"two-twenty ready\r\n"),
    "no space after the code": Script(greeting=b"220peer.test\r\n"),
    "a code alone": Script(greeting=b"220\r\n", replies={"EHLO": b"250\r\n"}),
    "bare line feeds": Script(greeting=b"220 x\n", replies={"EHLO": b"250-a\n250 SIZE\n"}),
    "bare carriage returns": Script(greeting=[b"220 x\r", Do.CLOSE]),
    "doubled line ends": Script(greeting=b"220 x\r\r\n", replies={"EHLO": b"250-a\r\r\n250 b\r\r\n"}),
    "empty lines": Script(greeting=b"\r\n\r\n220 x\r\n"),
    "different codes in one reply": Script(greeting=b"220-a\r\n250 b\r\n"),
    "a lost code in the middle": Script(greeting=b"220-a\r\nwelcome\r\n220 b\r\n"),
    "an unfinished greeting": Script(greeting=[b"220-a\r\n220-b\r\n", Do.CLOSE]),
    "half a line": Script(greeting=[b"554 go aw", Do.CLOSE]),
    "a goodbye in the middle": Script(greeting=GREETING, replies={"EHLO": [b"421 4.3.2 shutting down\r\n", Do.CLOSE]}),
    "an early goodbye": Script(greeting=[GREETING + b"421 4.3.2 shutting down\r\n", Do.CLOSE]),
    "keywords without end": Script(replies={"EHLO": b"250-x\r\n250 AUTH " + b"A " * 20_000 + b"\r\n"}),
    "a STARTTLS that is not": Script(replies={"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": b"220 go\r\nnonsense\r\n" * 9}),  # noqa: E501 - a row of a table
    "words pushed into TLS": Script(
        replies={"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": [b"220 go\r\n250 injected\r\n", Do.CLOSE]}
    ),
    "a handshake cut off": Script(replies={"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": [b"220 go\r\n", Do.RESET]}),  # noqa: E501 - a row of a table
    "TLS bytes that lie": Script(
        replies={"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": [b"220 go\r\n", b"\x16\x03\x03\xff\xff" + b"\0" * 70_000]}  # noqa: E501 - a row of a table
    ),
    "a random challenge": Script(replies={"EHLO": b"250-x\r\n250 AUTH CRAM-MD5\r\n", "AUTH": b"334 !!!not base64!!!\r\n", "*": b"535 no\r\n"}),  # noqa: E501 - a row of a table
}  # fmt: skip

STATES = ["EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT"]


def fine(verdict: Verdict) -> None:
    """Nothing crashed, and every word can be shown."""
    assert isinstance(verdict.cause, Cause)
    assert not [one for one in verdict.not_tested if one.reason == "crashed"]
    words = [word for finding in verdict.findings for word in (finding.subject, *finding.evidence.values())]
    words += [line.text for line in verdict.transcript]
    assert not [word for word in words if HOSTILE.search(word)]
    assert all(len(word) <= 2100 for word in words)
    assert len(verdict.transcript) <= 200


@pytest.mark.parametrize("name", TALKERS)
async def test_whatever_a_peer_says_ends_in_a_verdict(name: str, stage) -> None:
    async with stage(TALKERS[name]) as scene:
        began = time.monotonic()
        verdict = await scene.look()
    assert time.monotonic() - began < SOON
    fine(verdict)


@pytest.mark.parametrize("end", [Do.CLOSE, Do.RESET])
@pytest.mark.parametrize("state", ["greeting", *STATES])
async def test_a_peer_that_goes_away_in_any_state_is_told_of(state: str, end: Do, stage, certificates) -> None:
    hello = b"250-peer.test\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"
    replies = {
        "EHLO": b"502 no\r\n" if state == "HELO" else hello,
        "STARTTLS": [b"220 go\r\n", Do.TLS],
        "AUTH": b"235 ok\r\n",
    }
    script = Script(
        greeting=[end] if state == "greeting" else GREETING,
        replies=replies | {state: [end]},
        tls=certificates.good("peer.test"),
    )
    async with stage(script, certificates) as scene:
        verdict = await scene.look(password="secret", security="starttls" if state != "HELO" else "none")
    fine(verdict)
    assert verdict.cause in (Cause.CONNECTION_DROPPED, Cause.TLS_HANDSHAKE_FAILED), state
    assert "secret" not in repr(verdict)


async def test_a_byte_a_moment_is_waited_for_no_longer_than_the_run_may_take(stage) -> None:
    nap = asyncio.Event()
    async with stage(Script(greeting=[b"2", b"2", nap])) as scene:
        began = time.monotonic()
        verdict = await scene.look(timeout=1.5)
    assert time.monotonic() - began < 3
    fine(verdict)
    assert ("greeting", "time_out") in [(one.check, one.reason) for one in verdict.not_tested]
    assert verdict.cause is Cause.UNKNOWN


async def test_a_certificate_of_a_megabyte_is_no_trouble(stage, certificates) -> None:
    names = [f"n{number}.{'x' * 60}.{'y' * 60}.{'z' * 60}.peer.test" for number in range(5000)]
    script = Script(
        replies={"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STARTTLS": [b"220 go\r\n", Do.TLS]},
        tls=certificates.good(*names),
    )
    async with stage(script, certificates) as scene:
        verdict = await scene.look()
    fine(verdict)
    assert verdict.cause in (Cause.CERTIFICATE_NAME_MISMATCH, Cause.TLS_HANDSHAKE_FAILED)


async def test_a_talkative_peer_costs_no_memory(stage) -> None:
    async with stage(TALKERS["a million lines of EHLO"]) as scene:
        await scene.look()
        tracemalloc.start()
        await scene.look()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 12 * 2**20


def test_a_wire_cuts_off_who_says_too_much() -> None:
    wire = Wire(lambda: 0)
    for _ in range(1000):
        wire.data_received(b"250-" + b"x" * 10_000 + b"\r\n")
    assert wire.bytes_heard == 1000 * 10_006
    assert sum(len(line.text) for line in wire.lines) <= MOST_BYTES


CODES = st.sampled_from(
    [
        b"220",
        b"250",
        b"235",
        b"334",
        b"354",
        b"421",
        b"450",
        b"454",
        b"500",
        b"530",
        b"535",
        b"550",
        b"999",
        b"000",
        b"25",
    ]
)
SEPARATORS = st.sampled_from([b" ", b"-", b"", b"\t", b"\0"])
TEXTS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"STARTTLS", b"AUTH PLAIN LOGIN", b"AUTH=CRAM-MD5", b"SIZE", b"SIZE x", b"PIPELINING", b"5.7.1 no", b"\x1b[2J"]
    ),
)
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r\n", b""])
LINES = st.builds(lambda *parts: b"".join(parts), CODES, SEPARATORS, TEXTS, ENDS)
STEPS = st.lists(st.one_of(LINES, LINES, st.binary(max_size=200)), max_size=5)
LAST = st.sampled_from([[Do.CLOSE], [Do.RESET], [b"\r\n250 ok\r\n"], [b"\r\n220 go\r\n", Do.TLS], [b"\r\n220 go\r\n"]])
REPLIES = st.builds(lambda steps, last: [*steps, *last], STEPS, LAST)
SCRIPTS = st.fixed_dictionaries(
    {"greeting": st.one_of(st.just([GREETING]), REPLIES)},
    optional=dict.fromkeys((*STATES, "QUIT", "*"), REPLIES),
)
FUZZED: list[float] = []


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=False)
@given(parts=SCRIPTS, password=st.sampled_from([None, "secret"]))
def test_no_script_of_a_peer_makes_a_check_crash(
    parts: dict, password: str | None, certificates: Certificates, stage
) -> None:
    replies = {"EHLO": b"250-x\r\n250 STARTTLS\r\n"} | {
        verb: said for verb, said in parts.items() if verb != "greeting"
    }
    script = Script(greeting=parts["greeting"], replies=replies, tls=certificates.good("peer.test"))

    async def once() -> Verdict:
        async with stage(script, certificates) as scene:
            return await scene.look(timeout=1.0, password=password)

    began = time.monotonic()
    verdict = asyncio.run(once())
    FUZZED.append(time.monotonic() - began)
    fine(verdict)
    assert FUZZED[-1] < 4
    assert "secret" not in repr(verdict)


@pytest.fixture(scope="module", autouse=True)
def _count(request: pytest.FixtureRequest):
    yield
    request.config.fuzzed_peers = FUZZED


async def test_checks_in_a_row_leave_no_task_open(stage) -> None:
    loop_tasks = len(asyncio.all_tasks())
    async with stage(Script()) as scene:
        inside = len(asyncio.all_tasks())
        for _ in range(10):
            fine(await scene.look())
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) <= inside + 10  # the peer's own tasks may still be ending
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) <= loop_tasks + 1


async def test_connections_are_capped_at_four_at_once_and_every_one_ends_with_quit() -> None:
    at_once: list[int] = []

    class Counting(asyncio.Protocol):
        open = 0

        def __init__(self, visit) -> None:
            self.visit = visit

        def connection_made(self, transport) -> None:
            Counting.open += 1
            at_once.append(Counting.open)

        def data_received(self, data: bytes) -> None:
            self.visit.hear(data)

        def connection_lost(self, exc) -> None:
            Counting.open -= 1

    async with listening(Counting) as door:
        network = Network(_vantage(door.port))
        dials = [asyncio.ensure_future(network.dial("127.0.53.77", port)) for port in (25, 465, 587, 2525, 26, 2465)]
        await asyncio.wait(dials, timeout=0.3)
        assert max(at_once) == 4
        for _ in range(6):
            done = [dial for dial in dials if dial.done() and dial.result().sock]
            for dial in done:
                network.hang_up(dial.result())
            await asyncio.wait(dials, timeout=0.1)
        assert all(dial.done() for dial in dials)
        assert max(at_once) == 4
        await network.close()


def _vantage(port: int):
    import ipaddress

    from probes.vantage import Vantage

    ports = (25, 465, 587, 2525, 26, 2465)
    return Vantage(
        allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
        routes={("127.0.53.77", one): ("127.0.0.1", port) for one in ports},
        name="here",
    )


async def test_every_connection_that_was_greeted_ends_with_quit(stage) -> None:
    async with stage(Script()) as scene:
        fine(await scene.look())
        await scene.there.until("QUIT")
        assert all(said.rstrip().endswith(b"QUIT") for said in scene.there.heard if said)


@pytest.mark.parametrize(("keyword", "together"), [(b"PIPELINING", True), (b"SIZE", False)])
async def test_commands_are_sent_in_one_write_only_where_that_is_offered(keyword: bytes, together: bool, stage) -> None:
    answered = asyncio.Event()
    script = Script(
        replies={"EHLO": b"250-x\r\n250 " + keyword + b"\r\n", "MAIL": [answered, b"250 ok\r\n"], "RCPT": b"250 ok\r\n"}
    )
    async with stage(script) as scene:
        looking = asyncio.create_task(scene.look())
        await scene.there.until("MAIL")
        await asyncio.sleep(0.05)
        assert any(b"RCPT" in said for said in scene.there.heard) is together
        answered.set()
        verdict = await looking
    fine(verdict)
    assert verdict.cause is Cause.OK


async def test_a_line_break_in_an_address_never_becomes_a_second_command() -> None:
    async with peer(Script()) as there:
        wire = Wire(lambda: 0)
        await asyncio.get_running_loop().create_connection(lambda: wire, there.address, there.port)
        wire.say(b"RCPT TO:<a@b.test>\r\nDATA")
        await there.until("RCPT")
        wire.abort()
        await asyncio.sleep(0)
    assert there.heard[0].count(b"\r\n") == 1
