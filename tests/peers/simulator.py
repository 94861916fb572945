"""A simulator for one driver, and the control plane it is looked at through."""

import contextlib
import json
import os
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request

# Variables that would send a client to another authority than the simulator's own.
FOREIGN = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR")


class Simulator:
    """What the first line of a running simulator says, and requests to it."""

    def __init__(self, ready):
        self.base = ready["graph_endpoint"]
        self.host = self.base.split("://")[1]
        self.ca = ready["ca_certificate"]
        self.tenant = ready["tenants"][0]
        self.authority = f"{self.base}/{self.tenant['tenant_id']}"
        self.scope = f"{self.base}/.default"
        self._trust = ssl.create_default_context(cafile=self.ca)

    def ask(self, method, path, bearer=None, body=None):
        """Status and document of an answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}{path}", method=method, data=data)
        request.add_header("Content-Type", "application/json")
        if bearer:
            request.add_header("Authorization", f"Bearer {bearer}")
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._trust)
        )
        try:
            with opener.open(request) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def state(self):
        """What the first tenant holds."""
        status, state = self.ask("GET", "/_control/state")
        assert status == 200, state
        return state["tenants"][self.tenant["tenant_id"]]

    def requests(self):
        return self.ask("GET", "/_control/requests")[1]

    def assert_every_route_was_known(self):
        strange = [entry for entry in self.requests() if entry["status"] in (405, 500, 501)]
        assert not strange, f"asked in vain: {json.dumps(strange, indent=1)}"


@contextlib.contextmanager
def running(*arguments):
    """A simulator of its own, which ends with the block."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    with tempfile.TemporaryDirectory() as tls:
        command = [os.environ["SIMULATOR_BIN"], "--tls-dir", tls, *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            yield Simulator(json.loads(process.stdout.readline()))
        finally:
            process.terminate()
            process.wait()


def step(text):
    print(f"  {text}", flush=True)
