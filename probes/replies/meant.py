"""What words can mean by who says them and when: a server that was just reached, or a mail system further on."""

from __future__ import annotations

from dataclasses import replace

from probes.causes import Cause
from probes.replies.reading import Reading
from probes.replies.rulebook import Match

_NEVER_SAID = frozenset(
    (
        Cause.OK,
        Cause.NOT_A_FAILURE,
        Cause.CLIENT_OFFLINE_OR_STUCK,
        Cause.NO_NETWORK,
        Cause.SERVER_NAME_WRONG,
        Cause.NO_ADDRESS,
        Cause.DNS_FAILURE,
        Cause.PORT_BLOCKED,
        Cause.CONNECTION_REFUSED,
        Cause.NOT_AN_SMTP_SERVER,
        Cause.INCOMING_SERVER_USED,
        Cause.WRONG_SECURITY_MODE,
    )
)
"""Who answers a live command with an error says none of these: we have found it, reached it, and it speaks SMTP."""

OF_RECIPIENTS = frozenset((Cause.RECIPIENT_UNKNOWN, Cause.RECIPIENT_SYNTAX, Cause.RECIPIENT_DOMAIN_INVALID))
_EARLY = OF_RECIPIENTS | {
    Cause.MAILBOX_FULL,
    Cause.SUSPENDED_OR_DISABLED_MAILBOX,
    Cause.MESSAGE_TOO_LARGE,
    Cause.CONTENT_REJECTED,
}
_NOT_YET = {**dict.fromkeys(("connect", "ehlo", "tls", "auth"), _EARLY), "mail": OF_RECIPIENTS}
"""What a server cannot mean before it was told of a recipient or a message."""

_AT_A_PROGRAM = frozenset(
    (
        Cause.OK,
        Cause.NOT_A_FAILURE,
        Cause.CLIENT_OFFLINE_OR_STUCK,
        Cause.INCOMING_SERVER_USED,
        Cause.WRONG_SECURITY_MODE,
        Cause.NOT_AN_SMTP_SERVER,
    )
)
"""What only a person's program can meet, never a mail system that carries a mail on."""
_CARRIED = {
    Cause.SERVER_NAME_WRONG: Cause.RECIPIENT_DOMAIN_INVALID,
    Cause.NO_ADDRESS: Cause.RECIPIENT_DOMAIN_INVALID,
    Cause.NO_NETWORK: Cause.TIMEOUT,
    Cause.PORT_BLOCKED: Cause.TIMEOUT,
    Cause.ACCOUNT_DISABLED_OR_LOCKED: Cause.SUSPENDED_OR_DISABLED_MAILBOX,
}
"""What words about the next server mean once they are said of the recipient's."""
_NAMES = frozenset((Cause.SERVER_NAME_WRONG, Cause.NO_ADDRESS))
"""What no server says of itself: a text that opens with a reply's code speaks of another's name."""

_SUBJECTS = {
    Cause.RECIPIENT_UNKNOWN: "01",
    Cause.SUSPENDED_OR_DISABLED_MAILBOX: "012",
    Cause.MAILBOX_FULL: "023",
    Cause.MESSAGE_TOO_LARGE: "0235",
}
"""The middle figures of enhanced codes that go with a cause."""
_PASSING = frozenset((Cause.GREYLISTED, Cause.SERVER_TEMPORARILY_UNAVAILABLE))
_LASTING = frozenset((Cause.RECIPIENT_UNKNOWN, Cause.SUSPENDED_OR_DISABLED_MAILBOX, Cause.RECIPIENT_DOMAIN_INVALID))


def said_live(matches: list[Match], stage: str | None) -> list[Match]:
    """Return what a server that answers us can mean at a stage."""
    never = _NEVER_SAID | _NOT_YET.get(stage or "", frozenset())
    return [match for match in matches if match.rule.cause not in never]


def said_further_on(matches: list[Match]) -> list[Match]:
    """Return what a mail system means that carried a mail on and gives it back."""
    return [_carried(match) for match in matches if match.rule.cause not in _AT_A_PROGRAM]


def said_of_another(matches: list[Match]) -> list[Match]:
    """Return what a text means that opens with a reply's code: of names it speaks as of another's."""
    return [_carried(match) if match.rule.cause in _NAMES else match for match in matches]


def _carried(match: Match) -> Match:
    cause = _CARRIED.get(match.rule.cause)
    if match.rule.cause is Cause.ACCOUNT_DISABLED_OR_LOCKED and "sender" in match.rule.name:
        return match
    return match if cause is None else replace(match, rule=replace(match.rule, cause=cause))


def contradicted(reading: Reading) -> bool:
    """Tell whether the codes of a reply speak of something else than its words (RFC 3463 sections 3.2 to 3.8)."""
    subjects = _SUBJECTS.get(reading.cause)
    if subjects and reading.enhanced_code and reading.enhanced_code.split(".")[1] not in subjects:
        return True
    lasting = (reading.reply_code or 0) >= 500
    return lasting if reading.cause in _PASSING else not lasting and reading.cause in _LASTING
