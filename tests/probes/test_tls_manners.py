"""How servers behave around TLS, played by a scripted peer: what they ask of us, and what they do after it."""

from __future__ import annotations

import ssl

import pytest

from bot.looking import look
from bot.practice.peer import Do, Reply, Script
from probes.causes import Cause, Confidence
from probes.target import Login, Security, Target, parse_host
from probes.verdict import Told, Verdict

C, L = Confidence.CERTAIN, Confidence.LIKELY
HELLO = b"250-peer.test\r\n250 STARTTLS\r\n"
GO = (b"220 2.0.0 go\r\n", Do.TLS)


@pytest.fixture
def ask(stage, certificates):
    async def ask(
        after: dict[str, Reply], context: ssl.SSLContext, *, clear: bytes = HELLO, greeting: Reply | None = None, **more
    ) -> Verdict:
        behind = Script(greeting=None, replies=after)
        before: dict[str, Reply] = {"EHLO": clear, "STARTTLS": GO, **more.pop("in_clear", {})}
        first = b"220 peer.test ESMTP\r\n" if greeting is None else greeting
        script = Script(greeting=first, replies=before, tls=context, after_tls=behind)
        async with stage(script, certificates) as scene:
            security = Security(str(more.pop("security", "starttls")))
            target = Target(host=parse_host("peer.test"), security=security, login=Login.YES, user_name="ann", **more)
            return await look(target, Told(login="yes"), scene.vantage, timeout=20)

    return ask


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_certificate_that_the_server_wants_of_us_is_a_failed_handshake(ask, certificates, version) -> None:
    wanting = certificates.good("peer.test")
    wanting.minimum_version = wanting.maximum_version = version
    wanting.verify_mode = ssl.CERT_REQUIRED
    wanting.load_verify_locations(certificates.ca_file)
    said = await ask({}, wanting)
    assert said.cause is Cause.TLS_HANDSHAKE_FAILED
    assert any(finding.evidence.get("error", "").startswith("client_certificate") for finding in said.findings)


async def test_whoever_asks_for_a_certificate_and_goes_on_without_is_well(ask, certificates) -> None:
    asking = certificates.good("peer.test")
    asking.verify_mode = ssl.CERT_OPTIONAL
    asking.load_verify_locations(certificates.ca_file)
    assert (await ask({"EHLO": b"250-peer.test\r\n250 AUTH PLAIN\r\n"}, asking)).cause is Cause.OK


async def test_whoever_asks_for_a_certificate_and_hangs_up_wordless_most_probably_wants_it(ask, certificates) -> None:
    asking = certificates.good("peer.test")
    asking.verify_mode = ssl.CERT_OPTIONAL
    asking.load_verify_locations(certificates.ca_file)
    said = await ask({"EHLO": (Do.CLOSE,)}, asking)
    assert (said.cause, said.confidence) == (Cause.TLS_HANDSHAKE_FAILED, L)


async def test_a_bad_certificate_comes_before_what_follows_it(ask, certificates) -> None:
    """A mail program would never have got so far as to hear the server fall silent."""
    said = await ask({"EHLO": (Do.CLOSE,)}, certificates.expired("peer.test"))
    assert (said.cause, said.confidence) == (Cause.CERTIFICATE_EXPIRED, C)
    good = await ask({"EHLO": (Do.CLOSE,)}, certificates.good("peer.test"))
    assert (good.cause, good.confidence) == (Cause.CONNECTION_DROPPED, C)


async def test_a_server_whose_clear_side_only_scrambles_passwords_wants_tls(ask, certificates) -> None:
    """Sendmail does so with `confAUTH_OPTIONS` set to `A p y`."""
    clear = b"250-peer.test\r\n250-AUTH CRAM-MD5\r\n250 STARTTLS\r\n"
    after: dict[str, Reply] = {"EHLO": b"250-peer.test\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n"}
    said = await ask(after, certificates.good("peer.test"), clear=clear, security="none")
    assert said.cause is Cause.AUTH_ONLY_AFTER_TLS
    assert said.works_with is not None
    assert (said.works_with.port, said.works_with.security) == (587, "starttls")


async def test_a_server_that_defers_everything_is_no_way_out_in_another_mode(ask, certificates) -> None:
    """Sendmail whose mail filter is down puts off STARTTLS, and MAIL on every port and in every mode."""
    clear = b"250-peer.test\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"
    later = {"STARTTLS": b"454 4.7.0 Please try again later\r\n", "MAIL": b"451 4.7.1 Please try again later\r\n"}
    said = await ask({}, certificates.good("peer.test"), clear=clear, in_clear=later)
    assert said.cause is Cause.SERVER_TEMPORARILY_UNAVAILABLE
    assert said.works_with is None


async def test_a_refused_name_is_the_reason_where_the_server_then_hangs_up(ask, certificates) -> None:
    """Exim's `drop` in the ACL for HELO."""
    said = await ask(
        {}, certificates.good("peer.test"), clear=b"550 Invalid HELO name\r\n", in_clear={"HELO": (Do.CLOSE,)}
    )
    assert said.cause is Cause.HELO_REJECTED


async def test_a_server_too_slow_for_the_run_is_told_of_as_far_as_it_came(stage, certificates) -> None:
    """Its greeting and its certificate were seen, whatever it would have said to the rest."""
    behind = Script(greeting=None, replies={"EHLO": (Do.SILENCE,)})
    script = Script(replies={"EHLO": HELLO, "STARTTLS": GO}, tls=certificates.good("peer.test"), after_tls=behind)
    async with stage(script, certificates) as scene:
        target = Target(host=parse_host("peer.test"), security=Security.STARTTLS, login=Login.YES, user_name="ann")
        said = await look(target, Told(login="yes"), scene.vantage, timeout=6)
    codes = {finding.code for finding in said.findings}
    assert {"greeting", "encrypted", "certificate_good"} <= codes
    assert (said.cause, said.confidence) == (Cause.OK, L)
    assert {"login"} <= {entry.check for entry in said.not_tested}
    assert said.transcript
