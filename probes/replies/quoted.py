"""Finds the server's own reply that a mail program quotes within its dialog, and what the dialog says beside it."""

from __future__ import annotations

from probes.replies.clean import pattern

LONGEST = 900
"""More of a reply says nothing more."""
SHORTEST = 8
"""Less of it says nothing."""

_MARKS = (
    "respon",
    "reply:",
    "detail:",
    "with message",
    "returned the error",
    "recipients",
    "rejected with",
    "command failed:",
    "server message:",
    "<** ",
    "smtpdataerror",
    "addressfailedexception",
    "sendfailedexception",
    "smtp error (",
    "unknown address error",
    "remote host said",
    "server said",
    "server returned",
    "antw",
    "ponse du",
    "pondu",
    "rispo",
    "resposta",
    "сервер",
    "响应为",
    "サーバーの応答",
    "serwera",
    "sunucu",
)
"""One of these stands before every reply that is quoted; a text without them is not searched."""
_QUOTED = (
    r"(?i)(?:(?:server respon(?:se|ded)(?: was)?|server (?:said|returned)|returned the error|negative smtp reply|detail"
    r"|recipients failed: \S{3,80}|recipients were rejected|rejected with this error"
    r"|antwort des (?:mail-?)?servers?(?: war| lautete)?|server (?:hat )?(?:ge)?antwortete?|serverantwort"
    r"|r[ée]ponse du serveur(?: a [ée]t[ée]| [ée]tait)?|serveur(?: de messagerie)? a r[ée]pondu"
    r"|respuesta del servidor(?: fue)?|servidor(?: de correo)? (?:ha )?respondi(?:ó|o|do)"
    r"|risposta del server|server(?: di posta)? ha risposto"
    r"|antwoord van (?:de )?(?:mail)?server|server antwoordde"
    r"|resposta do servidor(?: foi)?|servidor(?: de e-?mail)? respondeu"
    r"|(?:ответ|отклик) сервера|сервер ответил|服务器(?:的)?响应为?|サーバーの応答|odpowied[zź] serwera(?: by[lł]a)?"
    r"|sunucu(?:nun)? yan[iı]t[iı])\W{0,4}[:\s]|with message [\"']"
    r"|smtp(?:recipientsrefused|dataerror)\W.{0,80}?\([245]\d\d, b?['\"]|smtp(?:address|send)failedexception:"
    r"|(?:rcpt to|data end|data) command failed:|server message:|unknown address error|remote host said:|<\*\* )\W{0,3}"
)
_IN_BRACKETS = r"(?i)smtp error \(-?\d{1,3}\): [^()]{3,120}\("
_ENDS = (
    r"(?i)(?:['\"”»]?\s*,\s*(?:port|server error|serverfehler|secure|sicher|error number|fehlernummer|account|konto"
    r"|puerto|porta|poort|compte|cuenta|num[ée]ro|n[úu]mero)\b"
    r"|\.?\s*please (?:check|verify) (?:the|your|that your)\b|\.?\s*bitte [üu]berpr[üu]fen|\.?\s*veuillez v[ée]rifier"
    r"|\.?\s*por favor,? (?:compr|verif)|\.?\s*controllare (?:il|l.)|\.?\s*controleer (?:de|het)"
    r"|\.?\s*verifique (?:o|se)\b|\.?\s*use the pop-?up menu"
    r"|['\"”»]\s*(?:\(code|your user ?name|in /|$)|\.?\s*your user ?name/password"
    r"|\s*giving up on |\s+at \w+(?:\.[\w.<>]+)? \(|\s*msmtp: could not|\s+-> quit\b|\s+<- |\s+=== \w"
    r"|['\"]\)|\s+at (?:com|jakarta|javax|org)\.|; ?nested exception|\s*smtp error:|\s+server error:"
    r"|\s+server: ['\"]|\s+protocol: (?:smtp|imap|pop3)\b|\s+\(0x8[0-9a-f]{7}\)"
    r"|\s+error (?:number|id|code)\b|\s*smtp code:|\s*additional smtp info)"
)


def reply(shown: str) -> tuple[str, str] | None:
    """Return the reply that `shown` quotes and the words around it, or None where it quotes none.

    >>> reply("Negative SMTP reply: 550 5.1.1 no such user")
    ('550 5.1.1 no such user', 'Negative SMTP reply: ')
    """
    low = shown.lower()
    if (low[:3].isdigit() and low[3:4] in " -") or not any(mark in low for mark in _MARKS):
        return None
    begun = pattern(_QUOTED).search(shown)
    bracket = None if begun else pattern(_IN_BRACKETS).search(shown)
    start = begun.end() if begun else bracket.end() if bracket else 0
    rest = shown[start : start + LONGEST]
    end = pattern(_ENDS).search(rest)
    said = rest[: end.start()] if end else rest
    if bracket:
        said = said.rstrip(' .*"”').removesuffix(")")
    said = said.strip(" '\"“”«»")
    if not start or len(said) < SHORTEST:
        return None
    return said, shown[:start] + (rest[end.start() :] if end else "")


_CODED = r"""(?i)[a-z](?:[:;]|\s?[('"])\s{0,3}['"(<]?([45]\d\d[ -]\S)"""


def coded(shown: str) -> tuple[str, str] | None:
    """Return what `shown` says from the first reply code after a colon or a quotation mark on, and the words around it.

    >>> coded("The SMTP server smtp.example.com said: 571 Blocked")
    ('571 Blocked', 'The SMTP server smtp.example.com said: ')
    """
    begun = None if shown[:3].isdigit() else pattern(_CODED).search(shown[:LONGEST])
    if not begun:
        return None
    rest = shown[begun.start(1) : begun.start(1) + LONGEST]
    end = pattern(_ENDS).search(rest)
    said = (rest[: end.start()] if end else rest).strip(" '\"“”«»")
    return (said, shown[: begun.start(1)] + (rest[end.start() :] if end else "")) if len(said) >= SHORTEST else None
