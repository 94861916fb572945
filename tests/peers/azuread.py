"""hashicorp/azuread lives the life of `azuread/main.tf` on the simulator, once with every CLI named in `TF_CLI_PATHS`.

`AZUREAD_BIN` is a build of that provider.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from certificate import certificate
import clis
from simulator import running, step

HERE = pathlib.Path(__file__).parent
CONTAINERS = ("applications", "service_principals", "grants", "app_role_assignments")


def live(cli, simulator):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copy(HERE / "azuread" / "main.tf", folder)
        shutil.copy(os.environ["AZUREAD_BIN"], folder / "terraform-provider-azuread")
        settings = folder / "settings"
        settings.write_text(
            f'provider_installation {{ dev_overrides {{ "hashicorp/azuread" = "{folder}" }}\n direct {{}} }}\n'
        )
        person = simulator.state()["users"][0]["id"]
        (folder / "given.auto.tfvars.json").write_text(
            json.dumps({"owner": person, "certificate": certificate().public})
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ARM_", "TF_"))}
        environment |= {
            "TF_CLI_CONFIG_FILE": str(settings),
            "CHECKPOINT_DISABLE": "1",
            "SSL_CERT_FILE": simulator.ca,
            "ARM_METADATA_HOSTNAME": simulator.host,
            "ARM_TENANT_ID": simulator.tenant["tenant_id"],
            "ARM_CLIENT_ID": simulator.tenant["client_id"],
            "ARM_CLIENT_SECRET": simulator.tenant["client_secret"],
            "ARM_USE_CLI": "false",
        }

        def run(*arguments, codes=(0,)):
            done = subprocess.run(
                [cli, *arguments, "-no-color"], cwd=folder, env=environment, capture_output=True, text=True
            )
            assert done.returncode in codes, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
            return done.stdout

        before = held(simulator)
        run("apply", "-auto-approve")
        read = json.loads(run("output", "-json"))["read"]["value"]
        assert read == {
            "application": True,
            "principal": True,
            "owner": True,
            "tenant": simulator.tenant["tenant_id"],
            "caller": simulator.tenant["client_id"],
            "people": len(simulator.state()["users"]),
        }, read
        run("plan", "-detailed-exitcode")
        step("applied; the second plan is empty")

        run("apply", "-auto-approve", "-var=changed=true")
        run("plan", "-detailed-exitcode", "-var=changed=true")
        step("changed; the second plan is empty")

        registration = json.loads(run("output", "-json"))["registration"]["value"]
        for address, identity in {
            "azuread_application_registration.parts": registration,
            "azuread_application_redirect_uris.parts": f"{registration}/redirectUris/Web",
            "azuread_service_principal.whole": identity_of(run, "azuread_service_principal.whole"),
            "azuread_app_role_assignment.whole": identity_of(run, "azuread_app_role_assignment.whole"),
            "azuread_service_principal_delegated_permission_grant.whole": identity_of(
                run, "azuread_service_principal_delegated_permission_grant.whole"
            ),
        }.items():
            run("state", "rm", address)
            run("import", "-var=changed=true", address, identity)
        run("plan", "-detailed-exitcode", "-var=changed=true")
        step("imported; the plan is empty")

        run("apply", "-refresh-only", "-auto-approve", "-var=changed=true")
        run("plan", "-detailed-exitcode", "-var=changed=true")
        run("destroy", "-auto-approve", "-var=changed=true")
        after = held(simulator)
        assert after == before, (before, after)
        simulator.assert_every_route_was_known()
        step("refreshed, destroyed; nothing is left")


def identity_of(run, address):
    resources = json.loads(run("show", "-json"))["values"]["root_module"]["resources"]
    return next(resource["values"]["id"] for resource in resources if resource["address"] == address)


def held(simulator):
    """Ids of what the tenant holds."""
    state = simulator.state()
    return {name: sorted(entry["id"] for entry in state.get(name, [])) for name in CONTAINERS}


def main():
    for cli in clis.each("azuread"):
        with running("--users", "120") as simulator:
            live(cli, simulator)


if __name__ == "__main__":
    sys.exit(main())
