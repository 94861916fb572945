"""Whether an attestation is the one of this release: what it says, not who signed it, which `gh` and `cosign` tell. Says what
is wrong and ends with 1 where something is.

    provenance.py BUNDLE REPOSITORY VERSION COMMIT FILE...   REPOSITORY as `owner/name`; every FILE must be a subject
"""

import base64
import hashlib
import json
import os
import sys

WORKFLOW = ".github/workflows/release.yml"


def check(bundle_file, repository, version, commit, files):
    with open(bundle_file, encoding="utf-8") as file:
        envelope = json.load(file)["dsseEnvelope"]
    if envelope["payloadType"] != "application/vnd.in-toto+json":
        return [f"it is a {envelope['payloadType']}, not an in-toto statement"]
    statement = json.loads(base64.b64decode(envelope["payload"]))
    if statement["predicateType"] != "https://slsa.dev/provenance/v1":
        return [f"it is a {statement['predicateType']}, not SLSA provenance"]
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    wrong = []
    if len(subjects) != len(statement["subject"]):
        wrong.append("it names the same file twice")
    for file in files:
        name = os.path.basename(file)
        with open(file, "rb") as content:
            held = hashlib.sha256(content.read()).hexdigest()
        if name not in subjects:
            wrong.append(f"it is not about {name}")
        elif subjects[name] != held:
            wrong.append(f"it is about another {name}, one with the checksum {subjects[name]}")
    build = statement["predicate"]["buildDefinition"]
    workflow = build["externalParameters"]["workflow"]
    home = f"https://github.com/{repository}"
    tag = f"refs/tags/v{version}"
    for said, demanded, what in [
        (workflow["repository"], home, "the repository"),
        (workflow["path"], WORKFLOW, "the workflow"),
        (workflow["ref"], tag, "the tag"),
        (statement["predicate"]["runDetails"]["builder"]["id"], f"{home}/{WORKFLOW}@{tag}", "the builder"),
    ]:
        if said != demanded:
            wrong.append(f"{what} it names is {said}, not {demanded}")
    commits = [one["digest"]["gitCommit"] for one in build["resolvedDependencies"] if one["uri"] == f"git+{home}@{tag}"]
    if commits != [commit]:
        wrong.append(f"the commit it names is {', '.join(commits) or 'none'}, not {commit}")
    return wrong


def main(bundle, repository, version, commit, *files):
    try:
        wrong = check(bundle, repository, version, commit, files)
    except (OSError, ValueError) as error:
        wrong = [str(error)]
    except (KeyError, TypeError, IndexError) as error:
        wrong = [f"it can't be read: {type(error).__name__} {error}"]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
