"""The CLIs that are driven: those named in `TF_CLI_PATHS`."""

import json
import os
import subprocess


def each(story):
    """The path of each, after a line that says which one lives the story."""
    for cli in os.environ["TF_CLI_PATHS"].split(os.pathsep):
        told = subprocess.run([cli, "version", "-json"], capture_output=True, text=True).stdout
        version = json.loads(told[told.index("{") :])["terraform_version"]
        print(f"{story} in {os.path.basename(cli)} {version}", flush=True)
        yield cli
