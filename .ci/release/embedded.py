"""The list of its parts that a program holds: the section `.dep-v0`, as `cargo auditable` writes it and `cargo audit bin` and
scanners read it. ELF (Linux, FreeBSD), Mach-O (macOS) and PE (Windows), of 64 bits each.

    embedded.py PROGRAM   prints it
"""

import json
import struct
import sys
import zlib

SECTION = ".dep-v0"
# A list of some hundred packages has some twenty kilobytes.
LARGEST = 8 * 1024 * 1024


class NoList(Exception):
    """Why there is nothing to read."""


def parts(program):
    """The packages that the bytes of a program name."""
    try:
        packed = _section(program)
        reader = zlib.decompressobj()
        text = reader.decompress(packed, LARGEST)
    except (struct.error, IndexError, UnicodeDecodeError, zlib.error) as error:
        raise NoList(f"the program's list of parts can't be read: {error}") from error
    if not reader.eof:
        raise NoList("the program's list of parts is cut off")
    try:
        return json.loads(text)["packages"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoList(f"the program's list of parts is not one of `cargo auditable`: {error}") from error


def platform_of(program):
    """What the program runs on, as registries name it: `linux_amd64`."""
    try:
        if program[:4] == b"\x7fELF":
            (machine,) = struct.unpack_from("<H", program, 0x12)
            # FreeBSD marks its own, Linux does not.
            return _named({62: "amd64", 183: "arm64"}, machine, "freebsd" if program[7] == 9 else "linux")
        if program[:4] == b"\xcf\xfa\xed\xfe":
            (machine,) = struct.unpack_from("<I", program, 4)
            return _named({0x01000007: "amd64", 0x0100000C: "arm64"}, machine, "darwin")
        if program[:2] == b"MZ":
            (header,) = struct.unpack_from("<I", program, 0x3C)
            (machine,) = struct.unpack_from("<H", program, header + 4)
            return _named({0x8664: "amd64", 0xAA64: "arm64"}, machine, "windows")
    except (struct.error, IndexError) as error:
        raise NoList(f"the program's head can't be read: {error}") from error
    raise NoList("it is not a program of Linux, FreeBSD, macOS or Windows")


def _named(machines, machine, system):
    return f"{system}_{machines.get(machine, f'machine {machine:#x}')}"


def _section(program):
    if program[:4] == b"\x7fELF":
        found = _elf(program)
    elif program[:4] == b"\xcf\xfa\xed\xfe":
        found = _mach_o(program)
    elif program[:2] == b"MZ":
        found = _pe(program)
    else:
        raise NoList("it is not a program of Linux, FreeBSD, macOS or Windows")
    for name, at, size in found:
        if name.rstrip(b"\0").decode() == SECTION:
            return program[at : at + size]
    raise NoList("the program holds no list of its parts: it was not built with `cargo auditable`")


def _elf(program):
    (table,) = struct.unpack_from("<Q", program, 0x28)
    width, count, names_index = struct.unpack_from("<HHH", program, 0x3A)

    def header(index):
        # Name, type, flags, address, offset, size.
        name, _, _, _, at, size = struct.unpack_from("<IIQQQQ", program, table + index * width)
        return name, at, size

    _, names, names_size = header(names_index)
    for index in range(count):
        name, at, size = header(index)
        end = program.index(b"\0", names + name, names + names_size)
        yield program[names + name : end], at, size


def _mach_o(program):
    (commands,) = struct.unpack_from("<I", program, 16)
    at = 32
    for _ in range(commands):
        command, length = struct.unpack_from("<II", program, at)
        if command == 0x19:  # a segment of 64 bits
            (sections,) = struct.unpack_from("<I", program, at + 64)
            for index in range(sections):
                section = at + 72 + index * 80
                (size, offset) = struct.unpack_from("<QI", program, section + 40)
                yield program[section : section + 16], offset, size
        at += length


def _pe(program):
    (header,) = struct.unpack_from("<I", program, 0x3C)
    (sections,) = struct.unpack_from("<H", program, header + 6)
    (optional,) = struct.unpack_from("<H", program, header + 20)
    for index in range(sections):
        section = header + 24 + optional + index * 40
        virtual, _, raw, at = struct.unpack_from("<IIII", program, section + 8)
        yield program[section : section + 8], at, min(virtual, raw)


if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as opened:
            print(json.dumps(parts(opened.read()), indent=1))
    except NoList as error:
        sys.exit(f"{sys.argv[1]}: {error}")
