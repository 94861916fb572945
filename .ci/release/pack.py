"""Packs a zip whose bits follow from what is in it: entries in the order of their names, one date, fixed modes.

    pack.py ZIP SECONDS PROGRAM=FILE [FILE]...   SECONDS since 1970 date every entry; PROGRAM is FILE's name in the archive
"""

import os
import sys
import time
import zipfile

# The first moment that a zip can name.
EARLIEST = 315532800


def pack(archive, seconds, program, others):
    date = time.gmtime(max(int(seconds), EARLIEST))[:6]
    name, file = program.split("=", 1)
    entries = [(name, file, 0o755)] + [(os.path.basename(other), other, 0o644) for other in others]
    with zipfile.ZipFile(archive, "w") as packed:
        for name, file, mode in sorted(entries):
            entry = zipfile.ZipInfo(name, date)
            entry.create_system = 3  # Unix, wherever it is packed: the mode is read
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with open(file, "rb") as content:
                packed.writestr(entry, content.read(), compresslevel=9)


if __name__ == "__main__":
    pack(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
