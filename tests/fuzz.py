"""Feed what strangers send into whatever reads it: `python -m tests.fuzz [--minutes N] [--seed N]`; no crash, no hang.

Five readers in turns: replies, bounces, targets, Slack's payloads, and whole SMTP conversations with a peer that sends
anything. An input that crashes or hangs one is printed with the seed that brings it again; then the status is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bot.practice.doors import listening
from bot.slack import marks, modal, reading, text
from flows.careful import careful
from flows.conversation import Filled, Opened
from flows.opening import opened
from probes.dialogue import offered
from probes.network import Network
from probes.replies import read, read_reply, redact
from probes.replies.named import named, person_sees
from probes.talk import dialogue
from probes.target import Security, Target, address_mistake, clean, parse, parse_host, split_host_port
from probes.vantage import Vantage
from tests.fuzz_inputs import ANY, mail, payload, place, speech, spoken

HANG = 5.0
"""Seconds after which one input counts as a hang."""
SLICE = 5.0
"""Seconds for which one reader is fed before it is the next one's turn."""
AT_ONCE = 25
"""SMTP conversations side by side."""
ADDRESS = "127.0.53.77"


class Hang(BaseException):
    """An input took too long."""


def replies(said: str) -> None:
    """Read a text as an error, and as a live reply of every stage."""
    assert all(isinstance(value, str) for value in named(said, read(said)).values())
    first = said.split("\n", 1)[0]
    for stage in ("tls", "auth", "mail", "rcpt", "data"):
        read_reply(550, first[:2000], stage=stage)
    kept, _ = redact(said)
    redact(kept)


def bounces(said: str) -> None:
    """Read a text as a bounce, whatever it is."""
    found = read("From: MAILER-DAEMON@x\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n" + said)
    assert len(found.recipients) < 10_000
    named(said, read(said))


def targets(said: str) -> None:
    """Read a text as a server, an address, a form and an opening."""
    split_host_port(said)
    host = parse_host(said)
    assert host.mistake or host.name.isascii()
    address_mistake("sender", said)
    parse({"server": said[:300], "port": said[:6], "sender": said[:300]})
    opened(said)
    person_sees(said)
    for event in (Opened(said), Filled({"server": said, "text": said})):
        safe, _ = careful(event)
        again, found = careful(safe)
        assert (again, found) == (safe, False), "a secret was left"


def payloads(body: dict[str, object], said: str) -> None:
    """Read a payload as Slack's, and draw a text for Slack: no mention or link may come through."""
    with contextlib.suppress(
        TypeError, AttributeError, ValueError, LookupError
    ):  # a payload that bolt would not pass on
        for reader in (reading.who, reading.key, reading.action, reading.pressed_at, reading.files, reading.words):
            reader(body)
        modal.values(body)
    marks.read(said)
    clean(text.unescaped(said))
    for drawn in (text.marked(said), text.fitted(said, 300), *text.paragraphs((said, said), 1000)):
        assert "<" not in drawn
        assert ">" not in drawn
        assert "\x1b" not in drawn
    assert len(text.fitted(said, 300)) <= 300


class Babbler(asyncio.Protocol):
    """Says the next piece whenever it is spoken to or nothing happens, and ends when there is none left."""

    def __init__(self, said: tuple[bytes, ...]) -> None:
        self._said = list(said)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._later: asyncio.TimerHandle | None = None
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        """End."""
        self._said.clear()
        if self._later:
            self._later.cancel()

    def data_received(self, _: bytes) -> None:
        """Answer."""
        self._next()

    def _next(self) -> None:
        if self._later:
            self._later.cancel()
        self._later = asyncio.get_running_loop().call_later(0.02, self._next)
        if not self._said:
            self._transport.close()
            self._later.cancel()
            return
        self._transport.write(self._said.pop(0))  # type: ignore[attr-defined]


async def conversations(speeches: list[tuple[bytes, ...]]) -> None:
    """Hold a conversation with each of these peers."""

    async def one(said: tuple[bytes, ...], security: Security) -> None:
        async with listening(lambda _: Babbler(said)) as door:
            target = Target(host=parse_host("peer.test"), security=security, sender="a@x.test", user_name="ann")
            routes = {(ADDRESS, 587): ("127.0.0.1", door.port)}
            here = Vantage(allow_networks=(ipaddress.ip_network("127.0.53.0/24"),), routes=routes, name="here.test")
            target = Target(host=parse_host(ADDRESS), security=security, sender="a@x.test", user_name="ann")
            network = Network(here, password="pw-never-said")
            try:
                async with asyncio.timeout(HANG):
                    held = await dialogue(network, target, ADDRESS, 587, security, login=True)
            finally:
                await network.close()
            assert not any("pw-never-said" in line.text for line in held.transcript)
            for exchange in held.exchanges:
                offered(exchange.reply.text)

    modes = (Security.AUTO, Security.NONE, Security.STARTTLS, Security.TLS)
    results = await asyncio.gather(
        *(one(said, modes[n % 4]) for n, said in enumerate(speeches)), return_exceptions=True
    )
    for said, result in zip(speeches, results, strict=True):
        if isinstance(result, TimeoutError):
            raise Hang(repr(said)) from result
        if isinstance(result, BaseException):
            raise AssertionError(repr(said)) from result  # noqa: TRY004 - it is a result, not an argument


READERS = {
    "reply reader": (replies, (ANY,), 1),
    "bounce reader": (bounces, (st.one_of(mail(), mail(), ANY),), 1),
    "target parser": (targets, (st.one_of(place(), ANY),), 1),
    "Slack unwrapping": (payloads, (payload(), st.one_of(place(), ANY)), 1),
    "SMTP dialogue": (None, (st.lists(st.one_of(spoken(), speech()), min_size=AT_ONCE, max_size=AT_ONCE),), AT_ONCE),
}


def feed(name: str, number: int, until: float, tried: Counter[str], slowest: dict[str, float]) -> None:
    """Feed one reader with one batch of inputs; raises what it raises."""
    reader, strategies, each = READERS[name]

    def one(given_: tuple[object, ...]) -> None:
        if time.monotonic() > until:
            return
        began = time.monotonic()
        newest[0] = given_
        # A reader is measured by its own work, whatever else this machine does; a conversation waits for its peer.
        clock = signal.ITIMER_REAL if reader is None else signal.ITIMER_VIRTUAL
        signal.setitimer(clock, HANG * (4 if reader is None else 1))
        try:
            if reader is None:
                asyncio.run(conversations(given_[0]))  # type: ignore[arg-type]
            else:
                reader(*given_)  # type: ignore[operator]
        finally:
            signal.setitimer(clock, 0)
        tried[name] += each
        slowest[name] = max(slowest.get(name, 0.0), time.monotonic() - began)

    many = 200 if reader else 8
    kept = settings(
        max_examples=many,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    newest: list[object] = [None]
    wrapped = seed(number)(kept(given(st.tuples(*strategies))(one)))
    try:
        wrapped()
    except BaseException as wrong:
        with tempfile.NamedTemporaryFile("w", prefix="fuzz-", suffix=".txt", delete=False, encoding="utf-8") as file:
            file.write(ascii(newest[0]))
        wrong.add_note(f"The input is in {file.name}")
        raise


def _hung(*_: object) -> None:
    raise Hang("it does not come to an end")


def main() -> int:
    """Feed all readers in turns until the time is over; return 1 where one crashed or hung."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--minutes", type=float, default=0.5)
    options.add_argument("--seed", type=int, default=None, help="begin with this one")
    options.add_argument("--only", choices=sorted(READERS), help="feed this reader alone")
    asked = options.parse_args()
    signal.signal(signal.SIGALRM, _hung)
    signal.signal(signal.SIGVTALRM, _hung)
    number = asked.seed if asked.seed is not None else random.SystemRandom().randrange(2**32)
    end = time.monotonic() + asked.minutes * 60
    tried: Counter[str] = Counter()
    slowest: dict[str, float] = {}
    crashes: Counter[str] = Counter()
    hangs: Counter[str] = Counter()
    names = [asked.only] if asked.only else list(READERS)
    print(f"seed {number}", flush=True)
    while time.monotonic() < end:
        for name in names:
            until = min(end, time.monotonic() + min(SLICE, asked.minutes * 60 / len(names)))
            while time.monotonic() < until:
                number += 1
                try:
                    feed(name, number, until, tried, slowest)
                except (Exception, Hang) as wrong:  # every reader's every fault is wanted
                    (hangs if isinstance(wrong, Hang) else crashes)[name] += 1
                    print(f"{name}, --seed {number - 1} --only '{name}':", flush=True)
                    print("".join(traceback.format_exception(wrong))[-4000:], flush=True)
                    if sum(crashes.values()) + sum(hangs.values()) > 10:
                        end = 0
                        until = 0
    for name in names:
        slow = 1000 * slowest.get(name, 0.0)
        print(f"{name}: {tried[name]} inputs, {crashes[name]} crashes, {hangs[name]} hangs, slowest {slow:.0f} ms")
    print(f"{sum(tried.values())} inputs, crashes {sum(crashes.values())}, hangs {sum(hangs.values())}")
    return 1 if crashes or hangs else 0


if __name__ == "__main__":
    sys.exit(main())
