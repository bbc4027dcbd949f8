"""Exim's faults: one configuration whose doors (by port) differ in what they offer and refuse."""

from __future__ import annotations

from collections.abc import Mapping

from real_certificates import Pems

AUTHENTICATORS = """
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${{if or{{{{def:tls_in_cipher}}{{match{{$received_port}}{{^(?:{clear})\\$}}}}}}}}
  server_condition = ${{if and{{{{eq{{$auth2}}{{ann}}}}{{eq{{$auth3}}{{right-horse}}}}}}}}
  server_prompts = :
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_advertise_condition = ${{if def:tls_in_cipher}}
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{eq{{$auth1}}{{ann}}}}{{eq{{$auth2}}{{right-horse}}}}}}}}
  server_set_id = $auth1
"""


def config(pems: Pems, port: Mapping[str, int]) -> str:
    """Return the part of the configuration after the common ground; `port` is the real port of each door's name."""

    def at(*names: str) -> str:
        return "condition = ${if match{$received_port}{^(?:" + "|".join(str(port[n]) for n in names) + ")\\$}}"

    return f"""
domainlist local_domains = real.test
tls_certificate = {pems["good"]}
tls_verify_hosts = ${{if match{{$received_port}}{{^(?:{port["wantscert"]})\\$}}{{*}}{{}}}}
tls_verify_certificates = {pems.ca_file}
tls_advertise_hosts = ${{if match{{$received_port}}{{^(?:{port["bare"]})\\$}}{{}}{{*}}}}
auth_advertise_hosts = ${{if match{{$received_port}}{{^(?:{port["noauth"]}|{port["bare"]})\\$}}{{}}{{*}}}}
acl_smtp_connect = acl_connect
acl_smtp_helo = acl_helo
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
acl_smtp_starttls = acl_starttls
acl_smtp_auth = acl_auth
message_size_limit = 1M
smtp_accept_max_per_host = 30
smtp_enforce_sync = true
begin acl
acl_connect:
  deny {at("rejects")}
       message = 554 Your host is not allowed to connect
  defer {at("defers")}
       message = Too many concurrent SMTP connections; please try again later
  drop {at("drops")}
       message = Your IP is blacklisted, see https://www.spamhaus.org/query/ip/192.0.2.7
  warn {at("slow")}
       delay = 5s
  accept
acl_helo:
  drop {at("helodrop")}
       message = You are not who you say you are
  deny {at("helo")}
       message = Invalid HELO name (See RFC2821 4.1.1.1)
  accept
acl_starttls:
  deny {at("refusestls")}
       message = TLS currently unavailable
  accept
acl_auth:
  deny {at("needstls")}
       !encrypted = *
       message = AUTH only over TLS
  accept
acl_mail:
  deny {at("needstls")}
       !encrypted = *
       message = 530 Must issue a STARTTLS command first
  deny {at("authfirst")}
       !authenticated = *
       message = 530 Authentication required
  deny {at("authfirst550")}
       !authenticated = *
       message = authentication required
  deny {at("silentdeny")}
       !authenticated = *
  accept
acl_rcpt:
  accept authenticated = *
       {at("owner")}
       condition = ${{if eq{{$sender_address}}{{$authenticated_id@real.test}}}}
  deny {at("owner")}
       authenticated = *
       message = Sender address $sender_address is not owned by $authenticated_id
  accept authenticated = *
  deny {at("cpanel")}
       !domains = +local_domains
       message = $sender_host_address is not permitted to relay through this server without authentication.
  deny {at("cpanel2")}
       !domains = +local_domains
       message = Please turn on SMTP Authentication in your mail client.
  require message = relay not permitted
       domains = +local_domains
  defer local_parts = grey
       message = greylisted - try again later
  deny local_parts = full
       message = 552 Mailbox quota exceeded
  defer local_parts = full4
       message = 452 Mailbox over quota
  deny local_parts = off
       message = This account is disabled
  deny local_parts = rbl
       message = rejected because 192.0.2.7 is in a black list at zen.spamhaus.org
  deny local_parts = spf
       message = [SPF] 192.0.2.7 is not allowed to send mail from real.test.
  deny local_parts = admin
  defer local_parts = later
  deny local_parts = rate
       message = Sender rate overlimit - 120 / 1h
  deny local_parts = verify
       message = Sender verify failed
  deny local_parts = many
       message = Too many recipients
  require verify = recipient
  accept
begin routers
local:
  driver = accept
  domains = real.test
  local_parts = ann : bob : postmaster : grey : full
  transport = nowhere
begin transports
nowhere:
  driver = appendfile
  file = /dev/null
  user = nobody
{AUTHENTICATORS.format(clear=port["clear"])}
"""
