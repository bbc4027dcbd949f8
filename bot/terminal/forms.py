"""A form field by field: Enter keeps the value in brackets, an empty one means "I don't know", b goes a field back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from bot.catalogue import say
from bot.terminal.ink import inked, one_line
from bot.terminal.lines import Lines
from bot.terminal.paper import Paper
from flows.screen import Input, Screen

UNKNOWN = "-"
"""Typed for "I don't know" where an empty line means the default."""

Keep = Callable[[], Awaitable[None]]

COMMANDS = ("a", "h", "q", "?")
TEXT = "text"
"""The field that takes many lines."""


@dataclass(slots=True)
class Form:
    """A form that is being filled: what was typed in it, and the field `at` which it goes on."""

    typed: dict[str, str] = field(default_factory=dict)
    at: str = ""

    async def fill(self, paper: Paper, lines: Lines, screen: Screen, keep: Keep) -> dict[str, str] | str:
        """Return the values, or what was typed instead of one: a command (b, a, h, q, ?) or a text of several lines.

        `keep` is called after each field, when `typed` has become more.
        """
        wrong = [one for one in screen.inputs if one.mistake]
        fields = wrong or list(screen.inputs)
        names = [one.name for one in fields]
        index = names.index(self.at) if self.at in names else 0
        if wrong and len(wrong) < len(screen.inputs):
            paper.gap()
            paper.say(say("terminal", "asked_again"), "quiet", indent=2)
        self._tell_kept(paper, fields[:index])
        while index < len(fields):
            self.at = names[index]
            answer = await self._ask(paper, lines, fields[index], keep)
            if answer == "b" and index:
                index -= 1
            elif answer in ("b", *COMMANDS) or (names[index] != TEXT and "\n" in answer):
                return answer
            else:
                self.typed[names[index]] = answer
                index += 1
                self.at = names[index] if index < len(names) else ""
                await keep()
        return {one.name: self.typed.get(one.name, one.value) for one in screen.inputs}

    def _tell_kept(self, paper: Paper, fields: Sequence[Input]) -> None:
        """Say what was typed in the fields before the one that the form goes on at."""
        if not fields:
            return
        paper.gap()
        paper.say(say("terminal", "kept"), "quiet", indent=2)
        for one in fields:
            value = self.typed.get(one.name, one.value)
            label = next(
                (option.label for option in one.options if option.name == value), value or say("terminal", "not_known")
            )
            paper.say(Text(f"{one_line(one.label)}: {one_line(label)}", "quiet"), indent=4)

    async def _ask(self, paper: Paper, lines: Lines, one: Input, keep: Keep) -> str:
        paper.gap()
        paper.say(one_line(one.label), "strong", indent=2)
        value = one.value
        if one.name in self.typed:
            value = self.typed[one.name]
        elif one.mistake:
            paper.say(one.mistake, "fault", indent=2, first=f"{paper.signs['fault']} ")
            if value and not one.options and one.name != TEXT:
                paper.say(Text(say("terminal", "you_typed", value=one_line(value)), "quiet"), indent=2)
                value = ""  # what is wrong is not offered again
        if one.hint:
            paper.say(one.hint, "quiet", indent=2)
        if one.options:
            return await self._select(paper, lines, one, value)
        if one.name == TEXT:
            return await self._text(paper, lines, one, keep)
        shown = one_line(value)
        ghost = not_known = say("terminal", "not_known")
        if shown:
            ghost = say("terminal", "enter_keeps", unknown=UNKNOWN, not_known=not_known)
        answer = await lines.ask(f"  {paper.signs['prompt']} ", default=shown, ghost=ghost, many=True)
        if _several(answer):
            return answer
        return "" if one_line(answer) == UNKNOWN else one_line(answer)

    async def _select(self, paper: Paper, lines: Lines, one: Input, value: str) -> str:
        names = [option.name for option in one.options]
        default = names.index(value) if value in names else 0
        for number, option in enumerate(one.options):
            label = inked(one_line(option.label)).append(
                "  " + say("terminal", "enter") if number == default else "", "quiet"
            )
            paper.say(label, first=f"{number + 1:>2}  ", indent=2)
        while True:
            ghost = one_line(one.options[default].label)
            answer = await lines.ask(f"  {paper.signs['prompt']} ", ghost=ghost, many=True)
            if _several(answer):
                return answer
            answer = one_line(answer)
            if answer in ("b", *COMMANDS):
                return answer
            if not answer:
                return names[default]
            found = picked(answer, [(option.name, option.label) for option in one.options])
            if found is not None:
                return found
            if answer == UNKNOWN:
                return next((name for name in names if name in ("", "auto", "unknown")), "")
            paper.say(say("terminal", "type_number", count=len(names)), "notice", indent=2)

    async def _text(self, paper: Paper, lines: Lines, one: Input, keep: Keep) -> str:
        kept = self.typed.get(one.name, "").splitlines()
        if kept:
            paper.say(say("terminal", "words_kept"), "quiet", indent=2)
            for line in kept:
                paper.say(Text(one_line(line), "quiet"), indent=4)
        else:
            paper.say(say("terminal", "paste"), "quiet", indent=2)
        first = await lines.ask(f"  {paper.signs['prompt']} ", many=True)
        if first.strip() in ("b", *COMMANDS):
            return first.strip()
        if _several(first):
            return "\n".join([*kept, first])
        more: str | None = first if first.strip() not in ("", ".") else None
        while more is not None:
            kept.append(more)
            self.typed[one.name] = "\n".join(kept)
            if lines.typed_by_hand:
                await keep()
            more = await lines.more()
        return "\n".join(kept) or (one.value if not one.required else "")


def _several(answer: str) -> bool:
    return "\n" in answer.strip()


def picked(answer: str, options: list[tuple[str, str]]) -> str | None:
    """Return the name of the option that a number, its name or its label means, or None."""
    if answer.isascii() and answer.isdigit() and 1 <= int(answer[:9]) <= len(options):
        return options[int(answer) - 1][0]
    folded = answer.casefold()
    matches = (name for name, label in options if folded and folded in (name.casefold(), one_line(label).casefold()))
    return next(matches, None)
