"""The vocabulary of verdicts: one word a cause, public and stable; who can mend it stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who can mend a cause; it decides whether advice is steps to take or evidence to hand on."""

    USER = "user"
    IT = "it"
    PROVIDER = "provider"
    ISP = "isp"
    RECIPIENT = "recipient"
    NOBODY = "nobody"


class Confidence(StrEnum):
    """How sure a verdict is: seen itself, inferred from two, or a lone hint."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Cause(StrEnum):
    """Why mail is not sent; the names are part of the public interface."""

    OK = "ok"
    NO_NETWORK = "no_network"
    SERVER_NAME_WRONG = "server_name_wrong"
    NO_ADDRESS = "no_address"
    DNS_FAILURE = "dns_failure"
    PORT_BLOCKED = "port_blocked"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_DROPPED = "connection_dropped"
    TIMEOUT = "timeout"
    NOT_AN_SMTP_SERVER = "not_an_smtp_server"
    INCOMING_SERVER_USED = "incoming_server_used"
    SERVER_TEMPORARILY_UNAVAILABLE = "server_temporarily_unavailable"
    HELO_REJECTED = "helo_rejected"
    WRONG_SECURITY_MODE = "wrong_security_mode"
    STARTTLS_NOT_OFFERED = "starttls_not_offered"
    TLS_REQUIRED = "tls_required"
    TLS_VERSION_TOO_OLD = "tls_version_too_old"
    TLS_HANDSHAKE_FAILED = "tls_handshake_failed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NAME_MISMATCH = "certificate_name_mismatch"
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    AUTH_REQUIRED = "auth_required"
    AUTH_ONLY_AFTER_TLS = "auth_only_after_tls"
    AUTH_MECHANISM_UNSUPPORTED = "auth_mechanism_unsupported"
    AUTH_FAILED_CREDENTIALS = "auth_failed_credentials"
    APP_PASSWORD_OR_OAUTH_REQUIRED = "app_password_or_oauth_required"
    ACCOUNT_DISABLED_OR_LOCKED = "account_disabled_or_locked"
    SENDER_NOT_ALLOWED = "sender_not_allowed"
    SENDER_AUTHENTICATION_FAILED = "sender_authentication_failed"
    RELAY_DENIED = "relay_denied"
    RECIPIENT_SYNTAX = "recipient_syntax"
    RECIPIENT_DOMAIN_INVALID = "recipient_domain_invalid"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    MAILBOX_FULL = "mailbox_full"
    SUSPENDED_OR_DISABLED_MAILBOX = "suspended_or_disabled_mailbox"
    MESSAGE_TOO_LARGE = "message_too_large"
    CONTENT_REJECTED = "content_rejected"
    SPAM_OR_POLICY_REJECTED = "spam_or_policy_rejected"
    IP_BLOCKLISTED = "ip_blocklisted"
    RATE_LIMITED = "rate_limited"
    GREYLISTED = "greylisted"
    MAIL_LOOP = "mail_loop"
    CLIENT_OFFLINE_OR_STUCK = "client_offline_or_stuck"
    NOT_A_FAILURE = "not_a_failure"
    UNKNOWN = "unknown"


_WHO = {
    Who.NOBODY: (Cause.OK, Cause.GREYLISTED, Cause.NOT_A_FAILURE),
    Who.IT: (
        Cause.HELO_REJECTED,
        Cause.ACCOUNT_DISABLED_OR_LOCKED,
        Cause.SENDER_AUTHENTICATION_FAILED,
        Cause.IP_BLOCKLISTED,
        Cause.MAIL_LOOP,
        Cause.UNKNOWN,
    ),
    Who.PROVIDER: (
        Cause.NO_ADDRESS,
        Cause.DNS_FAILURE,
        Cause.CONNECTION_DROPPED,
        Cause.TIMEOUT,
        Cause.SERVER_TEMPORARILY_UNAVAILABLE,
        Cause.TLS_VERSION_TOO_OLD,
        Cause.TLS_HANDSHAKE_FAILED,
        Cause.CERTIFICATE_EXPIRED,
        Cause.CERTIFICATE_SELF_SIGNED,
        Cause.CERTIFICATE_UNTRUSTED,
    ),
    Who.RECIPIENT: (Cause.MAILBOX_FULL, Cause.SUSPENDED_OR_DISABLED_MAILBOX),
}


def who(cause: Cause) -> Who:
    """Return who is asked first to mend `cause`; the reader, wherever the reader can."""
    return next((w for w, causes in _WHO.items() if cause in causes), Who.USER)


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """Another cause that could be meant."""

    cause: Cause
    confidence: Confidence
