"""How far each conversation came, and which settings are best: what a mail program would make of them; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from probes.causes import Cause
from probes.dialogue import Dialogue, Ended, meaning
from probes.encryption import WEAK_DH_BITS, Handshake
from probes.findings import Settings
from probes.target import Login, Security, Target
from probes.vantage import INCOMING_PORTS

LOGIN_METHODS = frozenset({"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-1", "SCRAM-SHA-256"})
"""Methods that mail programs have; NTLM and GSSAPI need the box "secure password authentication"."""
SCRAMBLED = frozenset(
    {"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"}
)
"""Methods that want "encrypted password" chosen in the program, and that many programs do not have."""
_LATE = {"auth": "auth", "mail_from": "mail", "rcpt_to": "rcpt"}
_OF_PLACES = frozenset(
    {
        Cause.SERVER_TEMPORARILY_UNAVAILABLE,
        Cause.RELAY_DENIED,
        Cause.AUTH_REQUIRED,
        Cause.TLS_REQUIRED,
        Cause.AUTH_ONLY_AFTER_TLS,
        Cause.AUTH_MECHANISM_UNSUPPORTED,
        Cause.HELO_REJECTED,
        Cause.IP_BLOCKLISTED,
        Cause.SPAM_OR_POLICY_REJECTED,
        Cause.UNKNOWN,
    }
)
ORDER = (
    "connect",
    "tls",
    "greeting",
    "ehlo",
    "helo",
    "turned_away",
    "starttls",
    "ehlo_tls",
    "auth",
    "mail_from",
    "rcpt_to",
    "quit",
)


def fine(target: Target, dialogues: Iterable[Dialogue]) -> bool:
    """Tell whether the given settings work, or failed at something that other ports and modes would not change."""
    held = foremost(dialogues)
    if held is None or held.port in INCOMING_PORTS:
        return False
    if held.tried and held.ended_at in _LATE:
        return not _of_the_place(held, target)
    if held.ended_at == "auth":
        return True
    # With a login in use the envelope is tried with the given settings alone: elsewhere it was not seen to pass.
    if held.ended_at in ("mail_from", "rcpt_to") and target.login is Login.YES:
        return works(replace(held, ended=Ended.FINISHED), target)
    return works(held, target)


def _of_the_place(held: Dialogue, target: Target) -> bool:
    """Tell whether a refusal of one who logs in may be this port's own trouble, not the login's or address's."""
    reply = held.reply(held.ended_at)
    if reply is None:
        return True
    return meaning(reply, _LATE[held.ended_at], target.host.name, held.rules).cause in _OF_PLACES


def foremost(dialogues: Iterable[Dialogue]) -> Dialogue | None:
    """Return the conversation that came furthest: what a mail program, which tries address after address, would see."""
    return max(dialogues, key=_progress, default=None)


def _progress(held: Dialogue) -> int:
    return len(ORDER) if held.ended is Ended.FINISHED else ORDER.index(held.ended_at or "connect")


def came_to(held: Dialogue, stage: str) -> bool:
    """Tell whether a conversation came as far as a stage."""
    return _progress(held) >= ORDER.index(stage)


def came_as_far(held: Dialogue, other: Dialogue) -> bool:
    """Tell whether one conversation came at least as far as another."""
    return _progress(held) >= _progress(other)


def works(held: Dialogue, target: Target) -> bool:
    """Tell whether a conversation shows settings that work, as far as can be seen without the password."""
    if held.ended is not Ended.FINISHED or (held.certificate is not None and held.certificate.failures):
        return False
    if held.encrypted and held.certificate is None:
        return False  # anonymous ciphers, which no mail program has
    if held.handshake is not None and too_old(held.handshake):
        return False
    if target.login is not Login.YES or ((reply := held.reply("auth")) and reply.code == 235):
        return True
    methods = LOGIN_METHODS.intersection(held.mechanisms)
    if not held.encrypted and "starttls" in (held.capabilities or {}):
        methods -= SCRAMBLED  # in clear alone: over TLS it takes what every program has
    return bool(methods)


def too_old(handshake: Handshake) -> bool:
    """Tell whether programs of today refuse what was agreed on (RFC 8996 for versions, RFC 9325 for groups)."""
    return handshake.version in ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1") or 0 < handshake.dh_bits < WEAK_DH_BITS


def settings(held: Dialogue, target: Target) -> Settings:
    """Return the settings that a conversation used."""
    spoken = Security.NONE
    if held.encrypted:
        spoken = Security.TLS if held.security is Security.TLS else Security.STARTTLS
    return Settings(target.host.name, held.port, str(spoken))


def best(candidates: Iterable[tuple[Dialogue, Target]], home: str = "") -> Settings | None:
    """Return the settings of the conversation to prefer among those that work."""
    found = preferred(candidates, home)
    return settings(*found) if found else None


def preferred(candidates: Iterable[tuple[Dialogue, Target]], home: str = "") -> tuple[Dialogue, Target] | None:
    """Return the one to prefer among conversations that work: encrypted, at `home`, the server that was typed.

    Then TLS on 465, STARTTLS on 587, others.
    """
    working = [(held, target) for held, target in candidates if works(held, target)]

    def order(pair: tuple[Dialogue, Target]) -> tuple[bool, bool, tuple[int, int]]:
        one = settings(*pair)
        return one.security == Security.NONE, bool(home) and one.host != home, _preference(one)

    return min(working, key=order, default=None)


def _preference(one: Settings) -> tuple[int, int]:
    order = [(465, "tls"), (587, "starttls")]
    if (one.port, one.security) in order:
        return (0, order.index((one.port, one.security)))
    return ({"tls": 1, "starttls": 2}.get(one.security, 3), one.port == 25)
