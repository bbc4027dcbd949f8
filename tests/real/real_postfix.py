"""Postfix's faults: what each door is set to, and the main.cf and maps behind them."""

from __future__ import annotations

from real_certificates import Pems

MAPS = {
    "people": "ann@real.test x\nbob@real.test x\npostmaster@real.test x\nfull@real.test x\n",
    "owners": "ann@real.test ann\nbob@real.test bob\n",
    "recipients": """\
full@real.test 552 5.2.2 Mailbox is full / Blocks limit exceeded / Inode limit exceeded
full4@real.test 452 4.2.2 Mailbox is full
off@real.test 550 5.2.1 The email account that you tried to reach is disabled
grey@real.test 450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/help/real.test.html
rbl@real.test 554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org
spf@real.test 550 5.7.23 Message rejected due to: SPF fail - not authorized.
tempnet@real.test DEFER_IF_PERMIT Service temporarily unavailable
rate@real.test 450 4.7.1 Error: too many recipients from 192.0.2.7
policy@real.test 550 5.7.1 Message rejected due to content restrictions
""",
    "blocked": "127 554 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using zen.spamhaus.org\n",
}


def main(pems: Pems, auth: int) -> dict[str, str]:
    """Common ground: a submission server for real.test that trusts no network."""
    here = "texthash:$config_directory"
    return {
        "myhostname": "mail.real.test",
        "mydestination": "real.test",
        "mynetworks": "127.99.99.99/32",
        "smtpd_peername_lookup": "no",
        "local_recipient_maps": f"{here}/people",
        "local_transport": "discard:",
        "smtpd_tls_chain_files": pems["good"],
        "smtpd_tls_security_level": "may",
        "smtpd_tls_session_cache_database": "",
        "tls_medium_cipherlist": "ALL:@SECLEVEL=0",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": f"inet:127.0.0.1:{auth}",
        "smtpd_sasl_mechanism_filter": "plain, login",
        "smtpd_sender_login_maps": f"{here}/owners",
        "smtpd_relay_restrictions": "permit_sasl_authenticated reject_unauth_destination",
        "smtpd_client_connection_count_limit": "0",
        "smtpd_error_sleep_time": "0",
        "message_size_limit": "10240000",
    }


AUTH = {"smtpd_sasl_auth_enable": "yes", "smtpd_tls_auth_only": "yes"}
CLEAR = {"smtpd_sasl_auth_enable": "yes", "smtpd_tls_auth_only": "no"}
TLS = {"smtpd_tls_wrappermode": "yes", **AUTH}
DEBIAN = {  # the submission service as Debian's and Postfix's own master.cf have it, comments taken away
    "smtpd_tls_security_level": "encrypt",
    **AUTH,
    "smtpd_client_restrictions": "",
    "smtpd_recipient_restrictions": "",
    "smtpd_relay_restrictions": "permit_sasl_authenticated,reject",
}


def mechanisms(names: str) -> dict[str, str]:
    return {**AUTH, "smtpd_sasl_mechanism_filter": names}


def certificate(pems: Pems, kind: str) -> dict[str, str]:
    return {**AUTH, "smtpd_tls_chain_files": pems[kind]}


def doors(pems: Pems) -> dict[tuple[str, int], dict[str, str]]:
    """Every door; a name is a server, and several ports of one name are its siblings."""
    here = "texthash:$config_directory"
    reject_late = {"smtpd_recipient_restrictions": f"check_recipient_access {here}/recipients"}
    found: dict[tuple[str, int], dict[str, str]] = {
        ("good", 587): AUTH, ("good", 465): TLS, ("good", 25): {},
        ("debian", 587): DEBIAN, ("debian", 465): {**DEBIAN, "smtpd_tls_wrappermode": "yes"},
        ("oldsubmission", 587): {**AUTH, "smtpd_client_restrictions": "permit_sasl_authenticated,reject"},
        ("tlsrequired", 587): {**AUTH, "smtpd_tls_security_level": "encrypt"},
        ("clear", 587): {**CLEAR, "smtpd_tls_security_level": "none"},
        ("clearboth", 587): {**CLEAR, "smtpd_tls_security_level": "none"}, ("clearboth", 465): TLS,
        ("noauth", 587): {}, ("noauth", 25): {},
        ("owner", 587): {**AUTH, "smtpd_sender_restrictions": "reject_sender_login_mismatch"},
        ("small", 587): {**AUTH, "message_size_limit": "10240"},
        ("maps", 25): reject_late,
        ("helo", 587): {**AUTH, "smtpd_helo_required": "yes", "smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname"},  # noqa: E501 - a row of a table
        ("helonow", 587): {
            **AUTH, "smtpd_delay_reject": "no", "smtpd_helo_required": "yes",
            "smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname",
        },
        ("rblnow", 587): {**AUTH, "smtpd_delay_reject": "no", "smtpd_client_restrictions": f"check_client_access {here}/blocked"},  # noqa: E501 - a row of a table
        ("fqdn", 587): {**AUTH, "smtpd_sender_restrictions": "reject_non_fqdn_sender"},
        ("screen", 25): {"_program": "postscreen", "_limit": "1", "postscreen_greet_wait": "5s", "postscreen_cache_map": "", "postscreen_greet_action": "enforce"},  # noqa: E501 - a row of a table
        ("tls10", 587): {**AUTH, "smtpd_tls_security_level": "encrypt", "smtpd_tls_mandatory_protocols": "<=TLSv1", "smtpd_tls_protocols": "<=TLSv1"},  # noqa: E501 - a row of a table
        ("tls11", 587): {**AUTH, "smtpd_tls_protocols": ">=TLSv1.1, <=TLSv1.1", "smtpd_tls_mandatory_protocols": ">=TLSv1.1, <=TLSv1.1"},  # noqa: E501 - a row of a table
        ("tls11", 465): {**TLS, "smtpd_tls_security_level": "encrypt", "smtpd_tls_protocols": ">=TLSv1.1, <=TLSv1.1", "smtpd_tls_mandatory_protocols": ">=TLSv1.1, <=TLSv1.1"},  # noqa: E501 - a row of a table
        ("ccert", 587): {**AUTH, "smtpd_tls_security_level": "encrypt", "smtpd_tls_req_ccert": "yes", "smtpd_tls_CAfile": str(pems.ca_file)},  # noqa: E501 - a row of a table
        ("nocert", 587): {**AUTH, "smtpd_tls_chain_files": "", "smtpd_tls_security_level": "may"},
        ("badcert", 587): {**AUTH, "smtpd_tls_chain_files": "/nowhere/at/all.pem", "smtpd_tls_security_level": "may"},
        ("tlson587", 587): TLS, ("plainon465", 465): AUTH,
        ("plainon465", 587): AUTH,
        ("nostarttls", 587): {**CLEAR, "smtpd_discard_ehlo_keywords": "starttls"},
        ("xoauth", 587): mechanisms("xoauth2, oauthbearer"),
        ("cram", 587): mechanisms("cram-md5"), ("digest", 587): mechanisms("digest-md5, scram-sha-256"),
        ("scram", 587): mechanisms("scram-sha-256"),
    }  # fmt: skip
    kinds = ("expired", "early", "wrongname", "stranger", "antivirus", "alone", "between", "selfsigned")
    found |= {(kind, 587): certificate(pems, kind) for kind in kinds}
    found |= {
        (f"{kind}2", port): {**certificate(pems, kind if port == 587 else "good"), **({} if port == 587 else TLS)}
        for kind in ("expired", "stranger")
        for port in (465, 587)
    }
    return found
