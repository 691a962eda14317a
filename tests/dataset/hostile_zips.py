"""Zips that no honest program writes."""

import io
import stat
import struct
import zipfile
import zlib

from tests.builders import make_photo, make_zip


def zip_with_mode(mode: int, name: str = "circle/x.jpg") -> bytes:
    """Return a zip with a member of that Unix file type."""
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    return make_zip([(member, b"/etc/passwd")])


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """Return `data` with `value` at `offset` of every record that starts with `signature`."""
    out, place = bytearray(data), data.find(signature)
    while place >= 0:
        out[place + offset : place + offset + len(value)] = value
        place = data.find(signature, place + 4)
    return bytes(out)


def with_flags(data: bytes, flags: int) -> bytes:
    """Return the zip with these flags on every member, in both places where a zip says so."""
    packed = struct.pack("<H", flags)
    return patched(patched(data, b"PK\x03\x04", 6, packed), b"PK\x01\x02", 8, packed)


def with_promised_size(data: bytes, size: int) -> bytes:
    """Return the zip with this unpacked size promised for every member."""
    packed = struct.pack("<L", size)
    return patched(patched(data, b"PK\x03\x04", 22, packed), b"PK\x01\x02", 24, packed)


def with_method(data: bytes, method: int) -> bytes:
    """Return the zip with this compression method claimed for every member."""
    packed = struct.pack("<H", method)
    return patched(patched(data, b"PK\x03\x04", 8, packed), b"PK\x01\x02", 10, packed)


def overlapping(copies: int, size: int) -> bytes:
    """Return a zip whose list of members names one packed member many times."""
    data = make_zip({"0000.bmp": bytes(size)})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    entries = b"".join(entry.replace(b"0000.bmp", b"%04d.bmp" % number) for number in range(copies))
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(entries), start, 0)
    return data[:start] + entries + closing


def quoting(files: int, size: int) -> bytes:
    """Return D. Fifield's bomb: each file's stored block holds the headers of all that follow, and one
    packed member at the end, which all of them unpack to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block, header, unpacked = packer.compress(bytes(size)) + packer.flush(), b"", bytes(size)
    entries = []
    for name in (b"%03d.bmp" % number for number in range(files)):  # from the last in the zip to the first
        if header:
            block = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF) + header + block
            unpacked = header + unpacked
        facts = struct.pack("<3L2H", zlib.crc32(unpacked), len(block), len(unpacked), len(name), 0)
        header = struct.pack("<4s5H", b"PK\x03\x04", 20, 0, 8, 0, 0) + facts + name
        entries.append((name, facts, len(header) + len(block)))
    data = header + block
    listed = b"".join(
        struct.pack("<4s6H", b"PK\x01\x02", 20, 20, 0, 8, 0, 0)
        + facts
        + struct.pack("<3H2L", 0, 0, 0, 0, len(data) - from_end)
        + name
        for name, facts, from_end in entries
    )
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, files, files, len(listed), len(data), 0)
    return data + listed + closing


def of_many(members: int) -> bytes:
    """Return an honest zip of empty members, quickly."""
    locals_, listed, place = [], [], 0
    for number in range(members):
        name = b"%d/%06d.jpg" % (number % 100, number)
        facts = struct.pack("<3L2H", 0, 0, 0, len(name), 0)
        locals_.append(struct.pack("<4s5H", b"PK\x03\x04", 20, 0, 0, 0, 0) + facts + name)
        entry = struct.pack("<4s6H", b"PK\x01\x02", 20, 20, 0, 0, 0, 0) + facts
        listed.append(entry + struct.pack("<3H2L", 0, 0, 0, 0, place) + name)
        place += len(locals_[-1])
    data, directory = b"".join(locals_), b"".join(listed)
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), len(data), 0)
    end64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, len(directory), len(data)
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) + len(directory), 1)
    return data + directory + end64 + locator + closing


def with_directory_of(entries: int, name: bytes = b"x") -> bytes:
    """Return a zip whose list has so many entries, all of that name, and says that it has one."""
    entry = bytearray(46)
    struct.pack_into("<4s", entry, 0, b"PK\x01\x02")
    struct.pack_into("<H", entry, 28, len(name))
    listed = (bytes(entry) + name) * entries
    start = b"PK\x03\x04" + bytes(26)
    return start + listed + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(listed), len(start), 0)


def nested() -> bytes:
    """Return a zip in a zip, beside a photo."""
    return make_zip({"inner.zip": make_zip({"x.jpg": make_photo()}), "circle/x.jpg": make_photo()})


def with_crc_error() -> bytes:
    """Return a zip of two photos, the first of which is damaged inside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("circle/0.jpg", make_photo(seed=0))
        archive.writestr("circle/1.jpg", make_photo(seed=1))
    data = bytearray(out.getvalue())
    data[200] ^= 0xFF
    return bytes(data)


LINK = stat.S_IFLNK | 0o777
PIPE = stat.S_IFIFO | 0o644
