"""The words by which a bounce is known and taken apart, in the languages that mail systems speak; patterns of RE2."""

# ruff: noqa: E501 - a table of words reads better whole

from __future__ import annotations

ADDRESS = r"([\w\x{c0}-\x{24f}.!#$%&'*+/=?^{|}~-]+@[\w\x{c0}-\x{24f}-]+(?:\.[\w\x{c0}-\x{24f}-]+)*)"
COPY = (
    r"(?im)^[ \t>|*]*(?:-[- ]*|=-{2,}|={2,}|_{3,}|\*{3,}|\|-+|#+)?[ \t]*(?:below (?:this line|the next line|is|are) (?:is )?(?:a copy|the headers?|the original)|this is a copy of (?:the|your) message|"
    r"(?:the )?original (?:message|mail) (?:follows|headers?|text|details|-|attached|as received|was:)|original message\W*$|unsent message(?: below)?|here is (?:a copy|the (?:first|original|beginning))|"
    r"(?:message|mail) headers?(?: (?:follow|only)|:|\W*$)|begin(?:ning of)? (?:message|original|returned)|included is a copy|urspr(?:ü|u|.{1,2})ngliche nachricht|original mail|"
    r"the (?:first|message) .{0,30}(?:header|lines?) of (?:the|your)|(?:the |a )?(?:full )?headers? (?:and .{0,40} )?of the (?:original|source|rejected|returned|message|undelivered)|a copy of (?:your|the) (?:original |undelivered )?(?:message|mail)|the body of the message is|"
    r"message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|"
    r"copie du message|(?:start of )?returned (?:mail|message)(?: (?:follows|text)|[-\s]*$)|message (?:text|contents?|body)? ?(?:is )?follows|your message reads|old message:|attached is|"
    r"the following is a copy|undelivered message (?:follows|is)|your (?:original )?message follows|a summary of the undelivered|transcript of (?:the )?message|forwarded message\W*$|"
    r"message (?:header|body) (?:follows|suppressed|removed)|(?:the )?(?:rejected|undeliverable|failed|bounced) (?:message|mail) (?:follows|is attached|headers?))"
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
    "could not be reached", "couldn't be reached", "generating server", "delivery of the email was stopped", "can't be delivered",
    "not be delivered", "not deliver", "mail blocked", "virus found", "nao foi possivel", "non e stato recapitato", "no ha podido entregar",
    "ne peut pas etre remis", "n'a pas pu", "ne peut etre", "nie dostarcz", "nie mogl", "nedoruc", "kunde inte levereras", "kunne ikke leveres",
    "ikke levert", "ikke leveret", "teslim edilemedi", "kezbesit", "ei voitu toimittaa", "не может быть доставлен", "не доставлен", "не удалось доставить",
    "退信", "退回", "无法发送", "无法送达", "无法传递", "無法傳送", "無法送達", "未能送达", "전송에 실패", "배달", "전송하지 못", "届きません", "配達",
    "error has occurred while attempting to deliver", "error delivering your", "failed addresses follow", "no valid recipients",
    "original message follows", "invalid final delivery", "had fatal errors", "had transient", "not accepting mail with",
    "not accepting mail from", "failed recipients", "unable to send to", "problem while delivering", "will retry for", "has been postponed",
    "processed by the mail server", "no se ha entregado", "is niet bezorgd", "nao foi entregue", "no se encontro la direccion",
    "adresse introuvable", "indirizzo non trovato", "endereco nao encontrado", "adres niet gevonden", "address not found",
    "gick inte att leverera", "kunde inte leverera", "kunne ikke levere", "blev ikke leveret", "ikke leveres til", "toimitus epaonnistui",
    "kezbesitesi nem sikerult", "nie powiodlo", "se nezdarilo", "livrarea nu a reusit", "η παραδοση", "teslim edilemedi",
    "nie zostala dostarczona", "nie moze zostac dostarczon", "was rejected by a remote mail server", "did not receive this message", "impossible de remettre", "impossible de joindre", "impossible de livrer", "no se puede localizar", "no recibieron su mensaje", "falha na entrega",
    "falha de entrega", "error de entrega", "error en la entrega", "fehler bei der nachrichtenzustellung", "nicht erreicht werden", "hat einige oder alle",
    "non ha raggiunto", "impossibile raggiungere", "niet bereikt", "niet worden bereikt", "nao alcancou", "nao foi possivel alcancar",
    "nadde inte", "kan inte nas", "nadde ikke", "nie dotar", "nie mozna skontaktowac", "не достигло", "сбой доставки", "remote server returned", "gave this error",
    "rejected your message", "配信に失敗", "配信でき", "送達でき", "传递失败", "传递到", "未到达", "没有到达", "傳遞失敗", "未能送達", "도달하지 못", "배달하지 못",
    "details of permanent failure", "has been blocked. see", "address(es) had delivery", "following addresses had", "warning message only",
    "while delivering to", "bouncing e-mail", "bouncing address", "envelope expired", "is the mailer-daemon", "the other server returned",
    "delayed", "hasn't been delivered", "has not been delivered", "echec de la remise", "non recapitabile", "no entregado", "n'a pas ete remis",
)  # fmt: skip
CODE = r"(?:^|[^\d.])[45](?:\d\d[ #-]|\.\d{1,2}\.\d)"
"""A reply's code, or an enhanced one."""
BELOW_NAMED = (
    r"(?m)^[^\n@]{0,120}(?:recipient|empfanger|destinat|geadresseerd|ontvanger|odbiorc|adresat|mottagar|mottaker|modtager|vastaanottaj|prijemc|cimzett|"
    r"получател|адресат|alici|收件|受信者|宛先|받는 사람|수신자|παραληπτ)[^\n@]{0,80}[:：][ \t]*\n(?:[ \t]*\n){0,2}[^\n]{0,60}@"
)
"""A line that speaks of recipients and ends in a colon, and an address below it; small letters without marks."""
_DAY = r"(?:\d|(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim)\w*[., ])"
LINES = (
    # an address in angle brackets, then a text (qmail, Postfix); the words "expanded from" may stand between
    r"^\s*<" + ADDRESS + r">(?: \((?:expanded|from|ursprunglich)[^)]*\))?\s*:\s*(.*)$",
    # an address, then a text; or a line of the address alone (Exim, Sendmail, Gmail, Exchange, many others)
    r"^\s*(?:[-*o•·]\s+|\d{1,3}[.)]\s+)?[<'\"(\[]{0,2}(?:mailto:|smtp:|rfc822;|rcpt |to: ?)?" + ADDRESS + r"[>'\")\].,]{0,3}\s*(?:[:;]\s*(.*))?$",
    # an address, then what became of it in brackets, after dots or after a dash (GroupWise, Sendmail, MDaemon)
    r"^\s*(?:[-*o•·]\s+|\d{1,3}[.)]\s+)?(?:\d{3}[ -])?(?:\d\.\d\.\d{1,3} )?[<'\"(]{0,2}" + ADDRESS + r"[>'\")]{0,2}(?: ?\.{2,3}\s*| \s*-{1,2}>? +|,? +\(| (?:has |have )?(?:failed|bounced)\b:?|\s*[|\x{2502}\t]\s*)(.*)$",
    # an address, then "on" and a date (Exchange)
    r"^\s*(?:.{0,120}smtp=)?['\"<]{0,2}" + ADDRESS + r"['\">;]{0,2} (?:on|am|le|el|il|op|em|en|a|à|à la date du|den|på|pa|dne|dnia|w dniu|v|в|на) (" + _DAY + r".*)$",
    # a name, then an address in brackets
    r"^\s*['\"]?[^<>@:]{1,60}[<(\[]{1}(?:mailto:)?" + ADDRESS + r"[>)\]](?:<mailto:[^>]*>)?['\"]?\s*(?:[:;]\s*(.*))?$",
    # a name, an address in brackets, and a date
    r"^\s*['\"]?[^<>@:]{1,60}[<(\[]" + ADDRESS + r"[>)\]] (?:on|am|le|el|il|op|em|en|a|à|à la date du|den|på|pa|dne|dnia|w dniu|v|в|на) (" + _DAY + r".*)$",
    # an address, then a reply
    r"^\s*[<'\"(\[]{0,2}" + ADDRESS + r"[>'\")\]]{0,2}\s+([45]\d\d[ #-].*)$",
    # an address, then the same in brackets (Active!hunter)
    r"^\s*['\"]?" + ADDRESS[1:-1] + r"['\"]?\s*[<(\[](?:mailto:)?" + ADDRESS + r"[>)\]]\s*(?:[:;]\s*(.*))?$",
    # an address within one of X.400 (Exchange 5.5)
    r"^\s*[cC]=.{0,120}[sS][mM][tT][pP]=" + ADDRESS + r";?(.*)$",
    # labelled
    r"^\s*(?:final[- ]recipients?|original[- ]recipients?|failed recipients?|recipients?(?: e-?mail)?(?: address(?:es)?)?|rcpt to|original address|addressed to|error-for|"
    r"(?:failed|undeliverable|undelivered|invalid|bad|intended|unknown|failing) (?:final )?(?:delivery )?(?:recipients?|address(?:es)?|user(?:id)?)|address(?:es)?|empfanger|empfängeradresse|empfänger|destinataires?|destinatarios?|destinatari[oa]?|"
    r"ontvangers?|e-?mail(?: address)?|mailbox|sent to|deliver(?:y)? to|宛先|受信者)\s*(?:\(s\))?\s*[:=]\s*(?:rfc822;\s*|\[?smtp:)?['\"<]{0,2}" + ADDRESS + r"['\">\]]{0,2}\s*(.*)$",
    # at the end of a sentence that names recipients
    r"^[^@:：]{3,140}(?:recipients?|(?:following|these) (?:e-?mail )?(?:address(?:es)?|users?|people|persons?|contacts?)|destinat[aá]ri[oa]s?|destinatari|destinataires?|empf(?:ä|ae?)nger\w*|ontvangers?|geadresseerden?|adresat\w*|odbiorc\w*|mottagare|mottakere?|modtagere?)"
    r"(?: or groups?)?(?:\(s\))?(?: [^@:：]{0,50})?\s*[:：]\s*['\"<]{0,2}(?:mailto:)?" + ADDRESS + r"['\">]{0,2}\s*(.*)$",
)  # fmt: skip
HEADS_AGAIN = r"(?im)^[ \t>|*]*(?:received: (?:from |by |\(qmail )|return-path: ?<)"
"""The head of a mail in the middle of a text: the copy begins here, where no mark says so."""
SAID_NEXT = r"^[^\n]*\n(?:[ \t>|*]*\n){0,4}[ \t>|]*<" + ADDRESS + r">(?: \([^)\n]*\))?\s*:"
"""A line that is about a recipient right below what looks like the mark of a copy: it is none."""
SURELY = r"^[ \t>|]*<" + ADDRESS + r">(?: \([^)]*\))?(?:\s*:| (?:has |have )?(?:failed|bounced)\b)"
"""A line that is about a recipient in the way of qmail and Postfix: nothing else looks so."""
NAMING_SENTENCES = 5
"""How many of the first sentences name a recipient and nobody else."""
MORE = (
    r"^[\s,;&/]+(?:(?:and|und|et|y|e|en|og|och|i) )?[<'\"(]{0,2}(?:mailto:)?" + ADDRESS + r"[>'\")]{0,2}([\s,;&/:].*)?$"
)
"""One more recipient on the same line."""
LABELLED = 9
NAMING = (0, LABELLED)
ORIGINAL = r"(?i)^[ \t>|*]*original[- ](?:address|recipient)\s*:"
"""The address that a recipient had at first, below its last one."""
SENTENCE = 10
"""Those of the lines that name a recipient and nobody else: a help desk's address too is one there."""
ENDS = (
    # a few words, then an address at the end of the line (IMail, SurfControl, AOL)
    r"^\s*(?:[-*] )?((?:[a-z'/-]+ ){0,7}[a-z'-]+(?:(?: \d+)? attempts?)?(?: ?:|(?: is| to| for| user| at)(?:[ <'\"(\[]))) ?[<'\"(\[]{0,2}"
    + ADDRESS
    + r"[>'\")\].]{0,3}\s*(?:\((.*)\))?$"
)
GENERATED = r"^\s*\(?(?:ultimately )?(?:generated|expanded) (?:by|from):? <?" + ADDRESS + r">?\)?\s*$"
"""The address that one kept to itself was made of (Exim); a recipient where no other stands above it."""
TRANSCRIPT = r"^\s*(?:\.\.\. while talking to |>>> |<<< )"
"""A line of a dialogue with the next server; what was said of a recipient ends there."""
VERP = r"(?i)^(?:[^=]*?(?:bounces?|owner|return|errors?)[\w.]*[-+_]|[^=+]+\+)(?:[\w.]*\d{4,}[\w.]*[-+]|\d+[-+.])*([\w.+-]+)=((?:[\w-]+\.)+[a-z]{2,})$"
"""The local part of a return path that holds a recipient."""
BOLD = r"(^|[\s<(\"'])\*{1,2}([^\s*<>@]+@[^\s*<>@]+?)\*{1,2}"
"""An address that a mail program shows in bold, as it pastes that."""
SIGNED = (
    r"(?i)^(?:-- ?|(?:mit |viele |beste |liebe |freundliche )*(?:freundlichen )?gr(?:ü|ue)(?:ß|ss)(?:e|en)?|gru(?:ß|ss)|mfg|lg|vg|(?:kind |best |warm |with )*regards|best wishes|many thanks|thanks|cheers|"
    r"sincerely|cordialement|bien à vous|cordiali saluti|distinti saluti|saluti|(?:un )?saludos?(?: cordial(?:es)?)?|atentamente|atenciosamente|abraços|met vriendelijke groet(?:en)?|groeten|pozdrawiam|med v[äa]nliga? h[äa]lsning(?:ar)?|"
    r"med venlig hilsen|よろしくお願い(?:いた)?します。?)[,.!]?\s*$"
)
"""A line after which somebody's signature stands: addresses there are of people, not of recipients."""
NAMELESS = r"(?i)(?:following|these) (?:recipient|user|address|account)[^:]{0,160}:\s*$"
"""A line after which AOL names its members without their domain."""
REPORT = r"(?im)^[ \t>*|]*(?:reporting-mta|(?:final|original)-recipient|original-envelope-id)\s?:"
"""A delivery report that stands in a text as text begins so."""
SAID_BELOW = r"(?i)^\s*<?[^\s<>@]+@[^\s<>@]+>?(?::| ?\.\.\.) .{0,200}(?:\b[45]\d\d\b|unknown|not found|no such|does not exist|quota|full|reject|refused|denied|blocked|failed|disabled)"
"""A recipient with its reason, wherever it stands."""
FORWARDED = r"(?im)^[ \t>*|]*(?:from|von|de|da|van|od|fra|från|lähettäjä|от|差出人|发件人)[*]?\s?[:：][^\n]{0,120}(?:mailer-daemon|postmaster|mail delivery|delivery (?:sub)?system|microsoftexchange)[^\n]*$"
"""The head of a bounce that somebody forwards as text."""
SENT_TO = r"(?i)^[ \t>*|]*(?:to|an|à|a|para|aan|per|do|til|till|кому|宛先|收件人)[*]?\s?[:：](.*)$"
SHORT = (
    r"(?i)(?:processed by the mail server|mail delivery failed|undelivered mail returned|returned mail|delivery (?:has )?failed|(?:could ?n.t|could not|was ?n.t|was not) (?:be )?delivered|undeliverable|"
    r"(?:delivery|status) notification|problem (?:while )?delivering|could not deliver [^@]{0,120}recipients?|address not found)[^@]{0,160}@"
    r"|^\s*<"
    + ADDRESS
    + r">: (?:host|unable|connect|can.t|could|user|mail|delivery|temporary|unknown|command|lost|conversation|deferred)"
)
"""A bounce of one line."""
WHOM = r"(?i)(?:question|support|help|contact|assist|my (?:e-?)?mail|from|sender|abuse|mailer-daemon|postmaster)\b[^\n]{0,80}$"
"""Before the only address of a text this says that it is not of a recipient."""
ECHOED = (
    # the head of the mail that came back, as it is told again: an address here is a recipient where nothing better is
    r"^\s*[-*]?\s*(?:to|an|à|a|para|aan|per|kopie|cc)\s*:\s*(?:rfc822;\s*|smtp:)?['\"<]{0,2}(?:[^<>@:]{1,60}<)?"
    + ADDRESS
    + r"['\">]{0,2}\s*(.*)$"
)
SENDER = r"(?i)(?:(?:contact|reach)\b[^.:\n]{0,80} (?:at|via|by|to)|(?:send|direct|address|forward) (?:any |all |further |your )*(?:questions?|inquir\w+|comments?|mails?|e-?mails?|requests?|complaints?)[^.:\n]{0,60} to|(?:sent|written) by|(?:message|mail|e-?mail)s? from|sender|absender\w*|exp.diteur|remitente|mittente|afzender|remetente|originator|wenden sie sich (?:bitte )?an|fragen (?:bitte )?an|kontakt(?:ieren sie)?|contacte[zr]?|adressez[- ]vous à|dirij\w+ a|rivolg\w+ a|contatt\w+|お問い合わせ(?:先|は)?|联系)\W*$"
"""A line that ends so is followed by the address of the sender, or of whom to ask."""
TELLING = r"(?i)^(?:(?:unknown|invalid|bad) (?:user|recipient|address|mailbox)|\d{3}[ -]|\d\.\d\.\d)"
"""What before an address already says why."""
WENT_WELL = r"(?im)^.{0,48}?(?:<--|<<<|->>|<<-|received >>>|s:)\s*[23]\d\d[ -][^\n]*$|^.{0,48}?(?:-->|>>>)\s*(?:quit|rset|ehlo|helo|mail from)[^\n]*$|^.{0,30}(?:waiting for socket|connection established|parsing message)[^\n]*$"
"""Lines of a transcript in which nothing failed."""
SAID = r"(?m)^[ \t]*(?:<<<|<--|->>|<<-|<<)[ \t]?"
"""What stands before a reply in a transcript."""
STAGES = (
    (
        "rcpt",
        r"(?i)in reply to rcpt to|after (?:pipelined )?rcpt to|at rcpt|does not like recipient|did not like our rcpt|(?:>>>|-->|>>>? )\s*rcpt to|smtp:rcpt|sent (?:<<<|>>>) rcpt",
    ),
    (
        "mail",
        r"(?i)in reply to mail from|after (?:pipelined )?mail from|sender was rejected|did not like our mail from",
    ),
    (
        "data",
        r"(?i)in reply to (?:end of )?data|after (?:pipelined )?(?:end of )?data|end of data|failed after i sent the message|>>> data|while sending (?:message body|end of data)",
    ),
    (
        "connect",
        r"(?i)refused to talk to me|after initial connection|initial connection|greeting failed|initial protocol exchange|connect to \S{1,90}:\d+:",
    ),
    ("connect", r"(?i)in reply to (?:helo|ehlo)|after (?:helo|ehlo)"),
)
"""Words after which it is sure where in the dialogue a mail failed."""
BRACKETED = r"<\S{1,80} #\d\.\d\.\d{1,3} smtp;\s*([^\n]*)"
NOT_ENDS = (
    r"(?i)from|sender|repl|contact|write|support|help|question|assist|generated|behalf|report|forward|notif|by\b|message-id|please|administrat|www|http|subject|date|sent\b|"
    r"return|cc:|subscri|remove|confirm|post|frage|wenden|kontakt|hilfe|bitte an|schreiben|absender|joindre|contacter|adressez|adresser|aide|écri|expéditeur|consult|dirij|dirig|ayuda|pregunt|escri|remitente|"
    r"informazioni|rivolg|contatt|assisten|scriv|mittente|vragen|contact op|hulp|afzender|dúvid|duvid|entre em|ajuda|remetente|問い合わせ|連絡|送信者|联系|咨询|发件人|문의|보낸|обра[тщ]|вопрос|отправител"
)
"""Words before an address that say it is somebody else's."""
ASK = r"(?i)(?:questions?|fragen|wenden sie sich|kontaktieren|hilfe|contact(?:er|ez|e|ar)?|adressez|dirij\w+|rivolg\w+|contatt\w+|escrib\w+|écri\w+|schreib\w+|write|scriv\w+|escrev\w+|pis\w+|kontakt\w*|vragen|dúvidas|問い合わせ|联系|문의|обра[тщ]\w+)[^.;:!?@]{0,40}$"
"""Words before an address that say whom to ask."""
INLINE = (
    r"have been processed by the mail server: *<?" + ADDRESS + r">?; *failed",
    r"(?:no se (?:ha podido entregar|ha entregado|pudo entregar)|no (?:ha sido|fue) entregado|n['’]a pas (?:pu )?(?:été |être |etre )?(?:remis|délivré|distribué|transmis|envoyé)e?|"
    r"non (?:è|e'|e) stat[oa] (?:recapitat|consegnat|inviat)[oa]|não (?:foi|pôde ser|pode ser) entregue|is niet (?:bezorgd|afgeleverd)|(?:wurde|konnte) nicht|kunde inte levereras|levererades inte|"
    r"kunne ikke leveres|ble ikke levert|blev ikke leveret|nie (?:została|mogła zostać|może zostać) (?:dostarczona|doręczona)|не (?:было|удалось) достави?\w*|не доставлено) (?:al? |à |an |bij |aan |para |till |til |do |на адрес |по адресу |получателю |"
    r"al destinatario |au destinataire |ao destinatário |den Empfänger |die Adresse ){0,2}(?:[^@.;?!]{0,60}[ :])?['\"<(«]{0,2}" + ADDRESS,
    ADDRESS + r"[>)]?(?: ?様)? ?(?:に|へ|宛に|宛てに|에게|에|님에게|adresine|adresli kişiye) ?(?:メール|メッセージ|메일|메시지|メ|は|を|配信|配送|送信|전송|전달|teslim|gönder|ilet)",
    r"(?:无法(?:发送|投递|送达)(?:到|至|给)?|未(?:能)?(?:送达|投递到|发送到|发送至)|無法傳(?:送|遞)(?:到|至|給)?|未送達|送信できませんでした[:：])[:： ]*['\"<(]?" + ADDRESS,
    r"problem (?:while )?delivering (?:your |the |a )?(?:e-?mail|message|mail) to ['\"<(]{0,2}" + ADDRESS,
    r"(?:your |the )?(?:e-?mail |mail )?(?:message|mail|e-?mail|letter)(?: that you sent)? (?:to|for|addressed to|sent to) (?:the following (?:address|recipient)e?s?:? )?['\"<(]{0,2}(?:mailto:)?"
    + ADDRESS
    + r"['\">)]{0,2}(?:<mailto:[^>]*>)?,? (?:could ?n.t|could not|was ?n.t|was not|has ?n.t|has not|has been|cannot|can.t|did not|is|failed|bounced|because|couldn)",
    r"(?:deliver(?:ed|y)?|send|sent|mail|reach|message) (?:\w+ ){0,4}to:? (?:the (?:following )?(?:user|recipient|address|account)e?s?:? )?['\"<(]{0,2}" + ADDRESS,
    r"(?:^|[^\w.@+-])(?:user|recipient|mailbox|address|addressed to|account|addressee)(?: name)?(?:: ?|[ <\"'(])['\"<(]{0,2}" + ADDRESS + r"['\">)]{0,2}",
    r"rcpt to:? ?<" + ADDRESS + r">",
    r"(?:^|[^\w.@+-])(?:an|à|a|para|aan|per)(?: die adresse| folgende\w*| l'adresse)?:? ['\"<(]{0,2}" + ADDRESS,
    r"(?:sender|failed|failure|undelivered|error):? <" + ADDRESS + r">: (?:\d{3}[ -]|host |connect|user|mailbox)",
    r"<" + ADDRESS + r">[.:]{0,3} (?:user|unknown|recipient|no such|mailbox|invalid|host|relay|sender|does|access)",
)  # fmt: skip
_SENTENCES = (
    r"this is an automatically generated delivery status notification",
    r"delivery to the following recipient(?:s|\(s\))? (?:has |have )?(?:failed|been delayed)(?: permanently)?",
    r"delivery has failed to these recipients or (?:groups|distribution lists)",
    r"this message was rejected by the recipient(?:'s)? e-?mail system\.?(?: microsoft exchange will not try to redeliver this message for you\.?)?",
    r"(?:the )?following address(?:es|\(es\))? failed",
    r"(?:the )?following addresses had (?:permanent fatal|transient non-fatal) errors",
    r"transcript of (?:the )?session follows",
    r"google tried to deliver your message, but it was rejected by the (?:recipient domain\.|(?:server for the recipient domain|relay) \S{1,80} by \S{1,80} \[[^\]\n]{1,60}\]\.?)",
    r"could not be delivered to (?:one or more|all) of its recipients",
    r"this message was created automatically by (?:the )?mail delivery (?:software|system)(?: \(\w+\))?",
    r"(?:mail delivery failed|undelivered mail)(?:: ?| )return(?:ing|ed)(?: message)? to sender|returned mail: see transcript for details|delivery status notification \(failure\)",
    r"delivery (?:failed|delayed); will (?:not )?continue trying",
    r"mail system error - returned mail",
    r"this is a permanent error(?:[;,.:] ?i've given up)?",
    r"no action is required on your part",
    r"(?:please note that )?this is only a temporary failure report",
    r"if you do so, please include this problem report\.? you can delete your own text from the (?:attached )?(?:returned )?message",
    r"for (?:further|more|additional) (?:assistance|information|help),? (?:please )?[^.\n]*",
    r"(?:please )?(?:do not|don't) (?:reply|respond) (?:directly )?to this (?:e-?mail|message|address)",
    r"(?:has been|was|were|is|been) (?:scanned|checked|swept|virus[- ]scanned)[^\n]*",
    r"(?:scanned|checked|protected) (?:by|for|with)[^\n]*",
    r"the amount of time a message is queued before it is returned depends on local configura-? ?tion parameters",
    r"most likely there is a network problem that prevented delivery[^.]*",
    r"(?:este|esta|questo|questa|ce|cette|dies\w*|deze|dit|denna|denne) (?:mensaje|correo|mensagem|messaggio|message|courriel|nachricht|e-?mail|mail|bericht|meddelande)[^\n]{0,40}(?:analizad|verificad|comprobad|controllat|analys|vérifi|verifi|scann|gepr|gescan|controleerd|genomsökt)[^\n]*",
    r"(?:informaci[oó]n de|information from|informationen von|informations? (?:provenant )?d[eu]'?) (?:eset )?nod32[^\n]*",
    r"(?:no virus(?:es)? (?:was |were )?found in this|virus-free\.|checked by avg)[^\n]*",
    r"(?:interscan|trend micro)[\w .-]{0,40}(?:viruswall|suite|gateway|appliance)[\w ]{0,12}",
    r"symantec_?\s?antivirus[\w ]{0,30}gateways?",
    r"this (?:is a )?(?:mime|multi-?part)[- ][^\n]*",
    r"(?:this|the information in this) (?:e-?mail|message|transmission|communication)(?: \([^)]{0,60}\))?(?: and any \w+(?: \w+){0,4})? (?:is|are|may be|may contain|contains?) (?:\w+ ){0,4}(?:confidential|privileged)(?:[^\n]+\n?)*",
)
FORMULAS = "(?i)" + "|".join(each.replace(" ", r"\s+") for each in _SENTENCES)
"""What mail systems say in every bounce, whatever the cause; it takes no part in finding it."""
TOLD_AGAIN = r"(?im)^[ \t>*-]*(?:subject|sent|date|from|message-id|betreff|gesendet|datum|von|objet|envoy.|asunto|enviado|oggetto|inviato|onderwerp|verzonden|assunto|件名)\s*:[ \t]+[^\n]*$"
"""Lines of the mail that came back which stand in the text for people: a subject may say anything."""
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
    "imcea",
    "webmaster@",
    "hostmaster@",
    "prvs=",
    "double-bounce@",
    "donotreply@",
    "mailadmin@",
    "mailmaster@",
    "listmaster@",
)
REPLY_SUBJECT = (
    r"(?i)^(?:complaint about message from|e-?mail feedback report|abuse report)|^\W*(?:(?:re|aw|fwd?|sv): ?)*\W*(?:auto(?:matic|mated|matische|matisk)?[- ]?(?:reply|response|respon|antwort|svar|atisch)|out of (?:the )?office|abwesen|autoreply|"
    r"automatische (?:antwort|abwesenheits)|abwesenheits|reponse automatique|réponse automatique|absence|message d'absence|absent|respuesta automatica|respuesta automática|fuera de la oficina|"
    r"risposta automatica|fuori (?:ufficio|sede)|automatisch antwoord|afwezig|resposta automatica|resposta automática|fora do escrit|自動応答|自動返信|不在|"
    r"read:|gelesen:|lu ?:|leido:|leído:|letto:|gelezen:|lida:|not read:|read receipt|return receipt|delivered:|zugestellt:|vacation|on holiday|ooo\b|delivery (?:status )?notification \(success\)|"
    r"successful mail delivery|开封|開封済|開封確認|confirmation de lecture|lesebestatigung|lesebestätigung|empfangsbest|bestätigung|i am (?:away|out)|i'm (?:away|out)|urlaub|in vacanza|automat(?:yczna|ick|ikus|ický)|autosvar|automatisk|automaattinen|nieobecno|автоответ|автоматический ответ|otomatik yan|自动回复|自動回覆|자동 회신|부재중|raspuns automat|răspuns automat)"
)
DELAYED_SUBJECT = r"(?i)\(delay(?:ed)?\)|delayed|^warning: (?:message \S+ (?:delayed|still|not)|message delayed|your (?:mail|message) (?:is|has)|could not|delivery (?:of|delay|is|has))|verz.gert|warning: could not send|not yet been delivered|still being retried|retard de|retraso|ritardo"
SUBJECT_OF_ANOTHER = r"(?i)^(?:undeliver\w+|unzustellbar|non remis|non recapitabile|no se puede entregar|niet bezorgd|onbestelbaar|n.o entregue|re|aw|fwd?|wg|tr|rv|delivered|delayed)\s*:|: non remis"
"""A bounce's subject that is that of the mail which came back."""
STILL_WAITING = (
    r"(?i)(?:only a temporary failure report|this is a warning (?:message )?only|(?:do|need) not (?:need to )?re-?send|delivery attempts will continue|has not yet been delivered|"
    r"is delayed for more than|will continue to (?:try|attempt)|advisory-only|will retry for \d+ more|being retried)"
)
"""A bounce that says so has not given up, whatever else it says."""
DELAY = (
    r"(?i)(?:delivery attempts will continue|do not resend|delivery status notification \(delay\)|\bdelayed\b|warning: (?:message|could not send|mail)|still trying|will (?:continue|keep) trying|postponed|will be retried|"
    r"has not yet been delivered|has not been delivered (?:yet|so far|to (?:all|one)|after|within|for)|hasn.t been delivered yet|not yet been delivered|no action is required on your part|this is a warning message only|do not need to resend|"
    r"noch nicht zugestellt|verzogert|verzögert|retard(?:ee?|ée?)\b|retrasad|ritardat|vertraagd|遅延|will retry|temporary problem|zustellung verzögert)"
)
GIVEN_UP = r"(?i)(?:giving up|given up|permanent|too long|could not be delivered within|failed after|undeliverable|has failed|endgültig|no longer|retry timeout exceeded|returned to sender|expired|wasn.t delivered)"
REJECTED_BY_FILTER = r"(?i)(?:was|has been|is) (?:automatically )?(?:rejected|refused|returned)\b|rejected by (?:the )?recipient|not accepted"
"""A filter's refusal that comes as a receipt (RFC 5429, RFC 3798 "deleted")."""
