"""A form that was handed in: what it gives, and what is wrong with it."""

import pytest
from flow_talk import SETTINGS

from flows.book import Book
from flows.filling import read_form
from flows.model import FIELDS, Sentence

ALL = FIELDS[:-1]


def mistakes(book: Book, fields: tuple[str, ...], **values: str) -> dict[str, str]:
    return dict(read_form(fields, values, {}, book.words).mistakes)


def test_what_is_empty_is_not_known(book: Book) -> None:
    form = read_form(ALL, {"server": " ", "port": "", "login": "perhaps", "security": "magic"}, {}, book.words)
    assert (form.answers, form.mistakes) == ({}, ())


@pytest.mark.parametrize(
    ("server", "port", "answers"),
    [
        ("smtp.example.com:465", "", {"server": "smtp.example.com", "port": "465"}),
        ("smtp.example.com:465", "587", {"server": "smtp.example.com", "port": "587"}),
        ("smtp.example.com", "", {"server": "smtp.example.com"}),
        ("<http://smtp.example.com|smtp.example.com>", "", {"server": "smtp.example.com"}),
        ("“smtp.example.com”", "", {"server": "smtp.example.com"}),
        ("smtps://smtp.example.com", "", {"server": "smtp.example.com", "port": "465"}),
    ],
)
def test_a_server_is_read_with_its_port(book: Book, server: str, port: str, answers: dict[str, str]) -> None:
    assert read_form(ALL, {"server": server, "port": port}, {}, book.words).answers == answers


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("server", "smtp example com", "has a space in it"),
        ("server", "https://mail.example.com/", "is a web address. Type the server's name alone, such as"),
        ("server", "ann@example.com", "is a mail address"),
        ("server", "a" * 300, "has 300 characters"),
        ("server", "🙂", "cannot be a server's name"),
        ("server", "127.1", "not a complete address"),
        ("port", "0", "is no port"),
        ("port", "99999", "is no port"),
        ("port", "five", "is not a number"),
        ("mail_address", "a@@b.example", "more than one @"),
        ("mail_address", "ann", "has no @"),
        ("sender", "ann smith@example.com", "has a space"),
        ("sender", "ann..smith@example.com", "cannot be a mail address"),
        ("sender", "a" * 300 + "@example.com", "254 is the most"),
    ],
)
def test_a_mistake_names_its_field_and_says_what_to_do(book: Book, field: str, typed: str, words: str) -> None:
    values = {**SETTINGS, field: typed}
    form = read_form(ALL, values, {}, book.words)
    assert words in dict(form.mistakes)[field]
    assert form.typed[field] == typed
    assert not form.answers


def test_a_form_without_a_server_reads_its_addresses_alone(book: Book) -> None:
    assert set(mistakes(book, ("mail_address",), mail_address="a@@b")) == {"mail_address"}
    assert mistakes(book, ("mail_address",), mail_address="ann@example.com") == {}
    assert mistakes(book, ("recipient",), recipient="not an address") == {}


def test_a_form_of_the_port_alone_uses_the_server_that_is_known(book: Book) -> None:
    assert set(mistakes(book, ("port",), port="five")) == {"port"}
    form = read_form(("port",), {"port": "465"}, {"server": "smtp.example.com"}, book.words)
    assert form.answers == {"port": "465"}


def test_every_mistake_speaks_without_blame(book: Book) -> None:
    sentences: list[Sentence] = list(book.words.mistakes.values())
    assert not [one for many in sentences for one in many if "!" in one or "wrong" in one]
