"""Slack's limits that the SDK does not check: blocks a message, the sum of the texts, ids that must be unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BLOCKS = 50
"""Blocks a message (a modal and App Home may have 100)."""
SECTION = 3000
CONTEXT = 2000
HEADER = 150
BUTTON = 75
OPTION_VALUE = 150
BUTTON_VALUE = 2000
TITLE = 24
"""Title, submit and close of a modal."""
TEXT = 4000
"""`text` of chat.update; longer is `msg_too_long`."""
ACTIONS = 25
OPTIONS = 100
WHOLE = 12_000
"""Characters of all texts of one message; Slack names no figure for `msg_blocks_too_long`, so we stay well below."""


def texts(node: object) -> Iterator[str]:
    """Yield every text that a person reads in a block, an element or a view."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for item in node:
            yield from texts(item)


def broken(blocks: Sequence[Mapping[str, Any]], text: str = "x", *, most: int = BLOCKS) -> tuple[str, ...]:
    """Return what Slack would refuse and the SDK would not; empty when all is well."""
    found: list[str] = []
    if len(blocks) > most:
        found.append(f"{len(blocks)} blocks, {most} allowed")
    if not text.strip():
        found.append("no text for notifications and screen readers")
    if len(text) > TEXT:
        found.append(f"text of {len(text)} characters, {TEXT} allowed")
    if (whole := sum(map(len, texts(list(blocks))))) > WHOLE:
        found.append(f"{whole} characters in all blocks, {WHOLE} wanted")
    ids = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    found += [f"block_id {name} {count} times" for name, count in ids.items() if count > 1]
    for block in blocks:
        actions = Counter(element.get("action_id") for element in block.get("elements", ()) if "action_id" in element)
        found += [f"action_id {name} {count} times in one block" for name, count in actions.items() if count > 1]
    found += [
        f"{kind} {count} times, 1 allowed"
        for kind, count in Counter(block["type"] for block in blocks).items()
        if kind == "table" and count > 1
    ]
    return tuple(found)
