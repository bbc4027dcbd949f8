"""Slack's limits for blocks and views as its documentation has them, kept apart from the code that is tested."""

from __future__ import annotations

import re

MESSAGE_TYPES = {
    "section",
    "header",
    "context",
    "actions",
    "divider",
    "rich_text",
    "plan",
    "container",
    "image",
    "table",
}
VIEW_TYPES = MESSAGE_TYPES - {"plan", "table"} | {"input", "alert"}
ELEMENTS = {"button", "static_select", "overflow", "radio_buttons", "checkboxes"}
INPUTS = {"plain_text_input", "email_text_input", "number_input", "static_select", "url_text_input", "radio_buttons"}


def refused(blocks, *, view=False):
    """Return what Slack would refuse, each with its place; empty when all is well."""
    found = []
    most = 100 if view else 50
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= most:
        return [f"1 to {most} blocks wanted"]
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        found.append("block_id is not unique")
    if sum(block.get("type") == "table" for block in blocks) > 1:
        found.append("more than one table")
    for number, block in enumerate(blocks):
        found += [f"blocks/{number}: {fault}" for fault in _block(block, view)]
    return found


def _block(block, view):
    kind = block.get("type")
    if kind not in (VIEW_TYPES if view else MESSAGE_TYPES):
        return [f"type {kind} is not allowed here"]
    found = []
    if len(block.get("block_id", "")) > 255:
        found.append("block_id over 255")
    match kind:
        case "section":
            found += _text(block.get("text"), 3000) if "text" in block else []
            if "text" not in block and not block.get("fields"):
                found.append("section without text")
            for field in block.get("fields", []):
                found += _text(field, 2000)
        case "header":
            found += _text(block.get("text"), 150, plain=True)
        case "context":
            found += _count(block["elements"], 10)
            for element in block["elements"]:
                found += _text(element, 3000)
        case "actions":
            found += _count(block["elements"], 25)
            actions = [element.get("action_id") for element in block["elements"]]
            if len(actions) != len(set(actions)):
                found.append("action_id is not unique")
            for element in block["elements"]:
                found += _element(element, ELEMENTS)
        case "input":
            found += _text(block.get("label"), 2000, plain=True)
            found += _text(block["hint"], 2000, plain=True) if block.get("hint") else []
            found += _element(block["element"], INPUTS)
        case "plan":
            if not block.get("title"):
                found.append("plan without title")
            for task in block.get("tasks", []):
                if task.get("status") not in ("pending", "in_progress", "complete", "error") or not task.get("title"):
                    found.append("a task is broken")
        case "container":
            found += _text(block.get("title"), 150, plain=True)
            found += _count(block["child_blocks"], 10)
            for child in block["child_blocks"]:
                found += _block(child, view)
        case "rich_text":
            found += [] if block.get("elements") else ["rich_text without elements"]
    return found


def _count(elements, most):
    return [] if 1 <= len(elements) <= most else [f"1 to {most} elements wanted"]


def _text(text, most, *, plain=False):
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        return ["no text object"]
    found = []
    if plain and text["type"] != "plain_text":
        found.append("plain_text wanted")
    if not 1 <= len(text.get("text", "")) <= most:
        found.append(f"text of {len(text.get('text', ''))} characters, 1 to {most} wanted")
    if text["type"] == "plain_text" and "verbatim" in text:
        found.append("verbatim is for mrkdwn")
    return found


def _element(element, allowed):
    kind = element.get("type")
    found = [] if kind in allowed else [f"element {kind} is not allowed here"]
    if not 1 <= len(element.get("action_id", "")) <= 255:
        found.append("action_id of 1 to 255 wanted")
    if kind == "button":
        found += _text(element.get("text"), 75, plain=True)
        found += ["value over 2000"] if len(element.get("value", "")) > 2000 else []
        if element.get("style") not in (None, "primary", "danger"):
            found.append("unknown style")
    if kind == "static_select":
        found += _count(element.get("options", []), 100)
        for option in element.get("options", []):
            found += _text(option.get("text"), 75, plain=True)
            found += [] if 1 <= len(option.get("value", "")) <= 150 else ["option value of 1 to 150 wanted"]
        if element.get("initial_option") and element["initial_option"] not in element["options"]:
            found.append("initial_option is none of the options")
    if kind == "number_input":
        if not isinstance(element.get("is_decimal_allowed"), bool):
            found.append("is_decimal_allowed wanted")
        if "initial_value" in element and not re.fullmatch(r"-?\d+", element["initial_value"]):
            found.append("initial_value is no number")
    if kind == "email_text_input" and not re.fullmatch(r"|[^@\s]+@[^@\s]+\.[^@\s.]+", element.get("initial_value", "")):
        found.append("initial_value is no address")
    if element.get("placeholder"):
        found += _text(element["placeholder"], 150, plain=True)
    return found


def refused_view(view):
    """Return what Slack would refuse of a view."""
    found = refused(view.get("blocks"), view=True)
    if view.get("type") not in ("modal", "home"):
        found.append("type")
    if view.get("type") == "modal":
        for name in ("title", "submit", "close"):
            if name in view or name == "title":
                found += _text(view.get(name), 24, plain=True)
        if any(block["type"] == "input" for block in view["blocks"]) and not view.get("submit"):
            found.append("inputs without submit")
    elif any(name in view for name in ("title", "submit", "close")):
        found.append("home has no title, submit or close")
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata over 3000")
    return found


def texts(node):
    """Return every text in blocks, as one text."""
    if isinstance(node, dict):
        found = [value for key, value in node.items() if key in ("text", "title") and isinstance(value, str)]
        return "\n".join(found + [texts(v) for v in node.values() if isinstance(v, dict | list)])
    return "\n".join(texts(item) for item in node) if isinstance(node, list) else ""


def buttons(blocks):
    """Return the buttons and menus of a message or view: (block_id, element) pairs."""
    return [
        (block.get("block_id", ""), each)
        for block in blocks
        for each in block.get("elements", ())
        if "action_id" in each
    ]
