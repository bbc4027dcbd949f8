"""Whatever address a bounce names in the way of its mail system, that one failed and no other; some forty layouts."""

# ruff: noqa: E501 - bounces read better whole

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.replies import read

ME, ADMIN, OTHER = "ann.sender@mine.example", "postmaster@relay.example", "dora.other@elsewhere.example"
HEAD = f"From: Mail Delivery System <MAILER-DAEMON@relay.example>\nTo: {ME}\nSubject: Undelivered Mail\n\n"
COPY = f"\nFrom: Ann <{ME}>\nTo: Dora <{OTHER}>\nSubject: hello\n\nDear Dora\n"


def each(form: str) -> Callable[[list[str]], str]:
    return lambda addresses: "".join(form.replace("@@", a).replace("##", a.partition("@")[2]) for a in addresses)


def layout(before: str, form: str, after: str = "") -> Callable[[list[str]], str]:
    return lambda addresses: before + each(form)(addresses) + after


POSTFIX = "This is the mail system at host relay.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n"
QMAIL = "Hi. This is the qmail-send program at relay.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
EXIM = "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
LAYOUTS = {
    "Postfix": layout(POSTFIX, "<@@>: host mx.## said: 550 5.1.1 <@@>: User unknown (in reply to RCPT TO command)\n\n"),
    "Postfix, mail program's heads": layout(
        f"From: MAILER-DAEMON@relay.example\nSubject: Undelivered Mail Returned to Sender\nTo: {ME}\n{POSTFIX}", "<@@>: unknown user\n"
    ),
    "Postfix, heads in lines of their own": layout(
        f"-------- Mensaje reenviado --------\nAsunto:\nUndelivered Mail\nDe:\nMail Delivery System <{ADMIN}>\nPara:\n{ME}\n\n{POSTFIX}", "<@@>: unknown user\n"
    ),
    "qmail": layout(QMAIL, "<@@>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.9.\n\n", "--- Below this line is a copy of the message.\n" + COPY),
    "qmail with a help desk": layout(
        QMAIL + "* You've experienced some sort of problem sending mail to one of our users.\n* (Please contact us at <support@relay.example> if you require assistance)\n* Below is the original mail and the failure reason:\n\n\n",
        "<@@>:\nNo mailbox here by that name. (#5.1.1)\n\n", "--- Below this line is a copy of the message.\n" + COPY,
    ),
    "Exim": layout(EXIM, "  @@\n    SMTP error from remote mail server after RCPT TO:<@@>:\n    host mx.## [192.0.2.9]: 550 5.1.1 no such user\n", "\n------ This is a copy of the message, including all the headers. ------\n" + COPY),
    "Exim, blank lines lost": layout(EXIM.replace("\n\n", "\n"), "@@\nhost mx.## [192.0.2.9]\nSMTP error from remote mail server after RCPT TO:<@@>:\n550 5.1.1 no such user\n", f"Return-path: <{ME}>\nReceived: from pc ([192.0.2.7]) by relay.example\nfor {OTHER}\n"),
    "Sendmail": layout("   ----- The following addresses had permanent fatal errors -----\n", "<@@>\n    (reason: 550 5.1.1 <@@>... User unknown)\n", "\n   ----- Transcript of session follows -----\n550 5.1.1 User unknown\n"),
    "Exchange 2003": layout("Your message did not reach some or all of the intended recipients.\n\n      Subject:\thello\n\nThe following recipient(s) could not be reached:\n\n", "      @@ on 4/29/2010 6:14 PM\n            The e-mail account does not exist at the organization this message was sent to.\n            <mx.relay.example #5.1.1>\n"),
    "Outlook, Spanish": layout("Algunos de los destinatarios no recibieron su mensaje.\nAsunto: prueba\nNo se puede localizar a los destinatarios siguientes:\n", "'@@' en 14/10/2019 8:15\nError del servidor: '550 5.1.1 user unknown'\n"),
    "Outlook, German": layout("Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\nFolgende(r) Empfänger kann/können nicht erreicht werden:\n", "'@@' am 29.04.2010 18:14\n  550 5.1.1 user unknown\n"),
    "Exchange 2007": layout("Delivery has failed to these recipients or distribution lists:\n\n", "'@@'<mailto:@@>\nThe recipient's e-mail address was not found in the recipient's e-mail system.\n\n", "Diagnostic information for administrators:\n\nGenerating server: ex.relay.example\n"),
    "Exchange 2013, Portuguese": layout("Falha na entrega aos seguintes destinatários ou grupos:\n", "@@ (@@)\nNão foi possível encontrar o endereço de email.\n", "Informações de diagnóstico para administradores:\nGerando servidor: ex.relay.example\n"),
    "Exchange 2013, its own words": layout("mx.elsewhere.example rejected your message to the following email addresses:\n", "@@ (@@)\nThe email address could not be found.\n"),
    "one.com": layout(POSTFIX, "<@@> failed: ##:\n550 5.1.1 Recipient Rejected\n\n"),
    "Active!hunter": layout("  ----- The following addresses had permanent fatal errors -----\n\n", ">>> @@ <@@>\n\n550 sorry, no mailbox here by that name (#5.1.1)\n\n"),
    "GroupWise": layout("The message that you sent was undeliverable to the following:\n", "\t@@ (user not found)\n", "\nPossibly truncated original message follows:\n"),
    "hMailServer": layout("Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) could not be reached:\n\n", "@@\n   Error Type: SMTP\n   Remote server replied: 550 5.1.1 unknown user\n\n"),
    "InterMail": layout("Each of the following recipients was rejected by a remote mail server.\n\n", "    Recipient: <@@ >\n    Reason:    < @@ >... User Unknown\n", f"\nPlease reply to {ADMIN}\nif you feel this message to be in error.\n"),
    "LISTSERV": layout("An error was detected while processing the enclosed message. The mail could not be delivered.\n\n", "Error-For:  @@\nError-Text: 550 5.1.1 User unknown\n\n"),
    "MailMarshal": layout(f"Your message:\n   From:    {ME}\n   Subject: hello\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n", "    @@\n", f"\nAdditional Information\n======================\nOriginal Sender:    <{ME}>\n"),
    "SmarterMail": layout("Could not deliver message to the following recipient(s):\n", "Failed Recipient: @@\nReason: 550 5.1.1 No such user here\n"),
    "Sun": layout(f"This report relates to a message you sent with the following header fields:\n\n  From: Ann <{ME}>\n  To: Dora <{OTHER}>\n\nYour message cannot be delivered to the following recipients:\n\n", "  Recipient address: @@\n  Reason: 550 5.1.1 user unknown\n\n"),
    "Mimecast": layout("The following recipients could not be reached:\n\n", " * @@\n   550 5.1.1 no such user\n"),
    "a table": layout("The message could not be delivered.\n\nRecipient | Result\n", "@@ | 550 5.1.1 User unknown\n"),
    "a list on one line": lambda a: "Your message could not be delivered to the following recipients: " + ", ".join(a) + "\n\nReason: 550 5.1.1 User unknown\n",
    "a list in brackets": lambda a: "The mail server could not deliver the message.\nFailed recipients: " + "; ".join(f"<{one}>" for one in a) + "\nError: 550 5.1.1 no such user\n",
    "in a sentence": lambda a: "Your message could not be delivered to " + " and ".join(a) + " because of 550 5.1.1 user unknown.\nQuestions? Write to desk@relay.example.\n",
    "a German list": lambda a: "Die Nachricht konnte an folgende Empfänger nicht zugestellt werden: " + "; ".join(a) + "\nGrund: 550 5.1.1 User unknown\n\nBei Fragen wenden Sie sich bitte an desk@relay.example.\n",
    "names with commas": layout("Your message did not reach some or all of the intended recipients.\nThe following recipient(s) cannot be reached:\n", "'Builder, Bob' <@@> on 3/4/2009 10:10 AM\n  550 5.1.1 user unknown\n"),
    "brackets and a code": layout("The message could not be delivered.\n", "[@@] 550 5.1.1 unknown user\n"),
    "dashes": layout("Delivery failed for these recipients:\n\n", "- @@ - 550 5.1.1 User unknown\n"),
    "over two lines": lambda a: POSTFIX + "".join("<" + one.replace("@", "@\n    ") + ">: host mx said: 550 5.1.1 user unknown\n\n" for one in a),
    "wrapped by Exchange": lambda a: "Delivery has failed to these recipients or groups:\n\n" + "".join("IMCEASMTP-" + one.replace("+", "+2B").replace("@", "+40") + "@ex.relay.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n" for one in a),
    "brackets for the sign": lambda a: "Your mail could not be delivered.\n" + "".join("Recipient: " + one.replace("@", " (at) ") + "\n550 5.1.1 unknown user\n" for one in a),
    "at words": lambda a: "Your mail could not be delivered to:\n\n" + "".join(one.replace("@", " at ") + "\n   550 5.1.1 unknown user\n" for one in a),
}  # fmt: skip
REPORT = "Action: failed\nFinal-Recipient: rfc822;@@\nStatus: 5.1.1\nRemote-MTA: dns; mx.##\nDiagnostic-Code: smtp; 550 5.1.1 <@@>: no such user\n"
LAYOUTS |= {
    "a report alone": layout("Reporting-MTA: dns; relay.example\n\n", REPORT + "\n"),
    "a report, blank lines lost": layout("Reporting-MTA: dns; relay.example\n", REPORT, f"Return-path: <{ME}>\nReceived: from pc by relay.example\nTo: {OTHER}\n"),
    "Exim and its report, in one line": lambda a: " ".join((EXIM + each("@@ host mx.## [192.0.2.9] SMTP error from remote mail server after RCPT TO:<@@>: 550 5.1.1 no such user ")(a) + "Reporting-MTA: dns; relay.example " + each(REPORT)(a)).split()),
    "Postfix, in one line": lambda a: " ".join((POSTFIX + "For further assistance, please send mail to postmaster. If you do so, please include this problem report. You can delete your own text from the attached returned message. The mail system " + each("<@@>: host mx.##[192.0.2.9] said: 550 5.1.1 <@@>: Recipient address rejected: User unknown (in reply to RCPT TO command) ")(a)).split()),
}  # fmt: skip

NAME = st.from_regex(r"[A-Za-z][a-z0-9]{2,8}([._+-][a-z0-9]{2,8}){0,2}", fullmatch=True).filter(
    lambda name: not name.lower().startswith(("postmaster", "abuse", "support", "help", "noreply", "webmaster", "to", "from"))
)  # fmt: skip
DOMAIN = st.from_regex(
    r"[a-z][a-z0-9]{2,10}(-[a-z0-9]{2,6})?(\.[a-z]{3,8})?\.(com|org|net|co\.uk|de|jp|example)", fullmatch=True
)
ADDRESSES = st.lists(st.builds("{}@{}".format, NAME, DOMAIN), min_size=1, max_size=4, unique_by=str.lower)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("head", ["", HEAD], ids=["pasted", "a message"])
@settings(max_examples=12, deadline=None)
@given(addresses=ADDRESSES)
def test_those_whom_a_layout_names_have_failed_and_nobody_else(name: str, head: str, addresses: list[str]):
    reading = read(head + LAYOUTS[name](addresses))
    assert sorted(one.address for one in reading.recipients) == sorted(addresses)
    assert reading.failure
