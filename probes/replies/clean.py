"""Makes a pasted text plain before it is read; the words stay the person's, only their wrapping goes."""

from __future__ import annotations

import quopri
import unicodedata
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import chain, islice, pairwise
from typing import Any

import re2

from probes.replies.spelling import cut

MOST_LINES = 60
"""A text of more lines is a message or a log, whose words are whole."""
LIMIT = 200_000
"""Characters that are read of one text: the first two thirds and the last third of what is longer."""
MOST_CODES = 5
"""Codes of Windows that are added to one text as they are published."""

_ODD: dict[int, str | None] = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2007\u2009\u202f\u3000\ufffc", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e", None),
        "\u2026": "...",
        "\u2028": "\n",
        "\u2029": "\n",
        "\u0130": "I",
        "\u00df": "ss",
        "`": " ",
        **{chr(i): " " for i in (*range(9), 11, 12, *range(14, 32), 127)},
    }
)


_STRUCK = {0x142: "l", 0xF8: "o", 0x111: "d", 0x131: "i", 0x451: "\u0435"}
"""Letters made with a stroke or without a dot, which Unicode does not take apart; the Russian yo, often bare."""
_GREEK = range(0x386, 0x3CF)
"""Greek letters, whose accents people leave out as well."""


@cache
def folding() -> dict[int, str]:
    """Map letters with marks to those without, one for one, so that places in the text stay where they are."""
    table = dict(_STRUCK)
    for number in range(0xC0, 0x250):
        base = unicodedata.normalize("NFD", chr(number))[0].lower()
        if base.isascii() and base.isalpha():
            table[number] = base
    for number in _GREEK:
        base = unicodedata.normalize("NFD", chr(number))[0].lower()
        if base.isalpha() and base != chr(number):
            table[number] = base
    return table


@cache
def pattern(text: str) -> Any:
    """Compile `text` once; RE2 keeps it linear whatever it is shown."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)


@dataclass(frozen=True, slots=True)
class Clean:
    """A text made plain: `lines` as they stood, `shown` on one line, `hay` the same in lower case without accents."""

    lines: tuple[str, ...]
    shown: str
    hay: str
    data: bytes

    def cut(self, start: int, end: int) -> str:
        """Return the words between two byte places of `data`."""
        if not self.hay.isascii():
            start = len(self.data[:start].decode("utf-8", "ignore"))
            end = len(self.data[:end].decode("utf-8", "ignore"))
        return self.shown[start:end]


def sound(text: str) -> str:
    """Return `text` without lone surrogates: bytes that were kept as such are read as Windows' Western letters."""
    if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")


def bounded(text: str) -> str:
    """Cut what is too long in its middle: an error stands at the beginning or the end of a log."""
    if len(text) <= LIMIT:
        return text
    head = LIMIT * 2 // 3
    return text[:head] + "\n" + text[head - LIMIT :]


_MARKDOWN = r"\[<?([^\[\]<>\s]+@[^\[\]<>\s]+)>?\]\(mailto:[^()\n]*\)"
_SLACK = r"<(?:mailto:|tel:|https?://)([^|<>\s]+)\|([^<>\n]+)>|<(?:mailto:|https?://)([^|<>\s]+)>"


def _linked(found: re2._Match[str]) -> str:
    """Return what a link shows; nothing where the same stands right before it (`a@b.example<mailto:a@b.example>`)."""
    shown = str(found.group(2) or found.group(3) or "")
    before = found.string[max(0, found.start() - 400) : found.start()].rstrip("'\")>] \t")
    return "" if shown and before.endswith(shown) else shown


def unwrapped(text: str) -> str:
    """Undo what Slack, HTML and quoted-printable did to a pasted text."""
    if "<mailto:" in text or "<http" in text:
        text = pattern(_SLACK).sub(_linked, text)
    if "</a>" in text or "</A>" in text:
        text = pattern(r"(?i)</?a(?:\s[^<>]*)?>").sub("", text)
    if "](mailto:" in text:
        text = pattern(_MARKDOWN).sub(r"<\1>", text)
    if "&" in text and ("&lt;" in text or "&gt;" in text or "&amp;" in text or "&#" in text or "&quot;" in text):
        text = unescape(text)
    if ("=\n" in text or "=\r\n" in text or "=20\n" in text or "=3D" in text) and "=" in text:
        return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return text


def straightened(text: str) -> str:
    """Replace typographic signs by plain ones and drop what cannot be seen."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if pattern(r"[\x{ff01}-\x{ff5e}]").search(text):
            text = unicodedata.normalize("NFKC", text)
    return text.translate(_ODD)


_CONTINUED = r"^(?:[245]\d\d)-(?:#?[245]\.\d{1,3}\.\d{1,3}(?: |$))?"
_REPEATED = r"(\d{3})-#?(\d\.\d{1,3}\.\d{1,3})? ?"


def _joined(lines: list[str]) -> list[str]:
    """Take the codes off the second and later lines of a multi-line reply (RFC 5321, 4.2.1)."""
    said: list[str] = []
    code = ""
    for line in lines:
        head = line[:3]
        if code and head == code and line[3:4] in ("-", " ", ""):
            rest = line[4:]
            found = pattern(r"^#?[245]\.\d{1,3}\.\d{1,3}(?:[ -]|$)").search(rest)
            more = line[3:4] == "-"
            if found and said and found.group(0).strip(" -#") in said[-1] + " ".join(said[-8:]):
                rest = rest[len(found.group(0)) :]
            said.append(rest)
            code = head if more else ""
            continue
        code = head if line[3:4] == "-" and head.isascii() and head.isdigit() and head[0] in "245" else ""
        said.append(line)
    return said


def _without_repeats(text: str) -> str:
    """Take the repeated codes out of a multi-line reply that was put on one line."""
    found = pattern(_REPEATED).search(text) if "-" in text else None
    if not found or len(found.group(0)) > 14 or found.group(1)[0] not in "245":
        return text
    code, enhanced = found.group(1), found.group(2)
    tails = [f"{code}-{enhanced} ", f"{code} {enhanced} ", f"{code}-#{enhanced} "] if enhanced else [f" {code}-"]
    head, rest = text[: found.end()], text[found.end() :]
    for tail in tails:
        rest = rest.replace(tail, " " if tail.startswith(" ") else "")
    return head + rest


def rewrapped(text: str) -> str | None:
    """Return a text whose lines were all cut at one width, as one line; None where they were not."""
    lines = bounded(text).replace("\r\n", "\n").strip("\n").split("\n")
    if len(lines) > 2 and all(line.startswith("> ") for line in lines):
        lines = [line[2:] for line in lines]
    widths = {len(line) for line in lines[:-1]}
    if len(widths) != 1 or not 15 < min(widths) < 250 or len(lines[-1]) > min(widths):
        return None
    return "".join(lines)


_DECIMAL = r"(?:^|[^\d.])-?(214[6-9]\d{6})(?:[^\d.]|$)"


def _hexadecimal(text: str) -> str:
    """Return what is to be added where Windows' codes stand as decimal numbers: the same code as it is published."""
    added = []
    for found in pattern(_DECIMAL).finditer(text):
        number = int(found.group(1))
        if "-" + found.group(1) in text:
            number = (1 << 32) - number
        added.append(f"0x{number:08X}")
        if len(added) == MOST_CODES:
            break
    return "".join(f" ({code})" for code in added)


_MISREAD = r"(?i)(?:^|[^a-z0-9])([0o]?[x\x{d7}*]?8[0o]{1,3}c{2,4}[0-9a-fo][0-9a-fol])(?:[^a-z0-9]|$)"
_LETTER_O = r"(?i)(?:^|[^a-z0-9])[0o][x\x{d7}*](8[0-9a-fo]{7})(?:[^a-z0-9]|$)"


def _typed_off(hay: str) -> str:
    """Return what is to be added where Windows' codes were typed off a screen: O for 0, l for 1, a C too many."""
    misread = (
        f"0x800CCC{found.group(1)[-2:].replace('o', '0').replace('l', '1').upper()}"
        for found in pattern(_MISREAD).finditer(hay)
    )
    letter = (f"0x{found.group(1).replace('o', '0').upper()}" for found in pattern(_LETTER_O).finditer(hay))
    added = islice(dict.fromkeys(chain(misread, letter)), MOST_CODES)
    return "".join(f" ({code})" for code in added if code.lower() not in hay)


_NAMED = r"(?i)(transient|permanent)negativecompletion\W{1,24}category: (\w+)\W{1,24}detail: (\w+)"
_CATEGORIES = ("syntax", "information", "connections", "unspecified3", "unspecified4", "mailsystem")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _named_code(shown: str) -> str:
    """Return what is to be added where a library spells a reply code out in words, as lettre does: the code itself."""
    found = pattern(_NAMED).search(shown)
    if not found or found.group(2).lower() not in _CATEGORIES or found.group(3).lower() not in _DIGITS:
        return ""
    first = 5 if found.group(1).lower() == "permanent" else 4
    return f" (reply: {first}{_CATEGORIES.index(found.group(2).lower())}{_DIGITS.index(found.group(3).lower())})"


_SUBJECT = (
    r"(?i)((?:subject|betreff|objet|sujet|asunto|oggetto|onderwerp|assunto)(?: of)? ?:? ?)"
    r"(?:'.{0,200}?'(,| (?:server|account|protocol))|\"[^\"]{0,200}\"())"
)
_SUBJECT_WORDS = ("ubject", "etreff", "bjet", "ujet", "sunto", "ggetto", "nderwerp", "ssunto")


def _without_subject(shown: str) -> str:
    """Empty the subject of the mail that a dialog names: the person's own words say nothing of the failure."""
    if ("'" in shown or '"' in shown) and any(word in shown for word in _SUBJECT_WORDS):
        shown = pattern(_SUBJECT).sub(lambda found: f"{found.group(1)}''{found.group(2) or ''}", shown)
    return shown


_GUESSED = (
    r"(?i)\([^()]{0,30}possible (?:causes|reasons)\b[^()]*\)"
    r"|(?:\bpossible (?:causes|reasons)\b[^.:()]{0,30}(?::| are\b| include\b)"
    r"|\b(?:one|any|some)(?: or more)? of the following(?: reasons| causes| problems| errors)?:"
    r"|m[\x{f6}o]gliche (?:ursachen|gr[\x{fc}u]nde)(?: sind)?:|causes possibles(?: sont)?:|posibles causas(?: son)?:"
    r"|possibili cause(?: sono)?:|mogelijke oorzaken(?: zijn)?:|poss[\x{ed}i]veis causas(?: s[\x{e3}a]o)?:).*?"
    r"($|[.:] [45]\d\d[ -]|\b[45]\.\d\.\d|\. (?:subject|account|server|protocol|port|error)\b"
    r"| see http| ---> | at [a-z]+\.[a-z.]+\()"
)
_GUESSES = ("ossible ", "ossibles ", "ossibili ", "of the following", "gliche ", "gelijke oorz", "eis causas")
_BUTTON = (
    r"(?i)(?:select a different outgoing|w.hlen sie einen anderen server|s.lectionnez un autre serveur"
    r"|seleccion[ae] otro servidor|seleziona un altro server|(?:kies|selecteer) een andere (?:uitgaande )?server"
    r"|(?:selecione|escolha) outro servidor)[^.]{0,220}(?:\.|$)"
)
_BUTTONS = ("lick Try Later", "anderen Server", "autre serveur", "otro serv", "altro server", "andere ", "outro serv")
SHORTEST_SAID = 8
"""Letters that must be left where guesses are taken out of a text."""


def _without_guesses(shown: str) -> str:
    """Take out the causes that a dialog only lists as possible, and what it says of its buttons: nobody saw them."""
    made = shown
    if any(word in shown for word in _GUESSES):
        made = pattern(_GUESSED).sub(r"\1", made)
    if any(word in shown for word in _BUTTONS):
        made = pattern(_BUTTON).sub(" ", made)
    return shown if made is shown or len(made.strip()) < SHORTEST_SAID else " ".join(made.split())


_BANNER = (
    r"(?i)(?:220[ -])?we do not authori[sz]e the use of this (?:computer )?system to transport unsolicited,? ?"
    r"(?:220[ -])?(?:and/or|and|or) bulk e-?mail\.?|(\b220[ -][^<>]{1,120}?)\bno (?:uce|spam|unsolicited)\b"
)


def _without_banner(shown: str) -> str:
    """Take the notice to senders of spam out of a server's greeting: it stands there whatever goes wrong later."""
    return " ".join(pattern(_BANNER).sub(r"\1", shown).split()) if "220" in shown else shown


def clean(text: str) -> Clean:
    """Return `text` made plain: quoting, decoration, continuation codes and odd signs gone. Never raises."""
    text = straightened(unwrapped(bounded(text)))
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if any(line[:1] in (">", "|") for line in lines):
        lines = [line.lstrip(">| ") for line in lines]
    lines = _joined(lines)
    return from_lines(lines)


def _unbroken(lines: list[str]) -> str:
    """Join lines, and without a gap those of which the end cut a word in two."""
    made = []
    for above, below in pairwise(lines):
        start = cut(above, below)
        made.append(above + "\n" if start is None else start)
    return "".join(made) + lines[-1]


LOGGED_ROUTE = "viamx="
"""What rules see, in as many letters, where a log of Postfix or Sendmail names the server that a mail went to."""


def from_lines(lines: list[str]) -> Clean:
    """Make a clean text of lines that are plain already."""
    text = _unbroken(lines) if 1 < len(lines) < MOST_LINES else "\n".join(lines)
    if "-\n" in text:
        text = pattern(r"([A-Za-z]-)\n+([a-z])").sub(r"\1\2", text)
    shown = _without_banner(_without_guesses(_without_subject(_without_repeats(" ".join(text.split())))))
    if "214" in shown:
        shown += _hexadecimal(shown)
    if "NegativeCompletion" in shown:
        shown += _named_code(shown)
    hay = shown.lower()
    if "cc" in hay or "ox8" in hay or "0x8" in hay:
        added = _typed_off(hay)
        shown, hay = shown + added, hay + added.lower()
    if not hay.isascii():
        hay = hay.translate(folding())
    hay = hay.replace("relay=", LOGGED_ROUTE)
    return Clean(tuple(lines), shown, hay, hay.encode("utf-8", "replace"))
