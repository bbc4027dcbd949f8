"""Finds the recipients in bounces that are written for people: qmail, Exim, Postfix, Sendmail, Exchange, Domino, and others."""

from __future__ import annotations

from functools import cache

from probes.replies.clean import pattern, straightened, unwrapped
from probes.replies.facts import addresses
from probes.replies.message import Fields, grouped

_A = r"([\w.!#$%&'*+/=?^{|}~-]+@[\w-]+(?:\.[\w-]+)*)"
_COPY = (
    r"(?im)^[ \t>]*(?:-{2,}|=-{2,}|={2,}|_{3,}|\*{3,})?[ \t]*(?:below this line is a copy|this is a copy of (?:the|your) message|"
    r"(?:the )?original message (?:follows|header|text)|unsent message below|here is a copy of the message|returned message|"
    r"message headers? follow|begin(?:ning of)? (?:message|original)|included is a copy|original message -|ursprungliche nachricht|urspr.ngliche nachricht|original mail|"
    r"the header of the original message|header of the original|a copy of (?:your|the) (?:original )?(?:message|mail)|the body of the message is|"
    r"message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|original message headers|"
    r"copie du message|returned (?:mail|message) (?:follows|text)|message text follows|message (?:is|body) follows|"
    r"the following is a copy|undelivered message (?:follows|is)|your (?:original )?message follows)"
)
_MARKS = (
    "final-recipient:", "diagnostic-code:", "qmail-send program", "could not be delivered", "mail delivery software", "delivery has failed",
    "did not reach", "was not delivered", "couldn't be delivered", "wasn't delivered", "undeliverable", "returned mail", "delivery failed",
    "delivery to the following", "permanent fatal errors", "transcript of session follows", "mail delivery fail", "undelivered mail",
    "unable to deliver", "not able to deliver", "failed permanently", "delivery status notification", "mail system at host", "had delivery errors",
    "unzustellbar", "nicht zugestellt", "konnte nicht", "n'a pas pu etre remis", "n'a pu etre", "non remis", "no se pudo entregar", "no se ha podido entregar",
    "non e stato possibile", "impossibile recapitare", "kon niet worden", "niet worden bezorgd", "nao pode ser entregue", "nao foi entregue", "could not deliver",
    "can't deliver", "cannot be delivered", "cannot deliver", "can not be delivered", "delivery failure", "returned to sender", "message not delivered",
    "配信", "送信できませんでした", "failed recipient", "delivery error", "bounced", "returned without", "wasn't able to deliver", "failed to deliver",
    "delayed", "hasn't been delivered", "has not been delivered", "echec de la remise", "non recapitabile", "no entregado", "n'a pas ete remis",
)  # fmt: skip
_LINES = (
    # <a@b>: text (qmail, Postfix); with "(expanded from ...)" between
    r"^\s*<" + _A + r">(?: \((?:expanded|from|ursprunglich)[^)]*\))?\s*:\s*(.*)$",
    # a@b: text, or a line of the address alone (Exim, Sendmail, Gmail, Exchange, many others)
    r"^\s*(?:[-*o•·]\s+|\d[.)]\s+)?[<'\"(\[]{0,2}(?:mailto:|smtp:|rfc822;|to: ?)?" + _A + r"[>'\")\].,]{0,3}\s*(?:[:;]\s*(.*))?$",
    # 'a@b' on date, a@b on 3/4/2009 (Exchange)
    r"^\s*['\"<]{0,2}" + _A + r"['\">]{0,2} (?:on|am|le|el|il|op|em|den) (\d.*|\w+day.*)$",
    # Name <a@b> alone; Name (a@b)
    r"^\s*['\"]?[^<>@:]{1,60}[<(\[]{1}(?:mailto:)?" + _A + r"[>)\]](?:<mailto:[^>]*>)?['\"]?\s*(?:[:;]\s*(.*))?$",
    # labelled
    r"^\s*(?:final[- ]recipients?|original[- ]recipients?|failed recipients?|recipients?(?: address(?:es)?)?|to|rcpt to|"
    r"(?:failed |undeliverable |invalid |bad |intended )(?:recipients?|address(?:es)?|user)|address(?:es)?|an|empfanger|empfängeradresse|empfänger|destinataires?|destinatarios?|destinatari[oa]?|"
    r"ontvangers?|e-?mail(?: address)?|mailbox|sent to|deliver(?:y)? to|宛先|受信者)\s*(?:\(s\))?\s*[:=]\s*(?:rfc822;\s*|smtp:)?['\"<]{0,2}" + _A + r"['\">]{0,2}\s*(.*)$",
)  # fmt: skip
_INLINE = (
    r"(?:your |the )?(?:e-?mail |mail )?(?:message|mail|e-?mail|letter)(?: that you sent)? (?:to|for|addressed to|sent to) (?:the following (?:address|recipient)e?s?:? )?['\"<(]{0,2}(?:mailto:)?"
    + _A
    + r"['\">)]{0,2}(?:<mailto:[^>]*>)? (?:could ?n.t|could not|was ?n.t|was not|has ?n.t|has not|has been|cannot|can.t|did not|is|failed|bounced|because|couldn)",
    r"(?:deliver(?:ed|y)?|send|sent|mail|reach|message) (?:\w+ ){0,4}to:? (?:the (?:following )?(?:user|recipient|address|account)e?s?:? )?['\"<(]{0,2}" + _A,
    r"(?:user|recipient|mailbox|address|account|addressee)(?: name)?:? ?['\"<(]{0,2}" + _A + r"['\">)]{0,2}",
    r"rcpt to:? ?<" + _A + r">",
    r"(?:an|à|a|para|aan|per)(?: die adresse| folgende\w*| l'adresse)?:? ['\"<(]{0,2}" + _A,
    r"<" + _A + r">[.:]{0,3} (?:user|unknown|recipient|no such|mailbox|invalid|host|relay|sender|does|access)",
)  # fmt: skip
_NOBODY = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@", "abuse@", "support@", "help@", "helpdesk@", "microsoftexchange", "webmaster@", "hostmaster@", "prvs=", "double-bounce@", "donotreply@")
_REPLY_SUBJECT = (
    r"(?i)^\W*(?:(?:re|aw|fwd?|sv): ?)*\W*(?:auto(?:matic|mated|matische|matisk)?[- ]?(?:reply|response|respon|antwort|svar|atisch)|out of (?:the )?office|abwesen|autoreply|"
    r"automatische (?:antwort|abwesenheits)|abwesenheits|reponse automatique|réponse automatique|absence|message d'absence|absent|respuesta automatica|respuesta automática|fuera de la oficina|"
    r"risposta automatica|fuori (?:ufficio|sede)|automatisch antwoord|afwezig|resposta automatica|resposta automática|fora do escrit|自動応答|自動返信|不在|"
    r"read:|gelesen:|lu ?:|leido:|leído:|letto:|gelezen:|lida:|not read:|read receipt|return receipt|delivered:|zugestellt:|vacation|on holiday|ooo\b|delivery (?:status )?notification \(success\)|"
    r"successful mail delivery|开封|開封済|開封確認|confirmation de lecture|lesebestatigung|lesebestätigung|empfangsbest|bestätigung|i am (?:away|out)|i'm (?:away|out)|urlaub|in vacanza)"
)
_DELAY = (
    r"(?i)(?:delivery status notification \(delay\)|\bdelayed\b|warning: (?:message|could not send|mail)|still trying|will (?:continue|keep) trying|will be retried|"
    r"has not (?:yet )?been delivered|hasn.t been delivered yet|not yet been delivered|no action is required on your part|this is a warning message only|do not need to resend|"
    r"noch nicht zugestellt|verzogert|verzögert|retard(?:ee?|ée?)\b|retrasad|ritardat|vertraagd|遅延|will retry|temporary problem|zustellung verzögert)"
)
_GIVEN_UP = r"(?i)(?:giving up|given up|permanent|too long|could not be delivered within|failed after|undeliverable|has failed|endgültig|no longer|retry timeout exceeded|returned to sender|expired|wasn.t delivered)"


@cache
def _reply_subject() -> object:
    return pattern(_REPLY_SUBJECT)


def is_reply_subject(subject: str) -> bool:
    """Return whether a subject is that of an automatic answer or a receipt."""
    return bool(pattern(_REPLY_SUBJECT).search(subject))


def is_delay(subject: str, human: str) -> bool:
    """Return whether a bounce only says that the mail waits."""
    if pattern(r"(?i)\(delay\)|delayed|^warning: |verz.gert|warning: could not send").search(subject):
        return True
    return bool(pattern(_DELAY).search(human)) and not pattern(_GIVEN_UP).search(subject + "\n" + human)


def looks_bounced(text: str) -> bool:
    """Return whether the words of a bounce occur in a text of some lines."""
    if text.count("\n") < 2 and len(text) < 250:
        return False
    low = straightened(text[:20000]).lower()
    return any(mark in low for mark in _MARKS)


def without_copy(text: str) -> str:
    """Cut off the copy of the message that came back, unless nothing else would be left."""
    found = pattern(_COPY).search(text)
    if found and len(text[: found.start()].strip()) > 60:
        return text[: found.start()]
    return text


def inline_groups(text: str) -> list[Fields]:
    """Return the groups of a delivery report that stands in a text as text."""
    low = text.lower()
    if "final-recipient" not in low and "original-recipient" not in low:
        return []
    text = "\n".join(line.strip("> |*").rstrip() if line[:1] not in " \t" else line for line in text.splitlines())
    groups = []
    for group in grouped(text):
        if "final-recipient" in group or "original-recipient" in group:
            groups.append(group)
        elif groups and ("diagnostic-code" in group or "status" in group) and "diagnostic-code" not in groups[-1]:
            groups[-1] = {**group, **groups[-1]}
    return groups


def _usable(address: str, excluded: tuple[str, ...]) -> bool:
    low = address.lower().strip(".")
    if low in (e.lower() for e in excluded) or low.startswith(_NOBODY):
        return False
    domain = low.rpartition("@")[2]
    return not pattern(r"^[\w.$-]{20,}@.*(?:prod\.outlook\.com|local|mail\.gmail\.com)$|^\d{8,}\.|^20\d{12}").search(low) and bool(domain)


def recipients(human: str, excluded: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the recipients that a bounce written for people names, each with the lines that stand with it."""
    lines = straightened(unwrapped(human)).splitlines()
    found: list[tuple[str, list[str]]] = []
    open_block = False
    for line in lines:
        start = _recipient_line(line, excluded)
        if start:
            address, rest = start
            found.append((address, [rest] if rest else []))
            open_block = True
        elif found and open_block:
            if line.strip():
                found[-1][1].append(line.strip())
            elif found[-1][1]:
                open_block = False
    if found:
        merged: dict[str, tuple[str, list[str]]] = {}
        for address, said in found:
            merged.setdefault(address.lower(), (address, []))[1].extend(said)
        return [(address, "\n".join(said)) for address, said in merged.values()]
    text = " ".join(" ".join(lines).split())
    for each in _INLINE:
        seen: dict[str, str] = {}
        for match in pattern("(?i)" + each).finditer(text):
            if _usable(match.group(1), excluded):
                seen.setdefault(match.group(1).strip(".").lower(), match.group(1).strip("."))
        if seen:
            return [(address, "") for address in list(seen.values())[:20]]
    return []


def _recipient_line(line: str, excluded: tuple[str, ...]) -> tuple[str, str] | None:
    if "@" not in line or len(line) > 2000:
        return None
    low = line.lstrip("> \t").lower()
    if low.startswith(("from:", "von:", "sender:", "reply-to:", "message-id:", "de :", "de:", "da:", "cc:", "subject:", "return-path:", "reporting-mta", "x-")):
        return None
    for each in _LINES:
        match = pattern("(?i)" + each).search(line)
        if match and _usable(match.group(1), excluded):
            return match.group(1).strip("."), (match.group(2) or "").strip()
    return None


def about(human: str, address: str) -> str:
    """Return the lines of a bounce that stand with `address`."""
    low = address.lower()
    return "\n".join(said for each, said in recipients(human, ()) if each.lower() == low)


def beside(human: str, known: tuple[str, ...]) -> str:
    """Return what a bounce of several recipients says to all of them: the text without the lines of each."""
    lows = tuple(address.lower() for address in known)
    return "\n".join(line for line in human.splitlines() if not any(low in line.lower() for low in lows))


def lone(human: str, excluded: tuple[str, ...]) -> list[str]:
    """Return the only address that a bounce names, where it names one."""
    named = [a for a in dict.fromkeys(x.lower() for x in addresses(human)) if _usable(a, excluded)]
    return named[:1] if len(named) == 1 else []


__all__ = ["about", "addresses", "beside", "inline_groups", "is_delay", "is_reply_subject", "lone", "looks_bounced", "recipients", "without_copy"]
