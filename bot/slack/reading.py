"""What Slack sent, read: who did it, the name of the delivery, the words, the files. Pure, and wary of every field."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.text import unescaped
from probes.target import clean

Body = Mapping[str, Any]
MARKUP = re.compile(r"<([@#!])([^<>|\s]+)(?:\|([^<>]*))?>")
"""Slack's mentions of people, channels, groups and dates; what a person types so themselves is escaped."""
MAIL_FILES = (".eml", ".emlx", ".msg", ".mbox", ".txt", ".log")
LINE_END = {"type": "text", "text": "\n"}
MOST_PIECES = 500
"""Pieces of a message's blocks that are looked at."""
MAIL_TYPES = ("message/rfc822", "application/vnd.ms-outlook", "application/mbox")


@dataclass(frozen=True, slots=True)
class Who:
    """A person: `team` is the workspace that they belong to, as far as the payload tells."""

    team: str
    user: str

    @property
    def owner(self) -> str:
        """Return the owner of their conversations."""
        return f"slack:{self.team}:{self.user}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file: `reference` names it for IT, `url` is where its bytes are, `size` in bytes, 0 where Slack does not say.

    `readable` says that it may be a mail or a text; `incomplete` that Slack has to be asked for the rest of it.
    """

    id: str
    name: str
    reference: str
    url: str = ""
    size: int = 0
    picture: bool = False
    readable: bool = False
    incomplete: bool = False
    gone: bool = False


def who(body: Body) -> Who | None:
    """Return who did it; None for a bot, a workflow or something without a person."""
    if isinstance(event := body.get("event"), Mapping):
        if event.get("bot_id") or event.get("subtype") == "bot_message" or not event.get("user"):
            return None
        team = event.get("user_team") or event.get("source_team") or event.get("team") or body.get("team_id")
        return Who(str(team or ""), str(event["user"])) if event["user"] != "USLACKBOT" else None
    if isinstance(user := body.get("user"), Mapping):
        team = user.get("team_id") or _of(body, "team", "id")
        return Who(str(team or ""), str(user["id"])) if user.get("id") else None
    if body.get("user_id"):
        return Who(str(body.get("team_id") or ""), str(body["user_id"]))
    return None


def _of(body: Body, outer: str, inner: str) -> Any:
    found = body.get(outer)
    return found.get(inner) if isinstance(found, Mapping) else None


def key(body: Body) -> str:
    """Return the platform's own name of the delivery: the same for each repetition of it, and for nothing else.

    Events have `event_id`; a click is user, action_ts and the message (or view) it was made in; a form is view, hash
    and a digest of what is in it (after field errors the same view comes back with other values); commands and
    shortcuts have their trigger.
    """
    if body.get("event_id"):
        return f"event {body['event_id']}"
    person = _of(body, "user", "id") or body.get("user_id") or ""
    kind = body.get("type")
    view: Body = body["view"] if isinstance(body.get("view"), Mapping) else {}
    if kind == "view_submission":
        typed = repr(sorted((view.get("state") or {}).get("values", {}).items()))
        digest = hashlib.sha256(typed.encode()).hexdigest()[:16]
        return f"form {view.get('id')} {view.get('hash')} {digest}"
    if kind == "block_actions":
        action = (body.get("actions") or [{}])[0]
        place = _of(body, "container", "message_ts") or view.get("id") or ""
        return f"click {person} {action.get('action_ts')} {place} {action.get('action_id')}"
    return f"trigger {person} {body.get('trigger_id')}"


def typed(text: object, names: Mapping[str, str] | None = None) -> str:
    """Return what a person typed, Slack's decorations and entities undone; `names` are those of mentioned people.

    Of what Slack marks up the words stay: the name of a channel or a group, a date as it was shown.
    """
    if not isinstance(text, str):
        return ""
    known = names or {}

    def word(found: re.Match[str]) -> str:
        sign, id_, label = found[1], found[2], found[3]
        if sign == "@":
            name = label or known.get(id_, id_)
            return f"@{name.lstrip('@')}" if name else ""
        return f"#{label or id_}" if sign == "#" else label or "@" + id_.split("^")[0]

    return unescaped(clean(MARKUP.sub(word, text)))


def mentioned(text: object) -> tuple[str, ...]:
    """Return the ids of the people whom a text mentions."""
    found = MARKUP.finditer(text) if isinstance(text, str) else ()
    return tuple(dict.fromkeys(each[2] for each in found if each[1] == "@"))


def action(body: Body) -> tuple[str, str]:
    """Return the action id and the value of what was pressed or picked."""
    pressed = (body.get("actions") or [{}])[0]
    value = (pressed.get("selected_option") or {}).get("value") or pressed.get("value") or ""
    return str(pressed.get("action_id") or ""), str(value)


def pressed_at(body: Body) -> float:
    """Return when it was pressed, in seconds since the epoch by Slack's clock; 0 where it does not say."""
    try:
        return float((body.get("actions") or [{}])[0].get("action_ts") or 0)
    except ValueError:
        return 0.0


def files(message: Body) -> tuple[Sent, ...]:
    """Return the files of a message, and of one that is forwarded with it."""
    listed = [message.get("files"), *(each.get("files") for each in _attached(message))]
    return tuple(sent(each) for one in listed if isinstance(one, list) for each in one if isinstance(each, Mapping))


def sent(file: Body) -> Sent:
    """Read what Slack says of a file; in a shared channel that may be no more than its id."""
    name = str(file.get("name") or file.get("title") or file.get("id") or "")
    mimetype = str(file.get("mimetype") or "")
    size = file.get("size")
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    gone = file.get("mode") in ("tombstone", "hidden_by_limit")
    return Sent(
        id=str(file.get("id") or ""),
        name=name,
        reference=str(file.get("permalink") or file.get("id") or name),
        url=url,
        size=size if isinstance(size, int) else 0,
        picture=mimetype.startswith("image/"),
        readable=name.lower().endswith(MAIL_FILES) or mimetype in MAIL_TYPES or mimetype.startswith("text/"),
        incomplete=file.get("file_access") == "check_file_info" or not (url or gone),
        gone=gone,
    )


def words(message: Body, names: Mapping[str, str] | None = None) -> str:
    """Return all words of a message that somebody else may have written: text, attachments, forwarded parts."""
    pieces = [message.get("text") or _in_blocks(message.get("blocks"))]
    for each in _attached(message):
        inner = each.get("text") or _in_blocks(each.get("blocks")) or each.get("fallback")
        fields = each.get("fields")
        named = [one.get("value") for one in fields if isinstance(one, Mapping)] if isinstance(fields, list) else []
        pieces += [each.get("pretext"), each.get("title"), inner, *named]
    return "\n".join(piece for piece in (typed(each, names) for each in pieces) if piece)


def _in_blocks(blocks: object) -> str:
    """Return the words of a message that a program made of blocks alone, without a text beside them."""
    waiting, found = [blocks], []
    for _ in range(MOST_PIECES):
        if not waiting:
            break
        each = waiting.pop(0)
        if isinstance(each, list):
            waiting[:0] = each
        elif isinstance(each, Mapping):
            if isinstance(text := each.get("text"), str):
                found.append(text + ("" if each.get("type") == "text" else "\n"))
            else:
                waiting[:0] = [text, each.get("fields"), each.get("elements"), LINE_END]
    return "".join(found).strip()


def _attached(message: Body) -> tuple[Body, ...]:
    """Return what hangs at a message: a forwarded message is one of these."""
    listed = message.get("attachments")
    return tuple(each for each in listed if isinstance(each, Mapping)) if isinstance(listed, list) else ()
