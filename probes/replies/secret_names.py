"""Finds what stands behind a name for a secret, in many languages and in settings, code and speech; pure.

A name alone is no reason: "password not accepted" stays, "password: hunter2" goes. How sure the value must look
depends on what stands between: an equals sign is surer than a space.
"""

# ruff: noqa: E501, SIM905 - patterns and lists read better whole

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from probes.replies.clean import folding, pattern
from probes.replies.secret_looks import bare, is_path, is_plain, looks_secret, spoken

Span = tuple[int, int]
MARK = "[removed]"
REACH = 200
"""Characters behind a name within which its value begins."""
LONGEST_NAME = 24
LABEL = 30
"""Characters that may stand before a name on its line where it is a label."""

_LATIN = (
    r"p[a@]?s{1,2}[ _-]?w(?:[o0]?r?)[dt]t?e?|p a s s w o r d|pass(?:phrase|code|ord|key)?|psw|pwd?|kennw(?:ort|\.)?"
    r"|mots?[ -]de[ -]passe|mdp|contrase(?:n|nh|ny)as?|contrasen|contrasinal|pasahitza|clave|senha|palavra[ -]passe|chave"
    r"|wachtwoord|parola(?: d.ordine)?|haslo|hasło|heslo|losenord|adgangskode|kodeord|salasana|jelszo|sifre|lozinka|geslo"
    r"|parool|parole|slaptazodis|fjalekalimi?|kata sandi|sandi|mat khau|mật khẩu"
    r"|(?:api|secret|access|private|signing|account|shared|auth|encryption|license|client|app)[ _-]?(?:access[ _-]?)?(?:key|secret)"
    r"|(?:verification|security|one[- ]time|login|2fa|sicherheits|bestatigungs) ?code|otp|secret|token|pin"
    r"|(?:php|j)sess(?:ion)?id|passdb|sid|credentials?|creds"
)
_OTHER = (
    r"пароль|пароля|паролем|парола|пасс|лозинка|κωδικ[οό]ς(?: πρ[οό]σβασης)?|סיסמה|סיסמא|كلمة (?:المرور|السر|مرور)|पासवर्ड"
    r"|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|패스워드|รหัสผ่าน"
)
NAME = rf"(?:{_LATIN}|{_OTHER})"
LONG = ("password", "passwort", "passwd", "kennwort", "passphrase", "secret", "token", "wachtwoord", "contrasena")
"""Names that are found at the end of longer words too: `Mailpasswort`, `PGPASSWORD`."""
BEFORE = frozenset(
    "smtp mail email my db auth user imap pop sasl ldap bind root admin login ftp sql pg mysql redis proxy relay http web"
    " api app smarthost relayhost host server client sender bot".split()
)
"""What the short names are joined to: `smtppass`, `bindpw`."""
SHORT = frozenset(
    {
        "token",
        "secret",
        "sid",
        "pin",
        "otp",
        "credentials",
        "credential",
        "creds",
        "clave",
        "chave",
        "parole",
        "sandi",
        "geslo",
        "pass",
        "pw",
    }
)
"""Names that mean something else too: what follows must look like a secret, unless they are given a value by `=`."""
PARTICIPLE = re.compile(r"\w{2,}(?:ed|ing|ible|able|ly|ten|sed)")
NEEDS_SIGN = frozenset(
    {"credentials", "credential", "creds", "sid", "token", "secret", "clave", "chave", "parole", "sandi"}
)
"""Names behind which a space alone says nothing."""
VERDICTS = re.compile(
    r"(?:spf|dkim|dmarc|arc|auth|compauth|iprev|bimi|dara|sender-?id)\W{0,3}(?:status|result)?\W{0,3}$", re.IGNORECASE
)
"""Before `pass` these make it a verdict."""
BAD = re.compile(
    r"(?:wrong|invalid|incorrect|bad|missing|empty|expired|no|falsches|ung(?:ü|ue)ltiges|incorrecto|inv[aá]lida)\s+$",
    re.IGNORECASE,
)
_TAIL = r"(?:s|\d{1,3}|_base|[_-](?:key|token|value|text|env|eval|command|hash|string|maps)|eval|command)?"
_CLOSED = r"['\"`*_~\])}”“]{0,4}"
_BLANK = "[ \t\u00a0\u3000]"
_WHOSE = (
    r"((?:['’ ]?d['’]\S{1,40}|"
    + _BLANK
    + r"{1,3}(?:for|of|to|from|on|der|des|f(?:ü|u)r|pour|para|de|du|von|vom|zum|от|для"
    r"|di|per|van|voor|till|til|i use|here|app|again|now|приложения)(?:" + _BLANK + r"{1,3}[^\s:=]{1,60}){0,3})?)"
)
_SIGN = (
    rf"^{_TAIL}{_CLOSED}{_WHOSE}{_BLANK}{{0,3}}(?:\([^()\n]{{0,40}}\))?{_BLANK}{{0,12}}"
    rf"(:=|={{1,2}}>?|[-~]{{1,2}}>|:|：|＝|→|\||>|,|[-–—])[*_~]{{0,3}}(?:{_BLANK}{{0,12}}[|>][-+]?)?"
    rf"({_BLANK}{{0,40}}(?:\r?\n[ \t>]{{0,20}})?)"
)
_IS = (
    rf"^{_TAIL}{_CLOSED}{_WHOSE}(?:{_BLANK}{{1,3}}|\s?\(it )(is|was|are|will be|should be|must be|ist|war|lautet|sei|est|etait|es|era"
    rf"|fue|foi|e|jest|je|ar|er|on|это|to|as|auf|in|是|为|は|geandert auf|changed to|set to|est devenu)"
    rf"(?:{_BLANK}{{1,2}}(?:now|jetzt|still|also))?{_BLANK}{{0,3}}[: ]{{1,3}}"
)
_NEXT = rf"^{_TAIL}{_CLOSED}(?:{_BLANK}{{1,8}}|\r?\n[ \t>]{{0,20}}|\s?\(it is )"
_GLUED = r"^(?:是|为|は|が|:|：)?"
SURE = ("=", ":=", "==", "=>", "==>", "＝")
VAGUE = ("to", "as", "auf", "in", "on", "er", "je", "ar", "e")
QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "«": "»", "‚": "‘"}
BARE_END = re.compile(r"</|[&;]\s?[\w-]+=|[)\]}][:;,]|[\"'],|<br", re.IGNORECASE)
GROUPS = re.compile(r"[a-z]{4}(?:[ -][a-z]{4}){3}(?![a-z])")
FURTHER = re.compile(r"(?:[ \t]+[^\s]+){1,7}[ \t]*(?=\n|$)")
SPEECH_AFTER = frozenset({"and", "but", "und", "aber", "et", "mais", "y", "pero", "e", "ma"})


def low(text: str) -> str:
    """Return a text in lower case and without marks on its letters, each at its place."""
    lower = text.lower()
    if len(lower) != len(text):  # one letter of Turkish becomes two
        lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lower.translate(folding())


def named(text: str) -> Iterator[Span]:
    """Yield where in a text secrets stand behind their names."""
    hay = low(text)
    for found in pattern(NAME).finditer(hay):
        start, end = found.span()
        if not _is_name(text, hay, start, end):
            # `rootpw` holds another name, which begins before
            inner = pattern(NAME).search(hay[start + 1 : end + LONGEST_NAME]) if hay[start:end] == "otp" else None
            start, end = (start + 1 + inner.start(), start + 1 + inner.end()) if inner else (0, 0)
            if not inner or not _is_name(text, hay, start, end):
                continue
        if span := _behind(text, hay, start, end):
            yield span


def _is_name(text: str, hay: str, start: int, end: int) -> bool:
    """Tell a whole name from a piece of another word (`bypass`, `passenger`)."""
    name = hay[start:end]
    if not name[0].isascii():
        return True
    after = hay[end : end + 1]
    tail = pattern(rf"^{_TAIL}").match(hay[end : end + 12])
    after = hay[end + (tail.end() if tail else 0) :][:1]
    if after.isalnum() and not _is_wide(after) and not (text[end].isupper() and text[end - 1].islower()):
        return False
    before = hay[start - 1 : start] if start else ""
    if not before.isalnum():
        return not (name == "pass" and VERDICTS.search(hay[max(0, start - 30) : start]))
    if _is_wide(before) or (text[start].isupper() and text[start - 1].islower()):
        return True
    joined = "".join(
        reversed(list(takewhile(lambda c: c.isascii() and c.isalpha(), reversed(hay[max(0, start - 20) : start]))))
    )
    return name.startswith(LONG) or joined in BEFORE


def _is_wide(letter: str) -> bool:
    """Tell letters of scripts that are written without spaces."""
    return letter >= "\u0e00"


def _behind(text: str, hay: str, start: int, end: int) -> Span | None:
    """Return where the value of the name at `start` to `end` stands, or None where none does."""
    name, rest = hay[start:end], text[end : end + REACH]
    needs_looks = name in SHORT or bool(BAD.search(text[max(0, start - 20) : start]))
    if sign := pattern(_SIGN).match(rest):
        whose, what, gap = sign.groups()
        tag = text[start - 1 : start] == "<" if start else False
        if what in ("-", "–", "—") and not gap:
            return None
        quoted_name = (start > 0 and text[start - 1] in "\"'") or rest[:1] in "\"'"
        if what == ",":
            return _value(text, end + sign.end(), sure=False, looks=False, quoted=True) if quoted_name else None
        if what == ">" and text[start - 1 : start] == "/":
            return None  # the tag that ends it
        surely = what in SURE
        vague = bool(whose) or name == "sid" or what in ("-", "–", "—") or (what == ">" and not tag)
        looks = "\n" in gap or vague or (needs_looks and not surely)
        line = _opens_line(text, start)
        return _value(text, end + sign.end(), sure=True, looks=looks, line=line, quoted_too=not vague)
    if verb := pattern(_IS).match(hay[end : end + REACH]):
        vague = verb.group(2) in VAGUE and rest[verb.start(2) : verb.start(2) + 1] not in "éè"
        return _value(text, end + verb.end(), sure=True, looks=vague or needs_looks, prose=True)
    if name[0] >= "\u0e00" and (glued := pattern(_GLUED).match(rest)):
        return _value(text, end + glued.end(), sure=False, looks=True)
    if name not in NEEDS_SIGN and (gap := pattern(_NEXT).match(rest)):
        upper_pass = text[start:end] == "PASS" and _opens_line(text, start)
        return _value(text, end + gap.end(), sure=upper_pass, looks=not upper_pass, quoted_too=name not in SHORT)
    return None


def _opens_line(text: str, start: int) -> bool:
    """Tell whether at most a few words of a label stand before a name on its line."""
    before = text[max(0, start - LABEL) : start].rpartition("\n")[2]
    return len(before) < LABEL and not any(letter in before for letter in ".,;")


def _value(
    text: str,
    at: int,
    *,
    sure: bool,
    looks: bool,
    prose: bool = False,
    line: bool = False,
    quoted: bool = False,
    quoted_too: bool = True,
) -> Span | None:
    """Return the value that begins at a place, where it is one: in quotes, a row of groups, words, or one word."""
    while at < len(text) and text[at] in " \t(<[{" and text[at : at + len(MARK)] != MARK:
        at += 1
    if at >= len(text) or text.startswith(MARK, at):
        return None
    closing = QUOTES.get(text[at])
    if closing and (end := _closed(text, at, closing)) > at + 1:
        inside = text[at + 1 : end]
        if len(inside) < 3 or MARK in inside or spoken(inside) or not (quoted_too or looks_secret(inside)):
            return None
        words = inside.split()
        if not sure and not quoted and (len(words) > 1 or (not looks_secret(inside) and not is_plain(inside))):
            return None
        return (at + 1, end) if len(words) == 1 or not any(map(spoken, words)) else None
    if quoted:
        return None
    if groups := GROUPS.match(text, at):
        return groups.span() if sure or not any(map(spoken, groups[0].replace("-", " ").split())) else None
    end = _bare_end(text, at)
    word = text[at:end]
    if MARK in word or is_path(word):
        return None
    if looks_secret(word):
        return _trimmed(text, at, _further(text, end, line=line))
    further = _further(text, end, line=line or prose)
    if looks or not bare(word):
        return None
    if spoken(word):
        return (at, further) if len(text[end:further].split()) >= (3 if prose else 2) else None
    if prose and is_plain(bare(word)) and (PARTICIPLE.fullmatch(bare(word)) or not _ends_speech(text, further, word)):
        return None
    return _trimmed(text, at, further) if len(bare(word)) >= 3 else None


def _closed(text: str, at: int, closing: str) -> int:
    """Return where quotes close on the same line, a doubled or escaped one passed over; -1 where they do not."""
    end = at + 1
    while end < len(text) and text[end] != "\n":
        if text[end] == "\\":
            end += 1
        elif text[end] == closing:
            if text[end + 1 : end + 2] != closing or end == at + 1:
                after = text[end + 1 : end + 2]
                return end if not after.isalnum() else -1
            end += 1
        end += 1
    return -1


def _bare_end(text: str, at: int) -> int:
    """Return where a value without quotes ends: at a space, or where a setting or a tag goes on behind it."""
    end = at + len(re.match(r"\S*", text[at : at + 300])[0])  # type: ignore[index]
    cut = BARE_END.search(text, at + 1, end)
    return cut.start() if cut else end


def _further(text: str, end: int, *, line: bool) -> int:
    """Return where a passphrase of several words ends: with its line, where none of them is a word of speech."""
    more = FURTHER.match(text, end) if line else None
    if more is None:
        return end
    words = more[0].split()
    plain = all(is_plain(bare(word)) or bare(word).isdigit() for word in words)
    return more.end() if plain and not any(map(spoken, words)) else end


def _ends_speech(text: str, end: int, word: str) -> bool:
    """Tell whether a sentence ends behind a word, or goes on with another half."""
    following = text[end:].lstrip(" \t")
    if word[-1] in ".,;!?)" or following[:1] in ("", "\n", ".", ",", ";"):
        return True
    return following.split(None, 1)[0].lower() in SPEECH_AFTER


def _trimmed(text: str, at: int, end: int) -> Span:
    """Leave the stop that ends a sentence, and brackets that close, where they are."""
    while end - at > 3 and text[end - 1] in ".,;:)]}>\"'`":
        end -= 1
    return at, end
