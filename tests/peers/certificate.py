"""A certificate that signs itself."""

import datetime
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class Certificate:
    key: rsa.RSAPrivateKey
    private: str
    public: str
    der: bytes
    sha1: str
    sha256: bytes


def certificate():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peers")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(
        key,
        private.decode(),
        made.public_bytes(serialization.Encoding.PEM).decode(),
        made.public_bytes(serialization.Encoding.DER),
        made.fingerprint(hashes.SHA1()).hex(),
        made.fingerprint(hashes.SHA256()),
    )
