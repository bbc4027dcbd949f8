"""Dovecot's doors: submission in its own words, incoming servers where an outgoing one is expected, and logins."""

from __future__ import annotations

from pathlib import Path

from real_certificates import Pems

PEOPLE = """\
ann:{PLAIN}right-horse::::::
bob:{PLAIN}right-horse::::::
locked:{PLAIN}right-horse::::::nologin=yes
elsewhere:{PLAIN}right-horse::::::allow_nets=192.0.2.0/24
"""
INCOMING = {
    "imap": [("incoming", 143), ("incoming", 587), ("imapon25", 25)],
    "imaps": [("incoming", 993), ("imapson", 465), ("imapson", 587)],
    "pop3": [("incoming", 110)],
    "pop3s": [("incoming", 995)],
    "submissions": [("incoming", 465)],
}
SUBMISSION = {"submission": [("dovecot", 587)], "submissions": [("dovecot", 465)]}


def settings(pems: Pems, relay: int) -> str:
    """Return what both have in common; mail goes on to `relay`."""
    return f"""
auth_mechanisms = plain login
auth_failure_delay = 1s
hostname = mail.real.test
ssl = yes
ssl_cert = <{pems["good"]}
ssl_key = <{pems["good"]}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = yes
"""


def for_postfix(home: Path) -> str:
    """Return an authentication service for Postfix that knows every kind of login but those of Windows."""
    oauth = home / "oauth.conf"
    oauth.write_text("tokeninfo_url = http://127.0.0.1:1/?t=\n")
    return f"""
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-256 xoauth2 oauthbearer
auth_failure_delay = 1s
ssl = no
passdb {{
 driver = oauth2
 mechanisms = xoauth2 oauthbearer
 args = {oauth}
}}
"""
