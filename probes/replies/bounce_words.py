"""The words by which a bounce is known and taken apart, in the languages that mail systems speak; patterns of RE2."""

# ruff: noqa: E501 - a table of words reads better whole

from __future__ import annotations

_A = r"([\w.!#$%&'*+/=?^{|}~-]+@[\w-]+(?:\.[\w-]+)*)"
COPY = (
    r"(?im)^[ \t>|]*(?:-{2,}|=-{2,}|={2,}|_{3,}|\*{3,})?[ \t]*(?:below this line is a copy|this is a copy of (?:the|your) message|"
    r"(?:the )?original message (?:follows|header|text)|unsent message below|here is a copy of the message|returned message|"
    r"message headers? follow|begin(?:ning of)? (?:message|original)|included is a copy|original message -|ursprungliche nachricht|urspr.ngliche nachricht|original mail|"
    r"the header of the original message|header of the original|a copy of (?:your|the) (?:original )?(?:message|mail)|the body of the message is|"
    r"message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|original message headers|"
    r"copie du message|returned (?:mail|message) (?:follows|text)|message text follows|message (?:is|body) follows|"
    r"the following is a copy|undelivered message (?:follows|is)|your (?:original )?message follows)"
)
MARKS = (
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
LINES = (
    # an address in angle brackets, then a text (qmail, Postfix); the words "expanded from" may stand between
    r"^\s*<" + _A + r">(?: \((?:expanded|from|ursprunglich)[^)]*\))?\s*:\s*(.*)$",
    # an address, then a text; or a line of the address alone (Exim, Sendmail, Gmail, Exchange, many others)
    r"^\s*(?:[-*o•·]\s+|\d[.)]\s+)?[<'\"(\[]{0,2}(?:mailto:|smtp:|rfc822;|to: ?)?" + _A + r"[>'\")\].,]{0,3}\s*(?:[:;]\s*(.*))?$",
    # an address, then "on" and a date (Exchange)
    r"^\s*['\"<]{0,2}" + _A + r"['\">]{0,2} (?:on|am|le|el|il|op|em|den) (\d.*|\w+day.*)$",
    # a name, then an address in brackets
    r"^\s*['\"]?[^<>@:]{1,60}[<(\[]{1}(?:mailto:)?" + _A + r"[>)\]](?:<mailto:[^>]*>)?['\"]?\s*(?:[:;]\s*(.*))?$",
    # an address and three dots (Sendmail)
    r"^\s*<" + _A + r"> ?\.\.\.\s*(.*)$",
    # labelled
    r"^\s*(?:final[- ]recipients?|original[- ]recipients?|failed recipients?|recipients?(?: address(?:es)?)?|to|rcpt to|"
    r"(?:failed |undeliverable |invalid |bad |intended )(?:recipients?|address(?:es)?|user)|address(?:es)?|an|empfanger|empfängeradresse|empfänger|destinataires?|destinatarios?|destinatari[oa]?|"
    r"ontvangers?|e-?mail(?: address)?|mailbox|sent to|deliver(?:y)? to|宛先|受信者)\s*(?:\(s\))?\s*[:=]\s*(?:rfc822;\s*|smtp:)?['\"<]{0,2}" + _A + r"['\">]{0,2}\s*(.*)$",
)  # fmt: skip
INLINE = (
    r"(?:your |the )?(?:e-?mail |mail )?(?:message|mail|e-?mail|letter)(?: that you sent)? (?:to|for|addressed to|sent to) (?:the following (?:address|recipient)e?s?:? )?['\"<(]{0,2}(?:mailto:)?"
    + _A
    + r"['\">)]{0,2}(?:<mailto:[^>]*>)? (?:could ?n.t|could not|was ?n.t|was not|has ?n.t|has not|has been|cannot|can.t|did not|is|failed|bounced|because|couldn)",
    r"(?:deliver(?:ed|y)?|send|sent|mail|reach|message) (?:\w+ ){0,4}to:? (?:the (?:following )?(?:user|recipient|address|account)e?s?:? )?['\"<(]{0,2}" + _A,
    r"(?:user|recipient|mailbox|address|account|addressee)(?: name)?:? ?['\"<(]{0,2}" + _A + r"['\">)]{0,2}",
    r"rcpt to:? ?<" + _A + r">",
    r"(?:an|à|a|para|aan|per)(?: die adresse| folgende\w*| l'adresse)?:? ['\"<(]{0,2}" + _A,
    r"<" + _A + r">[.:]{0,3} (?:user|unknown|recipient|no such|mailbox|invalid|host|relay|sender|does|access)",
)  # fmt: skip
NOBODY = (
    "mailer-daemon@",
    "postmaster@",
    "noreply@",
    "no-reply@",
    "abuse@",
    "support@",
    "help@",
    "helpdesk@",
    "microsoftexchange",
    "webmaster@",
    "hostmaster@",
    "prvs=",
    "double-bounce@",
    "donotreply@",
)
REPLY_SUBJECT = (
    r"(?i)^\W*(?:(?:re|aw|fwd?|sv): ?)*\W*(?:auto(?:matic|mated|matische|matisk)?[- ]?(?:reply|response|respon|antwort|svar|atisch)|out of (?:the )?office|abwesen|autoreply|"
    r"automatische (?:antwort|abwesenheits)|abwesenheits|reponse automatique|réponse automatique|absence|message d'absence|absent|respuesta automatica|respuesta automática|fuera de la oficina|"
    r"risposta automatica|fuori (?:ufficio|sede)|automatisch antwoord|afwezig|resposta automatica|resposta automática|fora do escrit|自動応答|自動返信|不在|"
    r"read:|gelesen:|lu ?:|leido:|leído:|letto:|gelezen:|lida:|not read:|read receipt|return receipt|delivered:|zugestellt:|vacation|on holiday|ooo\b|delivery (?:status )?notification \(success\)|"
    r"successful mail delivery|开封|開封済|開封確認|confirmation de lecture|lesebestatigung|lesebestätigung|empfangsbest|bestätigung|i am (?:away|out)|i'm (?:away|out)|urlaub|in vacanza)"
)
DELAY = (
    r"(?i)(?:delivery status notification \(delay\)|\bdelayed\b|warning: (?:message|could not send|mail)|still trying|will (?:continue|keep) trying|will be retried|"
    r"has not (?:yet )?been delivered|hasn.t been delivered yet|not yet been delivered|no action is required on your part|this is a warning message only|do not need to resend|"
    r"noch nicht zugestellt|verzogert|verzögert|retard(?:ee?|ée?)\b|retrasad|ritardat|vertraagd|遅延|will retry|temporary problem|zustellung verzögert)"
)
GIVEN_UP = r"(?i)(?:giving up|given up|permanent|too long|could not be delivered within|failed after|undeliverable|has failed|endgültig|no longer|retry timeout exceeded|returned to sender|expired|wasn.t delivered)"
