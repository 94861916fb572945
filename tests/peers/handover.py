"""What hashicorp/azuread has made goes over to this provider, as the guide *From azuread* says, with every CLI named in
`TF_CLI_PATHS`: the guide's own blocks, and not one request that changes something.

`AZUREAD_BIN` is a build of that provider, `PROVIDER_BIN` of ours. `KEEP` names a directory for the states that azuread wrote.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import clis
from simulator import running, step

GUIDE = pathlib.Path(__file__).parents[2] / "docs" / "guides" / "from-azuread.md"

# The other way in which azuread keeps a registration: each part of it in a resource of its own.
SPLIT_BEFORE = """
resource "azuread_application_registration" "split" {
  display_name = "Proofpoint sync, in parts"
}

resource "azuread_application_redirect_uris" "split" {
  application_id = azuread_application_registration.split.id
  type           = "Web"
  redirect_uris  = ["https://eu1.proofpointessentials.com/"]
}

resource "azuread_service_principal" "split" {
  client_id = azuread_application_registration.split.client_id
}
"""

SPLIT_AFTER = """
moved {
  from = azuread_application_registration.split
  to   = proofpoint_azure_application.split
}

resource "proofpoint_azure_application" "split" {
  display_name            = "Proofpoint sync, in parts"
  redirect_uris           = ["https://eu1.proofpointessentials.com/"]
  delegated_permissions   = []
  application_permissions = []
}

removed {
  from = azuread_application_redirect_uris.split
  lifecycle {
    destroy = false
  }
}

removed {
  from = azuread_service_principal.split
  lifecycle {
    destroy = false
  }
}
"""


def blocks():
    """The blocks of HCL in the guide: before and after."""
    parts = GUIDE.read_text().split("```hcl\n")[1:]
    before, after = (part.split("```")[0] for part in parts)
    return before + SPLIT_BEFORE, after + SPLIT_AFTER


def hand_over(cli, simulator):
    before, after = blocks()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plugins = folder / "plugins"
        plugins.mkdir()
        shutil.copy(os.environ["AZUREAD_BIN"], plugins / "terraform-provider-azuread")
        shutil.copy(os.environ["PROVIDER_BIN"], plugins / "terraform-provider-proofpoint")
        settings = folder / "settings"
        settings.write_text(
            "provider_installation {\n  dev_overrides {\n"
            f'    "hashicorp/azuread" = "{plugins}"\n    "azuresync/proofpoint" = "{plugins}"\n  }}\n  direct {{}}\n}}\n'
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
            "AZURE_AUTHORITY_HOST": simulator.base,
            "PROOFPOINT_GRAPH_ENDPOINT": simulator.base,
            "PROOFPOINT_ESSENTIALS_ENDPOINT": simulator.base,
            "PROOFPOINT_CA_BUNDLE": simulator.ca,
        }

        def run(*arguments, codes=(0,)):
            done = subprocess.run(
                [cli, *arguments, "-no-color"], cwd=folder, env=environment, capture_output=True, text=True
            )
            assert done.returncode in codes, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
            return done.stdout

        main = folder / "main.tf"
        main.write_text(before)
        run("apply", "-auto-approve")
        state = json.loads((folder / "terraform.tfstate").read_text())
        secret = attributes(state, "azuread_application_password", "sync")["value"]
        client_id = attributes(state, "azuread_application", "sync")["client_id"]
        if "KEEP" in os.environ:
            shutil.copy(folder / "terraform.tfstate", pathlib.Path(os.environ["KEEP"]) / f"{os.path.basename(cli)}.json")
        step("azuread has made it")

        main.write_text(after)
        (folder / "given.auto.tfvars.json").write_text(json.dumps({"client_id": client_id}))
        simulator.ask("DELETE", "/_control/requests")
        run("plan", "-out=plan", "-detailed-exitcode", codes=(0, 2))
        plan = json.loads(run("show", "-json", "plan"))
        managed = [one for one in plan["resource_changes"] if one["mode"] == "managed"]
        odd = {
            one["address"]: one["change"]["actions"]
            for one in managed
            if one["change"]["actions"] not in (["no-op"], ["forget"])
        }
        assert not odd, f"the plan changes something: {odd}\n{run('show', 'plan')}"
        run("apply", "plan")
        run("plan", "-detailed-exitcode")
        changes = [
            entry
            for entry in simulator.requests()
            if entry["method"] not in ("GET", "HEAD")
            and not entry["path"].endswith(("/$batch", "/oauth2/v2.0/token"))
        ]
        assert not changes, changes
        state = json.loads((folder / "terraform.tfstate").read_text())
        kinds = {one["type"] for one in state["resources"] if one["mode"] == "managed"}
        assert all(kind.startswith("proofpoint_") for kind in kinds), kinds
        assert attributes(state, "proofpoint_azure_client_secret", "sync")["value"] == secret
        simulator.assert_every_route_was_known()
        step("taken over; nothing was written, and the second plan is empty")


def attributes(state, kind, name):
    found = next(one for one in state["resources"] if one["type"] == kind and one["name"] == name)
    return found["instances"][0]["attributes"]


def main():
    for cli in clis.each("from azuread"):
        with running("--users", "2") as simulator:
            hand_over(cli, simulator)


if __name__ == "__main__":
    sys.exit(main())
