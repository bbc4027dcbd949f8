"""What a text names for the form: the person's own server and never another one, its port, who sent, who failed."""

import pytest

from probes.replies import read
from probes.replies.named import named, person_sees

OUTLOOK = (
    "The message could not be sent because one of the recipients was rejected by the server. The rejected e-mail"
    " address was 'bob@example.org'. Subject 'Test', Account: 'ann@example.com', Server: 'smtp.example.com', Protocol:"
    " SMTP, Server Response: '550 5.7.1 <bob@example.org>... Relaying denied', Port: 25, Secure(SSL): No, Server Error:"
    " 550, Error Number: 0x800CCC79"
)
BOUNCE = """\
From: MAILER-DAEMON@mail.example.com (Mail Delivery System)
To: ann@example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <20261128@mail.example.com>

This is the mail system at host mail.example.com.

<bob@example.org>: host mx.example.org[192.0.2.7] said: 554 5.7.1 <bob@example.org>: Relay access denied

Reporting-MTA: dns; mail.example.com
"""
REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mout.example.com>
To: list-owner@example.com
Subject: failure notice
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mout.example.com

Final-Recipient: rfc822; cat@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: message/rfc822

From: ann@example.com
To: cat@example.org
Subject: hello

--b--
"""


def of(text: str) -> dict[str, str]:
    return named(text, read(text))


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("Server: 'smtp.example.com', Protocol: SMTP, Port: 465, Secure(SSL): No, 0x800CCC0E", "465 none"),
        ("Servidor: “smtp.example.com”, Puerto: 465, SSL: Sí, tiempo de espera agotado", "465 tls"),
        ("Servidor: 'smtp.example.com', Porta: 465, SSL: Não, 0x800CCC0E", "465 none"),
        ("Serveur : 'smtp.example.com', Port : 465, Sécurisé (SSL) : Oui, numéro d'erreur : 0x800CCC0E", "465 tls"),
        ("Sending failed: connecting to Outgoing server (SMTP) smtp.example.com failed.", ""),
        ("Die Verbindung mit dem Postausgangs-Server (SMTP) smtp.example.com ist abgelaufen.", ""),
        ("La connexion au serveur sortant (SMTP) smtp.example.com a expiré.", ""),
        ("La conexión con el servidor de salida (SMTP) smtp.example.com ha caducado.", ""),
        ("Il server in uscita (SMTP) smtp.example.com non risponde", ""),
        ("De verbinding met uitgaande server (SMTP) smtp.example.com is verlopen.", ""),
        ("Falha ao conectar ao servidor de saída (SMTP) smtp.example.com na porta 587", "587"),
        ("送信サーバー (SMTP) smtp.example.com への接続がタイムアウトしました。", ""),
        ("The connection to the server “smtp.example.com” on port 587 timed out.", "587"),
        ("Couldn't connect to host, port: smtp.example.com, 465; timeout -1", "465"),
        ("Error: getaddrinfo ENOTFOUND smtp.example.com", ""),
        ("dial tcp: lookup smtp.example.com on 127.0.0.53:53: no such host", ""),
        ("stream_socket_client(): unable to connect to ssl://smtp.example.com:465 (timed out)", "465 tls"),
        ("msmtp: cannot connect to smtp.example.com, port 587: Connection refused", "587"),
        ("MAIL_HOST=smtp.example.com\nMAIL_PORT=587\nConnection could not be established", "587"),
        ("telnet: could not resolve smtp.example.com/587: Name or service not known", "587"),
        ("$ openssl s_client -connect smtp.example.com:465\nverify error:num=10:certificate has expired", "465"),
        ("my server is smtp.example.com port 587 and it says certificate expired", "587"),
        ("Server:\t\t192.168.178.1\nAddress:\t192.168.178.1#53\n\n** server can't find smtp.example.com: NXDOMAIN", ""),
        ("Server:  box.local\nAddress:  192.168.1.1\n\nName:    smtp.example.com\nAddress:  192.0.2.1", ""),
        ("*** box.local wurde gefragt\nPING smtp.example.com (192.0.2.1) 56(84) bytes\n100% packet loss", ""),
    ],
)
def test_the_server_of_the_persons_program_is_found(text: str, settings: str) -> None:
    found = of(text)
    given = " ".join(found[slot] for slot in ("port", "security") if slot in found)
    assert (found.get("server"), given) == ("smtp.example.com", settings)


def test_a_server_that_has_only_an_address_or_one_word_is_found() -> None:
    assert of("connect ETIMEDOUT 192.0.2.10:465")["server"] == "192.0.2.10"
    assert of("Server: 'mail', Protocol: SMTP, Port: 25, Error Number: 0x800CCC0E")["server"] == "mail"
    assert of('Failed to connect to mailserver at "localhost" port 25')["server"] == "localhost"


@pytest.mark.parametrize(
    "text",
    [
        BOUNCE,
        REPORT,
        "Generating server: ex01.example.com\nbob@example.org\nRemote Server returned '550 5.7.1 Unable to relay'",
        "connect to mx.example.org[192.0.2.7]:25: Connection timed out",
        "H=mx.example.org [192.0.2.7]: Connection timed out",
        "host mx.example.org [192.0.2.7] said: 421 4.3.0 try later",
        "Server: 'pop.example.com', Protocol: POP3, Port: 110, Error Number: 0x800CCC0E",
        "Cannot get mail: the connection to the incoming server imap.example.com timed out",
        "550 5.7.26 unauthenticated. See https://smtp.example.com/help",
        "could not send to ann@smtp.example.com: timed out",
        "ComputerName : www.example.com\nRemotePort : 443\nTcpTestSucceeded : True",
        "could not connect",
    ],
)
def test_another_server_is_not_taken_for_the_persons_own(text: str) -> None:
    assert "server" not in of(text)


def test_a_server_for_incoming_mail_is_kept_where_it_was_given_for_sending() -> None:
    text = "The outgoing server imap.example.com:143 says: * OK IMAP4rev1 ready"
    assert (of(text).get("server"), of(text).get("port")) == ("imap.example.com", "143")


def test_who_sent_and_who_was_not_reached_is_found() -> None:
    assert of(OUTLOOK) == {
        "server": "smtp.example.com",
        "port": "25",
        "security": "none",
        "mail_address": "ann@example.com",
        "recipient": "bob@example.org",
    }
    assert of("550 5.1.1 <bob@example.org>: Recipient address rejected")["recipient"] == "bob@example.org"
    assert of("553 5.7.1 <ann@example.com>: Sender address rejected: not owned")["sender"] == "ann@example.com"
    said = of("MAIL FROM:<ann@example.com>\n250 ok\nRCPT TO:<bob@example.org>\n550 5.1.1 unknown user")
    assert (said["sender"], said["recipient"]) == ("ann@example.com", "bob@example.org")
    assert of("535 5.7.8 Username and Password not accepted")["login"] == "yes"


def test_a_returned_mail_names_its_sender_its_recipient_and_where_it_failed() -> None:
    assert of(BOUNCE) == {
        "mail_address": "ann@example.com",
        "recipient": "bob@example.org",
        "far_server": "mx.example.org",
    }
    assert of(REPORT) == {"mail_address": "ann@example.com", "recipient": "cat@example.org"}
    log = "to=<bob@example.org>, relay=mx.example.org[192.0.2.7]:25, status=deferred (connection timed out)"
    assert of(log) == {"recipient": "bob@example.org", "far_server": "mx.example.org"}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Ncat: Connected to 192.0.2.10:587.", "connected"),
        ("smtp.example.com [192.0.2.10] 587 (submission) open", "connected"),
        ("Trying 192.0.2.10...\nConnected to smtp.example.com.\nEscape character is '^]'.", "connected"),
        (
            "* connect to 192.0.2.9 port 587 failed: Connection refused\n* Connected to a (192.0.2.10) port 587",
            "connected",
        ),
        ("telnet: Unable to connect to remote host: Connection refused", "refused"),
        ("connect:errno=111\nconnect: Connection refused", "refused"),
        (
            "curl: (28) Failed to connect to smtp.example.com port 587 after 130000 ms: Connection timed out",
            "timed_out",
        ),
        ("Trying 192.0.2.10...", "timed_out"),
        ("Could not open connection to the host, on port 587: Connect failed", "timed_out"),
        (
            "Es konnte keine Verbindung mit dem Host hergestellt werden, auf Port 587: Verbinden fehlgeschlagen",
            "timed_out",
        ),
    ],
)
def test_what_a_tool_printed_on_the_persons_side_is_told(text: str, seen: str) -> None:
    assert person_sees(text) == seen
    assert of(text)["person_sees"] == seen


def test_a_tool_that_got_further_than_the_connection_is_read_by_its_words() -> None:
    text = "* Connected to smtp.example.com (192.0.2.10) port 587\n> AUTH PLAIN\n< 535 5.7.8 authentication failed"
    assert "person_sees" not in of(text)
    assert (of(text)["server"], of(text)["login"]) == ("smtp.example.com", "yes")


def test_hostile_text_is_no_slower_than_its_length() -> None:
    for piece in ("server: ", "a.", "connect to ", "port ", "smtp ", "<a@", "name: "):
        assert isinstance(of(piece * (200_000 // len(piece))), dict)


def test_a_delay_notice_says_that_the_mail_waits() -> None:
    waits = "Your message could not be delivered for more than 4 hour(s). It will be retried until it is 5 day(s) old."
    told = f"\n{waits}\n\n<bob@example.org>: connect to mx.example.org[192.0.2.7]:25: Connection timed out\n"
    head = "From: MAILER-DAEMON@mail.example.com\nTo: ann@example.com\nSubject: Delayed Mail (still being retried)\n"
    assert of(head + told)["delayed"] == "yes"
    assert of(told)["delayed"] == "yes"
    assert of(REPORT.replace("failed", "delayed").replace("5.1.1", "4.4.1").replace("User unknown", "timed out"))[
        "delayed"
    ]
    assert of("Your mail is delayed\n\nThis is a warning message only.\nDelivery to mx.example.org timed out")[
        "delayed"
    ]
    assert "delayed" not in of(REPORT)
    assert "delayed" not in of(BOUNCE)


def test_half_a_character_in_a_text_is_read_over() -> None:
    text = "smtp.example.com port 587: connection re\ud800fused"
    assert (
        person_sees(text + "\nnc: connect to smtp.example.com port 587 (tcp) failed: Connection refused") == "refused"
    )
    assert of(text)["server"] == "smtp.example.com"


def test_a_server_that_is_only_mentioned_counts_where_its_name_says_what_it_is() -> None:
    assert of("smtp.example.com says relaying denied")["server"] == "smtp.example.com"
    assert "server" not in of("mx.example.com says relaying denied")
    assert "server" not in of("relaying denied, told by smtp.example.com[192.0.2.1]")
    assert "server" not in of("The SMTP server smtp.example.com said: 421 timed out")
    assert "server" not in of("smtp.example.com and smtp.example.org say relaying denied")


def test_what_is_no_host_or_no_service_for_mail_is_left_out() -> None:
    assert "far_server" not in of("host mx.nowhere-at-all [192.0.2.7] said: 550 5.1.1 user unknown")
    assert "server" not in of("ComputerName : app.example.com\nRemotePort : 443\nTcpTestSucceeded : True")
    assert "server" not in of("failed to connect to proxy 192.0.2.1:8080")
    assert "mail_address" not in of(BOUNCE.replace("To: ann@example.com", "To: ann@example.com, cy@example.com"))


def test_a_program_that_shows_its_settings_names_its_server_in_a_returned_mail_too() -> None:
    shown = "Account: 'x', Server: 'smtp.example.com', Port: 25, Secure(SSL): No"
    assert of(f"{BOUNCE}\n{shown}")["server"] == "smtp.example.com"


def test_a_tool_that_tried_another_service_says_nothing_of_mail() -> None:
    text = "Server: 'smtp.example.com'\nTest-NetConnection smtp.example.com -Port 443\nTcpTestSucceeded : True"
    assert not {"server", "person_sees"} & set(of(text))
