"""Imported certificates: the authority an endpoint is checked against with verify-ca and verify-full."""

from __future__ import annotations

import time
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from migrate.sandbox.dms.arns import Kind, external_id
from migrate.sandbox.dms.context import Context, Handler
from migrate.sandbox.dms.faults import DmsFault, already_exists, invalid_state
from migrate.sandbox.dms.identifiers import identifier
from migrate.sandbox.dms.paging import page
from migrate.sandbox.dms.quotas import require_room
from migrate.sandbox.dms.request_filters import matching, require_match
from migrate.sandbox.dms.resources import Certificate
from migrate.sandbox.dms.tags import read_tags


class Certificates:
    """ImportCertificate, DescribeCertificates, DeleteCertificate."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._folder = context.home / "certificates"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def handlers(self) -> dict[str, Handler]:
        return {
            "ImportCertificate": self._import,
            "DescribeCertificates": self._describe,
            "DeleteCertificate": self._delete,
        }

    def _import(self, payload: dict[str, Any]) -> dict[str, Any]:
        """PEM only; an Oracle wallet is refused (not modelled). InvalidCertificateFault as dms.md §15."""
        name = identifier("CertificateIdentifier", payload["CertificateIdentifier"], 255)
        if any(other.identifier == name for other in self._store.certificates.values()):
            raise already_exists(f"Certificate {name} already exists.")
        require_room(self._context, "Certificates")
        pem = payload.get("CertificatePem", "")
        first = _first_certificate(pem)
        tags = read_tags(payload)
        arn = self._context.arns.new(Kind.CERTIFICATE)
        file = self._folder / f"{external_id(arn)}.pem"
        file.write_text(pem, encoding="utf-8")
        key = first.public_key()
        certificate = Certificate(
            identifier=name,
            arn=arn,
            created=time.time(),
            pem=pem,
            file=str(file),
            valid_from=first.not_valid_before_utc.timestamp(),
            valid_to=first.not_valid_after_utc.timestamp(),
            algorithm=first.signature_hash_algorithm.name if first.signature_hash_algorithm else "",
            key_bits=key.key_size if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 0,
        )
        self._store.certificates[arn] = certificate
        self._store.tags[arn] = tags
        return {"Certificate": self._view(certificate)}

    def _describe(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Filters certificate-arn and certificate-id are botocore's text."""
        found = matching(
            self._store.certificates.values(),
            payload,
            {"certificate-arn": lambda one: one.arn, "certificate-id": lambda one: one.identifier},
        )
        require_match(found, payload, "Certificates")
        return page("Certificates", [self._view(one) for one in found], payload)

    def _delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Refused while an endpoint uses it (assumption; the fault is modelled for this call)."""
        certificate = self._store.certificate(payload["CertificateArn"])
        if any(one.definition.get("CertificateArn") == certificate.arn for one in self._store.endpoints.values()):
            raise invalid_state(f"Certificate {certificate.identifier} is used by an endpoint.")
        del self._store.certificates[certificate.arn]
        self._store.tags.pop(certificate.arn, None)
        (self._folder / f"{external_id(certificate.arn)}.pem").unlink(missing_ok=True)
        return {"Certificate": self._view(certificate)}

    def _view(self, certificate: Certificate) -> dict[str, Any]:
        return {
            "CertificateIdentifier": certificate.identifier,
            "CertificateCreationDate": certificate.created,
            "CertificatePem": certificate.pem,
            "CertificateArn": certificate.arn,
            "CertificateOwner": self._context.arns.account,
            "ValidFromDate": certificate.valid_from,
            "ValidToDate": certificate.valid_to,
            "SigningAlgorithm": certificate.algorithm,
            "KeyLength": certificate.key_bits,
        }


def _first_certificate(pem: str) -> x509.Certificate:
    """The first of a bundle. A text with a private key in it is no certificate to import."""
    try:
        if "PRIVATE KEY" not in pem:
            return x509.load_pem_x509_certificates(pem.encode())[0]
    except ValueError:
        pass
    raise DmsFault("InvalidCertificateFault", "The certificate was not valid.")
