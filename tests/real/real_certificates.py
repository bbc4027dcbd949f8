"""Certificates as files for real servers: one good authority, and every way in which a certificate can be wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


class Pems:
    """Writes `KIND.pem` (key, then the chain) and `ca.pem` into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.ca = trustme.CA(organization_name="Real tests' authority")
        self.stranger = trustme.CA(organization_name="An authority nobody trusts")
        self.antivirus = trustme.CA(organization_name="Avast Web/Mail Shield Root")
        self.ca_file = folder / "ca.pem"
        self.ca.cert_pem.write_to_path(str(self.ca_file))
        now = dt.datetime.now(dt.UTC)
        names = ("*.real.test", "mail.real.test")
        wide = {"not_before": now - 395 * DAY}
        self._write("good", self.ca.issue_cert(*names))
        self._write("expired", self.ca.issue_cert(*names, **wide, not_after=now - 2 * DAY))
        self._write("early", self.ca.issue_cert(*names, not_before=now + 2 * DAY, not_after=now + 395 * DAY))
        self._write("wrongname", self.ca.issue_cert("good.real.test", "www.other.test"))
        self._write("stranger", self.stranger.issue_cert(*names))
        self._write("antivirus", self.antivirus.issue_cert(*names))
        between = self.ca.create_child_ca()
        leaf = between.issue_cert(*names)
        self._write("between", leaf)
        key, first = leaf.private_key_pem.bytes(), leaf.cert_chain_pems[0].bytes()
        (folder / "alone.pem").write_bytes(key + first)
        self._write_own("selfsigned", "selfsigned.real.test")

    def __getitem__(self, kind: str) -> str:
        return str(self.folder / f"{kind}.pem")

    def _write(self, kind: str, leaf: trustme.LeafCert) -> None:
        chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
        (self.folder / f"{kind}.pem").write_bytes(leaf.private_key_pem.bytes() + chain)

    def _write_own(self, kind: str, host: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 365 * DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        )
        pem = serialization.Encoding.PEM
        (self.folder / f"{kind}.pem").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + made.sign(key, hashes.SHA256()).public_bytes(pem)
        )
