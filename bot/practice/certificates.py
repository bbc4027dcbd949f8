"""The practice authority and its certificates, good and bad; they live in a temporary folder and end with it."""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


class Certificates:
    """Server contexts by what is wrong with their certificate; one authority signs most of them."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA(organization_name="smtp-help practice range")
        self._stranger = trustme.CA(organization_name="smtp-help practice range, an authority nobody trusts")
        self._folder = folder
        self.ca_file = str(folder / "practice-ca.pem")
        self._authority.cert_pem.write_to_path(self.ca_file)

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[Certificates]:
        """Make the authority in a folder of its own, removed at the end."""
        with tempfile.TemporaryDirectory(prefix="smtp-help-practice-") as folder:
            yield cls(Path(folder))

    def good(self, *names: str) -> ssl.SSLContext:
        """Valid for `names` (host names or addresses)."""
        return _server(self._authority.issue_cert(*names))

    def expired(self, *names: str) -> ssl.SSLContext:
        """Ran out 30 days ago."""
        now = dt.datetime.now(dt.UTC)
        return _server(self._authority.issue_cert(*names, not_before=now - 395 * DAY, not_after=now - 30 * DAY))

    def not_yet_valid(self, *names: str) -> ssl.SSLContext:
        """Begins in 30 days."""
        now = dt.datetime.now(dt.UTC)
        return _server(self._authority.issue_cert(*names, not_before=now + 30 * DAY, not_after=now + 395 * DAY))

    def untrusted(self, *names: str) -> ssl.SSLContext:
        """Signed by an authority that nobody trusts."""
        return _server(self._stranger.issue_cert(*names))

    def without_intermediate(self, *names: str) -> ssl.SSLContext:
        """Signed by an intermediate of the trusted authority, which is not sent along."""
        leaf = self._authority.create_child_ca().issue_cert(*names)
        return self._loaded(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())

    def self_signed(self, *names: str) -> ssl.SSLContext:
        """Signed by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 365 * DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        return self._loaded(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + certificate.public_bytes(pem)
        )

    def client(self) -> ssl.SSLContext:
        """Return a client's context that trusts the practice authority and nobody else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca_file)
        return context

    def _loaded(self, pem: bytes) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".pem") as file:
            file.write(pem)
            file.flush()
            context.load_cert_chain(file.name)
        return context


def _server(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context
