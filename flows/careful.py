"""What a person types is freed of secrets before anything is made of it (rule 8): no later step ever sees one."""

from __future__ import annotations

from dataclasses import replace

from flows.conversation import Conversation, Event, Filled, Opened, Pasted, Pictured
from probes.target import clean, without_password

LONGEST = 100_000
"""Characters of one text that are read and kept: the first two thirds and the last third of what is longer."""
NEAR = 1000
"""Characters within which the end of a line, else of a word, is looked for where a text is cut."""


def careful(event: Event) -> tuple[Event, bool]:
    """Return the event without what looks like a secret, and whether anything was taken out."""
    match event:
        case Opened(text) | Pasted(text):
            kept = shortened(text)
            safe = without_secrets(kept)
            return replace(event, text=safe), safe != kept
        case Filled(values):
            safe_values = {name: without_secrets(value) for name, value in values.items()}
            return (Filled(safe_values), True) if safe_values != dict(values) else (event, False)
        case Pictured(reference):
            return Pictured(without_secrets(reference)), False
        case _:
            return event, False


def without_secrets(text: str) -> str:
    """Return a text cleaned and without passwords, tokens and login strings; as it was where it has none."""
    from probes.replies.redaction import redact  # its patterns are compiled only where a text comes

    kept = shortened(text)
    meant = clean(kept)
    safe, found = redact(without_password(meant))
    return safe if found or safe != meant else kept


def shortened(text: str) -> str:
    """Cut what is too long in its middle: an error stands at the beginning or the end of a log.

    It is cut at the ends of lines, since half a line may be a secret without the word that tells it; where a line is
    long, its beginning is kept all the same.
    """
    if len(text) <= LONGEST:
        return text
    head, tail = text[: LONGEST * 2 // 3], text[1 - LONGEST // 3 :]
    end = max(head.rfind("\n", -NEAR), 0) or max(head.rfind(" ", -NEAR), 0) or len(head)
    return head[:end] + "\n" + (tail.partition("\n")[2] or tail)


def noticed(conversation: Conversation, sentence: str) -> Conversation:
    """Return the conversation with one more sentence to be said at its next step."""
    if conversation.notice and sentence in conversation.notice:
        return conversation
    return replace(conversation, notice=" ".join(filter(None, (sentence, conversation.notice))))
