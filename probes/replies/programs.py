"""Tells which mail program a text shows: by its name, by a dialog that no other has, or in the head of what it sent."""

from __future__ import annotations

from probes.replies.clean import pattern

MOST = 20_000
"""Characters in which a program is looked for."""
_OF_OTHERS = (
    r"(?i)(?:outlook for|sent (?:from|by)|inviato da|(?:von|de|da|desde|depuis|van) (?:meinem|mon|mi|mijn|meu))"
    r"[^\n]{0,24}"
)
"""Another program of that device, and what a device puts below every mail; it may be somebody else's."""
_SHOWN = (
    ("thunderbird", r"(?i)\bthunderbird\b"),
    ("windows_live_mail", r"(?i)\bwindows live mail\b"),
    ("outlook_express", r"(?i)\boutlook express\b"),
    ("apple_mail", r"(?i)\b(?:apple|macos) mail\b"),
    ("iphone", r"(?i)\b(?:iphone|ipad)\b"),
    (
        "outlook_classic",
        (
            r"(?im)^x-mailer: *microsoft (?:office )?outlook(?:,| imo| \d)"
            r"|\b(?:task|aufgabe|t\x{e2}che|tarea|taak|tarefa|attivit\x{e0}) ?['\"][^\n]{1,120}['\"][^\n]{0,40}"
            r"\(0x8[0-9a-f]{7}\)"
        ),
    ),
)
"""The program's name as its file in flows/programs has it; those whose name says too little are left out."""


_COMPARED = (
    r"(?i)\bworks\b|(?:^|[^\w.@-])(?:outlook|android|samsung|gmail|webmail|browser|laptop|computer|desktop|pc|mac ?book"
    r"|imac)(?:[^\w.@-]|[.]?$|[.]\s)"
)
"""Where it works, or another program or device: which of them fails, a name alone does not tell."""
_BY_ITSELF = frozenset(("outlook_classic",))
"""Known by what no other program writes, whatever else is named."""


def program_of(told: str) -> str | None:
    """Return the one mail program that a text shows, None where it shows none or several, or compares them."""
    told = pattern(_OF_OTHERS).sub("", told[:MOST])
    found = {name: shown for name, shown in _SHOWN if pattern(shown).search(told)}
    if len(found) != 1:
        return None
    ((name, shown),) = found.items()
    compared = name not in _BY_ITSELF and pattern(_COMPARED).search(pattern(shown).sub("", told))
    return None if compared else name
