"""The wordings by which a text names the server of the person's program, its port, who sent and who failed."""

# ruff: noqa: E501 - patterns read better whole

from __future__ import annotations

HOST = r"(?P<host>[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)+|localhost)"
KEY = (
    r"(?im)(?:^|[,;.({\[]|\t)[ \t]*[\"']?(?:[\w.]*[._])?(?:smtp[ _-]?|outgoing |mail[ _-]?|relay ?|computer ?)*"
    r"(?:server|serveur|servidor|host|hostname|name|smarthost)(?:[ _]?name)?[\"']?[ \t]*(?::|=>?)[ \t]*[\"'\[]?"
    r"(?:(?P<scheme>ssl|tls|smtps?)://)?(?P<host>[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)*)"
)
OUTGOING = (
    r"(?i)(?:smtp|outgoing|postausgang|ausgehend|sortant|salida|saliente|uscita|uitgaand|sa[i\x{ed}]da|\x{9001}\x{4fe1})"
    r"[^\n.;:,<>=@]{0,28}?[ \"'(:]" + HOST
)
REACHED = (
    r"(?i)(?:connect(?:ing|ed|x|ion)?|reach|contact|lookup|resolve[ds]?|locate|find|resolution of|aufl\x{f6}sung von"
    r"|getaddrinfo\w*|enotfound|eai_again|unknownhostexception:?|ping(?:ing)?|ausgef\x{fc}hrt f\x{fc}r|routenverfolgung"
    r"|tracing route|traceroute|verbindung\w*|connexion|conexi\x{f3}n|connessione|verbinding|conex\x{e3}o)"
    r"(?: to| for| with| zu| mit| au| con| com| al| naar| met)?(?: the)?(?: (?:outgoing|smtp|mail|e-?mail)[\w-]*)*"
    r"(?: (?:server|mailserver|host|serveur|servidor)(?: at)?(?: \(smtp\))?)?(?:,? port)?[: ]{1,2}[\"'(]{0,2}"
    r"(?:(?P<scheme>ssl|tls|smtps?|tcp)://)?" + HOST
)
TYPED = (
    r"(?i)(?:^|\n|[$>#] ?)(?:telnet|nc|ncat|test-netconnection|tnc|swaks|openssl|curl|ping|nslookup|traceroute|tracert)"
    r"(?: [^\n ]+)*? [\"']?(?:(?P<scheme>smtps?)://)?" + HOST
)
LISTED = r"(?im)^" + HOST + r" (?:\(|\[)\d+\.\d+\.\d+\.\d+(?:\)|\]) \d+ \("
SERVER = (
    r"(?i)(?:server|serveur|servidor|mailserver|\x{30b5}\x{30fc}\x{30d0}\x{30fc}?)(?: \(smtp\))?(?: is| ist| est| es| =)? ?[\"'(]{0,2}"
    + HOST
)
ADDRESSED = r"(?i)(?:^|[ ('\"])(?P<host>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?: ?: ?| port |, port: )(?P<port>\d{2,5})(?:[^\d.]|\.?$|\.\s)"
LOOKED_UP = (
    r"(?im)^name: {0,8}" + HOST,
    r"(?i)can.t find " + HOST,
    r"(?i)\*\*\* " + HOST + r" wurde",
)
"""What nslookup was asked for; the server that it names is the name server (`Server:`, then `Address:`)."""
NAME_SERVER = r"(?im)^(?:server|serveur|servidor):\s*\S+\s+(?:address|adresse|direcci)"
NOT_OURS = r"(?i)(?:remote|reporting|generating|receiving|recipient.?s|incoming|destination|posteingang\S*|eingehend\S*|entrant|dns|name) (?:mail |e-?mail )?\S{0,12} ?[\"'(]{0,2}$"
SMTP_LIKE = (
    "smtp",
    "smtps",
    "smtp-mail",
    "smtpout",
    "smtp-out",
    "asmtp",
    "ssmtp",
    "outgoing",
    "submission",
    "mailout",
)

BESIDE = r"(?i)^[\"')]*(?: ?\([^()\n]{1,60}\)| ?\[[^\[\]\n]{1,60}\])?(?: ?[:/] ?|,? (?:on |at |auf |an )?port:? ?|, ?|[\"'] ?,? ?| )(?P<port>\d{2,5})(?:[^\d.]|\.\s|\.?$)"
PORT = (
    r"(?i)(?:port|porta|puerto|poort|\x{30dd}\x{30fc}\x{30c8})[\"']?[^\d\n]{0,30}?(?P<port>\d{2,5})(?:[^\d.]|\.\s|\.?$)"
)
SSL = r"(?i)\bssl\)?[\"']? ?(?::|=>?) ?[\"']?(?P<said>[^\s,;'\"]+)"
YES = ("yes", "ja", "oui", "si", "sim", "on", "true", "enabled", "1")
NO = ("no", "nein", "non", "nee", "nao", "off", "false", "none", "disabled", "0")

ACCOUNT = r"(?i)(?:account|konto|compte|cuenta|conta|task|aufgabe|t\x{e2}che|tarea|taak|tarefa)[ \t]*:? ?[\"'](?P<address>[^\"'\s@]+@[^\"'\s@]+\.[a-z-]+)(?:[\"']| -)"
SENDER = r"(?i)(?:mail from|sender address rejected|sender|absenderadresse|absender)(?: address)?(?: was)?[ :]{0,2}[\"'(<]{0,2}(?P<address>[^\s\"'<>@()]+@[^\s\"'<>@():,;]+\.[a-z-]{2,})"
RCPT = r"(?i)(?:rcpt to|recipient|rejected e-mail address was|empf\w+adresse|empf\w+ger|destinatari\w|destinataire)(?: address)?(?: rejected)?(?: was)?[ :]{0,2}[\"'(<]{0,2}(?P<address>[^\s\"'<>@()]+@[^\s\"'<>@():,;]+\.[a-z-]{2,})"

SEEN = (
    (
        "connected",
        (
            r"(?im)tcptestsucceeded *: *true|\bsucceeded!|^ncat: connected to|\[tcp/[\w*-]+\] succeeded"
            r"|escape character is|^connected\(0|^\* +connected to|\d \([\w-]+\) open|\d/tcp +open"
        ),
    ),
    (
        "refused",
        (
            r"(?im)^(?:nc|ncat|telnet|curl|\*)\b.*connection refused|^\*.*connection refused|connect:errno=(?:111|61|10061)"
            r"|^connection to \S+ .*refused|\d \([\w-]+\) ?: connection refused"
        ),
    ),
    (
        "timed_out",
        (
            r"(?im)^(?:nc|ncat|telnet|curl)\b.*(?:timed out|timeout)|^\*.*(?:timed out|timeout)|tcptestsucceeded *: *false"
            r"|^trying [\da-f.:]+\.\.\.\s*\z|connect:errno=(?:110|60|10060)|\d \([\w-]+\) ?: connection timed out"
            r"|(?:could not open connection to the host|keine verbindung mit dem host hergestellt werden), (?:on|auf) port"
        ),
    ),
)
"""What Test-NetConnection, nc, telnet, openssl and curl print of a connection to a port."""

FAR = (
    r"(?i)(?:host|mailer|server) " + HOST + r" ?[\[(][\da-f.:]+[\])](?::\d+)?,? (?:said|refused|rejected)",
    r"(?i)(?:connect to|relay=|h=) ?" + HOST + r" ?\[[\da-f.:]+\]",
    r"(?i)(?:host|mx) " + HOST + r" \[[\da-f.:]+\]",
    r"(?im)^remote-mta: *(?:dns|smtp) *; *" + HOST,
    r"(?i)(?:by|from) (?:the )?(?:server )?" + HOST + r"\.? \[[\da-f.:]+\]",
)
"""How a mail system names the server further on that it spoke with, or could not reach."""
