"""Where a setting lives in each mail program: by its label there, with date and source, or honestly unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable

from flows.model import Where
from flows.pages import Node, PageError, files, read_nodes

SETTINGS = ("server", "port", "security", "login", "spa", "user_name", "offline")
KEYS = ("name", "label", "sends_by_smtp", "versions", "note", "settings")
PLACE_KEYS = ("path", "label", "values", "as_of", "source", "version", "note")


@dataclass(frozen=True, slots=True)
class Place:
    """One setting in one program: the way there, its label, and what its values are called."""

    path: str
    label: str
    as_of: str
    source: str
    values: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A mail program; `settings` lacks what is unknown. `sends_by_smtp` is yes, no or maybe (by account)."""

    name: str
    label: str
    sends_by_smtp: str
    settings: Mapping[str, Place]
    at: Where


def load() -> dict[str, Program]:
    """Read every file of flows/programs; a file's name is the program's. Raises PageError naming file and line."""
    folder: Traversable = resources.files("flows").joinpath("programs")
    programs = {}
    for path, entry in files(folder):
        name = path.removesuffix(".yaml")
        programs[name] = read(name, entry.read_text(encoding="utf-8"), f"flows/programs/{path}")
    return programs


def read(name: str, source: str, file: str) -> Program:
    """Read one program from YAML text; raises PageError for a label without its source, or an unknown setting."""
    root = read_nodes(source, file)
    if root is None:
        raise PageError(Where(file, 1), "the program's file is empty")
    parts = root.only(KEYS, ("name", "sends_by_smtp", "settings"))
    sends = parts["sends_by_smtp"].text()
    if sends not in ("yes", "no", "maybe"):
        raise PageError(parts["sends_by_smtp"].at, f"“{sends}” is none of 'yes', 'no', maybe")
    settings = parts["settings"].only(SETTINGS, SETTINGS)
    known = {key: place for key, node in settings.items() if (place := _place(node))}
    label = parts["label"] if "label" in parts else parts["name"]
    return Program(name, label.text(), sends, known, root.at)


def _place(node: Node) -> Place | None:
    if isinstance(node.value, str):
        if node.text() != "unknown":
            raise PageError(node.at, "a place is a mapping of path, label, as_of and source, or the word unknown")
        return None
    parts = node.only(PLACE_KEYS, ("path", "label"))
    for key in ("as_of", "source"):
        if key not in parts:
            raise PageError(node.at, f"a label needs its {key}: what has none is unknown")
    path = parts["path"]
    return Place(
        path=" > ".join(step.text() for step in path.items()) if isinstance(path.value, tuple) else path.text(),
        label=parts["label"].text(),
        as_of=parts["as_of"].text(),
        source=parts["source"].text(),
        values=parts["values"].texts() if "values" in parts else {},
        version=parts["version"].text() if "version" in parts else "",
    )
