"""What an archive is made of, as CycloneDX: written from what cargo resolves and the lock file, and held against the list that
the program itself holds, which the build put there.

    sbom.py write ARCHIVE SBOM TRIPLE SECONDS COMMIT   for the program in ARCHIVE; cargo is asked in this directory
    sbom.py check ARCHIVE SBOM [LOCKFILE]              says what does not agree, and ends with 1 where something does not
    sbom.py commit SBOM                                the commit that it says its program was built from
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import uuid
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from embedded import NoList, parts  # noqa: E402

REPOSITORY = "https://github.com/azuresync/terraform-provider-proofpoint"
CRATES = "registry+https://github.com/rust-lang/crates.io-index"
KIND = "cargo:kind"
TARGET = "cargo:target"


def program_in(archive):
    """Name and bytes of the program in an archive: what is executable there."""
    with zipfile.ZipFile(archive) as packed:
        programs = [entry for entry in packed.infolist() if entry.external_attr >> 16 & 0o111]
        if len(programs) != 1:
            raise NoList(f"{os.path.basename(archive)} holds {len(programs)} programs, not one")
        return programs[0].filename, packed.read(programs[0])


def checksums(lockfile):
    """The checksum of every package in a lock file, none for our own."""
    with open(lockfile, encoding="utf-8") as file:
        packages = file.read().split("[[package]]")[1:]
    found = [dict(re.findall(r'^(name|version|checksum) = "(.*)"$', package, re.MULTILINE)) for package in packages]
    return {(package["name"], package["version"]): package.get("checksum") for package in found}


def resolved(metadata):
    """What the root package is made of, by id: (package, "runtime" or "build", ids). What only tests need is left out; what
    only a build or a macro needs, and what those need, is not in the program."""
    packages = {package["id"]: package for package in metadata["packages"]}
    edges = {}
    for node in metadata["resolve"]["nodes"]:
        needed = {}
        for dependency in node["deps"]:
            kinds = {kind["kind"] for kind in dependency["dep_kinds"]} - {"dev"}
            if kinds:
                needed[dependency["pkg"]] = "runtime" if None in kinds else "build"
        edges[node["id"]] = needed
    root = metadata["resolve"]["root"]
    found, waiting = {root: "runtime"}, [root]
    while waiting:
        parent = waiting.pop()
        for child, kind in edges[parent].items():
            macro = all(target["kind"] == ["proc-macro"] for target in packages[child]["targets"])
            if "build" in (kind, found[parent]) or macro:
                kind = "build"
            if found.get(child) not in (kind, "runtime"):
                found[child] = kind
                waiting.append(child)
    return root, {package: (packages[package], kind, list(edges[package])) for package, kind in found.items()}


def component(package, kind, checksum):
    """One package."""
    name, version = package["name"], package["version"]
    written = {
        "type": "library",
        "bom-ref": reference(package),
        "name": name,
        "version": version,
        # `excluded` is what was needed to build it and is not in it.
        "scope": "required" if kind == "runtime" else "excluded",
    }
    if checksum:
        written["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package.get("license"):
        # An older way to write it, which is not an expression of SPDX.
        written["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
    if package["source"] == CRATES:
        written["purl"] = f"pkg:cargo/{name}@{version}"
    written["properties"] = [{"name": KIND, "value": kind}]
    return written


def reference(package):
    return f"{package['name']}@{package['version']}"


def write(archive, sbom, triple, seconds, commit):
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", triple]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    root, found = resolved(metadata)
    sums = checksums("Cargo.lock")
    name, program = program_in(archive)
    compiler = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    others = sorted((entry for id, entry in found.items() if id != root), key=lambda entry: reference(entry[0]))
    package = found[root][0]
    written = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(seconds))),
            "component": {
                "type": "application",
                "bom-ref": reference(package),
                "name": package["name"],
                "version": package["version"],
                "licenses": [{"expression": package["license"]}],
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(program).hexdigest()}],
                "externalReferences": [{"type": "vcs", "url": f"git+{REPOSITORY}@{commit}"}],
                "properties": [
                    {"name": "file", "value": name},
                    {"name": TARGET, "value": triple},
                    {"name": "rustc:version", "value": compiler},
                ],
            },
        },
        "components": [component(one, kind, sums[one["name"], one["version"]]) for one, kind, _ in others],
        "dependencies": [
            {"ref": reference(one), "dependsOn": sorted(reference(found[id][0]) for id in needed)}
            for one, _, needed in sorted(found.values(), key=lambda entry: reference(entry[0]))
        ],
    }
    # Drawn from what it says, so that the same says the same.
    written["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(written, sort_keys=True)).urn
    with open(sbom, "w", encoding="utf-8", newline="\n") as file:
        json.dump(written, file, indent=1, sort_keys=True)
        file.write("\n")


def commit(sbom_file):
    """The commit that an SBOM says its program was built from."""
    with open(sbom_file, encoding="utf-8") as file:
        sbom = json.load(file)
    urls = [one["url"] for one in sbom["metadata"]["component"]["externalReferences"] if one["type"] == "vcs"]
    return urls[0].rpartition("@")[2]


def check(archive, sbom_file, lockfile=None):
    """What does not agree, in words."""
    with open(sbom_file, encoding="utf-8") as file:
        sbom = json.load(file)
    if sbom["bomFormat"] != "CycloneDX":
        return ["it is not CycloneDX"]
    name, program = program_in(archive)
    about = sbom["metadata"]["component"]
    wrong = []
    if {"alg": "SHA-256", "content": hashlib.sha256(program).hexdigest()} not in about["hashes"]:
        wrong.append(f"it is about another program than the archive's {name}")
    if f"_{about['version']}_" not in os.path.basename(archive):
        wrong.append(f"it is about {about['name']} {about['version']}, which another archive holds")
    told = {(about["name"], about["version"], "runtime"): set()}
    edges = {one["ref"]: set(one["dependsOn"]) for one in sbom["dependencies"]}
    told[about["name"], about["version"], "runtime"] = edges.get(about["bom-ref"], set())
    for one in sbom["components"]:
        (kind,) = [property["value"] for property in one["properties"] if property["name"] == KIND]
        told[one["name"], one["version"], kind] = edges.get(one["bom-ref"], set())
    embedded = parts(program)
    names = [f"{one['name']}@{one['version']}" for one in embedded]
    held = {
        (one["name"], one["version"], one.get("kind", "runtime")): {names[index] for index in one.get("dependencies", [])}
        for one in embedded
    }
    named = lambda part: f"{part[0]} {part[1]} ({part[2]})"  # noqa: E731
    wrong += [f"the program is made of {named(part)}, which it lacks" for part in sorted(held.keys() - told.keys())]
    wrong += [f"it names {named(part)}, which the program is not made of" for part in sorted(told.keys() - held.keys())]
    wrong += [
        f"{named(part)} needs other packages in it than in the program"
        for part in sorted(held.keys() & told.keys())
        if held[part] != told[part]
    ]
    if lockfile:
        sums = checksums(lockfile)
        for one in sbom["components"]:
            package = (one["name"], one["version"])
            said = [hash["content"] for hash in one.get("hashes", [])]
            if package not in sums:
                wrong.append(f"{package[0]} {package[1]} is not in Cargo.lock")
            elif said != [sums[package]] * (sums[package] is not None):
                wrong.append(f"{package[0]} {package[1]} has another checksum than in Cargo.lock")
    return wrong


def main(arguments):
    verb, *rest = arguments
    if verb == "write":
        write(*rest)
        return 0
    if verb == "commit":
        print(commit(*rest))
        return 0
    try:
        wrong = check(*rest)
    except (NoList, OSError, zipfile.BadZipFile) as error:
        wrong = [str(error)]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        wrong = [f"it can't be read: {type(error).__name__} {error}"]
    for line in wrong[:10]:
        print(line)
    if len(wrong) > 10:
        print(f"and {len(wrong) - 10} more")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
