"""The shell's one catalogue, `catalogue.yaml`, read once: no listener and no block holds a text that a person reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

FILE = "bot/catalogue.yaml"


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return all texts, by room and name. Raises PageError naming the line that is wrong."""
    from flows.pages import read_nodes  # it loads the reader of YAML, which most commands need only for a word

    root = read_nodes(resources.files("bot").joinpath("catalogue.yaml").read_text(encoding="utf-8"), FILE)
    rooms = root.mapping().items() if root else ()
    return {room: {key: str(text.value) for key, text in node.mapping().items()} for room, node in rooms}


def say(room: str, key: str, **values: object) -> str:
    """Return a text of a room, filled; raises KeyError for a name or a value that is missing."""
    return catalogue()[room][key].format(**values)


def meaning(text: str, names: Collection[str]) -> str:
    """Return which of these names in `typed` a typed text means, or an empty text."""
    word = " ".join(text.casefold().strip(" .!?").split())
    listed = catalogue()["typed"]
    return next((name for name in names if word in (one.strip() for one in listed[name].casefold().split(","))), "")
