"""The environment, read once; all that is wrong with it is said at once."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.ledger.limits import Limits, read_limits
from probes.target import parse_host, parse_port, split_host_port
from probes.vantage import IPNetwork, Vantage, own_name

if TYPE_CHECKING:
    from probes.replies.rulebook import Matcher


class SettingsError(Exception):
    """Some settings are wrong; `sentences` has one for each, `rest` are the settings without those."""

    def __init__(self, sentences: Iterable[str], rest: Settings) -> None:
        self.sentences = tuple(sentences)
        self.rest = rest
        super().__init__("\n".join(self.sentences))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; secrets are never shown (`repr=False`)."""

    slack_bot_token: str = field(default="", repr=False)
    slack_app_token: str = field(default="", repr=False)
    slack_signing_secret: str = field(default="", repr=False)
    slack_api_url: str = "https://slack.com/api/"
    database_url: str = field(default="", repr=False)
    support_channel: str = ""
    support_hours: str = ""
    it_group: str = ""
    admins: tuple[str, ...] = ()
    allow_channels: tuple[str, ...] = ()
    allow_group: str = ""
    nameservers: tuple[tuple[str, int], ...] = ()
    controls: tuple[tuple[str, int], ...] = ()
    ca_file: Path | None = None
    ehlo_name: str | None = None
    ports: frozenset[int] = frozenset()
    allow_networks: tuple[IPNetwork, ...] = ()
    allow_domains: tuple[str, ...] = ()
    pages: Path | None = None
    rules: Path | None = None
    blocks: str = ""
    listen_host: str = "127.0.0.1"
    listen_port: int = 3000
    log_level: str = "INFO"
    limits: Limits = field(default_factory=Limits)
    public_url: str = ""
    trusted_proxies: tuple[IPNetwork, ...] = ()
    metrics_listen: tuple[str, int] | None = None
    retention_days: int = 30
    audit_file: Path | None = None
    strangers: tuple[str, ...] = ()
    """Variables that begin like ours and are none: most are slips."""

    def slack_trouble(self) -> tuple[str, ...]:
        """Return all that is missing or swapped among Slack's tokens, a sentence each."""
        wrong = []
        if not self.slack_bot_token:
            wrong.append("SLACK_BOT_TOKEN is not set; it is the bot token of the app, xoxb-...")
        elif not self.slack_bot_token.startswith("xoxb-"):
            wrong.append("SLACK_BOT_TOKEN is no bot token; those begin with xoxb-.")
        if not self.slack_app_token and not self.slack_signing_secret:
            wrong.append("Neither SLACK_APP_TOKEN (Socket Mode, xapp-...) nor SLACK_SIGNING_SECRET (HTTP) is set.")
        elif self.slack_app_token and not self.slack_app_token.startswith("xapp-"):
            wrong.append("SLACK_APP_TOKEN is no app-level token; those begin with xapp-.")
        return tuple(wrong)

    def own_rules(self) -> Matcher | None:
        """Return one's own rules for reading replies; raises ValueError naming the first mistake in them."""
        from probes.replies import load_own

        return load_own(self.rules) if self.rules else None

    def vantage(self, rules: Matcher | None = None) -> Vantage:
        """Return the place that probes look from, replies being read by one's own `rules` first."""
        return Vantage(
            nameservers=self.nameservers,
            controls=self.controls,
            ca_file=self.ca_file,
            allow_networks=self.allow_networks,
            allow_domains=self.allow_domains,
            extra_ports=self.ports,
            ehlo_name=self.ehlo_name,
            rules=rules,
            name=self.ehlo_name or own_name(),
        )


def nameserver(text: str) -> tuple[str, int]:
    """Read `IP[:PORT]` of a resolver; raises ValueError with a sentence."""
    host, port = split_host_port(text) if text.count(":") == 1 or text.startswith("[") else (text, None)
    parsed = parse_host(host)
    number = parse_port(port or "53")
    if not parsed.address or not isinstance(number, int):
        raise ValueError(f"{text!r} is no resolver; give its address, such as 192.0.2.53 or 192.0.2.53:5353.")
    return parsed.name, number


def control(text: str) -> tuple[str, int]:
    """Read `HOST:PORT` of a control; raises ValueError with a sentence."""
    host, port = split_host_port(text)
    parsed = parse_host(host)
    number = parse_port(port or "")
    if parsed.mistake or not isinstance(number, int):
        raise ValueError(f"{text!r} is no place to reach; give a host and a port, such as mail.example.com:25.")
    return parsed.name, number


def network(text: str) -> IPNetwork:
    """Read a range of addresses; raises ValueError with a sentence."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no range of addresses; write it as 10.0.0.0/8 or fd00::/8.") from None


def domain(text: str) -> str:
    """Read a domain, `corp.example` or `*.corp.example`, in its A-label form; raises ValueError with a sentence."""
    parsed = parse_host(text.removeprefix("*").strip("."))
    if parsed.mistake or parsed.address:
        raise ValueError(f"{text!r} is no domain; write it as corp.example.")
    return parsed.name


def readable_file(text: str) -> Path:
    """Read the path of a file that can be read; raises ValueError with a sentence."""
    path = Path(text).expanduser()
    try:
        path.open("rb").close()
    except OSError as error:
        raise ValueError(f"{text!r} cannot be read: {error.strerror}.") from None
    return path


def certificates(text: str) -> Path:
    """Read the path of a file of certificates; raises ValueError with a sentence."""
    path = readable_file(text)
    if b"-----BEGIN CERTIFICATE-----" not in path.read_bytes():
        raise ValueError(f"{text!r} holds no certificate; give a file in PEM form.")
    return path


def port_number(text: str) -> int:
    """Read a port; raises ValueError with a sentence."""
    number = parse_port(text)
    if not isinstance(number, int):
        raise ValueError(f"{text!r} is no port; a port is a number from 1 to 65535.")  # noqa: TRY004 - a typed text
    return number


def _public_url(text: str) -> str:
    """Read the address that browsers use: https, or http on this machine itself; without the slash at its end."""
    try:
        url = urlsplit(text)
        local = url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1")
        plain = not (url.query or url.fragment or url.username or url.password) and url.port != 0
    except ValueError:
        local = plain = False
        url = urlsplit("")
    if not url.hostname or not plain or not (url.scheme == "https" or local):
        raise ValueError("it is a web address that begins with https://, such as https://help.example.com.")
    return text.rstrip("/")


def _api_url(text: str) -> str:
    """Read the address of Slack's Web API, with one slash at its end."""
    if not text.startswith(("https://", "http://")):
        raise ValueError("it is a web address that begins with https://, such as https://slack.com/api/.")
    return text.rstrip("/") + "/"


def _own_name(text: str) -> str:
    """Read the name that is said in EHLO: one word, for a mail server reads no further."""
    if len(text.split()) != 1:
        raise ValueError(f"{text!r} is no name of a computer; write it as bot.example.com.")
    return text


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:6]) <= 3650:
        raise ValueError(f"{text!r} is no number of days from 1 to 3650.")
    return int(text)


def _audit_file(text: str) -> Path:
    """Make the file where it is missing, for its owner alone."""
    path = Path(text).expanduser()
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    except OSError as error:
        raise ValueError(f"{text!r} cannot be written: {error.strerror}.") from None
    return path


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", port_number(port)


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise ValueError(f"{text!r} is no folder.")
    return path


def _blocks(text: str) -> str:
    if text != "new":
        raise ValueError('it is either empty or "new".')
    return text


def _log_level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("it is one of DEBUG, INFO, WARNING and ERROR.")
    return text.upper()


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; raises SettingsError that names every wrong one."""
    env = os.environ if environ is None else environ
    found: dict[str, Any] = {}
    wrong: list[str] = []
    ours: set[str] = set()

    def one(name: str, key: str, read: Callable[[str], Any] = str.strip) -> None:
        ours.add(name)
        if text := env.get(name, "").strip():
            try:
                found[key] = read(text)
            except ValueError as error:
                wrong.append(f"{name}: {error}")

    def many(name: str, key: str, read: Callable[[str], Any] = str.strip) -> None:
        one(name, key, lambda text: tuple(read(part.strip()) for part in text.split(",") if part.strip()))

    one("SLACK_BOT_TOKEN", "slack_bot_token")
    one("SLACK_APP_TOKEN", "slack_app_token")
    one("SLACK_SIGNING_SECRET", "slack_signing_secret")
    one("SLACK_API_URL", "slack_api_url", _api_url)
    one("SMTP_HELP_DATABASE_URL", "database_url")
    one("SMTP_HELP_SUPPORT_CHANNEL", "support_channel")
    one("SMTP_HELP_SUPPORT_HOURS", "support_hours")
    one("SMTP_HELP_IT_GROUP", "it_group")
    one("SMTP_HELP_ALLOW_GROUP", "allow_group")
    many("SMTP_HELP_ADMINS", "admins")
    many("SMTP_HELP_ALLOW_CHANNELS", "allow_channels")
    many("SMTP_HELP_NAMESERVERS", "nameservers", nameserver)
    many("SMTP_HELP_CONTROLS", "controls", control)
    many("SMTP_HELP_ALLOW_NETWORKS", "allow_networks", network)
    many("SMTP_HELP_ALLOW_DOMAINS", "allow_domains", domain)
    many("SMTP_HELP_PORTS", "ports", port_number)
    found["ports"] = frozenset(found.get("ports", ()))
    one("SMTP_HELP_CA_FILE", "ca_file", certificates)
    one("SMTP_HELP_EHLO_NAME", "ehlo_name", _own_name)
    one("SMTP_HELP_PAGES", "pages", _folder)
    one("SMTP_HELP_RULES", "rules", readable_file)
    one("SMTP_HELP_BLOCKS", "blocks", _blocks)
    one("SMTP_HELP_LOG_LEVEL", "log_level", _log_level)
    one("PORT", "listen", lambda text: ("0.0.0.0", port_number(text)))  # noqa: S104 - a platform that sets PORT routes to it
    one("SMTP_HELP_LISTEN", "listen", _listen)
    one("SMTP_HELP_LIMITS", "limits", read_limits)
    one("SMTP_HELP_PUBLIC_URL", "public_url", _public_url)
    many("SMTP_HELP_TRUSTED_PROXIES", "trusted_proxies", network)
    one("SMTP_HELP_METRICS_LISTEN", "metrics_listen", _listen)
    one("SMTP_HELP_RETENTION_DAYS", "retention_days", _days)
    one("SMTP_HELP_AUDIT_FILE", "audit_file", _audit_file)
    found["strangers"] = tuple(sorted(name for name in env if name.startswith("SMTP_HELP_") and name not in ours))
    if "listen" in found:
        found["listen_host"], found["listen_port"] = found.pop("listen")
    if wrong:
        raise SettingsError(wrong, Settings(**found))
    return Settings(**found)
