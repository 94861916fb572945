"""Whether a directory holds a release: the files that belong to it and no others, each in the list that is for it, each archive
with what belongs in it, and the manifest. Says what is wrong and ends with 1 where something is.

    contents.py DIR VERSION names|lists|archives|manifest
"""

import json
import os
import re
import stat
import struct
import sys
import zipfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from embedded import NoList, platform_of  # noqa: E402

PROVIDER = "terraform-provider-proofpoint"
SIMULATOR = "proofpoint-azure-simulator"
PLATFORM = r"(?:linux|darwin|windows|freebsd)_(?:amd64|arm64)"
BESIDE = {"CHANGELOG.md", "LICENSE", "README.md"}
# What a CLI tells every provider that it starts, which is therefore in each of them.
COOKIE = b"d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
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


def lists(directory, version):
    """Each list is read by somebody else, and what is missing in one is not offered by it."""
    found = archives(directory, version)
    of = lambda wanted: {name for name, (program, _) in found.items() if program == wanted}  # noqa: E731
    wrong = []
    for name, expected in [
        (f"{PROVIDER}_{version}_SHA256SUMS", of(PROVIDER) | {f"{PROVIDER}_{version}_manifest.json"}),
        (f"{SIMULATOR}_{version}_SHA256SUMS", of(SIMULATOR)),
        (f"{PROVIDER}_{version}_sbom_SHA256SUMS", {f"{archive}.cdx.json" for archive in found}),
    ]:
        with open(os.path.join(directory, name), encoding="utf-8", newline="") as file:
            lines = file.read().split("\n")
        if lines.pop() != "":
            wrong.append(f"{name}: its last line does not end")
        listed = []
        for line in lines:
            match = re.fullmatch(r"[0-9a-f]{64} [ *](.+)", line)
            if match is None or "\r" in line:
                wrong.append(f"{name}: {line!r} is not a checksum and a name")
            else:
                listed.append(match.group(1))
        wrong += [f"{name} does not list {one}" for one in sorted(expected - set(listed))]
        wrong += [f"{name} lists {one}, which is not for it" for one in sorted(set(listed) - expected)]
        wrong += [f"{name} lists {one} twice" for one in sorted(set(listed)) if listed.count(one) > 1]
    return wrong


def is_whole(path, packed):
    """Whether every byte of an archive belongs to an entry or to the directory of entries: readers that look for the directory
    in other ways than this one does see the same."""
    at = 0
    with open(path, "rb") as file:
        for entry in sorted(packed.infolist(), key=lambda entry: entry.header_offset):
            if entry.header_offset != at or entry.flag_bits & 0x8:
                return False
            file.seek(at + 26)
            at += 30 + sum(struct.unpack("<HH", file.read(4))) + entry.compress_size
    for entry in packed.infolist():
        at += 46 + len(entry.filename.encode()) + len(entry.extra) + len(entry.comment)
    return at + 22 == os.path.getsize(path) and not packed.comment


def program_in(name, file, program, platform, content):
    """What is wrong with a program, which is for one machine, and either a provider or not."""
    wrong = []
    try:
        built_for = platform_of(content)
    except NoList as error:
        return [f"{name}: {file}: {error}"]
    if built_for != platform:
        wrong.append(f"{name}: {file} is a program for {built_for}")
    if (COOKIE in content) != (program == PROVIDER):
        wrong.append(f"{name}: {file} is {'not ' if program == PROVIDER else ''}a provider")
    return wrong


def contents(directory, version):
    wrong = []
    for name, (program, platform) in archives(directory, version).items():
        file = f"{PROVIDER}_v{version}" if program == PROVIDER else SIMULATOR
        file += ".exe" if platform.startswith("windows") else ""
        path = os.path.join(directory, name)
        try:
            with zipfile.ZipFile(path) as packed:
                broken = packed.testzip()
                entries = packed.infolist()
                if not is_whole(path, packed):
                    wrong.append(f"{name} holds bytes that belong to none of its entries")
                if not broken and [entry.filename for entry in entries].count(file) == 1:
                    wrong += program_in(name, file, program, platform, packed.read(file))
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, zlib.error, OSError) as error:
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
        wrong = {"names": names, "lists": lists, "archives": contents, "manifest": manifest}[what](directory, version)
    except (OSError, ValueError) as error:
        wrong = [str(error)]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
