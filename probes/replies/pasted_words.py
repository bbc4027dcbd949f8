"""The patterns by which a bounce that came apart when it was copied is put together again; of RE2."""

# ruff: noqa: E501 - a table of words reads better whole

from __future__ import annotations

from probes.replies.bounce_words import ADDRESS

APART = r"<[ \t]*" + ADDRESS + r"[ \t]*>"
"""An address that has gaps within its brackets."""
_HEADS = (
    r"from|to|cc|subject|date|sent|von|an|gesendet|betreff|datum|de|à|a|para|envoyé|objet|asunto|fecha|enviado(?: el)?|da|per|oggetto|data|inviato|"
    r"aan|onderwerp|verzonden|assunto|til|till|fra|från|ämne|emne|od|do|temat|от|кому|тема|дата|差出人|宛先|件名|日付|送信日時|发件人|收件人|主题"
)
LONE_LABEL = r"(?im)^[ \t>*|]*(" + _HEADS + r")[*]?\s?[:：][ \t*]*\n(?:[ \t]*\n)?[ \t>|]*([^\s:][^\n]*)$"
"""A label of a mail's head on a line of its own, and what belongs to it on the next, as web pages are copied."""
NEXT_LINE = (
    r"(?i)[ \t]+((?:reporting-mta|received-from-mta|arrival-date|final-recipient|original-recipient|action|status|remote-mta|diagnostic-code|last-attempt-date|will-retry-until|"
    r"x-postfix-[\w-]+|x-failed-recipients|from|to|cc|subject|sent|date)[ \t]?:[ \t]|<"
    + ADDRESS[1:-1]
    + r">(?: \([^)\n]*\))?:[ \t])"
)
"""What stood at the beginning of a line in a bounce that has come as one line."""
NEXT_ADDRESS = (
    r"(?i)((?:failed|permanently|delayed|delivered|errors?|recipients?|destinations?|address(?:es)?|groups?|lists?|users?)(?:\(s\))?[^\w@<\n]{1,16})(<?"
    + ADDRESS[1:-1]
    + r">?)[ \t]+"
)
ANOTHER_ADDRESS = (
    r"(?i)[ \t]+(<?"
    + ADDRESS[1:-1]
    + r">?)[ \t]+(host \S+ \[|smtp error|retry time|unrouteable|no such user|mailbox|all hosts|technical details|the e-?mail|reason)"
)
LONG_LINE = 240
"""A line of so many letters that names somebody may be a bounce whose lines were lost."""
BROKEN = r"<([^\s<>@]{1,64}@[^\s<>@]{0,80})\n[ \t>|]*([^\s<>@]{1,80}>)|<([^\s<>@]{1,64})\n[ \t>|]*(@[^\s<>@]{1,80}>)"
"""An address in angle brackets that goes over two lines."""
WRAPPED = r"(?i)imceasmtp-([\w.+-]+)@[\w.-]+"
"""An address that Exchange wrapped into one of its own (`IMCEASMTP-ann+40example+2Eorg@...`)."""
AT = r"(?im)^([ \t]*[<'\"(]?[\w.+-]+) at ((?:[\w-]+\.)+[a-z]{2,}[>'\")]?[ \t]*(?::.*)?)$"
AT_IN_BRACKETS = r"(?i)([\w.+-]+) ?(?:\(at\)|\[at\]|\{at\}) ?((?:[\w-]+\.)+[a-z]{2,})"
"""An address with a word for its sign, on a line of its own."""
