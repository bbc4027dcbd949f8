"""Real Postfix, Dovecot and Exim with every fault they can be given: the cause is right, and never falsely certain.

Left out where they are not installed. `SMTP_HELP_TEST_EXIM` names an Exim outside the path, since Debian installs only
one of Postfix and Exim: unpack `exim4-daemon-light` anywhere.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import astuple

import pytest
import real_dovecot
import real_exim
import real_postfix
from real_cases import DOVECOT, EXIM, POSTFIX, Case
from real_certificates import Pems
from real_daemons import Lab, dovecot, exim, folder, free_port, postfix

from bot.looking import look
from bot.practice.names import NameServer
from probes.causes import Confidence
from probes.target import Security, Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told, Verdict

EXIM_DOORS = (
    "plain", "rejects", "defers", "drops", "slow", "helo", "refusestls", "needstls", "authfirst", "authfirst550",
    "silentdeny", "owner", "cpanel", "cpanel2", "noauth", "bare", "clear", "wantscert", "helodrop",
)  # fmt: skip


def needed(program: str, *others: str) -> str:
    """Return where a daemon is; leaves the test out where it is not installed, or where we may not start it."""
    found = os.environ.get(f"SMTP_HELP_TEST_{program.upper()}") or next(
        (path for name in (program, *others) if (path := shutil.which(name, path=f"{os.defpath}:/usr/sbin:/sbin"))),
        None,
    )
    if found is None or os.geteuid() != 0:
        pytest.skip(f"real {program}: not installed here, or not root")
    return found


@pytest.fixture(scope="session")
def home() -> Iterator[tuple[Lab, Pems]]:
    with folder() as made:
        yield Lab(made), Pems(made / "pems")


@pytest.fixture(scope="session")
def postfix_lab(home) -> Iterator[Lab]:
    needed("postfix")
    needed("dovecot")
    lab, pems = Lab(home[0].home / "p"), home[1]
    lab.home.mkdir()
    auth = free_port()
    with ExitStack() as stack:
        logins = real_dovecot.for_postfix(lab.home)
        stack.enter_context(dovecot(lab, "auth", {}, logins, real_dovecot.PEOPLE, auth))
        stack.enter_context(postfix(lab, real_postfix.main(pems, auth), real_postfix.doors(pems), real_postfix.MAPS))
        yield lab


@pytest.fixture(scope="session")
def dovecot_lab(home) -> Iterator[Lab]:
    needed("dovecot")
    needed("postfix")
    lab, pems = Lab(home[0].home / "d"), home[1]
    lab.home.mkdir()
    trusting = {"mynetworks": "127.0.0.1", "smtpd_authorized_xclient_hosts": "127.0.0.1"}
    with ExitStack() as stack:
        stack.enter_context(
            postfix(lab, {**real_postfix.main(pems, 1), **trusting}, {("relay", 25): {}}, real_postfix.MAPS)
        )
        shared = real_dovecot.settings(pems, lab.doors["relay", 25])
        for name, doors in (("submission", real_dovecot.SUBMISSION), ("incoming", real_dovecot.INCOMING)):
            stack.enter_context(dovecot(lab, name, doors, shared, real_dovecot.PEOPLE))
        yield lab


@pytest.fixture(scope="session")
def exim_lab(home) -> Iterator[Lab]:
    binary = needed("exim", "exim4")
    lab, pems = Lab(home[0].home / "e"), home[1]
    lab.home.mkdir()
    doors = {(name, 587): "" for name in EXIM_DOORS} | {("plain", 465): "tls"}

    def config() -> str:
        return real_exim.config(pems, {name: lab.doors[name, 587] for name in EXIM_DOORS})

    with exim(lab, binary, doors, config):
        yield lab


async def asked(lab: Lab, pems: Pems, case: Case) -> Verdict:
    zone: dict[str, dict[str, list[str]]] = {f"{name}.real.test": {"A": [at]} for name, at in lab.addresses.items()}
    zone |= {name: {"MX": ["10 mx.elsewhere.test."]} for name in ("real.test", "elsewhere.test")}
    async with NameServer.start(zone) as names:
        vantage = Vantage(
            nameservers=((names.address, names.port),),
            ca_file=pems.ca_file,
            allow_networks=(ipaddress.ip_network("127.54.0.0/16"),),
            routes=lab.routes,
            name="unqualified",
        )
        target = Target(
            host=parse_host(f"{case.host}.real.test"),
            port=case.port,
            security=Security(case.security),
            login=case.login,
            sender=case.sender,
            recipient=case.recipient,
            **{"user_name": "ann" if case.login == "yes" else None, **case.more},  # type: ignore[arg-type]
        )
        return await look(target, Told(login=str(case.login)), vantage, password=case.password, logins=2)


def prove(case: Case, said: Verdict) -> None:
    works = said.works_with and tuple(filter(None, astuple(said.works_with)[1:]))
    shown = [line.text for line in said.transcript]
    assert said.cause is case.cause, (said.confidence, said.decided_by, shown)
    assert works == case.works
    secret = base64.b64encode((case.password or "none").encode()).decode().rstrip("=")[:-1]
    assert not any((case.password or "\0") in line or secret in line for line in shown)
    if case.cause == "ok" and case.password is None and case.login == "yes":
        assert said.confidence is Confidence.LIKELY
        assert said.not_tested


@pytest.mark.parametrize("case", POSTFIX, ids=lambda case: case.name)
async def test_postfix(home, postfix_lab, case) -> None:
    prove(case, await asked(postfix_lab, home[1], case))


@pytest.mark.parametrize("case", DOVECOT, ids=lambda case: case.name)
async def test_dovecot(home, dovecot_lab, case) -> None:
    prove(case, await asked(dovecot_lab, home[1], case))


@pytest.mark.parametrize("case", EXIM, ids=lambda case: case.name)
async def test_exim(home, exim_lab, case) -> None:
    prove(case, await asked(exim_lab, home[1], case))
