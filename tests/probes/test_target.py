"""What people type into the fields of a mail account, and how it is understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.target import (
    Login,
    Mistake,
    Security,
    Target,
    address_mistake,
    clean,
    domain_of,
    field_text,
    parse,
    parse_host,
    parse_port,
    split_host_port,
    without_password,
)

HOSTS = [
    ("smtp.example.com", "smtp.example.com", ""),
    (" SMTP.Example.COM. ", "smtp.example.com", ""),
    ("“smtp.example.com”", "smtp.example.com", ""),
    ("smtp.exam\u200bple.com", "smtp.example.com", ""),
    ("<http://smtp.example.com|smtp.example.com>", "smtp.example.com", ""),
    ("smtp.müller.example", "smtp.xn--mller-kva.example", ""),
    ("smtp.例え.test", "smtp.xn--r8jz45g.test", ""),
    ("mailserver", "mailserver", ""),
    ("_submission.example.com", "_submission.example.com", ""),
    ("192.0.2.1", "192.0.2.1", ""),
    ("[2001:DB8::1]", "2001:db8::1", ""),
    ("IPv6:2001:db8::1", "2001:db8::1", ""),
    ("localhost", "127.0.0.1", ""),
    ("Relay.LocalHost.", "127.0.0.1", ""),
    ("", "", "server_missing"),
    ("   ", "", "server_missing"),
    ("https://mail.example.com/owa", "", "server_is_url"),
    ("mail.example.com/owa", "", "server_is_url"),
    ("ann@example.com", "", "server_is_mail_address"),
    ("smtp example com", "", "server_has_space"),
    ("a." * 150 + "test", "", "server_too_long"),
    ("ü" * 70 + ".test", "", "server_not_a_name"),
    ("smtp..example.com", "", "server_not_a_name"),
    ("-smtp.example.com", "", "server_not_a_name"),
    ("x" * 64 + ".test", "", "server_not_a_name"),
    ("smtp.😀\u0378.test", "", "server_not_a_name"),
    ("127.1", "", "server_not_an_address"),
    ("0x7f.0x1", "", "server_not_an_address"),
]


@pytest.mark.parametrize(("typed", "name", "code"), HOSTS)
def test_a_server_is_read_as_it_was_meant(typed: str, name: str, code: str) -> None:
    host = parse_host(typed)
    assert host.name == name
    assert (host.mistake.code if host.mistake else "") == code


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("587", 587),
        (" 465 ", 465),
        ("65535", 65535),
        ("0", "port_out_of_range"),
        ("99999", "port_out_of_range"),
        ("five", "port_not_a_number"),
        ("٥٨٧", "port_not_a_number"),
        ("-25", "port_not_a_number"),
        ("", "port_not_a_number"),
    ],
)
def test_a_port_is_read(typed: str, read: int | str) -> None:
    port = parse_port(typed)
    assert (port.code if isinstance(port, Mistake) else port) == read


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("smtp.example.com:587", ("smtp.example.com", "587")),
        ("smtp.example.com: 587", ("smtp.example.com", "587")),
        ("smtp.example.com", ("smtp.example.com", None)),
        ("[2001:db8::1]:465", ("[2001:db8::1]", "465")),
        ("[2001:db8::1]", ("[2001:db8::1]", None)),
        ("2001:db8::1", ("2001:db8::1", None)),
        ("smtp://mail.example.com:2525/", ("mail.example.com", "2525")),
        ("smtps://mail.example.com", ("mail.example.com", "465")),
        ("submission://mail.example.com", ("mail.example.com", None)),
        ("https://mail.example.com:443", ("https://mail.example.com:443", None)),
    ],
)
def test_a_port_typed_behind_the_server_is_taken_off(typed: str, parts: tuple[str, str | None]) -> None:
    assert split_host_port(typed) == parts


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ann@example.com", ""),
        ("<mailto:ann@example.com|ann@example.com>", ""),
        ("ann@practice.test", ""),
        ("jörg@münchen.example", ""),
        ("ann.@example.com", ""),
        ("a n@example.com", "address_has_space"),
        ("ann@@example.com", "address_two_ats"),
        ("ann", "address_no_at"),
        ("a@" + "b" * 260 + ".test", "address_too_long"),
        ("@example.com", "address_not_valid"),
        ("ann..lee@example.com", "address_not_valid"),
        ("ann@.example.com", "address_not_valid"),
        ("ann@example.com.", "address_not_valid"),
        ("ann@exa mple", "address_has_space"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(typed: str, code: str) -> None:
    mistake = address_mistake("sender", typed)
    assert (mistake.code if mistake else "") == code


@pytest.mark.parametrize(
    ("address", "domain"),
    [("ann@Example.COM", "example.com"), ("ann@müller.test", "xn--mller-kva.test"), ("ann", ""), ("ann@a b", "")],
)
def test_the_domain_of_an_address(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("smtp://ann:secret@mail.example.com", "smtp://ann@mail.example.com"),
        ("ann:secret@mail.example.com", "ann@mail.example.com"),
        ("To:ann@example.com", "To:ann@example.com"),
        ("ann@example.com", "ann@example.com"),
        ("smtp.example.com:587", "smtp.example.com:587"),
    ],
)
def test_a_password_typed_into_an_address_is_dropped(typed: str, kept: str) -> None:
    assert without_password(typed) == kept


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<mailto:a@b.test|a@b.test>", "a@b.test"),
        ("<mailto:a@b.test>", "a@b.test"),
        ("<http://h.test>", "http://h.test"),
        ("<http://h.test|something else>", "http://h.test"),
        ("<http://h.test|>", "http://h.test"),
    ],
)
def test_what_slack_makes_of_a_text_is_undone(typed: str, read: str) -> None:
    assert clean(typed) == read


def test_a_whole_form_is_read() -> None:
    read = parse(
        {
            "server": "smtp.example.com:2525",
            "security": "starttls",
            "login": "yes",
            "user_name": "ann",
            "mail_address": "ann@example.com",
            "recipient": "bob@example.org",
            "message_size": "1000",
            "program": "thunderbird",
        }
    )
    assert isinstance(read, Target)
    assert (read.port, read.security, read.login, read.sender) == (
        2525,
        Security.STARTTLS,
        Login.YES,
        "ann@example.com",
    )
    assert (read.message_size, read.program, read.recipient) == (1000, "thunderbird", "bob@example.org")


@pytest.mark.parametrize(("security", "port"), [("tls", 465), ("starttls", 587), ("", 587)])
def test_a_port_left_empty_follows_the_security(security: str, port: int) -> None:
    read = parse({"server": "smtp.example.com", "security": security, "port": "", "message_size": "many"})
    assert isinstance(read, Target)
    assert (read.port, read.login, read.message_size) == (port, Login.UNKNOWN, None)


def test_all_mistakes_of_a_form_are_said_at_once() -> None:
    read = parse({"server": "a b", "port": "five", "mail_address": "ann", "sender": "a@@b"})
    assert isinstance(read, tuple)
    assert [mistake.field for mistake in read] == ["server", "port", "mail_address", "sender"]


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_the_reading(text: str) -> None:
    host = parse_host(split_host_port(text)[0])
    assert bool(host.name) is (host.mistake is None)
    assert isinstance(parse_port(text), int | Mistake)
    assert len(field_text(text)) <= 2000
    domain_of(text)
    address_mistake("sender", text)
