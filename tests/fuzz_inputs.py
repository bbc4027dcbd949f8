"""What strangers may send, made by chance: broken texts, payloads with Slack's names, the speech of a mad server."""

from __future__ import annotations

import json
import random
from pathlib import Path

from hypothesis import strategies as st

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
    """Return texts to begin with: the seeds, and those that the reader is scored on."""
    rows = [json.loads(line) for file in sorted(HERE.glob("replies/*.jsonl")) for line in file.open(encoding="utf-8")]
    return (*SEEDS, *(str(row["text"])[:6000] for row in rows))


CORPUS = corpus()


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """Take a text and cut, double, swap and break it."""
    chance = random.Random(draw(st.integers(0, 2**48)))
    found = chance.choice(CORPUS)
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
