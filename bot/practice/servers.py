"""The range's servers by name: what listens on which port, and how each is broken."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.practice.certificates import Certificates
from bot.practice.doors import Door, Factory, Visit, dropping, listening, refusing
from bot.practice.mailserver import House, MailServer, hush
from bot.practice.peer import Do, Line, Reply, Script

USER_NAME = "ann@practice.test"
PASSWORD = "practice-makes-perfect"
USUAL_PORTS = (25, 465, 587, 2525)
"""Every server of the range answers for these: what no line below names refuses."""


@dataclass(frozen=True, slots=True)
class Speaks:
    """A port that answers: with `protocol`, and TLS from the first byte where `tls` is given."""

    protocol: Factory
    tls: ssl.SSLContext | None = None


class Shut(Enum):
    """A port that does not answer: `REFUSES` with a reset, `DROPS` not at all."""

    REFUSES = "refuses"
    DROPS = "drops"


Ports = Mapping[int, Speaks | Shut]


@dataclass(frozen=True, slots=True)
class Plan:
    """One server before it listens: its host name and what each true port does."""

    host: str
    build: Callable[[Certificates, str], Ports]


def _mail(house: House) -> Speaks:
    return Speaks(lambda visit: MailServer(visit, house))


def _tls_mail(house: House) -> Speaks:
    inside = replace(house, tls=None, encrypted=True)
    return Speaks(lambda visit: MailServer(visit, inside), house.tls)


def _says(script: Script, tls: ssl.SSLContext | None = None) -> Speaks:
    def protocol(visit: Visit) -> Line:
        return Line(visit, script)

    return Speaks(protocol, tls)


def _submission(house: House) -> Ports:
    """STARTTLS on 587 and TLS from the first byte on 465."""
    return {587: _mail(house), 465: _tls_mail(house)}


def _with_login(name: str, tls: ssl.SSLContext, *, login_to_send: bool) -> House:
    return House(
        name=name,
        tls=tls,
        mechanisms=("PLAIN", "LOGIN"),
        login_to_send=login_to_send,
        relay_refusal="550 5.7.1 Relaying denied",
        users={USER_NAME: PASSWORD},
    )


def _healthy(made: Certificates, name: str) -> Ports:
    house = House(name=name, tls=made.good(name), relays=True)
    return {25: _mail(house), **_submission(house)}


def _exchanger(made: Certificates, name: str) -> Ports:
    return {25: _mail(House(name=name, tls=made.good(name), domains=frozenset({"practice.test", "elsewhere.test"})))}


def _control(_: Certificates, name: str) -> Ports:
    house = House(name=name)
    return {25: _mail(house), 587: _mail(house)}


def _healthy_login(made: Certificates, name: str) -> Ports:
    return _submission(_with_login(name, made.good(name), login_to_send=True))


def _wants_login_to_relay(made: Certificates, name: str) -> Ports:
    return _submission(_with_login(name, made.good(name), login_to_send=False))


def _no_tls(_: Certificates, name: str) -> Ports:
    return {587: _mail(House(name=name, relays=True))}


def _requires_tls(made: Certificates, name: str) -> Ports:
    return {587: _mail(House(name=name, tls=made.good(name), requires_tls=True, relays=True))}


def _expired(made: Certificates, name: str) -> Ports:
    return _submission(House(name=name, tls=made.expired(name), relays=True))


def _wrong_name(made: Certificates, name: str) -> Ports:
    right = "right-name." + name.partition(".")[2]
    return _submission(House(name=right, tls=made.good(right), relays=True))


def _self_signed(made: Certificates, name: str) -> Ports:
    return _submission(House(name=name, tls=made.self_signed(name), relays=True))


def _untrusted(made: Certificates, name: str) -> Ports:
    return _submission(House(name=name, tls=made.untrusted(name), relays=True))


def _refuses_relay(made: Certificates, name: str) -> Ports:
    return _submission(House(name=name, tls=made.good(name)))


def _wants_spa(made: Certificates, name: str) -> Ports:
    house = House(name=name, tls=made.good(name), mechanisms=("GSSAPI", "NTLM"), login_to_send=True)
    return _submission(house)


def _wrong_port(made: Certificates, name: str) -> Ports:
    return _submission(House(name=name, tls=made.good(name), relays=True))


def _blocked_port(made: Certificates, name: str) -> Ports:
    return {25: Shut.DROPS, **_submission(House(name=name, tls=made.good(name), relays=True))}


def _pop(made: Certificates, name: str) -> Ports:
    replies: dict[str, Reply] = {
        "QUIT": (b"+OK Goodbye\r\n", Do.CLOSE),
        "CAPA": b"+OK\r\nUSER\r\nSTLS\r\n.\r\n",
        "*": b"-ERR Unknown command\r\n",
    }
    script = Script(greeting=b"+OK POP3 practice server ready\r\n", replies=replies)
    return {587: _says(script), 110: _says(script), 995: _says(script, made.good(name))}


def _imap(made: Certificates, name: str) -> Ports:
    replies = {"*": b"* BAD Error in IMAP command\r\n"}
    script = Script(greeting=b"* OK [CAPABILITY IMAP4rev1 STARTTLS] practice server ready\r\n", replies=replies)
    return {587: _says(script), 143: _says(script), 993: _says(script, made.good(name))}


def _http(_: Certificates, name: str) -> Ports:
    del name
    refusal = b"HTTP/1.1 400 Bad Request\r\nServer: practice\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    return {587: _says(Script(greeting=None, replies={"*": (refusal, Do.CLOSE)}))}


def _one(script: Script) -> Callable[[Certificates, str], Ports]:
    def build(made: Certificates, name: str) -> Ports:
        del made, name
        return {587: _says(script)}

    return build


def _refuses_everything(_: Certificates, name: str) -> Ports:
    del name
    return {}


SERVERS: Mapping[str, Plan] = {
    "healthy": Plan("smtp.practice.test", _healthy),
    "exchanger": Plan("mx.practice.test", _exchanger),
    "control": Plan("control.practice.test", _control),
    "healthy_login": Plan("login.practice.test", _healthy_login),
    "no_tls": Plan("no-tls.practice.test", _no_tls),
    "requires_tls": Plan("requires-tls.practice.test", _requires_tls),
    "expired_certificate": Plan("expired.practice.test", _expired),
    "wrong_name_certificate": Plan("wrong-name.practice.test", _wrong_name),
    "self_signed": Plan("self-signed.practice.test", _self_signed),
    "untrusted_ca": Plan("untrusted.practice.test", _untrusted),
    "refuses_relay": Plan("relay.practice.test", _refuses_relay),
    "wants_login_to_relay": Plan("relay-login.practice.test", _wants_login_to_relay),
    "wants_spa": Plan("spa.practice.test", _wants_spa),
    "wrong_port": Plan("wrong-port.practice.test", _wrong_port),
    "blocked_port": Plan("blocked.practice.test", _blocked_port),
    "pop_server": Plan("pop.practice.test", _pop),
    "imap_server": Plan("imap.practice.test", _imap),
    "http_server": Plan("web.practice.test", _http),
    "never_answers": Plan("silent.practice.test", _one(Script(greeting=(Do.SILENCE,)))),
    "closes_after_banner": Plan(
        "closes.practice.test", _one(Script(greeting=(b"220 closes.practice.test ESMTP practice\r\n", Do.CLOSE)))
    ),
    "closes_at_connect": Plan("hangs-up.practice.test", _one(Script(greeting=(Do.CLOSE,)))),
    "greets_421": Plan(
        "busy.practice.test",
        _one(Script(greeting=(b"421 4.3.2 busy.practice.test Service not available, try again later\r\n", Do.CLOSE))),
    ),
    "greets_554": Plan(
        "block-list.practice.test",
        _one(
            Script(
                greeting=b"554 5.7.1 block-list.practice.test Your address is on our block list\r\n",
                replies={"QUIT": (b"221 2.0.0 Bye\r\n", Do.CLOSE), "*": b"503 5.5.1 Bad sequence of commands\r\n"},
            )
        ),
    ),
    "rejects_helo": Plan(
        "helo.practice.test",
        _one(
            Script(
                greeting=b"220 helo.practice.test ESMTP practice\r\n",
                replies={
                    "EHLO": b"550 5.7.1 Helo command rejected: Host not found\r\n",
                    "HELO": b"550 5.7.1 Helo command rejected: Host not found\r\n",
                    "MAIL": b"503 5.5.1 Send HELO first\r\n",
                    "RCPT": b"503 5.5.1 Send HELO first\r\n",
                },
            )
        ),
    ),
    "refuses_everything": Plan("refused.practice.test", _refuses_everything),
}


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that runs; `ports` maps each true port to the port it really has on `address`."""

    name: str
    host: str
    address: str
    ports: Mapping[int, int]
    doors: Mapping[int, Door] = field(default_factory=dict)

    @property
    def heard(self) -> list[bytes]:
        """What each connection said, port by port."""
        return [said for door in self.doors.values() for said in door.heard]

    def met(self, port: int) -> int:
        """How many connections came to the true `port`."""
        return self.doors[port].met if port in self.doors else 0

    def routes(self, address: str) -> dict[tuple[str, int], tuple[str, int]]:
        """Map (`address`, true port) to where it really is."""
        return {(address, port): (self.address, there) for port, there in self.ports.items()}


@asynccontextmanager
async def serving(
    name: str,
    certificates: Certificates,
    *,
    host: str | None = None,
    address: str = "127.0.0.1",
    true_ports: bool = False,
) -> AsyncIterator[Serving]:
    """Run the server `name` of SERVERS on `address`, on free ports or on its true ones.

    Raises OSError where it may not, KeyError where there is no such server. `host` takes the place of its own
    name, also in its certificate.
    """
    hush()
    plan = SERVERS[name]
    host = host or plan.host
    there: dict[int, int] = {}
    doors: dict[int, Door] = {}
    plans: dict[int, Speaks | Shut] = {
        **dict.fromkeys(USUAL_PORTS, Shut.REFUSES),
        **plan.build(certificates, host),
    }
    async with AsyncExitStack() as stack:
        for port, what in plans.items():
            wanted = port if true_ports else 0
            match what:
                case Speaks(protocol, tls):
                    door = await stack.enter_async_context(listening(protocol, address=address, port=wanted, tls=tls))
                    doors[port], there[port] = door, door.port
                case Shut.DROPS:
                    there[port] = stack.enter_context(dropping(address=address, port=wanted))
                case Shut.REFUSES:
                    there[port] = stack.enter_context(refusing(address=address, port=wanted))
        yield Serving(name, host, address, there, doors)
