"""Takes passwords, tokens and login strings out of a text before it is stored or shown (rule 8); pure."""

# ruff: noqa: E501, ISC004 - patterns read better whole

from __future__ import annotations

from probes.replies.clean import pattern, sound

MARK = "[removed]"

_KEPT_HEAD = (
    # user:password@ in an address of a server
    r"(?i)(\b[a-z][a-z0-9+.-]{1,15}://[^\s:/@]{1,200}:)[^\s/@]{1,300}(@)",
    # AUTH with its first answer, and what the client says next
    r"(?i)(\bauth[ ]+(?:plain|login|xoauth2|oauthbearer|cram-md5|digest-md5|ntlm|gssapi|external)[ ]+)[a-z0-9+/=_-]{2,}()",
    # headers and bearer tokens
    r"(?i)(\b(?:proxy-)?authorization\s*:\s*(?:basic|bearer|digest|negotiate)\s+)[^\s\"']{4,}()",
    r"(?i)(\bbearer\s+)[a-z0-9._~+/=-]{12,}()",
    # name and value, in many languages, quoted or bare
    r"(?i)([\"']?\b(?:pass(?:word|wd|phrase|code)?|pwd|pw|passwort|kennwort|mot de passe|mdp|contrase(?:n|ñ)a|clave|senha|wachtwoord|parola"
    r"|api[_ -]?key|secret|client[_ -]?secret|access[_ -]?token|refresh[_ -]?token|token|smtp[_-]?pass(?:word)?|passwordcommand|auth_password)\b"
    r"[\"']?(?:\s+(?:is|ist|was|lautet|est|es))?\s{0,3}(?:=>|=|:|\s(?:is|ist|est|es)\s)\s{0,3}[\"']?)[^\s\"',;<>]{3,300}()",
    r"(パスワード\s*[:：は=]\s*)[^\s]{3,200}()",
)  # fmt: skip
_WHOLE = (
    r"\bya29\.[\w.-]{10,}",
    r"\bEw[A-Za-z0-9+/=]{200,}",
    r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]{0,})?",
    r"\bxox[a-z]-[\w-]{8,300}|\bxapp-[\w-]{8,300}",
    r"\bSG\.[\w-]{10,100}\.[\w-]{10,200}",
    r"\bkey-[0-9a-f]{24,64}\b",
    r"\bAKIA[0-9A-Z]{12,24}\b",
    r"\bxkeysib-[\w-]{20,200}|\bxsmtpsib-[\w-]{20,200}",
    r"(?i)\buser=[^\s\x01]{3,200}\x01auth=bearer[^\x01]{3,}",
)
_DIALOGUE = r"(?m)^((?:[<>*~ ]{0,4}\s*)?334[ -][^\n]{0,300}\n(?:C: ?|>>> ?|-> ?|~> ?| ?> ?)?)([A-Za-z0-9+/=]{4,})(\s*)$"
_ARROWED = r"(?m)^(\s*(?:C:|>>>|->|~>|=>) ?)([A-Za-z0-9+/]{11,}={0,2})(\s*)$"
_SPOKEN = (
    "incorrect",
    "wrong",
    "invalid",
    "rejected",
    "required",
    "expired",
    "not",
    "authentication",
    "for",
    "and",
    "or",
    "is",
)


def _kept(found: object) -> str:
    whole: str = found.group(0)  # type: ignore[attr-defined]
    head: str = found.group(1)  # type: ignore[attr-defined]
    tail: str = found.group(2) or ""  # type: ignore[attr-defined]
    secret = whole[len(head) : len(whole) - len(tail)]
    if secret == MARK or secret.lower().rstrip(".!") in _SPOKEN:
        return whole
    return head + MARK + tail


def redact(text: str) -> tuple[str, bool]:
    """Return `text` without what looks like a secret, and whether anything was taken out.

    Secrets are values named password or token, `user:password@` in an address, what follows AUTH, answers to 334,
    and tokens known by their shape. What only speaks of a password ("password incorrect") stays.
    """
    before = text = sound(text)
    low = text.lower()
    if "334" in low:
        text = pattern(_DIALOGUE).sub(lambda m: m.group(1) + MARK + m.group(3), text)
    if "auth" in low:
        text = pattern(_ARROWED).sub(lambda m: m.group(1) + MARK + m.group(3), text)
    for each in _KEPT_HEAD:
        text = pattern(each).sub(_kept, text)
    for each in _WHOLE:
        text = pattern(each).sub(MARK, text)
    return text, text != before
