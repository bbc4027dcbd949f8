"""A form field by field: the prefilled value is the default, an empty one means "I don't know", b goes a field back."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.terminal.ink import inked, one_line
from bot.terminal.lines import Lines
from bot.terminal.paper import Paper
from flows.screen import Input, Screen

UNKNOWN = "-"
"""Typed for "I don't know" where an empty line means the default."""

NOT_KNOWN = "I don’t know"

COMMANDS = ("a", "h", "q", "?")
TEXT = "text"
"""The field that takes many lines."""


@dataclass(slots=True)
class Form:
    """A form that is being filled; `typed` outlives a Back out of it, so that nothing typed is lost."""

    typed: dict[str, str] = field(default_factory=dict)

    async def fill(self, paper: Paper, lines: Lines, screen: Screen) -> dict[str, str] | str:
        """Return the values, or the command (b, a, h, q, ?) that was typed instead of one."""
        wrong = [one for one in screen.inputs if one.mistake]
        fields = wrong or list(screen.inputs)
        if wrong:
            self.typed = {}
        values = {one.name: self.typed.get(one.name, one.value) for one in screen.inputs}
        if wrong and len(wrong) < len(screen.inputs):
            paper.gap()
            paper.say("What you typed is kept. Only this is asked again:", "quiet", indent=2)
        index = 0
        while index < len(fields):
            answer = await self._ask(paper, lines, fields[index], values[fields[index].name])
            if answer == "b" and index:
                index -= 1
            elif answer in ("b", *COMMANDS):
                self.typed = values
                return answer
            else:
                values[fields[index].name] = answer
                index += 1
        self.typed = {}
        return values

    async def _ask(self, paper: Paper, lines: Lines, one: Input, value: str) -> str:
        paper.gap()
        paper.say(one_line(one.label), "strong", indent=2)
        if one.mistake:
            paper.say(one.mistake, "fault", indent=2, first=f"{paper.signs['fault']} ")
        if one.hint:
            paper.say(one.hint, "quiet", indent=2)
        if one.options:
            return await self._select(paper, lines, one, value)
        if one.name == TEXT:
            return await self._text(paper, lines, one)
        answer = one_line(await lines.ask(f"  {paper.signs['prompt']} ", default=one_line(value), ghost=NOT_KNOWN))
        return "" if answer == UNKNOWN else answer

    async def _select(self, paper: Paper, lines: Lines, one: Input, value: str) -> str:
        names = [option.name for option in one.options]
        default = names.index(value) if value in names else 0
        for number, option in enumerate(one.options):
            label = inked(one_line(option.label)).append("  (Enter)" if number == default else "", "quiet")
            paper.say(label, first=f"{number + 1:>2}  ", indent=2)
        while True:
            ghost = one_line(one.options[default].label)
            answer = one_line(await lines.ask(f"  {paper.signs['prompt']} ", ghost=ghost))
            if answer in ("b", *COMMANDS):
                return answer
            if not answer:
                return names[default]
            found = picked(answer, [(option.name, option.label) for option in one.options])
            if found is not None:
                return found
            if answer == UNKNOWN:
                return next((name for name in names if name in ("", "auto", "unknown")), "")
            paper.say(f"Type a number from 1 to {len(names)}.", "notice", indent=2)

    async def _text(self, paper: Paper, lines: Lines, one: Input) -> str:
        paper.say("Paste it. A line with a single dot, or an empty line, ends it.", "quiet", indent=2)
        first = await lines.ask(f"  {paper.signs['prompt']} ", many=True)
        if first.strip() in ("b", *COMMANDS):
            return first.strip()
        if "\n" in first:
            return first
        kept = [first] if first.strip() not in ("", ".") else []
        while kept and (line := await lines.more()) is not None:
            kept.append(line)
        return "\n".join(kept) or (one.value if not one.required else "")


def picked(answer: str, options: list[tuple[str, str]]) -> str | None:
    """Return the name of the option that a number, its name or its label means, or None."""
    if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= len(options):
        return options[int(answer) - 1][0]
    folded = answer.casefold()
    matches = (name for name, label in options if folded and folded in (name.casefold(), one_line(label).casefold()))
    return next(matches, None)
