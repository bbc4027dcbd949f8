"""A form as a modal, and what came back from it as values; it judges no value, the flow does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    EmailInputElement,
    InputBlock,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import InputInteractiveElement
from slack_sdk.models.views import View

from bot.slack import limits, marks
from bot.slack.blocks import label, sections
from bot.slack.marks import Mark
from bot.slack.text import bare, cut, plain, unescaped
from bot.slack.words import say
from flows.screen import Input, Screen
from probes.target import clean

LONGEST = 2000
"""Characters of a field; what is longer is no setting, and Slack says so at the field."""
LONGEST_PASTED = 3000
"""Slack's own limit of a field; what is longer can be pasted as a message."""
MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
OPTION = "="
"""Put before an option's name, since Slack refuses an empty value and "I don't know" may be one."""


def form(screen: Screen) -> dict[str, Any]:
    """Draw the form of a screen as a view for `views.open`; its metadata holds conversation and revision alone."""
    blocks: list[Block] = []
    title = bare(screen.title)
    heading = title if title.strip() and len(title) <= limits.TITLE else say("form_title")
    blocks += sections([*([f"*{title}*"] if heading != title else []), *screen.body])
    for each in screen.inputs:
        if each.mistake:
            blocks += sections([say("look_again", mistake=each.mistake)])
        blocks.append(_field(each, paste=is_paste(screen)))
    view = View(
        type="modal",
        callback_id=marks.FORM,
        title=label(heading, limits.TITLE),
        submit=label(screen.send, limits.TITLE, say("send")),
        close=label(say("cancel")),
        blocks=blocks,
        private_metadata=str(Mark(screen.conversation, screen.revision)),
        notify_on_close=True,
    )
    return dict(view.to_dict())


def is_paste(screen: Screen) -> bool:
    """Tell whether a form is one field for words, such as an error text of many lines."""
    return len(screen.inputs) == 1 and screen.inputs[0].kind == "text"


def _field(each: Input, *, paste: bool) -> Block:
    return InputBlock(
        block_id=each.name,
        label=label(each.label, 200),
        hint=label(each.hint, 500) if each.hint.strip() else None,
        element=_pasted(each) if paste else _element(each),
        optional=not each.required,
    )


def _pasted(each: Input) -> PlainTextInputElement:
    value = plain(each.value)[:LONGEST_PASTED] or None
    return PlainTextInputElement(action_id=each.name, initial_value=value, multiline=True, max_length=LONGEST_PASTED)


def _element(each: Input) -> InputInteractiveElement:
    value = plain(each.value)[:LONGEST] or None
    match each.kind:
        case "select" if each.options:
            return _select(each)
        case "mail" if value is None or MAIL.fullmatch(value):
            # Slack refuses a prefilled value that is no address; what was mistyped stays in a plain field.
            return EmailInputElement(action_id=each.name, initial_value=value)
        case "number" if value is None or re.fullmatch(r"-?\d{1,15}", value):
            return NumberInputElement(action_id=each.name, is_decimal_allowed=False, initial_value=value)
        case _:
            return PlainTextInputElement(action_id=each.name, initial_value=value, max_length=LONGEST)


def _select(each: Input) -> StaticSelectElement:
    entries = {
        option.name: Option(text=label(option.label), value=OPTION + option.name)
        for option in each.options[: limits.OPTIONS]
    }
    picked = next((option.name for option in each.options if option.picked), each.value)
    return StaticSelectElement(
        action_id=each.name,
        placeholder=label(say("choose")),
        options=list(entries.values()),
        initial_option=entries.get(picked),
    )


def values(view: Mapping[str, Any]) -> dict[str, str]:
    """Read `view.state.values` of a submission: field name to what was typed or picked, decorations unwrapped."""
    found: dict[str, str] = {}
    for name, actions in (view.get("state", {}).get("values") or {}).items():
        for element in actions.values():
            if "selected_option" in element:
                found[name] = str((element["selected_option"] or {}).get("value") or "").removeprefix(OPTION)
            else:
                found[name] = unescaped(clean(str(element.get("value") or "")))
    return found


def errors(screen: Screen) -> dict[str, str]:
    """Return the mistakes of a form for `response_action: errors`, by block id; empty where there are none."""
    return {each.name: cut(bare(each.mistake), limits.CONTEXT) for each in screen.inputs if each.mistake}


def over(text: str) -> dict[str, Any]:
    """Draw what replaces a form whose step is over."""
    view = View(
        type="modal",
        title=label(say("form_title")),
        close=label(say("close")),
        blocks=sections([text]),
    )
    return dict(view.to_dict())
