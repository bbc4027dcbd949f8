"""A certificate is read and judged, whatever is wrong with it; a failed handshake has a code."""

from __future__ import annotations

import datetime
import ssl

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from probes.certificate import Certificate, read
from probes.encryption import Handshake, Overheard, context, handshake_error, read_peer

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
HOST = "smtp.a.test"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Good")


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def chain(leaf: trustme.LeafCert, *, first_only: bool = False) -> list[bytes]:
    ders = [ssl.PEM_cert_to_DER_cert(pem.bytes().decode()) for pem in leaf.cert_chain_pems]
    return ders[:1] if first_only else ders


def bare(*, common_name: str | None = HOST, begins=NOW - DAY, ends=NOW + DAY) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    oid = NameOID.COMMON_NAME if common_name else NameOID.COUNTRY_NAME
    name = x509.Name([x509.NameAttribute(oid, common_name or "XX")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def failures(ders: list[bytes], ca_file, host: str = HOST) -> tuple[str, ...]:
    return read(ders, host, ca_file, NOW).failures


def test_a_good_certificate_has_nothing_wrong(authority, ca_file) -> None:
    leaf = authority.issue_cert(HOST, "*.b.test", "192.0.2.1")
    found = read(chain(leaf), HOST, ca_file, NOW)
    assert found.failures == ()
    assert set(found.names) == {HOST, "*.b.test", "192.0.2.1"}
    assert found.not_before is not None
    assert found.issuer == "Good"
    assert failures(chain(leaf), ca_file, "x.b.test") == ()
    assert failures(chain(leaf), ca_file, "192.0.2.1") == ()


def test_dates_and_names_are_judged_each_by_itself(authority, ca_file) -> None:
    old = authority.issue_cert(HOST, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    young = authority.issue_cert(HOST, not_before=NOW + DAY, not_after=NOW + 9 * DAY)
    assert failures(chain(old), ca_file) == ("expired",)
    assert failures(chain(young), ca_file) == ("not_yet_valid",)
    assert failures(chain(old), ca_file, "smtp.b.test") == ("expired", "name_mismatch")
    assert failures(chain(young), ca_file, "192.0.2.9") == ("not_yet_valid", "name_mismatch")


def test_the_chain_is_followed_to_somebody_trusted(authority, ca_file, tmp_path) -> None:
    between = authority.create_child_ca()
    leaf = between.issue_cert(HOST)
    stranger = trustme.CA(organization_name="Nobody")
    assert failures(chain(leaf), ca_file) == ()
    assert failures(chain(leaf, first_only=True), ca_file) == ("missing_intermediate",)
    root = ssl.PEM_cert_to_DER_cert(stranger.cert_pem.bytes().decode())
    assert failures([*chain(stranger.issue_cert(HOST)), root], ca_file) == ("untrusted",)
    assert failures([bare()], ca_file) == ("self_signed",)
    assert failures([bare()], None) == ("self_signed",)
    assert set(failures([bare(begins=NOW - 9 * DAY, ends=NOW - DAY)], ca_file)) == {"expired", "self_signed"}


def test_an_expired_authority_is_not_trusted(tmp_path) -> None:
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("Old root", HOST))

    def made(subject, key, begins, ends, *, ca: bool):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(root_name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return builder.sign(root_key, hashes.SHA256())

    root = made(root_name, root_key, NOW - 9 * DAY, NOW - DAY, ca=True)
    leaf = made(name, leaf_key, NOW - DAY, NOW + DAY, ca=False)
    path = tmp_path / "old.pem"
    path.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    der = serialization.Encoding.DER
    assert failures([leaf.public_bytes(der), root.public_bytes(der)], path) == ("untrusted",)


def test_a_common_name_counts_only_where_there_is_no_other_name(ca_file) -> None:
    assert "name_mismatch" not in failures([bare()], ca_file)
    assert read([bare()], HOST, ca_file, NOW).names == (HOST,)
    assert "name_mismatch" in failures([bare(common_name="other.test")], ca_file)
    assert read([bare(common_name=None)], HOST, ca_file, NOW).subject == "C=XX"


def test_security_software_in_between_is_recognised_by_the_issuer(ca_file) -> None:
    software = trustme.CA(organization_name="Avast Web/Mail Shield Root")
    found = read(chain(software.issue_cert(HOST)), HOST, ca_file, NOW)
    assert found.intercepted_by == "avast"


@pytest.mark.parametrize("der", [b"", b"nonsense", b"\x30\x82\xff\xff" + b"\0" * 2000])
def test_what_is_no_certificate_is_unreadable_and_nothing_breaks(der, ca_file) -> None:
    assert read([der], HOST, ca_file, NOW) == Certificate(failures=("unreadable",))


def test_a_broken_certificate_further_up_is_not_trusted(authority, ca_file) -> None:
    found = failures([*chain(authority.create_child_ca().issue_cert(HOST), first_only=True), b"nonsense"], ca_file)
    assert found == ("untrusted",)


def failed(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "time_out"),
        (ssl.SSLEOFError(8, "EOF"), "closed"),
        (failed("WRONG_VERSION_NUMBER"), "not_tls"),
        (failed("UNSUPPORTED_PROTOCOL"), "version"),
        (failed("TLSV1_ALERT_PROTOCOL_VERSION"), "version"),
        (failed("SSLV3_ALERT_HANDSHAKE_FAILURE"), "cipher"),
        (failed("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "client_certificate"),
        (failed("TLSV1_ALERT_INTERNAL_ERROR"), "other:tlsv1_alert_internal_error"),
        (ConnectionResetError(), "reset"),
        (OSError(), "closed"),
        (ValueError(), "other:valueerror"),
    ],
)
def test_a_failed_handshake_has_a_code(error, code) -> None:
    assert handshake_error(error) == code


def test_nothing_is_read_from_a_connection_that_is_gone(ca_file) -> None:
    handshake, certificate = read_peer(None, HOST, ca_file, Overheard())
    assert handshake.error == "closed"
    assert certificate is None


def test_the_context_is_willing() -> None:
    assert context(Overheard()).verify_mode is ssl.CERT_NONE


def heard(*messages: tuple[int, int, bytes]) -> Overheard:
    overheard = Overheard()
    for kind, message, data in messages:
        overheard.hear("read", kind, message, data)
    return overheard


ASKS = (22, 13, b"")


@pytest.mark.parametrize(
    ("messages", "error", "cause"),
    [
        ((), "closed", "closed"),
        ((ASKS,), "closed", "client_certificate_asked"),
        ((ASKS,), "not_tls", "not_tls"),
        ((ASKS, (21, 0, b"\x02\x28")), "cipher", "client_certificate"),
        ((ASKS, (21, 0, b"\x02\x50")), "closed", "other:alert internal_error"),
        (((21, 0, b"\x02\x74"),), "closed", "client_certificate"),
        (((21, 0, b"\x02\x28"),), "cipher", "cipher"),
        (((21, 0, b"\x02\xfa"),), "reset", "other:alert 250"),
        (((21, 0, b"\x01\x00"),), "closed", "closed"),
    ],
)
def test_what_a_server_says_within_tls_is_why_it_came_to_nothing(messages, error, cause) -> None:
    assert heard(*messages).refused(Handshake(error=error)).error == cause


def test_the_size_of_a_group_is_overheard_and_our_own_words_are_not() -> None:
    overheard = heard((22, 12, b"\x0c\x00\x00\xff\x00\x60" + bytes(96)))
    overheard.hear("write", 21, 0, b"\x02\x28")
    assert (overheard.dh_bits, overheard.alert) == (768, None)


def issued(
    by: trustme.CA, *, bits: int = 2048, hashed: hashes.HashAlgorithm | None = None, uses: tuple[str, ...] = ()
) -> bytes:
    key = rsa.generate_private_key(65537, bits)
    issuer = x509.load_pem_x509_certificate(by.cert_pem.bytes())
    signer = serialization.load_pem_private_key(by.private_key_pem.bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    made = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(issuer.subject)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=True)
    if uses:
        made = made.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(use) for use in uses]), critical=False)
    return made.sign(signer, hashed or hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_keys_and_uses_that_programs_refuse_are_faults(authority, ca_file) -> None:
    assert failures([issued(authority)], ca_file) == ()
    assert failures([issued(authority, bits=1024)], ca_file) == ("weak",)
    assert failures([issued(authority, uses=("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"))], ca_file) == ()
    assert failures([issued(authority, uses=("1.3.6.1.5.5.7.3.2",))], ca_file) == ("not_for_servers",)
