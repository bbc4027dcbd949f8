"""Reads the rules' YAML and makes the compiled form of it: the one file here that knows YAML."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import re2
import yaml

from probes.causes import Cause, Confidence
from probes.replies.atoms import atoms, beside, shortened
from probes.replies.clean import folding, pattern
from probes.replies.rulebook import Book, Pattern, Rule

HERE = Path(__file__).parent
RULES = HERE / "rules"
COMPILED = HERE / "rules.json"
NOTIONS = HERE / "notions"
COMPILED_NOTIONS = HERE / "notions.json"
STAGES = ("dns", "connect", "tls", "auth", "mail", "rcpt", "data")
_LISTS = ("patterns", "with", "unless", "stages", "codes", "enhanced", "providers", "also", "examples", "not")
_PLAIN = frozenset(r"\.^$*+?{}[]|()")
_KEYS = frozenset(
    (  # noqa: SIM905 - a list of words
        "cause name patterns with unless stages codes enhanced providers weight confidence also stage permanent source"
        " examples not"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a rule, and where: `file:line: says`."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


@dataclass(frozen=True, slots=True)
class Source:
    """A rule with where it stands and the texts that prove it."""

    rule: Rule
    file: str
    line: int
    examples: tuple[str, ...]
    counter: tuple[str, ...]


@dataclass(slots=True)
class Sources:
    """All that was read of some files: rules, software names, and the problems met on the way."""

    rules: list[Source] = field(default_factory=list)
    software: list[tuple[str, Pattern]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)


class _Lines(yaml.SafeLoader):
    """YAML in which every scalar is a string, a doubled key an error, and a mapping knows its line."""


def _mapping(loader: _Lines, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {"__line__": node.start_mark.line + 1}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
        found[str(key)] = loader.construct_object(value_node, deep=True)
    return found


_Lines.add_constructor("tag:yaml.org,2002:map", _mapping)


def _scalar(loader: _Lines, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


for _tag in ("int", "float", "bool", "null", "timestamp"):
    _Lines.add_constructor(f"tag:yaml.org,2002:{_tag}", _scalar)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(v) for v in value) if isinstance(value, list) else (str(value),)


def _lines(value: Any) -> tuple[str, ...]:
    """Return patterns: a list, or a block with one a line, in which a line that opens with `# ` is a comment."""
    if isinstance(value, str):
        return tuple(line.strip() for line in value.splitlines() if line.strip() and not line.startswith("# "))
    return _texts(value)


def expanded(text: str, words: dict[str, str]) -> str:
    """Fill `%name%` with a group of words, make of `…` a short gap, and fold letters as those of texts are."""
    for _ in range(3):
        for name, group in words.items():
            text = text.replace(f"%{name}%", group)
    return text.replace("…", ".{0,90}?").translate(folding())


def _sound(text: str) -> None:
    """Raise ValueError with what is wrong with a pattern."""
    try:
        pattern(text)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise ValueError(f"not a pattern: {said.decode() if isinstance(said, bytes) else said}") from None


def _known(kind: type[StrEnum], value: str, what: str) -> str:
    """Return a word of a vocabulary; ValueError naming some where it is none."""
    if value in tuple(kind):
        return value
    words = ", ".join(tuple(kind)[:4])
    raise ValueError(f"{value!r} is no {what}: use one of {words}" + (" ..." if len(kind) > 4 else ""))


def _one_of(value: Any, words: Iterable[str], what: str) -> str:
    if value not in words:
        raise ValueError(f"{value!r} is no {what}: use one of {', '.join(words)}")
    return str(value)


def _pattern(text: str, words: dict[str, str]) -> Pattern:
    text = expanded(text, words)
    if not _PLAIN.intersection(text):
        return Pattern(text, literal=True, atoms=(shortened(text),))
    _sound(text)
    chosen = atoms(text)
    return Pattern(text, literal=False, atoms=tuple(sorted(chosen)), beside=tuple(sorted(beside(text, chosen))))


def _either(value: Any, words: dict[str, str]) -> tuple[str, ...]:
    """Return patterns as the one pattern that matches where any of them does: one search instead of many."""
    texts = [expanded(each, words) for each in _lines(value)]
    for each in texts:
        _sound(each)
    return ("|".join(texts),) if texts else ()


def _rule(entry: dict[str, Any], cause: Cause, words: dict[str, str]) -> Rule:
    odd = set(entry) - _KEYS - {"__line__"}
    if odd:
        raise ValueError(f"unknown key {', '.join(sorted(odd))}")
    name = str(entry.get("name") or "")
    if not name:
        raise ValueError("a rule needs a name")
    patterns = [_pattern(p, words) for p in _lines(entry.get("patterns"))]
    for each in patterns:
        if not each.atoms:
            raise ValueError(f"no word of three letters or more is sure to stand in the pattern {each.text!r}")
        if (not each.literal and any(a != a.lower() for a in each.atoms)) or (
            each.literal and each.text != each.text.lower()
        ):
            raise ValueError(f"a pattern is written in small letters: {each.text!r}")
    for key in _LISTS:
        if isinstance(entry.get(key), dict) or any(isinstance(one, dict | list) for one in entry.get(key) or ()):
            raise ValueError(f"{key} is a text or a list of texts; put quotes around one that holds a colon")
    enhanced, reply = _texts(entry.get("enhanced")), _texts(entry.get("codes"))
    if not patterns and not enhanced and not reply:
        raise ValueError(f"the rule {name} has neither patterns nor codes")
    default = "60" if patterns else "30" if enhanced else "15"
    permanent, weight, stage = entry.get("permanent"), str(entry.get("weight") or default), entry.get("stage")
    if not (weight.isascii() and weight.isdigit()):
        raise ValueError(f"{weight!r} is no weight: use a number such as {default}")
    if permanent is not None:
        _one_of(permanent, ("true", "false"), "value of permanent")
    for each in (*_texts(entry.get("stages")), *([stage] if stage else ())):
        _one_of(each, STAGES, "stage")
    return Rule(
        name=name if "." in name else f"{cause.value}.{name}",
        cause=cause,
        weight=int(weight),
        confidence=Confidence(_known(Confidence, entry.get("confidence") or "likely", "confidence")),
        patterns=tuple(patterns),
        together=_either(entry.get("with"), words),
        unless=_either(entry.get("unless"), words),
        stages=_texts(entry.get("stages")),
        codes=reply,
        enhanced=enhanced,
        providers=_texts(entry.get("providers")),
        also=tuple(Cause(_known(Cause, each, "cause")) for each in _texts(entry.get("also"))),
        stage=stage,
        permanent=None if permanent is None else permanent == "true",
    )


def _cause(entry: dict[str, Any], path: Path) -> Cause:
    named = entry.get("cause") or (path.stem if path.stem in tuple(Cause) else "")
    if not named:
        raise ValueError("a rule says which cause its words mean, such as cause: relay_denied")
    return Cause(_known(Cause, str(named), "cause"))


def _load_yaml(path: Path, found: Sources) -> Any:
    try:
        return yaml.load(path.read_text("utf-8"), _Lines)  # noqa: S506 - a SafeLoader's child
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        says = getattr(error, "problem", None) or str(error)
        if isinstance(error, UnicodeDecodeError):
            says = "this is no text in UTF-8"
        found.problems.append(Problem(str(path), mark.line + 1 if mark else 1, says))
        return None


def read_file(path: Path, found: Sources) -> None:
    """Add the rules of one file to `found`; a file of one cause bears its name, another says `cause:` at each rule."""
    page = _load_yaml(path, found)
    if page is None:
        return
    entries = page.get("rules") if isinstance(page, dict) else page
    if not isinstance(entries, list):
        found.problems.append(Problem(str(path), 1, "a list of rules is expected, under rules:"))
        return
    for entry in entries:
        if not isinstance(entry, dict):
            found.problems.append(Problem(str(path), 1, f"a rule is a mapping, not {entry!r}"))
            continue
        line = int(entry["__line__"])
        try:
            rule = _rule(entry, _cause(entry, path), found.words)
        except ValueError as error:
            found.problems.append(Problem(str(path), line, str(error)))
            continue
        if any(other.rule.name == rule.name for other in found.rules):
            found.problems.append(Problem(str(path), line, f"the name {rule.name} stands twice"))
            continue
        found.rules.append(Source(rule, str(path), line, _texts(entry.get("examples")), _texts(entry.get("not"))))


def shipped() -> Sources:
    """Read the rules of this package from their sources; once a process, since it takes a while."""
    return _all_in(RULES)


def notions() -> Sources:
    """Read what is asked where no rule knows the words: which thing of the mail world is said to be in which state."""
    return _all_in(NOTIONS)


@functools.cache
def _all_in(rules: Path) -> Sources:
    found = Sources()
    found.words = {k: v for k, v in (_load_yaml(HERE / "words.yaml", found) or {}).items() if k != "__line__"}
    software = _load_yaml(HERE / "software.yaml", found) or {}
    for name, patterns in software.items():
        if name != "__line__":
            found.software += [(name, _pattern(p, found.words)) for p in _texts(patterns)]
    for path in sorted(rules.glob("*.yaml")):
        read_file(path, found)
    return found


def book(found: Sources) -> Book:
    """Return what is loaded at run time: the rules without their examples."""
    return Book(tuple(source.rule for source in found.rules), tuple(found.software))


def compiled(found: Sources) -> bytes:
    """Return the shipped form, one rule a line, so that a change of it can be read."""
    encode = msgspec.json.encode
    rules = b",\n".join(encode(source.rule) for source in found.rules)
    software = b",\n".join(encode(pair) for pair in found.software)
    return b'{"rules":[\n' + rules + b'\n],"software":[\n' + software + b"\n]}\n"


def main() -> None:
    """Write the compiled forms anew; run after every change of a rule: `python -m probes.replies.sources`."""
    for found, made in ((shipped(), COMPILED), (notions(), COMPILED_NOTIONS)):
        for problem in found.problems:
            print(problem)
        made.write_bytes(compiled(found))


if __name__ == "__main__":  # pragma: no cover - run as a command
    main()
