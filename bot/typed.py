"""What a typed word means at a step: the same as pressing the button that bears it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.catalogue import meaning
from flows.conversation import AskedHuman, Chose, Event, StartedAgain, WentBack
from flows.screen import Screen

EMOJI = re.compile(r":[a-z0-9_+'-]{1,80}:", re.IGNORECASE)
FOOTER: Mapping[str, Event] = {"back": WentBack(), "again": StartedAgain(), "human": AskedHuman()}


def pressed(text: str, screen: Screen) -> Event | None:
    """Return what pressing a button of the screen would have been, None where the text is the label of none.

    What stands before a label's first comma will do (“yes” for “Yes, that helped”), where no other begins so.
    """
    word = _folded(text)
    if not word or "\n" in text.strip():
        return None
    labels = {option.name: _folded(option.label) for option in screen.options}
    whole = [name for name, label in labels.items() if label == word]
    begun = [name for name, label in labels.items() if _folded(label.split(",")[0]) == word]
    if len(found := whole or begun) == 1:
        return Chose(found[0])
    return FOOTER.get(meaning(text, [option.name for option in screen.footer if option.name in FOOTER]))


def says_nothing(text: str) -> bool:
    """Tell whether a text is a greeting, thanks, a bare “ok” or an emoji: nothing in which a cause could be read."""
    return bool(meaning(text, ("hello", "thanks", "nothing"))) or not re.search(r"\w", EMOJI.sub("", text))


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").strip(" .!?\"'").split())
