"""The table of the verdict, layer by layer from the network outwards: which causes do the findings speak for? Pure.

`certain` needs a direct observation of that very thing, `likely` an inference from two, `possible` a lone hint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from probes.case import Case, Row
from probes.causes import Cause, Confidence
from probes.findings import Finding

CERTAIN, LIKELY, POSSIBLE = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE
PARTED = ("ipv6_broken", "address_broken", "address_fails", "address_late")
"""Some address of the server fails where another does not: whoever tries that one first sees another thing."""
Layer = Callable[[Case], Iterator[Row]]


def _no_network(case: Case) -> Iterator[Row]:
    """Our own network is at fault only where nothing at all answers, a way out is wanting or the controls are dead."""
    if case.find("something_answers", "control_reached", "other_name_answers"):
        return
    silent = case.find("resolver_silent", "resolver_died")
    lost = case.find("no_way_out", "no_resolver_route")
    # A control whose name nobody knows says something about its name only.
    dead = tuple(found for found in case.find("control_failed") if silent or found.evidence["how"] != "no address")
    unreached = case.given(*_SILENT, "no_route") + case.find("dns_failed", "dns_refused", "dns_withheld")
    if silent and lost:
        yield Row(Cause.NO_NETWORK, CERTAIN, silent + lost)
    elif dead and (silent or unreached):
        yield Row(Cause.NO_NETWORK, LIKELY, dead + silent)


_SILENT = ("port_filtered", "port_unreachable", "port_prohibited")


def _names(case: Case) -> Iterator[Row]:
    if found := case.find("server_not_a_name", "name_missing"):
        # A name of one word may well mean something on the person's own network, which we are not on.
        short = not case.target.host.mistake and "." not in case.target.host.name
        yield Row(Cause.SERVER_NAME_WRONG, LIKELY if short else CERTAIN, found + case.find("other_name_answers"))
    if found := case.find("name_invented"):
        yield Row(Cause.SERVER_NAME_WRONG, LIKELY, found + case.find("other_name_answers"))
    if (found := case.find("name_by_wildcard")) and (other := _meant(case)):
        yield Row(Cause.SERVER_NAME_WRONG, LIKELY, found + other)
    if found := case.find("mail_domain_given"):
        sure = CERTAIN if case.works_with else LIKELY
        yield Row(Cause.NO_ADDRESS, sure, found + case.find("other_name_answers"))
        yield Row(Cause.SERVER_NAME_WRONG, LIKELY, found)
    if found := case.find("no_address", "name_dangling"):
        yield Row(Cause.NO_ADDRESS, CERTAIN, found + case.find("other_name_answers"))
        yield Row(Cause.SERVER_NAME_WRONG, POSSIBLE, found)
    if found := case.find("cname_loop"):
        yield Row(Cause.DNS_FAILURE, CERTAIN, found)
    if found := case.find("dns_failed", "dns_refused"):
        # A resolver on this very machine fails like this too where there is no network behind it.
        alone = case.find("no_default_route") and not case.find("control_reached", "other_name_answers")
        yield Row(Cause.DNS_FAILURE, LIKELY if alone else CERTAIN, found)
        if alone:
            yield Row(Cause.NO_NETWORK, POSSIBLE, found)
    if found := case.find("dns_withheld"):
        yield Row(Cause.DNS_FAILURE, LIKELY, found)
        yield Row(Cause.SERVER_NAME_WRONG, POSSIBLE, found)
    if found := case.find("dns_timed_out"):
        shown = case.find("control_reached", "resolver_answers", "other_name_answers")
        yield Row(Cause.DNS_FAILURE, LIKELY if shown else POSSIBLE, found + shown)
        if not shown:
            yield Row(Cause.NO_NETWORK, POSSIBLE, found)


def _meant(case: Case) -> tuple[Finding, ...]:
    """Find the names beside the typed one, under the same domain, that answer as mail servers."""
    parent = case.target.host.name.partition(".")[2]
    return tuple(f for f in case.find("other_name_answers") if f.evidence["name"].partition(".")[2] == parent)


def _incoming(case: Case) -> Iterator[Row]:
    if found := case.find("incoming_server"):
        yield Row(Cause.INCOMING_SERVER_USED, CERTAIN, found)
    if found := case.find("incoming_port"):
        yield Row(Cause.INCOMING_SERVER_USED, LIKELY, found)
    if case.target.port in (110, 143, 993, 995) and not case.find("incoming_server", "incoming_port"):
        yield Row(Cause.INCOMING_SERVER_USED, LIKELY, case.given("port_open", "port_refused", "port_filtered"))


def _reaching(case: Case) -> Iterator[Row]:
    if case.given("port_open"):
        return
    beside = case.beside("port_open", "port_refused", "port_reset")
    filtered, told = case.given("port_filtered", "port_unreachable"), case.given("port_prohibited")
    if found := case.given("port_refused"):
        # A refusal by ICMP is a firewall's: the host itself answers with a reset (RFC 9293 section 3.10.7.1).
        walled = any("ICMP" in finding.evidence["detail"] for finding in found)
        yield Row(Cause.CONNECTION_REFUSED, LIKELY if walled else CERTAIN, found + case.beside("port_open"))
        if walled or case.target.port in (25, 26, 2525):
            yield Row(Cause.PORT_BLOCKED, POSSIBLE, found)
    elif found := case.given("port_reset"):
        yield Row(Cause.CONNECTION_DROPPED, CERTAIN, found)
    elif (filtered or told) and case.target.port == 25 and not _control_of_25(case):
        if beside or case.works_with:
            yield Row(Cause.PORT_BLOCKED, POSSIBLE, filtered + told + beside)
    elif told:
        yield Row(Cause.PORT_BLOCKED, CERTAIN if case.beside("port_open") else LIKELY, told + beside)
    elif filtered and beside:
        sure = CERTAIN if case.beside("port_open") else LIKELY
        yield Row(Cause.PORT_BLOCKED, sure, filtered + beside)
    elif filtered and case.target.port == 25:
        yield Row(Cause.PORT_BLOCKED, POSSIBLE, filtered + case.find("control_reached"))
    elif filtered:
        sure = LIKELY if case.find("control_reached", "other_name_answers") else POSSIBLE
        yield Row(Cause.TIMEOUT, sure, filtered)
    other = case.find("other_name_answers", "name_by_wildcard")
    if other and case.given("port_refused", "port_reset", *_SILENT):
        yield Row(Cause.SERVER_NAME_WRONG, POSSIBLE, other)


def _control_of_25(case: Case) -> bool:
    return any(finding.evidence.get("port") == "25" for finding in case.find("control_reached"))


def port_25_unproven(case: Case) -> bool:
    """Tell whether port 25 is silent and nothing at all tells whose doing that is."""
    known = case.given("port_open", "port_refused", "port_reset") or case.beside("port_open", "port_refused")
    silent = case.target.port == 25 and bool(case.given(*_SILENT))
    return silent and not known and not case.works_with and not _control_of_25(case)


def _speaking(case: Case) -> Iterator[Row]:
    if found := case.find("not_smtp"):
        yield Row(Cause.NOT_AN_SMTP_SERVER, CERTAIN, found)
    if found := case.find("plain_on_tls_port", "tls_on_plain_port"):
        yield Row(Cause.WRONG_SECURITY_MODE, CERTAIN, found)
    if found := _client_certificate(case):
        said = any(finding.evidence["error"] == "client_certificate" for finding in found)
        yield Row(Cause.TLS_HANDSHAKE_FAILED, CERTAIN if said else LIKELY, found)
    yield from _exchange(case, encrypted=False)


def _exchange(case: Case, *, encrypted: bool) -> Iterator[Row]:
    """Read how the exchange ended, in clear or within TLS: there a program stops at a bad certificate before that."""

    def find(*codes: str) -> tuple[Finding, ...]:
        return tuple(f for f in case.find(*codes) if (f.evidence.get("encrypted") == "yes") is encrypted)

    if found := find("garbled"):
        yield Row(Cause.NOT_AN_SMTP_SERVER, LIKELY, found)
    for finding in find("greeting_refused", "hello_refused"):
        yield _by_reply(case, finding)
    for finding in find("went_silent"):
        yield Row(Cause.TIMEOUT, CERTAIN, (finding,))
    if found := find("hung_up", "reset_midway"):
        yield Row(Cause.CONNECTION_DROPPED, CERTAIN, found)


def _client_certificate(case: Case) -> tuple[Finding, ...]:
    """Find the refusal for want of a certificate of ours; TLS 1.3 lets a server say so in its next reply.

    One that asks for a certificate and then hangs up without a word has most probably done so for want of it.
    """
    codes = ("client_certificate", "client_certificate_asked")
    return tuple(f for f in case.find("tls_failed") if f.evidence.get("error") in codes)


def _speaking_in_tls(case: Case) -> Iterator[Row]:
    yield from _exchange(case, encrypted=True)


def _encrypting(case: Case) -> Iterator[Row]:
    if found := case.find("starttls_not_offered"):
        shifted = case.find("out_of_step")  # an answer to EHLO came late, and may have offered it
        yield Row(Cause.STARTTLS_NOT_OFFERED, LIKELY if shifted else CERTAIN, found + shifted)
    for finding in case.find("starttls_refused"):
        if "cause" in finding.evidence:
            yield _by_reply(case, finding)
    if found := case.find("starttls_refused", "tls_failed"):
        yield Row(Cause.TLS_HANDSHAKE_FAILED, CERTAIN, found)
    if found := case.find("tls_old", "tls_version_refused", "tls_cipher_refused"):
        yield Row(Cause.TLS_VERSION_TOO_OLD, CERTAIN if case.find("tls_old") else LIKELY, found)
    if found := case.find("certificate_expired", "certificate_not_yet_valid"):
        yield Row(Cause.CERTIFICATE_EXPIRED, CERTAIN, found)
    if found := case.find("certificate_self_signed"):
        yield Row(Cause.CERTIFICATE_SELF_SIGNED, CERTAIN, found)
    if found := case.find(
        "certificate_untrusted",
        "certificate_missing_intermediate",
        "certificate_unreadable",
        "certificate_not_for_servers",
    ):
        yield Row(Cause.CERTIFICATE_UNTRUSTED, CERTAIN, found + case.find("certificate_intercepted"))
    if found := case.find("certificate_name_mismatch"):
        yield Row(Cause.CERTIFICATE_NAME_MISMATCH, CERTAIN, found)
    if found := case.find("certificate_weak"):
        yield Row(Cause.CERTIFICATE_UNTRUSTED, LIKELY, found)


def _logging_in(case: Case) -> Iterator[Row]:
    for finding in case.find("login_refused"):
        yield _by_reply(case, finding)
    wants = case.target.login == "yes"
    if not wants:
        return
    if found := case.find("login_only_after_tls"):
        # A server that refuses everything in clear wants TLS, with or without a login.
        strict = tuple(
            f for f in case.find("mail_refused", "rcpt_refused") if f.evidence["cause"] == Cause.TLS_REQUIRED
        )
        if strict:
            yield Row(Cause.TLS_REQUIRED, CERTAIN, strict)
        seen = any(finding.evidence.get("methods") for finding in found)
        yield Row(Cause.AUTH_ONLY_AFTER_TLS, CERTAIN if seen else LIKELY, found)
    if found := case.find("login_only_windows"):
        yield Row(Cause.AUTH_MECHANISM_UNSUPPORTED, CERTAIN, found)
    if found := case.find("login_only_oauth"):
        yield Row(Cause.APP_PASSWORD_OR_OAUTH_REQUIRED, LIKELY, found + case.find("provider_wants_other_password"))
    if found := case.find("login_not_offered", "login_only_unknown"):
        yield Row(Cause.AUTH_MECHANISM_UNSUPPORTED, LIKELY, found)


def _scrambled(case: Case) -> Iterator[Row]:
    """A program that can scramble passwords meets no fault there, and then whatever lies behind the login counts."""
    if case.target.login == "yes" and (found := case.find("login_only_scrambled")):
        yield Row(Cause.AUTH_MECHANISM_UNSUPPORTED, POSSIBLE, found)


def _recipient(case: Case) -> Iterator[Row]:
    if found := case.find("recipient_syntax"):
        yield Row(Cause.RECIPIENT_SYNTAX, CERTAIN, found)
    near = case.find("recipient_near_miss")
    sure = case.find("recipient_domain_missing", "recipient_null_mx", "recipient_domain_no_mail")
    if found := sure or case.find("recipient_mx_wrong"):
        yield Row(Cause.RECIPIENT_DOMAIN_INVALID, CERTAIN if sure else LIKELY, found + near)
    # Where all mail fails, it is not for the one recipient whose mail servers have no address just now.
    if case.told.scope == "one" and (found := case.find("recipient_mx_nowhere")):
        yield Row(Cause.RECIPIENT_DOMAIN_INVALID, LIKELY, found + near)


def _addressing(case: Case) -> Iterator[Row]:
    if found := case.find("over_size_limit"):
        yield Row(Cause.MESSAGE_TOO_LARGE, CERTAIN, found)
    for finding in case.find("smtputf8_not_offered"):
        of_sender = finding.evidence["part"] == "sender"
        yield Row(Cause.SENDER_NOT_ALLOWED if of_sender else Cause.RECIPIENT_SYNTAX, LIKELY, (finding,))
    for finding in case.find("mail_refused", "rcpt_refused"):
        yield _by_reply(case, finding)


def hints(case: Case) -> Iterator[Row]:
    """Yield what may be meant besides, and decides nothing."""
    for finding in case.find(*PARTED):
        cause = _BY_HOW.get(finding.evidence.get("how", ""), Cause.TIMEOUT)
        yield Row(cause, POSSIBLE, (finding,))
    if found := case.find("recipient_mx_nowhere"):
        yield Row(Cause.RECIPIENT_DOMAIN_INVALID, POSSIBLE, found)
    if near := case.find("recipient_near_miss"):
        yield Row(Cause.RECIPIENT_UNKNOWN, POSSIBLE, near)
    if found := case.find("user_name_should_be_address", "user_name_should_be_local"):
        yield Row(Cause.AUTH_FAILED_CREDENTIALS, POSSIBLE, found)
    if found := case.find("provider_wants_other_password"):
        yield Row(Cause.APP_PASSWORD_OR_OAUTH_REQUIRED, POSSIBLE, found)


_BY_HOW = {
    "refused": Cause.CONNECTION_REFUSED,
    "reset": Cause.CONNECTION_DROPPED,
    "prohibited": Cause.PORT_BLOCKED,
}
"""What a program meets that tries only the one address, by how that one was reached."""


def _by_reply(case: Case, finding: Finding) -> Row:
    """Take the cause that the server's own words name; what nobody understands stays unknown."""
    cause = Cause(finding.evidence["cause"])
    sure = Confidence(finding.evidence["sure"])
    if cause is Cause.UNKNOWN:
        temporary = finding.evidence.get("code", "").startswith("4")
        return Row(Cause.SERVER_TEMPORARILY_UNAVAILABLE if temporary else cause, POSSIBLE, (finding,))
    if cause in _OF_OURS or (cause is Cause.RELAY_DENIED and case.target.login == "unknown"):
        sure = min(sure, LIKELY, key=_RANK.index)
    return Row(cause, sure, (finding,))


_OF_OURS = (Cause.HELO_REJECTED, Cause.IP_BLOCKLISTED, Cause.RATE_LIMITED)
"""Said of our name, our address and our connections: that the person's meet the same is an inference."""
_RANK = (POSSIBLE, LIKELY, CERTAIN)
LAYERS: tuple[Layer, ...] = (
    _no_network,
    _names,
    _incoming,
    _reaching,
    _speaking,
    _encrypting,
    _speaking_in_tls,
    _logging_in,
    _recipient,
    _addressing,
    _scrambled,
)
