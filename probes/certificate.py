"""What a server's certificate says, read from its DER also where the handshake's check would fail; pure.

Verification is OpenSSL's own (through pyOpenSSL) and service-identity's (RFC 6125, RFC 9525), done after the handshake,
so that a certificate that fails can still be shown.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from probes.target import is_address

MOST_NAMES = 24
SMALLEST_KEY_BITS = 2048
_SERVER_USES = ("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")
"""id-kp-serverAuth and anyExtendedKeyUsage."""
INTERCEPTORS = (
    "avast", "avg", "kaspersky", "eset", "bitdefender", "norton", "zscaler", "fortinet", "fortigate", "sophos",
    "mcafee", "netskope", "palo alto", "blue coat", "symantec web", "barracuda web", "watchguard",
    "untangle", "web/mail shield",
    "check point", "cisco umbrella", "dr.web", "adguard",
)  # fmt: skip
"""Words in an issuer's name that tell of security software or a proxy in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate's names, dates (UTC) and issuer, and what is wrong with it.

    `failures` are codes: expired, not_yet_valid, name_mismatch, weak, not_for_servers, self_signed,
    missing_intermediate, untrusted.
    """

    names: tuple[str, ...] = ()
    subject: str = ""
    issuer: str = ""
    not_before: datetime.datetime | None = None
    not_after: datetime.datetime | None = None
    failures: tuple[str, ...] = ()
    intercepted_by: str = ""
    fingerprint: str = ""


@lru_cache(maxsize=4)
def _store(ca_file: Path | None) -> object:
    import ssl

    from OpenSSL import crypto

    store = crypto.X509Store()
    system = ssl.get_default_verify_paths()
    if system.cafile or system.capath:
        store.load_locations(system.cafile, system.capath)
    if ca_file is not None:
        store.load_locations(str(ca_file))
    return store


def read(chain: Sequence[bytes], host: str, ca_file: Path | None, now: datetime.datetime) -> Certificate:
    """Read the chain (DER, the server's own first) as shown to a client that wanted `host`, a name or an address.

    Never raises: a certificate that cannot be read has the failure `unreadable`.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    try:
        leaf = x509.load_der_x509_certificate(chain[0])
        names, subject = _names(leaf), _name(leaf.subject)
        issuer = _name(leaf.issuer)
        fingerprint = leaf.fingerprint(hashes.SHA256()).hex()
        not_before, not_after = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    except Exception:  # noqa: BLE001 - a stranger's bytes; whatever it is, it is unreadable
        return Certificate(failures=("unreadable",))
    failures = []
    if now > not_after:
        failures.append("expired")
    elif now < not_before:
        failures.append("not_yet_valid")
    if not _matches(leaf, host):
        failures.append("name_mismatch")
    if _weak(leaf):
        failures.append("weak")
    if not _for_servers(leaf):
        failures.append("not_for_servers")
    if trouble := _chain_trouble(chain, ca_file, alone=len(chain) == 1 and leaf.issuer != leaf.subject):
        failures.append(trouble)
    lowered = issuer.lower()
    return Certificate(
        names=names,
        subject=subject,
        issuer=issuer,
        not_before=not_before,
        not_after=not_after,
        failures=tuple(failures),
        intercepted_by=next((word for word in INTERCEPTORS if word in lowered), "") if trouble else "",
        fingerprint=fingerprint,
    )


def _name(name: object) -> str:
    from cryptography import x509

    assert isinstance(name, x509.Name)  # noqa: S101 - for the type checker
    for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        if attributes := name.get_attributes_for_oid(oid):
            return str(attributes[0].value)[:200]
    return name.rfc4514_string()[:200]


def _names(leaf: object) -> tuple[str, ...]:
    from cryptography import x509

    assert isinstance(leaf, x509.Certificate)  # noqa: S101 - for the type checker
    try:
        alternative = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return tuple(str(a.value)[:253] for a in leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
    names = [*alternative.get_values_for_type(x509.DNSName)]
    names += [str(ip) for ip in alternative.get_values_for_type(x509.IPAddress)]
    return tuple(name[:253] for name in names[:MOST_NAMES])


def _matches(leaf: object, host: str) -> bool:
    from cryptography import x509
    from service_identity import VerificationError
    from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address
    from service_identity.exceptions import CertificateError

    assert isinstance(leaf, x509.Certificate)  # noqa: S101 - for the type checker
    try:
        if is_address(host):
            verify_certificate_ip_address(leaf, host)
        else:
            verify_certificate_hostname(leaf, host)
    except (VerificationError, CertificateError, ValueError):
        # Many programs still read the common name where there is no other (RFC 6125 section 6.4.4).
        has_alternative = any(e.oid == x509.SubjectAlternativeName.oid for e in leaf.extensions)
        return not has_alternative and host.lower() in {name.lower() for name in _names(leaf)}
    return True


def _weak(leaf: object) -> bool:
    """Tell of keys and signatures that programs of today refuse (RFC 9325 section 4.5, RFC 9155)."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, rsa

    assert isinstance(leaf, x509.Certificate)  # noqa: S101 - for the type checker
    try:
        key, hashed = leaf.public_key(), leaf.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return False
    small = isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey) and key.key_size < SMALLEST_KEY_BITS
    return small or (hashed is not None and hashed.name in ("md5", "sha1"))


def _for_servers(leaf: object) -> bool:
    """Tell whether a certificate may be shown by a server at all (RFC 5280 section 4.2.1.12)."""
    from cryptography import x509

    assert isinstance(leaf, x509.Certificate)  # noqa: S101 - for the type checker
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return True
    return any(purpose.dotted_string in _SERVER_USES for purpose in usage)


def _chain_trouble(chain: Sequence[bytes], ca_file: Path | None, *, alone: bool) -> str:
    """Return what OpenSSL says of the chain, dates aside: a code, or an empty text."""
    from OpenSSL import crypto

    store = _store(ca_file)
    assert isinstance(store, crypto.X509Store)  # noqa: S101 - for the type checker
    try:
        certificates = [crypto.load_certificate(crypto.FILETYPE_ASN1, der) for der in chain[:10]]
        crypto.X509StoreContext(store, certificates[0], certificates[1:]).verify_certificate()
    except crypto.X509StoreContextError as error:
        match error.errors[0]:
            case 9 | 10:  # not yet valid, expired: read from the dates, and of an authority's below
                depth = int(str(error.errors[1]))
                return "untrusted" if depth else ""
            case 18:
                return "self_signed"
            case 20 | 21 if alone:
                return "missing_intermediate"
            case _:
                return "untrusted"
    except crypto.Error:
        return "untrusted"
    return ""
