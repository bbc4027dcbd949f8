"""The only reader of YAML: nodes and pages; every scalar is a string, every error names its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from flows.model import (
    FIELDS,
    MORE_WAYS,
    RESERVED,
    WAYS,
    Advise,
    Ask,
    Choice,
    Fill,
    Flow,
    Go,
    Look,
    Sentence,
    Step,
    Where,
)
from probes.causes import Cause

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
AMBIGUOUS = frozenset({"yes", "no", "on", "off", "true", "false"})
"""Words that YAML 1.1 takes for a truth value when they are not quoted."""

DEEPEST = 12
"""Levels of nesting; a page needs six."""


class PageError(Exception):
    """A page cannot be read; says in which file and line, and what to do."""

    def __init__(self, where: Where, sentence: str) -> None:
        super().__init__(f"{where}: {sentence}")
        self.where = where
        self.sentence = sentence

    @property
    def file(self) -> str:
        """Return the file's name as it was given."""
        return self.where.file

    @property
    def line(self) -> int:
        """Return the line, counted from 1."""
        return self.where.line


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a YAML file: a text, a list, or a mapping, with its line."""

    at: Where
    value: str | tuple[Node, ...] | Mapping[str, Node]
    keys: Mapping[str, Where]

    def text(self) -> str:
        """Return the text, its white space folded; raises PageError where it is none or empty."""
        if not isinstance(self.value, str):
            raise PageError(self.at, "here a text is wanted, not a list or a mapping")
        if not (folded := " ".join(self.value.split())):
            raise PageError(self.at, "here a text is wanted, and it is empty")
        return folded

    def items(self) -> tuple[Node, ...]:
        """Return the list; raises PageError where it is none."""
        if not isinstance(self.value, tuple):
            raise PageError(self.at, "here a list is wanted")
        return self.value

    def mapping(self) -> Mapping[str, Node]:
        """Return the mapping; raises PageError where it is none."""
        if not isinstance(self.value, Mapping):
            raise PageError(self.at, "here a mapping (name: value) is wanted")
        return self.value

    def texts(self) -> Mapping[str, str]:
        """Return a mapping of texts."""
        return {name: node.text() for name, node in self.mapping().items()}

    def sentence(self) -> Sentence:
        """Return a text, or a list of alternatives."""
        return tuple(node.text() for node in self.value) if isinstance(self.value, tuple) else (self.text(),)

    def only(self, allowed: Iterable[str], needed: Iterable[str] = ()) -> Mapping[str, Node]:
        """Return the mapping, if its keys are among `allowed` and none of `needed` is missing; else PageError."""
        mapping, allowed = self.mapping(), tuple(allowed)
        for key in mapping:
            if key not in allowed:
                raise PageError(self.keys[key], f"“{key}” is not known here; known are {', '.join(allowed)}")
        for key in needed:
            if key not in mapping:
                raise PageError(self.at, f"“{key}” is missing")
        return mapping


def read_nodes(source: str, file: str) -> Node | None:
    """Read one YAML file; None where it is empty. Raises PageError for what YAML or this house does not allow."""
    try:
        root = yaml.compose(source, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PageError(Where(file, line), f"this is not YAML: {getattr(error, 'problem', None) or error}") from None
    return _node(root, file, set(), 0) if root else None


def _node(node: yaml.Node, file: str, met: set[int], depth: int) -> Node:
    at = Where(file, node.start_mark.line + 1)
    if id(node) in met or depth > DEEPEST:
        raise PageError(at, "pages use no anchors and no deep nesting: write it out")
    met.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if not node.style and node.value.lower() in AMBIGUOUS:
            raise PageError(at, f"“{node.value}” is ambiguous in YAML: put it in quotes, '{node.value}'")
        return Node(at, node.value, {})
    if isinstance(node, yaml.SequenceNode):
        return Node(at, tuple(_node(child, file, met, depth + 1) for child in node.value), {})
    entries: dict[str, Node] = {}
    keys: dict[str, Where] = {}
    for key, value in node.value:
        name = _node(key, file, met, depth + 1)
        if (text := name.text()) in entries:
            raise PageError(name.at, f"“{text}” is here twice, first in line {keys[text].line}")
        keys[text] = name.at
        entries[text] = _node(value, file, met, depth + 1)
    return Node(at, entries, keys)


def files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield (path within the folder, file) of every YAML file, one level of sub-folders included, in order."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and not prefix:
            yield from files(entry, f"{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry


def load(folder: Path | None = None) -> Flow:
    """Read all pages of `folder`, or the shipped ones; raises PageError at the first that cannot be read.

    A file is a page of its name; the files of a sub-folder are one page of the sub-folder's name.
    """
    root: Traversable = folder if folder is not None else resources.files("flows").joinpath("pages")
    shown = f"{folder}/" if folder is not None else "flows/pages/"
    if folder is not None and not folder.is_dir():
        raise PageError(Where(str(folder), 1), "this folder of pages does not exist")
    digest = hashlib.sha256()
    steps: dict[str, Step] = {}
    ways: Node | None = None
    for path, entry in files(root):
        source = entry.read_text(encoding="utf-8")
        digest.update(f"{path}\0{source}\0".encode())
        node = read_nodes(source, shown + path)
        if node is None:
            continue
        if path == "ways.yaml":
            ways = node
            continue
        for step in _page(path.removesuffix(".yaml").split("/")[0], node):
            if step.name in steps:
                raise PageError(step.at, f"the step “{step.name}” is here twice, first in {steps[step.name].at}")
            steps[step.name] = step
    if ways is None:
        raise PageError(Where(f"{shown}ways.yaml", 1), "the file that names the global ways is missing")
    named = ways.only((*WAYS, *MORE_WAYS), WAYS)
    return Flow(
        steps,
        {name: node.text() for name, node in named.items()},
        {name: node.at for name, node in named.items()},
        digest.hexdigest()[:16],
    )


def _page(page: str, node: Node) -> Iterator[Step]:
    default = _choices(page, node.mapping()["choices"]) if "choices" in node.mapping() else ()
    for name, body in node.mapping().items():
        if name != "choices":
            yield _step(page, name, node.keys[name], body, default)


def _full(page: str, node: Node) -> str:
    name = node.text()
    return name if "." in name else f"{page}.{name}"


def _choices(page: str, node: Node) -> tuple[Choice, ...]:
    found = []
    for name, body in node.mapping().items():
        if name in RESERVED:
            raise PageError(node.keys[name], f"“{name}” is the name of a button at the foot: take another")
        parts = body.only(("say", "then", "set"), ("say", "then"))
        sets = parts["set"].texts() if "set" in parts else {}
        found.append(Choice(name, parts["say"].text(), _full(page, parts["then"]), node.keys[name], sets))
    return tuple(found)


KEYS = {
    "ask": ("more", "keep", "choices"),
    "fill": ("more", "fields", "then", "offers"),
    "look": ("more", "what", "then", "otherwise"),
    "advise": ("more", "cause", "steps", "choices"),
    "go": ("to", "page", "otherwise"),
}
NEEDED = {
    "ask": ("choices",),
    "fill": ("fields", "then"),
    "look": ("what", "otherwise"),
    "advise": (),
    "go": ("otherwise",),
}


def _step(page: str, name: str, at: Where, node: Node, default: tuple[Choice, ...]) -> Step:
    kinds = [kind for kind in KEYS if kind in node.mapping()]
    if len(kinds) != 1:
        raise PageError(at, f"the step “{name}” needs exactly one of {', '.join(KEYS)}")
    kind = kinds[0]
    parts = node.only((kind, *KEYS[kind]), NEEDED[kind])
    full = f"{page}.{name}"
    more = tuple(line.sentence() for line in parts["more"].items()) if "more" in parts else ()

    def branches(key: str) -> dict[str, str]:
        return {code: _full(page, to) for code, to in parts[key].mapping().items()} if key in parts else {}

    def lines(*keys: str) -> dict[str, Where]:
        """Return the line of each branch, and of `then` and `otherwise` where they are a single step."""
        nodes = {key: parts[key] for key in keys if key in parts}
        inner = {c: at for node in nodes.values() if node.keys for c, at in node.keys.items()}
        return {**inner, **{key: node.at for key, node in nodes.items() if not node.keys}}

    match kind:  # one of KEYS
        case "go":
            return Go(
                name=full,
                at=at,
                on=parts["go"].text(),
                to=branches("to"),
                page=parts["page"].text() if "page" in parts else None,
                otherwise=_full(page, parts["otherwise"]),
                lines=lines("to", "otherwise"),
            )
        case "ask":
            keep = parts["keep"].text() if "keep" in parts else None
            choices = _choices(page, parts["choices"])
            return Ask(name=full, at=at, text=parts["ask"].sentence(), more=more, choices=choices, keep=keep)
        case "fill":
            names = tuple(_one_of(field, FIELDS, "field") for field in parts["fields"].items())
            return Fill(
                name=full,
                at=at,
                text=parts["fill"].sentence(),
                more=more,
                fields=names,
                then=_full(page, parts["then"]),
                offers=_one_of(parts["offers"], ("typed", "seen"), "source") if "offers" in parts else "typed",
                lines=lines("then"),
            )
        case "look":
            return Look(
                name=full,
                at=at,
                text=parts["look"].sentence(),
                more=more,
                what=_one_of(parts["what"], ("probe", "text", "domain", "far"), "kind of look"),
                then=branches("then"),
                otherwise=_full(page, parts["otherwise"]),
                lines=lines("then", "otherwise"),
            )
        case _:
            return Advise(
                name=full,
                at=at,
                text=parts["advise"].sentence(),
                more=more,
                cause=Cause(_one_of(parts["cause"], tuple(Cause), "cause")) if "cause" in parts else None,
                steps=tuple(line.sentence() for line in parts["steps"].items()) if "steps" in parts else (),
                choices=_choices(page, parts["choices"]) if "choices" in parts else default,
            )


def _one_of(node: Node, allowed: tuple[str, ...], what: str) -> str:
    if (text := node.text()) not in allowed:
        raise PageError(node.at, f"“{text}” is no {what}; known are {', '.join(allowed)}")
    return text
