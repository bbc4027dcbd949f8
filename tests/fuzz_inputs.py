"""What strangers may send, made by chance: broken texts, payloads with Slack's names, the speech of a mad server."""

# ruff: noqa: E501 - a table reads better whole

from __future__ import annotations

import json
import random
from pathlib import Path

from hypothesis import strategies as st

from tests.replies.secret_texts import NAMES as SECRET_NAMES
from tests.replies.secret_texts import SECRET, SENTENCES, SHAPES

HERE = Path(__file__).parent
SEEDS = (
    "535-5.7.8 Username and Password not accepted\n535 5.7.8 x - gsmtp",
    "550 5.1.1 <bob@example.org>: Recipient address rejected",
    (
        "From: MAILER-DAEMON@x\nSubject: x\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: "
        "message/delivery-status\n\nFinal-Recipient: rfc822; bob@x\nAction: failed\nStatus: 5.1.1\n--b--\n"
    ),
    "=?utf-8?b?w6Q=?= =?x?q?=ff?= 0x800CCC0E (0x80042109)",
    "smtp.example.com:587 <mailto:ann@example.com|ann@example.com> [2001:db8::1]:25",
)
SHARDS = ("\0", "\x1b[2J", "\r\n", "\n.\n", "=?", "?=", "--", "<", ">", "|", "@", ":", "[", "]", "%", "&amp;", "\u202e")
SHARDS += (
    "\ud800",
    "\U0001f600",
    "ß",
    "xn--",
    "550",
    "5.7.1",
    "a" * 300,
    "(" * 60,
    "Content-Type: ",
    "boundary=",
    "\x85",
)
SAID = (
    b"220 x\r\n",
    b"250-x\r\n",
    b"250 ",
    b"AUTH PLAIN",
    b"STARTTLS\r\n",
    b"\r\n",
    b"\xff\xfe",
    b"\0",
    b"535 ",
    b"334 ",
)
SAID += (
    b"421 4.3.2 bye\r\n",
    b"2" * 600,
    b"\r",
    b"\n",
    b"220",
    b"-",
    b"250-SIZE 99999999999999999999\r\n",
    b"\x16\x03\x01\0",
)


def corpus() -> tuple[str, ...]:
    """Return texts to begin with: the seeds, those that hold secrets, and those that the reader is scored on."""
    rows = [json.loads(line) for file in sorted(HERE.glob("replies/*.jsonl")) for line in file.open(encoding="utf-8")]
    secret = [text.format(SECRET) for text in SENTENCES] + [text for text, _ in SHAPES]
    return (*SEEDS, *secret, *(str(row["text"])[:6000] for row in rows))


CORPUS = corpus()


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """Take a text and cut, double, swap and break it."""
    chance = random.Random(draw(st.integers(0, 2**48)))
    found = chance.choice(CORPUS)
    if chance.random() < 0.03:  # one piece over and over: what is not linear shows here
        at = chance.randrange(len(found) + 1)
        return (found[at : at + chance.randrange(1, 40)] * 20_000)[:60_000]
    for _ in range(chance.randrange(9)):
        at, to = sorted(chance.randrange(len(found) + 1) for _ in range(2))
        match chance.randrange(6):
            case 0:
                found = found[:at] + found[to:]
            case 1:
                found = found[:at] + chance.choice(SHARDS) + found[at:]
            case 2:
                found = (found[:to] + found[at:to] * chance.randrange(1, 20) + found[to:])[:200_000]
            case 3:
                found = found[:at] + chr(chance.randrange(0x110000)) + found[at + 1 :]
            case 4:
                other = chance.choice(CORPUS)
                found = found[:at] + other[chance.randrange(len(other) + 1) :]
            case _:
                found = found[:at] + found[at:to].swapcase() + found[to:]
    return found


ANY = st.one_of(spoiled(), spoiled(), st.text(max_size=400))
TYPES = (
    *("multipart/report; report-type=delivery-status", "multipart/mixed", "multipart/alternative", "message/rfc822"),
    *("message/delivery-status", "message/global-delivery-status", "text/plain", "text/html", "text/rfc822-headers"),
    *("application/octet-stream", "message/feedback-report", "multipart/digest", "message/partial", "nonsense"),
)
CODINGS = ("7bit", "8bit", "base64", "quoted-printable", "binary", "x-uuencode", "")
CHARSETS = ("utf-8", "iso-8859-1", "utf-16", "utf-7", "idna", "hex", "rot13", "koi8-r", "iso-2022-jp", "none-such", "")
FIELDS = (
    *("Final-Recipient: rfc822; ", "Original-Recipient: x;", "Action: ", "Status: ", "Diagnostic-Code: smtp; "),
    *(
        "Remote-MTA: dns; ",
        "Reporting-MTA: dns;",
        "X-Failed-Recipients: ",
        "Subject: ",
        "From: ",
        "To: ",
        "Last-Attempt-Date: ",
    ),
)
VALUES = (
    "bob@example.org",
    "failed",
    "delayed",
    "5.1.1",
    "4.7.0",
    "9.9.9",
    "550 5.1.1 <bob@example.org> unknown",
    "",
    "<>",
    "=?",
)


@st.composite
def mail(draw: st.DrawFn) -> str:
    """Return a mail as bounces are built, part in part, with whatever is wrong about its types and boundaries."""
    chance = random.Random(draw(st.integers(0, 2**48)))

    def field() -> str:
        folded = chance.choice(("", "", "\n ", "\n\t", "\r\n "))
        return f"{chance.choice(FIELDS)}{folded}{chance.choice((*VALUES, chance.choice(CORPUS)[:300]))}\n"

    def part(depth: int) -> str:
        kind, boundary = chance.choice(TYPES), chance.choice(("b", "bb", "b" * 71, "b b", "", "--", "=_?"))
        charset = f'; charset="{chance.choice(CHARSETS)}"' if chance.random() < 0.4 else ""
        bound = f'; boundary="{boundary}"' if kind.startswith("multipart") and chance.random() < 0.9 else charset
        head = f"Content-Type: {kind}{bound}\nContent-Transfer-Encoding: {chance.choice(CODINGS)}\n"
        head += "".join(field() for _ in range(chance.randrange(3))) + chance.choice(("\n", "\n", "\r\n", ""))
        if kind.startswith("multipart") and depth:
            inner = "".join(f"--{boundary}\n{part(depth - 1)}\n" for _ in range(chance.randrange(4)))
            return head + inner + chance.choice((f"--{boundary}--\n", "", f"--{boundary}"))
        if kind.startswith("message") and depth:
            return head + chance.choice((part(depth - 1), "".join(field() for _ in range(chance.randrange(6))) + "\n"))
        return head + chance.choice(CORPUS)[: chance.choice((40, 400, 4000))]

    return "".join(field() for _ in range(chance.randrange(4))) + part(chance.randrange(1, 7))


HOSTS = (
    *(
        "smtp.example.com",
        "127.0.0.1",
        "[::1]",
        "[IPv6:::ffff:7f00:1]",
        "bücher.example",
        "xn--bcher-kva.example",
        "1.2.3",
    ),
    *(
        "0x7f.1",
        "example.com.",
        "-a.b",
        "a..b",
        "localhost",
        "ｅxample.com",
        "127。0。0。1",
        "a" * 64 + ".example",
        "_x.example",
    ),
)


@st.composite
def place(draw: st.DrawFn) -> str:
    """Return what somebody types as a server or an address: schemes, names, ports and Slack's links in any order."""
    chance = random.Random(draw(st.integers(0, 2**48)))
    host = chance.choice(HOSTS)
    user = chance.choice(
        ("", "ann@", "ann:pw1!@", ":@", "a@b@", f"{chance.choice(SECRET_NAMES)}={SECRET}@", "CORP\\ann:x1@")
    )
    port = chance.choice(("", ":587", ":0", ":99999", ":５８７", ":25x", ":", ":-1", "：465", " 587"))
    plain = f"{chance.choice(('', '', 'smtp://', 'SMTPS://', 'https://', 'mailto:', '//', 'smtp:/'))}{user}{host}{port}"
    match chance.randrange(6):
        case 0:
            return f"<{plain}|{host}>"
        case 1:
            return f"<mailto:{plain}|{plain}>"
        case 2:
            return f"{chance.choice(SECRET_NAMES)}{chance.choice((': ', '=', ' '))}{SECRET} {plain}"
        case 3:
            return plain + chance.choice(SHARDS) + host
        case 4:
            return f"<!channel> <@U1|{plain}> &lt;{plain}&gt; *{host}* `{plain}`"
        case _:
            return plain


CONVERSATION = (
    (
        b"220 x ESMTP\r\n",
        b"220-x\r\n220 x\r\n",
        b"554 no\r\n",
        b"* OK IMAP4\r\n",
        b"+OK POP3\r\n",
        b"HTTP/1.1 400 x\r\n",
    ),
    (b"250-x\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 PIPELINING\r\n", b"502 no\r\n", b"250 x\r\n", b"250-x\r\n"),
    (b"220 go\r\n", b"454 no\r\n", b"250 x\r\n", b"334 \r\n", b"334 VXNlcm5hbWU6\r\n"),
    (b"235 in\r\n", b"535 5.7.8 no\r\n", b"334 UGFzc3dvcmQ6\r\n", b"250 ok\r\n"),
    (b"250 ok\r\n", b"530 5.7.0 first\r\n", b"421 bye\r\n"),
    (b"250 ok\r\n", b"550 5.1.1 who\r\n", b"999 x\r\n", b"25\r\n"),
    (b"221 bye\r\n", b""),
)


@st.composite
def spoken(draw: st.DrawFn) -> tuple[bytes, ...]:
    """Return a conversation in its order, one answer a turn, some of them broken, doubled, split or late."""
    chance = random.Random(draw(st.integers(0, 2**48)))
    turns: list[bytes] = []
    for turn in CONVERSATION:
        said = chance.choice(turn)
        match chance.randrange(12):
            case 0:
                turns += [said[: len(said) // 2], said[len(said) // 2 :]]
            case 1:
                turns.append(said + chance.choice(SAID))
            case 2:
                turns.append(said.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n"))))
            case 3:
                turns.append(said * chance.randrange(2, 300))
            case 4:
                turns += [said, chance.choice(SAID)]
            case _:
                turns.append(said)
    return tuple(turns)


NAMES = (
    *("event", "user", "team", "id", "text", "files", "name", "view", "state", "values", "actions", "value", "channel"),
    *("private_metadata", "blocks", "type", "selected_option", "attachments", "message", "container", "action_ts"),
)


@st.composite
def payload(draw: st.DrawFn) -> dict[str, object]:
    """Return a payload with Slack's names and anything under them."""
    chance = random.Random(draw(st.integers(0, 2**48)))

    def made(depth: int) -> object:
        match chance.randrange(8 if depth else 5):
            case 0:
                return chance.choice((None, True, 0, -1, 2**70, 1e308, "", "D1", "U1"))
            case 1 | 2 | 3:
                return chance.choice(CORPUS)[:200]
            case 4:
                return chance.choice(SHARDS)
            case 5:
                return [made(depth - 1) for _ in range(chance.randrange(4))]
            case _:
                return {chance.choice(NAMES): made(depth - 1) for _ in range(chance.randrange(6))}

    return {chance.choice(NAMES): made(4) for _ in range(chance.randrange(1, 9))}


@st.composite
def speech(draw: st.DrawFn) -> tuple[bytes, ...]:
    """Return what a peer says, write by write."""
    chance = random.Random(draw(st.integers(0, 2**48)))
    said = []
    for _ in range(chance.randrange(1, 12)):
        piece = b"".join(chance.choice(SAID) for _ in range(chance.randrange(1, 6)))
        if chance.random() < 0.3:
            piece = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 80)))
        said.append(b"220 x\r\n" if not said and chance.random() < 0.6 else piece)
    return tuple(said)
