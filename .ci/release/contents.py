"""Whether a directory holds a release: the files that belong to it and no others, each archive with what belongs in it, and
the manifest. Says what is wrong and ends with 1 where something is.

    contents.py DIR VERSION names|archives|manifest
"""

import json
import os
import re
import stat
import sys
import zipfile

PROVIDER = "terraform-provider-proofpoint"
SIMULATOR = "proofpoint-azure-simulator"
PLATFORM = r"(?:linux|darwin|windows|freebsd)_(?:amd64|arm64)"
BESIDE = {"CHANGELOG.md", "LICENSE", "README.md"}
# What the provider speaks; a registry tells CLIs so.
MANIFEST = {"version": 1, "metadata": {"protocol_versions": ["6.0"]}}


def archives(directory, version):
    """The archives by name, with program and platform."""
    shape = re.compile(rf"({PROVIDER}|{SIMULATOR})_{re.escape(version)}_({PLATFORM})\.zip")
    matches = {name: shape.fullmatch(name) for name in sorted(os.listdir(directory))}
    return {name: match.groups() for name, match in matches.items() if match}


def names(directory, version):
    found = archives(directory, version)
    sums = [f"{PROVIDER}_{version}_SHA256SUMS", f"{SIMULATOR}_{version}_SHA256SUMS", f"{PROVIDER}_{version}_sbom_SHA256SUMS"]
    needed = {f"{PROVIDER}_{version}_manifest.json", *sums, *(f"{name}.cdx.json" for name in found)}
    may_be = {f"{PROVIDER}_{version}_provenance.json", *(f"{name}.sig" for name in sums)}
    there = set(os.listdir(directory))
    wrong = [f"{name} is missing" for name in sorted(needed - there)]
    wrong += [f"{name} is not a file of release {version}" for name in sorted(there - needed - may_be - found.keys())]
    platforms = {program: {platform for one, platform in found.values() if one == program} for program in (PROVIDER, SIMULATOR)}
    if not platforms[PROVIDER]:
        wrong.append(f"there is no archive {PROVIDER}_{version}_OS_ARCH.zip")
    for platform in sorted(platforms[PROVIDER] ^ platforms[SIMULATOR]):
        wrong.append(f"only one of the two programs is there for {platform}")
    return wrong


def contents(directory, version):
    wrong = []
    for name, (program, platform) in archives(directory, version).items():
        file = f"{PROVIDER}_v{version}" if program == PROVIDER else SIMULATOR
        file += ".exe" if platform.startswith("windows") else ""
        try:
            with zipfile.ZipFile(os.path.join(directory, name)) as packed:
                broken = packed.testzip()
                entries = packed.infolist()
        except (zipfile.BadZipFile, OSError) as error:
            wrong.append(f"{name} can't be unpacked: {error}")
            continue
        if broken:
            wrong.append(f"{name}: {broken} is damaged")
        held = [entry.filename for entry in entries]
        if held != sorted(BESIDE | {file}):
            wrong.append(f"{name} holds {', '.join(held)}, not {', '.join(sorted(BESIDE | {file}))}")
        for entry in entries:
            mode = entry.external_attr >> 16
            if stat.filemode(mode) != ("-rwxr-xr-x" if entry.filename == file else "-rw-r--r--"):
                wrong.append(f"{name}: {entry.filename} has the mode {stat.filemode(mode)}")
        if len({entry.date_time for entry in entries}) > 1:
            wrong.append(f"{name}: its entries bear several dates")
    return wrong


def manifest(directory, version):
    with open(os.path.join(directory, f"{PROVIDER}_{version}_manifest.json"), encoding="utf-8") as file:
        said = json.load(file)
    if said == MANIFEST:
        return []
    shown = [json.dumps(one, sort_keys=True) for one in (said, MANIFEST)]
    return ["the manifest says {}, and the provider speaks {}".format(*shown)]


def main(directory, version, what):
    try:
        wrong = {"names": names, "archives": contents, "manifest": manifest}[what](directory, version)
    except (OSError, ValueError) as error:
        wrong = [str(error)]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
