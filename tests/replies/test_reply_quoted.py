"""A reply that a mail program quotes is read as the server's own words, unless the program's dialog says more."""

from __future__ import annotations

import pytest

from probes.replies import quoted, read

OUTLOOK_EXPRESS = (
    "The message could not be sent because one of the recipients was rejected by the server. The rejected e-mail "
    "address was 'bob@example.org'. Subject 'hi', Account: 'mail', Server: 'smtp.example.com', Protocol: SMTP, Server "
    "Response: '{}', Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79"
)
MAC = (
    'Mail could not be sent. The server for account "Work" returned the error "{}" Your username/password or security '
    "settings may be incorrect. Would you like to try re-entering your password?"
)
OUTLOOK = (
    "Task 'ann@example.com - Sending' reported error (0x8004210B) : 'The operation timed out waiting for a response "
    "from the sending (SMTP) server. The server responded: {}'"
)


@pytest.mark.parametrize(
    "dialog",
    [
        OUTLOOK_EXPRESS,
        MAC,
        OUTLOOK,
        "Negative SMTP reply: {}",
        "javax.mail.SendFailedException: Invalid Addresses; nested exception is: SMTPAddressFailedException: {}",
        "<** {}\n -> QUIT\n<-  221 2.0.0 Bye\n=== Connection closed with remote host.",
        'SMTP Error (550): Failed to add recipient "bob@example.org" ({}).',
        "System.Net.Mail.SmtpException: Mailbox unavailable. The server response was: {}",
        'Expected response code 250 but got code "550", with message "{}"',
        "Error: Can't send mail - all recipients were rejected: {}",
        "Fehler beim Senden der Nachricht: Der Mail-Server antwortete: {}. Bitte überprüfen Sie die E-Mail-Adresse.",
        "Le serveur de messagerie a répondu : {}. Veuillez vérifier le destinataire et réessayer.",
        "El servidor de correo respondió: {}. Por favor, compruebe el destinatario e inténtelo de nuevo.",
        "Почтовый ящик недоступен. Отклик сервера: {}",
        "邮箱不可用。 服务器响应为: {}",
    ],
)
@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ("550 Rejected by header based manually Blocked Senders", "spam_or_policy_rejected"),
        ("451 4.3.0 queue file write error", "server_temporarily_unavailable"),
        ("552 mailbox is over quota", "mailbox_full"),
    ],
)
def test_what_the_server_said_goes_before_the_dialog_around_it(dialog: str, reply: str, cause: str):
    assert read(dialog.format(reply)).cause == cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (OUTLOOK.format("no"), "timeout"),
        (
            "Verify the e-mail address in your account. The server responded: 550 5.1.1 unknown user",
            "recipient_unknown",
        ),
        (
            "The server rejected the sender's e-mail address. Server Response: '550 5.1.1 no such user here', Port: 25",
            "sender_not_allowed",
        ),
        (
            "Your e-mail server has temporarily blocked this account. Server Response: 550 5.7.0 Account locked",
            "account_disabled_or_locked",
        ),
        ("The houses are many, and a detail was amiss", "unknown"),
    ],
)
def test_the_dialog_decides_where_it_says_more(text: str, cause: str):
    assert read(text).cause == cause


def test_the_reply_and_the_words_around_it_are_parted():
    assert quoted.reply("nothing of the kind") is None
    assert quoted.reply("The server responded: no") is None
    assert quoted.reply("SMTP Error (550): Failed to add recipient (5.1.1 no such user).") == (
        "5.1.1 no such user",
        "SMTP Error (550): Failed to add recipient (",
    )
    said, around = quoted.reply(OUTLOOK_EXPRESS.format("550 no such user")) or ("", "")
    assert said == "550 no such user"
    assert "Error Number: 0x800CCC79" in around
    assert "no such user" not in around


@pytest.mark.parametrize(
    ("dialog", "reply", "cause"),
    [
        (
            "Your message could not be sent. The SMTP server smtp.example.com said: {}",
            "550 User hasn't entered during last 90 days",
            "suspended_or_disabled_mailbox",
        ),
        (
            'Mail could not be sent. Account name: "Work". SMTP server error: {}',
            "552 storage exhausted for this user",
            "mailbox_full",
        ),
        (
            "'-2147220977': The server rejected one or more recipient addresses. The server response was: {}",
            "552 storage exhausted for this user",
            "mailbox_full",
        ),
        (
            "One of the recipients was rejected by the server.\nServer Response: {}\nServer: 'a.example'\n0x800CCC79",
            "550 Cuenta inhabilitada",
            "suspended_or_disabled_mailbox",
        ),
    ],
)
def test_a_reply_code_after_a_colon_begins_the_servers_words(dialog: str, reply: str, cause: str):
    assert read(dialog.format(reply)).cause == read(reply).cause == cause


def test_only_a_reply_code_within_other_words_begins_a_quoted_reply():
    assert quoted.coded("it said: 571 Blocked") == ("571 Blocked", "it said: ")
    said = quoted.coded("SMTP server error: 552 no room. Error code: -17099")
    assert said == ("552 no room.", "SMTP server error:  Error code: -17099")
    assert quoted.coded("450 4.7.0 failed with '451 4.4.0 no answer") is None
    assert quoted.coded("it said: no") is None
    assert quoted.coded("it said: 571 no") is None


def test_a_greeting_in_a_log_is_no_success_where_the_program_failed():
    log = (
        'Expected response code 250 but got code "", with message "" Log data: ++ Starting'
        " Swift_Transport_EsmtpTransport << 220-mail.example.com ESMTP Exim 4.96 << 250 OK"
    )
    assert read(log).cause == "connection_dropped"


def test_a_greeting_that_forbids_spam_says_nothing_of_spam():
    log = (
        "SERVER -> CLIENT: 220-mail.example.com ESMTP Exim 4.98 220-We do not authorize the use of this system to"
        " transport unsolicited, 220 and/or bulk e-mail.\nSMTP NOTICE: EOF caught while checking if connected"
    )
    assert read(log).cause == "connection_dropped"
    assert read("220 mail.example.com ESMTP NO UCE\n535 5.7.8 authentication failed").cause == "auth_failed_credentials"


@pytest.mark.parametrize(
    "around",
    [
        "<bob@example.org>:\n192.0.2.77 does not like recipient.\nRemote host said: {}\nGiving up on 192.0.2.77.",
        "<bob@example.org>:\n192.0.2.77 failed after I sent the message.\nRemote host said: {}",
        "host mx.example.org[192.0.2.77] said: {} (in reply to RCPT TO command)",
        "B6FE16D818B: to=<bob@example.org>, relay=mx.example.org[192.0.2.77]:25, status=bounced (host mx said: {})",
        "bob@example.org\nmx.example.org #<mx.example.org #5.5.0 smtp;{}> #SMTP#",
        "Generating server: ex1.example.com\n\nbob@example.org\nRemote Server returned '{}'",
        "Error: Message failed: {}\n    at SMTPConnection._formatError (/app/smtp-connection/index.js:784:19)",
        "The response from the remote server was:\n\n{}",
    ],
)
@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("550 address is administratively disabled", "suspended_or_disabled_mailbox"),
        ("554 5.7.9 Message not accepted for policy reasons.", "spam_or_policy_rejected"),
        ("550 5.7.1 Requested action not taken: message refused", "spam_or_policy_rejected"),
        ("552 5.2.2 user over allocation", "mailbox_full"),
        ("554 IP 192.0.2.1 is in jail", "ip_blocklisted"),
        ("552 El buzón del destinatario está lleno", "mailbox_full"),
    ],
)
def test_a_reply_means_the_same_whoever_passes_it_on(around: str, said: str, cause: str):
    assert read(around.format(said)).cause == cause
