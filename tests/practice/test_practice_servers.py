"""Each server of the range, met by a plain client, is broken in exactly the way that its name says."""

import asyncio
import base64
import ssl
from contextlib import AsyncExitStack

import aiosmtplib
import pytest

from bot.practice.servers import PASSWORD, USER_NAME, serving


async def refused_certificate(server, port, certificates, visit, *, starttls):
    """Return what OpenSSL says of the certificate."""
    with pytest.raises(ssl.SSLCertVerificationError) as caught:  # noqa: PT012 - only the handshake can raise it
        if starttls:
            async with visit(server.address, server.ports[port]) as client:
                await client.reply()
                await client.say("EHLO client.test")
                await client.secure(certificates.client(), server.host)
        else:
            async with visit(
                server.address, server.ports[port], ssl=certificates.client(), server_hostname=server.host
            ):
                pass
    return caught.value.verify_message


@pytest.fixture
async def secured(certificates, visit):
    """Open a server by STARTTLS and say EHLO; gives (client, the EHLO before TLS, the one after)."""
    async with AsyncExitStack() as stack:

        async def open_it(name):
            server = await stack.enter_async_context(serving(name, certificates))
            client = await stack.enter_async_context(visit(server.address, server.ports[587]))
            assert (await client.reply()).startswith("220 " + server.host)
            before = await client.say("EHLO client.test")
            await client.secure(certificates.client(), server.host)
            return client, before, await client.say("EHLO client.test")

        yield open_it


@pytest.mark.parametrize(("port", "options"), [(587, {"start_tls": True}), (465, {"use_tls": True})])
async def test_the_healthy_server_takes_a_message_on_both_submission_ports(certificates, port, options):
    async with (
        serving("healthy", certificates, host="127.0.0.1") as server,
        aiosmtplib.SMTP(
            hostname="127.0.0.1", port=server.ports[port], tls_context=certificates.client(), **options
        ) as client,
    ):
        await client.mail("ann@practice.test")
        assert (await client.rcpt("bob@practice.test")).code == 250
        assert (await client.rcpt("bob@elsewhere.test")).code == 250
        assert (await client.data(b"Subject: hello\r\n\r\nhello\r\n")).code == 250
        assert b"RCPT TO:<bob@practice.test>" in b"".join(server.heard)


async def test_the_healthy_server_offers_starttls_in_clear_and_not_again_inside(secured):
    _, before, after = await secured("healthy")
    assert "STARTTLS" in before
    assert "STARTTLS" not in after
    assert "AUTH" not in before + after


async def test_the_healthy_server_knows_its_mailboxes(secured):
    client, _, _ = await secured("healthy")
    await client.say("MAIL FROM:<ann@practice.test>")
    assert (await client.say("RCPT TO:<BOB@Practice.test>")).startswith("250 ")
    assert (await client.say("RCPT TO:<nobody-here@practice.test>")).startswith("550 5.1.1 ")
    assert (await client.say("RCPT TO:<full@practice.test>")).startswith("452 4.2.2 ")
    assert (await client.say("RCPT TO:<away@practice.test>")).startswith("550 5.2.1 ")


async def test_the_login_server_wants_a_login_first_and_takes_only_the_right_one(secured):
    client, before, after = await secured("healthy_login")
    assert "AUTH" not in before
    assert "AUTH PLAIN LOGIN" in after
    assert await client.say("MAIL FROM:<ann@practice.test>") == "530 5.7.0 Authentication required"
    wrong = base64.b64encode(f"\0{USER_NAME}\0wrong".encode()).decode()
    assert (await client.say(f"AUTH PLAIN {wrong}")).startswith("535 5.7.8 ")
    right = base64.b64encode(f"\0{USER_NAME}\0{PASSWORD}".encode()).decode()
    assert (await client.say(f"AUTH PLAIN {right}")).startswith("235 ")
    await client.say("MAIL FROM:<ann@practice.test>")
    assert (await client.say("RCPT TO:<bob@elsewhere.test>")).startswith("250 ")


async def test_the_login_server_takes_auth_login_over_implicit_tls(certificates):
    async with (
        serving("healthy_login", certificates, host="127.0.0.1") as server,
        aiosmtplib.SMTP(
            hostname="127.0.0.1", port=server.ports[465], use_tls=True, tls_context=certificates.client()
        ) as client,
    ):
        await client.ehlo()
        assert client.supported_auth_methods == ["plain", "login"]
        assert (await client.auth_login(USER_NAME, PASSWORD)).code == 235


async def test_the_login_server_refuses_a_login_in_clear(certificates, visit):
    async with serving("healthy_login", certificates) as server, visit(server.address, server.ports[587]) as client:
        await client.reply()
        await client.say("EHLO client.test")
        assert (await client.say("AUTH PLAIN AGEAYg==")).startswith("538 5.7.11 ")


async def test_no_tls_offers_no_starttls_and_takes_mail_in_clear(certificates, visit):
    async with serving("no_tls", certificates) as server, visit(server.address, server.ports[587]) as client:
        await client.reply()
        assert "STARTTLS" not in await client.say("EHLO client.test")
        assert (await client.say("MAIL FROM:<ann@practice.test>")).startswith("250 ")


async def test_requires_tls_refuses_mail_in_clear_and_takes_it_inside(certificates, visit, secured):
    async with serving("requires_tls", certificates) as server, visit(server.address, server.ports[587]) as client:
        await client.reply()
        assert "STARTTLS" in await client.say("EHLO client.test")
        refusal = "530 5.7.0 Must issue a STARTTLS command first"
        assert await client.say("MAIL FROM:<ann@practice.test>") == refusal
    client, _, _ = await secured("requires_tls")
    assert (await client.say("MAIL FROM:<ann@practice.test>")).startswith("250 ")


@pytest.mark.parametrize("starttls", [True, False])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("expired_certificate", "certificate has expired"),
        ("wrong_name_certificate", "Hostname mismatch"),
        ("self_signed", "self-signed certificate"),
        ("untrusted_ca", "unable to get local issuer certificate"),
    ],
)
async def test_a_bad_certificate_fails_the_check_it_is_named_after(certificates, visit, name, said, starttls):
    async with serving(name, certificates) as server:
        port = 587 if starttls else 465
        assert said in await refused_certificate(server, port, certificates, visit, starttls=starttls)


async def test_a_server_with_a_bad_certificate_goes_on_for_who_does_not_check(certificates, visit):
    careless = ssl.create_default_context()
    careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
    async with serving("expired_certificate", certificates) as server:
        await refused_certificate(server, 587, certificates, visit, starttls=True)
        async with visit(server.address, server.ports[587]) as client:
            await client.reply()
            await client.say("EHLO client.test")
            await client.secure(careless, server.host)
            await client.say("EHLO client.test")
            assert (await client.say("MAIL FROM:<ann@practice.test>")).startswith("250 ")


async def test_the_wrong_name_is_right_for_another_name(certificates, visit):
    async with (
        serving("wrong_name_certificate", certificates) as server,
        visit(
            server.address,
            server.ports[465],
            ssl=certificates.client(),
            server_hostname="right-name.practice.test",
        ) as client,
    ):
        assert (await client.reply()).startswith("220 ")


async def test_refuses_relay_takes_its_own_domain_only_and_offers_no_login(secured):
    client, before, after = await secured("refuses_relay")
    assert "AUTH" not in before + after
    await client.say("MAIL FROM:<ann@practice.test>")
    assert await client.say("RCPT TO:<bob@elsewhere.test>") == "554 5.7.1 Relay access denied"
    assert (await client.say("RCPT TO:<bob@practice.test>")).startswith("250 ")


async def test_wants_login_to_relay_relays_after_a_login(secured):
    client, _, after = await secured("wants_login_to_relay")
    assert "AUTH PLAIN LOGIN" in after
    await client.say("MAIL FROM:<ann@practice.test>")
    assert await client.say("RCPT TO:<bob@elsewhere.test>") == "550 5.7.1 Relaying denied"
    await client.say("AUTH PLAIN " + base64.b64encode(f"\0{USER_NAME}\0{PASSWORD}".encode()).decode())
    assert (await client.say("RCPT TO:<bob@elsewhere.test>")).startswith("250 ")


async def test_wants_spa_offers_ntlm_and_gssapi_only_and_lets_nobody_in(secured):
    client, before, after = await secured("wants_spa")
    assert "AUTH" not in before
    assert "AUTH GSSAPI NTLM" in after
    assert "PLAIN" not in after
    assert (await client.say("MAIL FROM:<ann@practice.test>")).startswith("530 5.7.0 ")
    assert (await client.say("AUTH PLAIN AGEAYg==")).startswith("504 ")
    assert (await client.say("AUTH NTLM")).startswith("334")
    assert (await client.say("TlRMTVNTUAAB")).startswith("535 5.7.3 ")
    assert (await client.say("AUTH GSSAPI")).startswith("535 5.7.8 ")


async def test_the_exchanger_takes_known_mailboxes_of_its_domains_on_port_25(certificates, visit):
    async with serving("exchanger", certificates) as server, visit(server.address, server.ports[25]) as client:
        await client.reply()
        await client.say("EHLO client.test")
        await client.say("MAIL FROM:<ann@practice.test>")
        assert (await client.say("RCPT TO:<bob@elsewhere.test>")).startswith("250 ")
        assert (await client.say("RCPT TO:<nobody@elsewhere.test>")).startswith("550 5.1.1 ")
        assert (await client.say("RCPT TO:<bob@third.test>")).startswith("554 5.7.1 ")


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("pop_server", "+OK "),
        ("imap_server", "* OK "),
        ("greets_421", "421 4.3.2 "),
        ("greets_554", "554 5.7.1 "),
        ("control", "220 "),
        ("closes_after_banner", "220 "),
    ],
)
async def test_the_greeting_is_what_the_name_says(certificates, visit, name, greeting):
    async with serving(name, certificates) as server, visit(server.address, server.ports[587]) as client:
        assert (await client.reader.readline()).decode().startswith(greeting)


@pytest.mark.parametrize(("name", "port"), [("pop_server", 995), ("imap_server", 993)])
async def test_the_incoming_servers_speak_tls_on_their_own_ports(certificates, visit, name, port):
    async with (
        serving(name, certificates) as server,
        visit(server.address, server.ports[port], ssl=certificates.client(), server_hostname=server.host) as client,
    ):
        assert b"ready" in await client.reader.readline()


async def test_the_web_server_is_silent_first_and_answers_anything_with_http(certificates, visit):
    async with serving("http_server", certificates) as server, visit(server.address, server.ports[587]) as client:
        client.writer.write(b"EHLO client.test\r\n")
        assert (await client.reader.read()).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("name", ["closes_after_banner", "closes_at_connect", "greets_421"])
async def test_a_server_that_hangs_up_does_so_unasked(certificates, visit, name):
    async with serving(name, certificates) as server, visit(server.address, server.ports[587]) as client:
        said = await client.reader.read()
        assert said.count(b"\r\n") == (0 if name == "closes_at_connect" else 1)


async def test_never_answers_takes_the_connection_and_every_line(certificates, visit):
    async with serving("never_answers", certificates) as server:
        async with visit(server.address, server.ports[587]) as client:
            client.writer.write(b"EHLO client.test\r\nQUIT\r\n")
            await client.writer.drain()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.reader.read(1), 0.1)
        assert server.met(587) == 1


async def test_rejects_helo_refuses_both_greetings_and_what_follows(certificates, visit):
    async with serving("rejects_helo", certificates) as server, visit(server.address, server.ports[587]) as client:
        assert (await client.reply()).startswith("220 ")
        assert (await client.say("EHLO client.test")).startswith("550 5.7.1 Helo command rejected")
        assert (await client.say("HELO client.test")).startswith("550 5.7.1 Helo command rejected")
        assert (await client.say("MAIL FROM:<ann@practice.test>")).startswith("503 ")


async def test_wrong_port_refuses_25_and_answers_on_the_submission_ports(certificates, visit):
    async with serving("wrong_port", certificates) as server:
        for port in (25, 2525):
            with pytest.raises(ConnectionRefusedError):
                async with visit(server.address, server.ports[port]):
                    pass
        async with visit(server.address, server.ports[587]) as client:
            assert (await client.reply()).startswith("220 ")


async def test_refuses_everything_refuses_every_port(certificates, visit):
    async with serving("refuses_everything", certificates) as server:
        assert sorted(server.ports) == [25, 465, 587, 2525]
        for port in server.ports.values():
            with pytest.raises(ConnectionRefusedError):
                async with visit(server.address, port):
                    pass


async def test_blocked_port_swallows_every_connection_to_25_while_587_answers(certificates, visit):
    async with serving("blocked_port", certificates) as server:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(visit(server.address, server.ports[25]).__aenter__(), 0.15)
        async with visit(server.address, server.ports[587]) as client:
            assert (await client.reply()).startswith("220 ")
