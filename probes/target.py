"""What the person typed, cleaned and parsed; a mistake is a code with its evidence, never prose."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from enum import StrEnum

import idna

LONGEST_TYPED = 2000
"""Characters kept of any one field that a person fills in."""

SLACK_LINK = re.compile(r"<(?:mailto:|tel:)?([^<>|\s]+)\|([^<>|]*)>|<(?:mailto:)([^<>|\s]+)>|<(\w+://[^<>|\s]+)>")
"""Slack's `<mailto:a@b|a@b>`, `<http://h|h>`, `<mailto:a@b>` and `<http://h>` (docs: message formatting)."""

SMART = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\N{NO-BREAK SPACE}": " ", "…": "..."})
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
USERINFO = re.compile(
    r"([a-z][a-z0-9+.-]{0,20}://)?([^\s:/@<>\"'(,;=]{1,200}):(?!//)[^\s<>]{1,300}@(?=[\w\[])", re.IGNORECASE
)
LABELS = frozenset(
    {
        "to",
        "from",
        "cc",
        "bcc",
        "for",
        "mailto",
        "sip",
        "xmpp",
        "acct",
        "sender",
        "recipient",
        "user",
        "username",
        "login",
        "email",
        "mail",
        "address",
        "smtp",
        "lmtp",
        "rcpt",
        "path",
        "by",
        "with",
        "id",
        "envelope",
        "rfc822",
        "local",
        "virtual",
        "relay",
    }
)
HYPHENATED = re.compile(r"[a-z]+(?:-[a-z]+)+", re.IGNORECASE)
"""A header's name, which may stand right before an address."""
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^@/\s]*@)?(?P<host>\[[^\]]*\]|[^/:?#\s]*)(?::(?P<port>\w*))?",
    re.IGNORECASE,
)


class Security(StrEnum):
    """How the connection is encrypted: by what answers, not at all, STARTTLS, or TLS from the first byte."""

    AUTO = "auto"
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Login(StrEnum):
    """Whether the person's mail program logs in to send."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one typed field; `code` names its sentence, `evidence` fills it."""

    field: str
    code: str
    evidence: Mapping[str, str] = with_default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Host:
    """A server as typed; `name` is its A-label form or address; `mistake` is why it is neither."""

    typed: str
    name: str
    address: bool = False
    mistake: Mistake | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be looked at; holds no password, so that it can be kept."""

    host: Host
    port: int = 587
    security: Security = Security.AUTO
    login: Login = Login.NO
    user_name: str | None = None
    mail_address: str | None = None
    sender: str | None = None
    recipient: str | None = None
    message_size: int | None = None
    program: str | None = None


def clean(text: str) -> str:
    """Return `text` as it was meant: Slack's decorations unwrapped, smart quotes and invisible characters gone."""
    text = SLACK_LINK.sub(lambda m: m[3] or m[4] or _unwrapped(m[1], m[2]), text[: LONGEST_TYPED * 50])
    text = INVISIBLE.sub("", text.translate(SMART))
    return unicodedata.normalize("NFC", text).strip()


def _unwrapped(link: str, label: str) -> str:
    bare = link.split("://", 1)[-1].rstrip("/")
    return label if label.rstrip("/") in (bare, link) else link


def field_text(text: str) -> str:
    """Return what was typed into a one-line field, cleaned, quotes and stray brackets around it taken off."""
    return without_password(clean(text)[:LONGEST_TYPED]).strip("\"'`<>, \t\r\n").strip()


def without_password(text: str) -> str:
    """Return text without the password of `user:password@host`, with a scheme before it or not (RFC 3986 3.2.1)."""
    if "@" not in text or ":" not in text:
        return text
    return USERINFO.sub(lambda found: found[0] if _is_label(found) else f"{found[1] or ''}{found[2]}@", text)


def _is_label(found: re.Match[str]) -> bool:
    """Tell `To:ann@example.com` and `mailto:ann@example.com` from a user name before a password."""
    return not found[1] and (found[2].lower() in LABELS or bool(HYPHENATED.fullmatch(found[2])))


def is_address(text: str) -> bool:
    """Tell an IP address, as it is written without brackets, from a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def parse_host(typed: str) -> Host:
    """Read a server name or address (RFC 1123 section 2.1, RFC 5890); a URL or an address with @ is named as such."""
    text = field_text(typed)
    bare = text.strip("[]").removeprefix("IPv6:").removesuffix(".") if text else text
    try:
        return Host(text, str(ipaddress.ip_address(bare)), address=True)
    except ValueError:
        pass

    if bare.lower() == "localhost" or bare.lower().endswith(".localhost"):
        return Host(text, "127.0.0.1", address=True)  # RFC 6761 section 6.3: never a matter for the name servers

    def wrong(code: str, **evidence: str) -> Host:
        return Host(text, "", mistake=Mistake("server", code, {"typed": text[:80], **evidence}))

    if not text:
        return wrong("server_missing")
    if url := URL.match(text):
        return wrong("server_is_url", host=url["host"])
    if "@" in text:
        return wrong("server_is_mail_address", host=text.rpartition("@")[2])
    if re.search(r"\s", text):
        return wrong("server_has_space")
    if "/" in text:
        return wrong("server_is_url", host=text.split("/", 1)[0])
    if len(text) > 253:
        return wrong("server_too_long", length=str(len(text)))
    try:
        name = idna.encode(bare.lower(), uts46=True).decode() if not bare.isascii() else bare.lower()
    except (idna.IDNAError, UnicodeError):
        return wrong("server_not_a_name")
    labels = name.split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        return wrong("server_not_a_name")
    if labels[-1].isdigit() or re.fullmatch(r"0x[0-9a-f]*", labels[-1]):
        return wrong("server_not_an_address")  # 127.1, 2130706433, 0x7f.1: other spellings of an address
    return Host(text, name)


def parse_port(typed: str) -> int | Mistake:
    """Read a port, 1 to 65535."""
    text = field_text(typed)
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return Mistake("port", "port_not_a_number", {"typed": text[:80]})
    if not 1 <= int(text) <= 65535:
        return Mistake("port", "port_out_of_range", {"typed": text})
    return int(text)


def split_host_port(typed: str) -> tuple[str, str | None]:
    """Split `host:port`, `[2001:db8::1]:587` and `smtp://host:port` into the two texts; neither is judged here."""
    text = field_text(typed)
    if (url := URL.fullmatch(text.rstrip("/"))) and url["scheme"].lower() in (
        "smtp",
        "smtps",
        "submission",
        "submissions",
    ):
        return url["host"], url["port"] or ("465" if url["scheme"].lower() in ("smtps", "submissions") else None)
    if match := re.fullmatch(r"(\[[^\]]*\])(?::(.*))?", text):
        return match[1], match[2]
    if "://" in text or text.count(":") != 1:
        return text, None
    host, _, port = text.partition(":")
    return host, port.strip()


def address_mistake(name: str, typed: str) -> Mistake | None:
    """Say what is wrong with a mail address (RFC 5321 section 4.1.2, RFC 6531), or nothing."""
    from email_validator import EmailNotValidError, validate_email  # slow to import; only a typed address needs it

    text = field_text(typed)
    if re.search(r"\s", text):
        return Mistake(name, "address_has_space", {"typed": text[:80]})
    if text.count("@") > 1:
        return Mistake(name, "address_two_ats", {"typed": text[:80]})
    if "@" not in text:
        return Mistake(name, "address_no_at", {"typed": text[:80]})
    if len(text) > 254:
        return Mistake(name, "address_too_long", {"length": str(len(text))})
    try:
        validate_email(text, check_deliverability=False, test_environment=True, allow_quoted_local=True)
    except EmailNotValidError as reason:
        # A name reserved for special use is a matter for the name servers, not for the spelling.
        if "special-use" not in str(reason) and "period" not in str(reason):
            return Mistake(name, "address_not_valid", {"typed": text[:80]})
        if ".." in text or text.endswith(".") or "@." in text:
            return Mistake(name, "address_not_valid", {"typed": text[:80]})
    return None


def domain_of(address: str) -> str:
    """Return the A-label form of an address's domain, or an empty text where it has none."""
    host = parse_host(address.rpartition("@")[2]) if "@" in address else None
    return host.name if host else ""


def parse(answers: Mapping[str, str]) -> Target | tuple[Mistake, ...]:
    """Read a filled form (`server`, `port`, `security`, `login`, `user_name`, `mail_address`, `sender`, `recipient`).

    Empty or absent means "I don't know"; all mistakes are returned at once.
    """
    given = {name: field_text(value) for name, value in answers.items() if value and field_text(value)}
    mistakes: list[Mistake] = []
    server, inline_port = split_host_port(given.get("server", ""))
    host = parse_host(server)
    if host.mistake:
        mistakes.append(host.mistake)
    security = Security(given.get("security", "auto"))
    port = parse_port(given.get("port") or inline_port or ("465" if security is Security.TLS else "587"))
    if isinstance(port, Mistake):
        mistakes.append(port)
    addresses = ((name, given[name]) for name in ("mail_address", "sender") if name in given)
    mistakes.extend(mistake for name, text in addresses if (mistake := address_mistake(name, text)))
    if mistakes or isinstance(port, Mistake):
        return tuple(mistakes)
    return Target(
        host=host,
        port=port,
        security=security,
        login=Login(given.get("login", "unknown")),
        user_name=given.get("user_name"),
        mail_address=given.get("mail_address"),
        sender=given.get("sender") or given.get("mail_address"),
        recipient=given.get("recipient"),
        message_size=int(size) if (size := given.get("message_size", "")).isdigit() else None,
        program=given.get("program"),
    )
