"""Draw a tree as Mermaid: one box a page, the same picture for the same pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flows.model import Advise, Ask, Fill, Flow, Go, Look, Step, exits

SHAPES: dict[type, tuple[str, str]] = {
    Ask: ("{{", "}}"),
    Fill: ("[/", "/]"),
    Look: ("([", "])"),
    Advise: ("[", "]"),
    Go: ("{", "}"),
}
SHARED = 3
"""Steps of a page that go the same way are drawn as one arrow from the page, from so many on."""


def draw(flow: Flow) -> str:
    """Return the whole tree as a Mermaid flowchart, ending in a line feed."""
    return "\n".join(_lines(flow)) + "\n"


def _lines(flow: Flow) -> Iterator[str]:
    yield "flowchart LR"
    pages: dict[str, list[Step]] = {}
    for name in sorted(flow.steps):
        pages.setdefault(name.split(".")[0], []).append(flow.steps[name])
    for page, steps in pages.items():
        yield f"  subgraph {page}"
        for step in steps:
            opening, closing = SHAPES[type(step)]
            yield f'    {_id(step.name)}{opening}"{_label(step)}"{closing}'
        yield "  end"
    for page, steps in pages.items():
        ways = Counter((out.label, out.then) for step in steps for out in exits(flow, step) if isinstance(step, Advise))
        shared = {way for way, times in ways.items() if times >= SHARED}
        for label, then in sorted(shared):
            yield f'  {page} -- "{_text(label)}" --> {_id(then)}'
        for step in steps:
            yield from _arrows(flow, step, shared)


def _arrows(flow: Flow, step: Step, shared: set[tuple[str, str]]) -> Iterator[str]:
    joined: dict[str, list[str]] = {}
    for out in exits(flow, step):
        if isinstance(step, Advise) and (out.label, out.then) in shared:
            continue
        if isinstance(step, Go) and step.page and out.label not in (*step.to, "otherwise"):
            joined.setdefault(step.page, [])
        else:
            joined.setdefault(out.then, []).append(out.label)
    for then, labels in joined.items():
        text = _text(" / ".join(label for label in dict.fromkeys(labels) if label))
        to = _id(then) if then in flow.steps else then
        yield f'  {_id(step.name)} -- "{text}" --> {to}' if text else f"  {_id(step.name)} --> {to}"


def _id(name: str) -> str:
    return name.replace(".", "_")


def _label(step: Step) -> str:
    match step:
        case Go():
            return _text(f"{step.on}?")
        case Advise(cause=cause) if cause:
            return cause.value
        case _:
            return _text(step.text[-1])


def _text(text: str) -> str:
    short = text if len(text) <= 60 else text[:59].rstrip() + "…"
    return short.replace('"', "'").replace("{", "‹").replace("}", "›").replace("`", "'")
