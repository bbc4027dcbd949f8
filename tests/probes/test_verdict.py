"""The verdict is a table: what was told and found in, one cause out, and how sure."""

from __future__ import annotations

import pytest

from probes.causes import Cause, Confidence
from probes.findings import Finding, Line, Outcome, Report, Settings, Severity
from probes.target import Host, Login, Security, Target, parse_host
from probes.verdict import NotTested, Told, Verdict, verdict

C, L, P = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE


def finding(code: str, /, **evidence: str) -> Finding:
    return Finding(code, Severity.FAULT, "x", evidence)


def given(code: str, detail: str = "") -> Finding:
    return finding(code, given="yes", port="587", detail=detail)


def beside(code: str) -> Finding:
    return finding(code, given="no", port="465", detail="")


def reply(code: str, cause: Cause, sure: Confidence = C, number: str = "550") -> Finding:
    return finding(code, cause=str(cause), sure=str(sure), code=number, reply=f"{number} x", stage="x")


def weigh(
    *found: Finding,
    port: int = 587,
    login: Login = Login.YES,
    host: Host | None = None,
    told: Told | None = None,
    works: Settings | None = None,
    reports: tuple[Report, ...] = (),
) -> Verdict:
    target = Target(host=host or parse_host("smtp.a.test"), port=port, login=login, security=Security.AUTO)
    return verdict(told or Told(), target, (Report("x", Outcome.DONE, found, works_with=works), *reports))


GREETED = finding("greeting", said="x")
REACHED = given("port_open")
FILTERED = given("port_filtered")
CONTROL_25 = finding("control_reached", port="25", how="connected")
CONTROL = finding("control_reached", port="443", how="connected")
DEAD = finding("control_failed", port="443", how="filtered")
NAMELESS = finding("control_failed", port="443", how="no address")
WILD = finding("name_by_wildcard", parent="a.test")
BESIDE = finding("other_name_answers", name="mail.a.test", port="465")
HIGH = finding("other_name_answers", name="smtp.b.test", port="465")

ROWS: list[tuple[str, tuple[Finding, ...], Cause, Confidence]] = [
    ("nothing was reached and the resolver is silent", (finding("resolver_silent"), finding("no_way_out")), Cause.NO_NETWORK, C),  # noqa: E501 - a row of a table
    ("the controls are dead and so is the port", (DEAD, FILTERED), Cause.NO_NETWORK, L),
    ("a control without a name proves nothing", (NAMELESS, FILTERED), Cause.TIMEOUT, P),
    ("something answers, so our network works", (finding("something_answers"), DEAD, FILTERED), Cause.TIMEOUT, P),
    ("the name is none", (finding("server_not_a_name"),), Cause.SERVER_NAME_WRONG, C),
    ("the name does not exist", (finding("name_missing"),), Cause.SERVER_NAME_WRONG, C),
    ("a mail domain was given", (finding("mail_domain_given", mx="mx.a.test"),), Cause.NO_ADDRESS, L),
    ("no address", (finding("no_address"),), Cause.NO_ADDRESS, C),
    ("an alias that leads nowhere", (finding("name_dangling"),), Cause.NO_ADDRESS, C),
    ("the name servers fail", (finding("dns_failed"),), Cause.DNS_FAILURE, C),
    ("the name servers fell silent", (finding("dns_timed_out"), finding("resolver_died")), Cause.DNS_FAILURE, P),
    ("they fell silent, and the controls are dead", (finding("dns_timed_out"), finding("resolver_died"), DEAD), Cause.NO_NETWORK, L),  # noqa: E501 - a row of a table
    ("the name servers hide the name", (finding("dns_withheld"),), Cause.DNS_FAILURE, L),
    ("they fail where there is no way out", (finding("dns_failed"), finding("no_default_route")), Cause.DNS_FAILURE, L),
    ("they fail, no way out, controls answer", (finding("dns_failed"), finding("no_default_route"), CONTROL), Cause.DNS_FAILURE, C),  # noqa: E501 - a row of a table
    ("an alias that goes round", (finding("cname_loop"),), Cause.DNS_FAILURE, C),
    ("a name that was made up", (finding("name_invented"), given("port_refused")), Cause.SERVER_NAME_WRONG, L),
    ("a wildcard, and the name beside answers", (WILD, BESIDE, given("port_refused")), Cause.SERVER_NAME_WRONG, L),
    ("a wildcard alone", (WILD, given("port_refused")), Cause.CONNECTION_REFUSED, C),
    ("the name servers are silent", (finding("dns_timed_out"),), Cause.DNS_FAILURE, P),
    ("the name servers are silent and controls answer", (finding("dns_timed_out"), CONTROL), Cause.DNS_FAILURE, L),
    ("an incoming server answers", (REACHED, finding("incoming_server")), Cause.INCOMING_SERVER_USED, C),
    ("an incoming port", (REACHED, finding("incoming_port")), Cause.INCOMING_SERVER_USED, L),
    ("refused", (given("port_refused"),), Cause.CONNECTION_REFUSED, C),
    ("refused by a firewall", (given("port_refused", "ICMP"),), Cause.CONNECTION_REFUSED, L),
    ("reset", (given("port_reset"),), Cause.CONNECTION_DROPPED, C),
    ("filtered, and another port is open", (FILTERED, beside("port_open")), Cause.PORT_BLOCKED, C),
    ("filtered, and another port refuses", (FILTERED, beside("port_refused")), Cause.PORT_BLOCKED, L),
    ("prohibited", (given("port_prohibited"),), Cause.PORT_BLOCKED, L),
    ("prohibited, and another port is open", (given("port_prohibited"), beside("port_open")), Cause.PORT_BLOCKED, C),
    ("filtered alone", (FILTERED,), Cause.TIMEOUT, P),
    ("filtered, controls answer", (FILTERED, CONTROL), Cause.TIMEOUT, L),
    ("something else speaks", (REACHED, finding("not_smtp")), Cause.NOT_AN_SMTP_SERVER, C),
    ("a web server is no wrong mode", (REACHED, finding("tls_on_plain_port"), finding("not_smtp")), Cause.NOT_AN_SMTP_SERVER, C),  # noqa: E501 - a row of a table
    ("plain words to a TLS port", (REACHED, finding("plain_on_tls_port")), Cause.WRONG_SECURITY_MODE, C),
    ("TLS to a plain port", (REACHED, finding("tls_on_plain_port")), Cause.WRONG_SECURITY_MODE, C),
    ("garbage", (REACHED, finding("garbled")), Cause.NOT_AN_SMTP_SERVER, L),
    ("silence", (REACHED, finding("went_silent", stage="greeting")), Cause.TIMEOUT, C),
    ("hung up", (REACHED, finding("hung_up", stage="ehlo")), Cause.CONNECTION_DROPPED, C),
    ("torn", (REACHED, finding("reset_midway", stage="ehlo")), Cause.CONNECTION_DROPPED, C),
    ("turned away", (REACHED, reply("greeting_refused", Cause.IP_BLOCKLISTED, L)), Cause.IP_BLOCKLISTED, L),
    ("turned away in unknown words", (REACHED, reply("greeting_refused", Cause.UNKNOWN, P)), Cause.UNKNOWN, P),
    ("put off in unknown words", (REACHED, reply("greeting_refused", Cause.UNKNOWN, P, "421")), Cause.SERVER_TEMPORARILY_UNAVAILABLE, P),  # noqa: E501 - a row of a table
    ("its name refused", (REACHED, reply("hello_refused", Cause.HELO_REJECTED)), Cause.HELO_REJECTED, L),
    (
        "a client certificate wanted in the next reply",
        (REACHED, reply("hello_refused", Cause.TLS_REQUIRED, L, "421"), finding("tls_failed", error="client_certificate")),  # noqa: E501 - a row of a table
        Cause.TLS_HANDSHAKE_FAILED, C,
    ),
    ("a client certificate asked for, and no more words", (REACHED, finding("tls_failed", error="client_certificate_asked")), Cause.TLS_HANDSHAKE_FAILED, L),  # noqa: E501 - a row of a table
    ("silence within TLS", (REACHED, finding("went_silent", stage="greeting", encrypted="yes")), Cause.TIMEOUT, C),
    ("expired, then silence", (REACHED, finding("went_silent", stage="greeting", encrypted="yes"), finding("certificate_expired")), Cause.CERTIFICATE_EXPIRED, C),  # noqa: E501 - a row of a table
    ("old TLS, then torn", (REACHED, finding("hung_up", stage="ehlo_tls", encrypted="yes"), finding("tls_old")), Cause.TLS_VERSION_TOO_OLD, C),  # noqa: E501 - a row of a table
    ("a weak certificate", (GREETED, finding("certificate_weak")), Cause.CERTIFICATE_UNTRUSTED, L),
    ("a certificate for clients", (GREETED, finding("certificate_not_for_servers")), Cause.CERTIFICATE_UNTRUSTED, C),
    ("logins nobody knows", (GREETED, finding("login_only_unknown")), Cause.AUTH_MECHANISM_UNSUPPORTED, L),
    ("scrambled logins and a wrong recipient", (GREETED, finding("login_only_scrambled"), reply("rcpt_refused", Cause.RECIPIENT_UNKNOWN)), Cause.RECIPIENT_UNKNOWN, C),  # noqa: E501 - a row of a table
    ("no STARTTLS", (GREETED, finding("starttls_not_offered")), Cause.STARTTLS_NOT_OFFERED, C),
    ("STARTTLS refused", (GREETED, finding("starttls_refused", reply="454 x")), Cause.TLS_HANDSHAKE_FAILED, C),
    ("old TLS", (GREETED, finding("tls_old")), Cause.TLS_VERSION_TOO_OLD, C),
    ("no version in common", (GREETED, finding("tls_version_refused")), Cause.TLS_VERSION_TOO_OLD, L),
    ("expired", (GREETED, finding("certificate_expired")), Cause.CERTIFICATE_EXPIRED, C),
    ("too early", (GREETED, finding("certificate_not_yet_valid")), Cause.CERTIFICATE_EXPIRED, C),
    ("self-signed", (GREETED, finding("certificate_self_signed")), Cause.CERTIFICATE_SELF_SIGNED, C),
    ("untrusted", (GREETED, finding("certificate_untrusted")), Cause.CERTIFICATE_UNTRUSTED, C),
    ("missing part", (GREETED, finding("certificate_missing_intermediate")), Cause.CERTIFICATE_UNTRUSTED, C),
    ("wrong name", (GREETED, finding("certificate_name_mismatch")), Cause.CERTIFICATE_NAME_MISMATCH, C),
    ("login refused", (GREETED, reply("login_refused", Cause.AUTH_FAILED_CREDENTIALS, L, "535")), Cause.AUTH_FAILED_CREDENTIALS, L),  # noqa: E501 - a row of a table
    ("login after TLS", (GREETED, finding("login_only_after_tls", methods="PLAIN")), Cause.AUTH_ONLY_AFTER_TLS, C),
    ("STARTTLS and perhaps a login", (GREETED, finding("login_only_after_tls")), Cause.AUTH_ONLY_AFTER_TLS, L),
    (
        "a server that refuses everything in clear",
        (GREETED, finding("login_only_after_tls"), reply("mail_refused", Cause.TLS_REQUIRED, C, "530")),
        Cause.TLS_REQUIRED, C,
    ),
    ("Windows logins only", (GREETED, finding("login_only_windows")), Cause.AUTH_MECHANISM_UNSUPPORTED, C),
    ("scrambled logins only", (GREETED, finding("login_only_scrambled")), Cause.AUTH_MECHANISM_UNSUPPORTED, P),
    ("OAuth only", (GREETED, finding("login_only_oauth")), Cause.APP_PASSWORD_OR_OAUTH_REQUIRED, L),
    ("no login at all", (GREETED, finding("login_not_offered")), Cause.AUTH_MECHANISM_UNSUPPORTED, L),
    ("a misspelt recipient", (GREETED, finding("recipient_syntax")), Cause.RECIPIENT_SYNTAX, C),
    ("a domain without mail", (GREETED, finding("recipient_null_mx")), Cause.RECIPIENT_DOMAIN_INVALID, C),
    ("an MX that cannot be one", (GREETED, finding("recipient_mx_wrong")), Cause.RECIPIENT_DOMAIN_INVALID, L),
    ("too large", (GREETED, finding("over_size_limit")), Cause.MESSAGE_TOO_LARGE, C),
    ("recipient refused", (GREETED, reply("rcpt_refused", Cause.RECIPIENT_UNKNOWN)), Cause.RECIPIENT_UNKNOWN, C),
    ("nothing wrong", (GREETED,), Cause.OK, L),
    ("nothing wrong to the end", (GREETED, finding("rcpt_accepted"), finding("login_worked")), Cause.OK, C),
    ("nothing seen", (), Cause.UNKNOWN, P),
]  # fmt: skip


@pytest.mark.parametrize(("found", "cause", "sure"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_each_finding_leads_to_its_cause(found, cause, sure) -> None:
    said = weigh(*found)
    assert (said.cause, said.confidence) == (cause, sure)


@pytest.mark.parametrize(
    ("found", "works", "cause", "sure"),
    [
        ((), None, Cause.TIMEOUT, None),
        ((beside("port_open"),), None, Cause.PORT_BLOCKED, P),
        ((beside("port_open"), CONTROL_25), None, Cause.PORT_BLOCKED, C),
        ((CONTROL_25,), None, Cause.PORT_BLOCKED, P),
        ((), Settings("a", 465, "tls"), Cause.PORT_BLOCKED, P),
    ],
)
def test_port_25_is_blocked_for_sure_only_where_a_control_reached_some_port_25(found, works, cause, sure) -> None:
    said = weigh(given("port_filtered"), *found, port=25, works=works)
    if sure is None:
        assert said.cause is Cause.UNKNOWN
        assert said.confidence is P
    else:
        assert (said.cause, said.confidence) == (cause, sure)


def test_a_refusal_on_a_port_that_networks_block_may_be_the_networks() -> None:
    assert Cause.PORT_BLOCKED in [other.cause for other in weigh(given("port_refused"), port=25).runners_up]


def test_an_incoming_port_is_named_whatever_became_of_it() -> None:
    assert weigh(given("port_refused"), port=143).cause is Cause.INCOMING_SERVER_USED


def test_a_name_of_one_word_may_mean_something_at_home() -> None:
    said = weigh(finding("name_missing"), host=parse_host("mailserver"))
    assert (said.cause, said.confidence) == (Cause.SERVER_NAME_WRONG, L)


def test_a_mail_domain_whose_server_was_found_is_certain() -> None:
    said = weigh(finding("mail_domain_given"), works=Settings("smtp.a.test", 465, "tls"))
    assert (said.cause, said.confidence) == (Cause.NO_ADDRESS, C)


def test_another_name_that_answers_is_a_runner_up() -> None:
    causes = [other.cause for other in weigh(given("port_refused"), HIGH).runners_up]
    assert Cause.SERVER_NAME_WRONG in causes


def test_without_a_login_in_use_its_absence_is_no_fault() -> None:
    assert weigh(GREETED, finding("login_not_offered"), login=Login.NO).cause is Cause.OK


def test_relaying_denied_is_less_sure_while_nobody_knows_of_a_login() -> None:
    denied = reply("rcpt_refused", Cause.RELAY_DENIED)
    assert weigh(GREETED, denied, login=Login.UNKNOWN).confidence is L
    assert weigh(GREETED, denied, login=Login.NO).confidence is C


def test_one_recipient_only_looks_at_the_recipient_first() -> None:
    found = (GREETED, finding("certificate_expired"), finding("recipient_null_mx"))
    assert weigh(*found).cause is Cause.CERTIFICATE_EXPIRED
    one = weigh(*found[:2], finding("recipient_syntax"), told=Told(scope="one"))
    assert one.cause is Cause.RECIPIENT_SYNTAX


def test_hints_are_runners_up_and_each_is_said_once() -> None:
    said = weigh(
        GREETED,
        finding("recipient_near_miss"),
        finding("user_name_should_be_address"),
        finding("user_name_should_be_local"),
        finding("provider_wants_other_password"),
    )
    assert said.cause is Cause.OK
    assert [other.cause for other in said.runners_up] == [
        Cause.RECIPIENT_UNKNOWN,
        Cause.AUTH_FAILED_CREDENTIALS,
        Cause.APP_PASSWORD_OR_OAUTH_REQUIRED,
    ]


def test_what_was_not_looked_at_is_said_once_and_never_a_fault() -> None:
    blind = Report("envelope", Outcome.BLIND, reason="stopped_before")
    crashed = Report("login", Outcome.CRASHED)
    part = Report("reach", Outcome.DONE, not_tested=(("login", "no_password"),))
    said = weigh(GREETED, reports=(blind, crashed, part))
    assert said.cause is Cause.OK
    assert NotTested("envelope", "stopped_before") in said.not_tested
    assert [entry.check for entry in said.not_tested].count("login") == 1


def test_nothing_is_known_where_we_could_not_even_dial() -> None:
    said = weigh(GREETED, reports=(Report("reach", Outcome.BLIND, reason="port_not_allowed"),))
    assert (said.cause, said.confidence) == (Cause.UNKNOWN, P)


def test_without_a_network_all_else_is_not_tested() -> None:
    blind = Report("greeting", Outcome.BLIND, reason="not_reached")
    said = weigh(finding("resolver_silent"), finding("no_way_out"), reports=(blind,))
    assert {entry.reason for entry in said.not_tested} == {"no_network"}


def test_mail_servers_of_a_recipients_without_an_address_explain_a_failure_for_that_one_alone() -> None:
    nowhere = finding("recipient_mx_nowhere", domain="b.test")
    said = weigh(GREETED, nowhere)
    assert (said.cause, [one.cause for one in said.runners_up]) == (Cause.OK, [Cause.RECIPIENT_DOMAIN_INVALID])
    said = weigh(GREETED, nowhere, told=Told(scope="one"))
    assert (said.cause, said.confidence) == (Cause.RECIPIENT_DOMAIN_INVALID, L)


WHOLE = (GREETED, finding("rcpt_accepted"), finding("login_worked"))


@pytest.mark.parametrize(
    ("broken", "other"),
    [
        (finding("ipv6_broken", address="x", how="filtered"), Cause.TIMEOUT),
        (finding("address_broken", address="x", how="refused"), Cause.CONNECTION_REFUSED),
        (finding("address_broken", address="x", how="prohibited"), Cause.PORT_BLOCKED),
        (finding("address_fails", address="x", stage="greeting"), Cause.TIMEOUT),
        (finding("address_late", address="x"), Cause.TIMEOUT),
    ],
)
def test_where_one_address_of_several_is_broken_nothing_is_certain_and_that_is_said_first(broken, other) -> None:
    said = weigh(*WHOLE, broken)
    assert (said.cause, said.confidence, said.decided_by) == (Cause.OK, L, (broken,))
    assert [one.cause for one in said.runners_up] == [other]
    assert weigh(*WHOLE).confidence is C


def test_settings_that_work_are_named_only_where_the_given_ones_do_not() -> None:
    works = Settings("smtp.a.test", 465, "tls")
    assert weigh(GREETED, works=works).works_with is None
    assert weigh(given("port_refused"), works=works).works_with == works


def test_the_transcript_is_the_first_one_that_was_written() -> None:
    line = Line("greeting", 1, "<", "220 x")
    assert weigh(GREETED, reports=(Report("greeting", Outcome.DONE, transcript=(line,)),)).transcript == (line,)
