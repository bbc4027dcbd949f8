"""Settings that work beside the given ones are found; a certificate of ours that is wanted is no dropped connection."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.looking import look
from bot.practice.peer import Reply, Script, peer
from probes.causes import Cause, Confidence
from probes.dialogue import Dialogue, Ended
from probes.findings import Settings
from probes.network import Dialled, Reached
from probes.ranking import best
from probes.target import Security, Target, parse_host
from probes.verdict import Told, Verdict

PLAIN: Mapping[str, Reply] = {"EHLO": b"250-peer.test\r\n250 AUTH PLAIN LOGIN\r\n"}


async def asked(scene, port: int = 587, security: str = "starttls") -> Verdict:
    target = Target(host=parse_host("peer.test"), port=port, security=Security(security), sender="ann@peer.test")
    vantage = replace(scene.vantage, allow_networks=(ipaddress.ip_network("127.0.0.0/8"),))
    return await look(target, Told(), vantage, timeout=20)


async def test_a_port_without_any_encryption_is_found_under_settings_that_want_tls(stage, certificates):
    async with stage(Script(replies=PLAIN), certificates) as scene:
        said = await asked(scene, security="tls")
    assert said.cause is Cause.WRONG_SECURITY_MODE
    assert said.works_with == Settings("peer.test", 587, "none")


@pytest.mark.parametrize(("rare", "security"), [(26, "none"), (2587, "none"), (2465, "tls")])
async def test_a_rare_port_is_found_where_nothing_else_works(stage, certificates, rare, security):
    context = certificates.good("peer.test")
    bad = Script(greeting=b"554 5.3.2 not here\r\n")
    async with (
        stage(bad, certificates) as scene,
        peer(Script(replies=PLAIN), tls=context if security == "tls" else None) as there,
    ):
        scene.vantage.routes["127.0.53.77", rare] = (there.address, there.port)
        said = await asked(scene)
    assert said.works_with == Settings("peer.test", rare, security)


async def test_a_server_that_asks_to_be_left_alone_is_not_tried_on_rare_ports(stage, certificates):
    async with (
        stage(Script(greeting=b"421 4.7.0 too many connections\r\n"), certificates) as scene,
        peer(Script(replies=PLAIN)) as there,
    ):
        scene.vantage.routes["127.0.53.77", 26] = (there.address, there.port)
        said = await asked(scene)
    assert (said.works_with, there.met) == (None, 0)


async def test_a_port_that_breaks_off_tls_and_never_greets_is_judged_all_the_same(stage, certificates, monkeypatch):
    monkeypatch.setattr("probes.modes.MUTE_SECONDS", 0.3)
    context = certificates.good("peer.test")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certificates.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED  # this peer ends it without a word
    async with stage(Script(), certificates) as scene, peer(Script(replies=PLAIN), tls=context) as there:
        scene.vantage.routes["127.0.53.77", 465] = (there.address, there.port)
        said = await asked(scene, 465, "tls")
    assert said.cause is Cause.TLS_HANDSHAKE_FAILED


def _wants_ours(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Serve TLS as OpenSSL's own servers do: with the alert that says why it ends."""
    while True:
        try:
            raw, _ = listening.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as wrapped:
            wrapped.recv(1)


async def test_a_certificate_of_ours_that_is_wanted_after_the_handshake_is_no_dropped_connection(stage, certificates):
    context = certificates.good("peer.test")
    context.load_verify_locations(certificates.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    listening = socket.create_server(("127.0.0.1", 0))
    server = threading.Thread(target=_wants_ours, args=(listening, context))
    server.start()
    try:
        async with stage(Script(), certificates) as scene:
            scene.vantage.routes["127.0.53.77", 465] = listening.getsockname()[:2]
            said = await asked(scene, 465, "tls")
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        server.join()
    assert (said.cause, said.confidence) == (Cause.TLS_HANDSHAKE_FAILED, Confidence.CERTAIN)
    assert "client_certificate" in {found.evidence.get("error") for found in said.findings}


@pytest.mark.parametrize(
    ("lhlo", "sure"), [(b"250 peer.test\r\n", Confidence.CERTAIN), (b"502 no\r\n", Confidence.LIKELY)]
)
async def test_one_that_knows_neither_ehlo_nor_helo_is_no_server_for_sending(stage, certificates, lhlo, sure):
    unknown = b"502 5.5.1 Unknown command\r\n"
    script = Script(replies={"EHLO": unknown, "HELO": unknown, "LHLO": lhlo})
    async with stage(script, certificates) as scene:
        said = await asked(scene)
    assert (said.cause, said.confidence) == (Cause.NOT_AN_SMTP_SERVER, sure)


async def test_answers_that_come_one_step_late_make_nothing_certain(stage, certificates):
    """A proxy that sends a PROXY line to a server that expects none: its answer stands for that to EHLO."""
    late = b"502 5.5.2 Error: command not recognized\r\n"
    script = Script(replies={"EHLO": late, "HELO": b"250-peer.test\r\n250-PIPELINING\r\n250 STARTTLS\r\n"})
    async with stage(script, certificates) as scene:
        said = await asked(scene)
    assert (said.cause, said.confidence) == (Cause.STARTTLS_NOT_OFFERED, Confidence.LIKELY)
    assert "out_of_step" in {found.code for found in said.decided_by}


def test_the_typed_server_is_preferred_to_another_name():
    typed, other = Target(host=parse_host("mail.a.test")), Target(host=parse_host("smtp.a.test"))
    there = {"address": "192.0.2.1", "dialled": Dialled("192.0.2.1", 587, Reached.CONNECTED), "ended": Ended.FINISHED}
    clear = Dialogue(port=587, security=Security.NONE, **there)
    assert best([(clear, other), (clear, typed)], "mail.a.test") == Settings("mail.a.test", 587, "none")
