"""What findings, causes, mistakes and the shell are called in words.yaml: the one place of prose that is in no page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from flows.model import Sentence, Where
from flows.pages import Node, PageError, read_nodes
from flows.wording import plain, worded
from probes.causes import Cause, Confidence
from probes.findings import Finding
from probes.target import Mistake
from probes.verdict import NotTested

FILE = "flows/words.yaml"
BEHIND = frozenset({"not_reached", "stopped_before", "not_smtp"})
"""Reasons that say no more than that something before it failed."""
SENTENCES = ("findings", "causes", "not_tested", "mistakes")
LABELS = (
    "confidence", "who", "checks", "shell", "fields", "hints", "security", "login", "person_sees", "where", "stages",
    "tls_errors",
)  # fmt: skip
PLAIN = {"stage": "stages", "error": "tls_errors"}
"""Codes in a finding's evidence that are said in words, and the group that has them."""


@dataclass(frozen=True, slots=True)
class Words:
    """All of words.yaml; what has no word there gets a readable generic one, never an error."""

    findings: Mapping[str, Sentence]
    causes: Mapping[str, Sentence]
    not_tested_reasons: Mapping[str, Sentence]
    mistakes: Mapping[str, Sentence]
    labels: Mapping[str, Mapping[str, str]]
    at: Mapping[str, Where]

    def finding(self, finding: Finding) -> str:
        """Return the evidence sentence of a finding, marked up; a generic one for an unknown code."""
        values = {**finding.evidence, "subject": finding.subject}
        named = values.get("field", "")
        for name in ("security", *(("typed", "wanted") if named == "security" else ())):
            values[name] = self.labels["security"].get(values.get(name, ""), values.get(name, ""))
        if named in self.labels["fields"]:
            values["word.field"] = self.labels["fields"][named]
        for name, group in PLAIN.items():
            if label := self.label(group, values.get(name, "")):
                values[f"word.{name}"] = label
        if values.get("cause") in self.causes:
            values["word.cause"] = self.cause(Cause(values["cause"]))
        if "error" in values:
            values["error"] = values["error"].removeprefix("other:").replace("_", " ")
        if finding.evidence.get("mistake") in self.mistakes:
            return self.mistake(Mistake("", finding.evidence["mistake"], finding.evidence))
        said = worded(self.findings.get(finding.code, ()), values)
        return said or self._generic(finding.code, values)

    def cause(self, cause: Cause, values: Mapping[str, str] | None = None) -> str:
        """Return the one sentence that sums up a cause."""
        return worded(self.causes.get(cause.value, ()), values or {}) or self._readable(cause.value)

    def mistake(self, mistake: Mistake) -> str:
        """Return what is wrong with a typed field and what to do, as plain text: forms show no marks."""
        values = {**mistake.evidence, "field": mistake.field}
        return plain(worded(self.mistakes.get(mistake.code, ()), values) or self._generic(mistake.code, values))

    def not_tested(self, not_tested: NotTested) -> str:
        """Return what could not be looked at, and why."""
        values = {**not_tested.evidence, "word.check": self.check(not_tested.check).rstrip("?")}
        said = worded(self.not_tested_reasons.get(not_tested.reason, ()), values)
        return said or f"{values['word.check']}: not looked at ({self._readable(not_tested.reason)})."

    def all_not_tested(self, missed: Iterable[NotTested]) -> tuple[str, ...]:
        """Return what could not be looked at; what only lay behind the cause is one sentence together."""
        listed = list(missed)
        behind = [self.check(one.check).rstrip("?") for one in listed if one.reason in BEHIND]
        said = [self.not_tested(one) for one in listed if one.reason not in BEHIND]
        return (*said, self.shell("behind", **{"word.checks": "; ".join(behind)})) if behind else tuple(said)

    def confidence(self, confidence: Confidence) -> str:
        """Return how sure a verdict is, as a sentence."""
        return self.labels["confidence"][confidence.value]

    def check(self, name: str) -> str:
        """Return what a check asks, for the list of progress."""
        return self.labels["checks"].get(name) or self._readable(name)

    def shell(self, key: str, **values: str) -> str:
        """Return a word of the shell (a button's label, a heading); KeyError where it does not exist."""
        return worded((self.labels["shell"][key],), values) or self.labels["shell"][key]

    def label(self, group: str, name: str) -> str:
        """Return a label of a group (`fields`, `hints`, `security`, `login`, `who`), or an empty text."""
        return self.labels[group].get(name, "")

    def answer(self, slot: str, value: str) -> str:
        """Return an answer as a person reads it: `starttls` as STARTTLS, "I don't know" for what is not known."""
        return self.labels[slot].get(value, value) if slot in ("security", "login", "person_sees") else value

    def _generic(self, code: str, values: Mapping[str, str]) -> str:
        facts = "; ".join(f"{name} {value}" for name, value in values.items() if value and name != "subject")
        said = self._readable(code) + (f" ({facts[:300]})" if facts else "") + "."
        return f"{values['subject']}: {said}" if values.get("subject") else said

    @staticmethod
    def _readable(code: str) -> str:
        return code.replace("_", " ").replace("`", "'").capitalize()


def load() -> Words:
    """Read words.yaml; raises PageError naming the line that is wrong."""
    return read_words(resources.files("flows").joinpath("words.yaml").read_text(encoding="utf-8"))


def read_words(source: str) -> Words:
    """Read words from YAML text; raises PageError naming the line that is wrong."""
    root = read_nodes(source, FILE)
    if root is None:
        raise PageError(Where(FILE, 1), "the words are missing")
    parts = root.only(SENTENCES + LABELS, SENTENCES + LABELS)

    def sentences(name: str) -> dict[str, Sentence]:
        return {code: node.sentence() for code, node in parts[name].mapping().items()}

    return Words(
        sentences("findings"),
        sentences("causes"),
        sentences("not_tested"),
        sentences("mistakes"),
        {name: parts[name].texts() for name in LABELS},
        {f"{name}.{code}": at for name in SENTENCES for code, at in _keys(parts[name]).items()},
    )


def _keys(node: Node) -> Mapping[str, Where]:
    return node.keys
