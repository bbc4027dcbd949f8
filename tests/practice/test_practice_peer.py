"""A scripted peer does what its script says, in its order, and ends with its block."""

import asyncio
import ssl
from contextlib import suppress

import pytest

from bot.practice.peer import Do, Script, peer


async def test_a_script_answers_by_verb_and_politely_where_it_says_nothing(visit):
    script = Script(greeting=b"220 odd\r\n", replies={"MAIL": b"451 4.3.0 not now\r\n"})
    async with peer(script) as there, visit(there.address, there.port) as client:
        assert await client.reply() == "220 odd"
        assert (await client.say("ehlo a.test")).startswith("250-peer.test")
        assert await client.say("MAIL FROM:<a@b.test>") == "451 4.3.0 not now"
        assert (await client.say("WHAT")).startswith("502 ")
        assert (await client.say("QUIT")).startswith("221 ")
        assert await client.reader.read() == b""
        assert there.heard == [b"ehlo a.test\r\nMAIL FROM:<a@b.test>\r\nWHAT\r\nQUIT\r\n"]
        assert there.met == 1


async def test_a_star_answers_every_verb_that_is_not_named(visit):
    script = Script(replies={"EHLO": b"250 x\r\n", "*": b"500 no\r\n"})
    async with peer(script) as there, visit(there.address, there.port) as client:
        await client.reply()
        assert await client.say("EHLO a.test") == "250 x"
        assert await client.say("MAIL FROM:<>") == "500 no"


async def test_a_reply_waits_for_its_event_in_the_middle_of_a_line(visit):
    go = asyncio.Event()
    async with (
        peer(Script(greeting=(b"220 ha", go, b"lf\r\n"))) as there,
        visit(there.address, there.port) as client,
    ):
        assert await client.reader.readexactly(6) == b"220 ha"
        assert not client.reader.at_eof()
        go.set()
        assert await client.reader.readline() == b"lf\r\n"


async def test_a_reset_is_seen_as_one(visit):
    async with peer(Script(replies={"EHLO": (Do.RESET,)})) as there, visit(there.address, there.port) as client:
        await client.reply()
        client.writer.write(b"EHLO a.test\r\n")
        with pytest.raises(ConnectionResetError):
            await client.reader.read()


async def test_silence_after_a_verb_lasts_until_the_end(visit):
    loop = asyncio.get_running_loop()
    async with peer(Script(replies={"EHLO": (Do.SILENCE,)})) as there, visit(there.address, there.port) as client:
        await client.reply()
        client.writer.write(b"EHLO a.test\r\n")
        await there.until("EHLO")
        start = loop.time()
    assert loop.time() - start < 1


async def test_starttls_goes_on_with_the_script_for_inside(visit, certificates):
    inside = Script(replies={"EHLO": b"250 AUTH NTLM\r\n"})
    script = Script(
        replies={"STARTTLS": (b"220 go\r\n", Do.TLS), "EHLO": b"250 STARTTLS\r\n"},
        tls=certificates.good("peer.test"),
        after_tls=inside,
    )
    async with peer(script) as there, visit(there.address, there.port) as client:
        await client.reply()
        assert await client.say("EHLO a.test") == "250 STARTTLS"
        await client.secure(certificates.client(), "peer.test")
        assert await client.say("EHLO a.test") == "250 AUTH NTLM"
        assert there.heard == [b"EHLO a.test\r\nSTARTTLS\r\nEHLO a.test\r\n"]


async def test_tls_from_the_first_byte_covers_the_greeting(visit, certificates):
    async with (
        peer(Script(), tls=certificates.good("127.0.0.1")) as there,
        visit(there.address, there.port, ssl=certificates.client(), server_hostname="127.0.0.1") as client,
    ):
        assert (await client.reply()).startswith("220 ")


async def test_a_line_without_an_end_does_not_stop_the_next_visitor(visit):
    async with peer(Script()) as there:
        async with visit(there.address, there.port) as client:
            await client.reply()
            client.writer.write(b"x" * 300_000)
            with suppress(ConnectionError):
                assert await client.reader.read() == b""
        async with visit(there.address, there.port) as client:
            assert (await client.reply()).startswith("220 ")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("not_yet_valid", "certificate is not yet valid"),
        ("without_intermediate", "unable to get local issuer certificate"),
        ("good", "Hostname mismatch"),
    ],
)
async def test_a_certificate_made_for_a_peer_of_ones_own_is_bad_as_asked(certificates, visit, kind, said):
    made = getattr(certificates, kind)("peer.test" if kind != "good" else "other.test")
    with pytest.raises(ssl.SSLCertVerificationError, match=said):
        async with (
            peer(Script(), tls=made) as there,
            visit(there.address, there.port, ssl=certificates.client(), server_hostname="peer.test"),
        ):
            pass
