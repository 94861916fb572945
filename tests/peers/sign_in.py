"""MSAL and azure-identity sign in on the simulator in every way that an application can."""

import base64
import json
import logging
import sys
import tempfile
import time
import uuid

import azure.identity
import msal
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential, WorkloadIdentityCredential
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from certificate import certificate
from simulator import running, step


MICROSOFT = "https://login.microsoftonline.com"


class Carrier(requests.adapters.HTTPAdapter):
    """Carries what is meant for Microsoft's host to the simulator, which then calls itself by that name.

    MSAL asks that host which names an authority has, whatever the authority is.
    """

    def __init__(self, simulator):
        super().__init__()
        self.base = simulator.base

    def send(self, request, **options):
        request.headers["Host"] = MICROSOFT.split("://")[1]
        request.url = request.url.replace(MICROSOFT, self.base, 1)
        return super().send(request, **options)


class Signing:
    """An application that was registered with a secret and a certificate."""

    def __init__(self, simulator):
        self.simulator = simulator
        self.certificate = certificate()
        self.http = requests.Session()
        self.http.verify = simulator.ca
        self.http.mount(MICROSOFT, Carrier(simulator))
        tenant = simulator.tenant
        self.admin = self.token(self.confidential(tenant["client_secret"], client_id=tenant["client_id"]))
        key = {
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "key": base64.b64encode(self.certificate.der).decode(),
            "displayName": "peers",
        }
        made = self.graph("POST", "/applications", {"displayName": "peers", "keyCredentials": [key]}, 201)
        self.id, self.client_id = made["id"], made["appId"]
        self.graph("POST", "/servicePrincipals", {"appId": self.client_id}, 201)
        self.secret = self.graph("POST", f"/applications/{self.id}/addPassword", {}, 200)["secretText"]

    def graph(self, method, path, body, wanted):
        status, answer = self.simulator.ask(method, f"/v1.0{path}", self.admin, body)
        assert status == wanted, (method, path, status, answer)
        return answer

    def confidential(self, credential, client_id=None, **options):
        """MSAL's client; authorities are validated, by the simulator's own instance discovery."""
        simulator = self.simulator
        discovery = f"{simulator.base}/common/discovery/instance"
        options = {"authority": simulator.authority, "instance_discovery": discovery} | options
        return msal.ConfidentialClientApplication(
            client_id or self.client_id,
            client_credential=credential,
            http_client=self.http,
            **options,
        )

    def answer(self, app):
        return app.acquire_token_for_client(scopes=[self.simulator.scope])

    def token(self, app):
        answer = self.answer(app)
        assert "access_token" in answer, answer
        return answer["access_token"]

    def refused(self, app, code, error="invalid_client"):
        answer = self.answer(app)
        assert answer.get("error") == error and code in answer["error_codes"], answer

    def identity(self, kind, *arguments, **options):
        """A credential of azure-identity. It asks Microsoft's own host which authorities there are: that is off."""
        credential = kind(
            *arguments,
            authority=self.simulator.base,
            disable_instance_discovery=True,
            connection_verify=self.simulator.ca,
            **options,
        )
        return credential.get_token(self.simulator.scope).token


def decoded(token, part):
    text = (token.decode() if isinstance(token, bytes) else token).split(".")[part]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def secrets(signing):
    app = signing.confidential(signing.secret)
    claims = decoded(signing.token(app), 1)
    assert claims["appid"] == signing.client_id and claims["tid"] == signing.simulator.tenant["tenant_id"], claims
    assert signing.answer(app)["token_source"] == "cache"
    signing.refused(signing.confidential("not the secret"), 7000215)
    step("MSAL: secret, cache, a wrong secret")


def authorities(signing):
    simulator = signing.simulator
    paths = [entry["path"] for entry in simulator.requests()]
    assert "/common/discovery/instance" in paths, "no authority was validated"
    for shared in ("organizations", "common"):
        authority = f"{simulator.base}/{shared}"
        signing.refused(signing.confidential(signing.secret, authority=authority), 50059, "invalid_request")
    by_domain = f"{simulator.base}/{simulator.tenant['domain']}"
    assert signing.token(signing.confidential(signing.secret, authority=by_domain))
    generic = signing.confidential(signing.secret, authority=None, oidc_authority=f"{simulator.authority}/v2.0")
    assert signing.token(generic)
    # Microsoft's own name, with nothing about it switched off.
    named = signing.confidential(
        signing.secret, authority=f"{MICROSOFT}/{simulator.tenant['tenant_id']}", instance_discovery=None
    )
    assert named.authority.token_endpoint.startswith(MICROSOFT), named.authority.token_endpoint
    assert signing.token(named)
    for unknown in (f"{simulator.base}/nobody.example", f"{simulator.base}/{uuid.uuid4()}"):
        try:
            signing.confidential(signing.secret, authority=unknown)
        except ValueError as error:
            assert "nobody.example" in str(error) or "tenant name" in str(error), error
        else:
            raise AssertionError("an unknown tenant was discovered")
    step("MSAL: authorities validated; organizations and common discovered, their tokens refused; an unknown tenant")


def certificates(signing):
    own = signing.certificate
    both = {"private_key": own.private, "public_certificate": own.public}
    default = signing.confidential(both)
    header = decoded(default.client.client_assertion(), 0)
    assert header["alg"] == "PS256" and "x5t#S256" in header, header
    assert signing.token(default)
    for credential in (
        {"private_key": own.private, "thumbprint": own.sha1},
        {"private_key": own.private, "thumbprint": own.sha1, "public_certificate": own.public},
    ):
        assert signing.token(signing.confidential(credential))
    other = certificate()
    signing.refused(
        signing.confidential({"private_key": other.private, "public_certificate": other.public}), 700027
    )
    step("MSAL: certificate with PS256 and x5t#S256, with RS256 and x5t, with its chain; a stranger's")

    with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
        pem.write(own.private + own.public)
        pem.flush()
        tenant = signing.simulator.tenant["tenant_id"]
        for chain in (False, True):
            assert signing.identity(
                CertificateCredential, tenant, signing.client_id, pem.name, send_certificate_chain=chain
            )
    try:
        signing.identity(ClientSecretCredential, tenant, signing.client_id, "wrong")
    except ClientAuthenticationError as error:
        assert "AADSTS7000215" in str(error), error
    else:
        raise AssertionError("a wrong secret signed in")
    assert signing.identity(ClientSecretCredential, tenant, signing.client_id, signing.secret)
    step("azure-identity: secret, a wrong one, certificate with and without its chain")


def fractions(signing):
    """Times with fractions, as some libraries write them."""

    def assertion(begins, ends):
        own = signing.certificate
        thumbprint = base64.urlsafe_b64encode(own.sha256).rstrip(b"=").decode()
        now = time.time()
        claims = {
            "aud": f"{signing.simulator.authority}/oauth2/v2.0/token",
            "iss": signing.client_id,
            "sub": signing.client_id,
            "jti": str(uuid.uuid4()),
            "iat": now + begins,
            "nbf": now + begins,
            "exp": now + ends,
        }
        encode = lambda part: base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        signed = encode({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}) + b"." + encode(claims)
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        signature = own.key.sign(signed, pss, hashes.SHA256())
        return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()

    assert signing.token(signing.confidential({"client_assertion": lambda: assertion(-1.5, 599.25)}))
    signing.refused(signing.confidential({"client_assertion": lambda: assertion(-1200.5, -600.75)}), 700024)
    signing.refused(signing.confidential({"client_assertion": lambda: assertion(600.5, 1200.75)}), 700024)
    step("MSAL: an assertion whose times have fractions; one that is over, one that has not begun")


def federation(signing):
    subject = "repo:peers/peers:ref:refs/heads/main"
    status, assertion = signing.simulator.ask("POST", "/_control/assertion", body={"subject": subject})
    assert status == 200, assertion
    credentials = f"/applications/{signing.id}/federatedIdentityCredentials"
    wish = {
        "name": "peers",
        "issuer": assertion["issuer"],
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    }
    credential = {"client_assertion": lambda: assertion["token"]}
    signing.refused(signing.confidential(credential), 70025)
    held = signing.graph("POST", credentials, wish, 201)
    assert signing.token(signing.confidential(credential))
    with tempfile.NamedTemporaryFile("w", suffix=".jwt") as file:
        file.write(assertion["token"])
        file.flush()
        assert signing.identity(
            WorkloadIdentityCredential,
            tenant_id=signing.simulator.tenant["tenant_id"],
            client_id=signing.client_id,
            token_file_path=file.name,
        )
    status, stranger = signing.simulator.ask("POST", "/_control/assertion", body={"subject": "repo:other"})
    signing.refused(signing.confidential({"client_assertion": lambda: stranger["token"]}), 700213)
    signing.graph("DELETE", f"{credentials}/{held['id']}", None, 204)
    signing.refused(signing.confidential(credential), 70025)
    step("federation: by both libraries; before it was made, with another subject, after it was removed")


def main():
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
    print(f"MSAL {msal.__version__}, azure-identity {azure.identity.__version__}", flush=True)
    with running() as simulator:
        signing = Signing(simulator)
        for part in (secrets, authorities, certificates, fractions, federation):
            part(signing)
        simulator.assert_every_route_was_known()


if __name__ == "__main__":
    sys.exit(main())
