"""Writes Outlook's `.msg` files for the tests: a compound file ([MS-CFB]) with the properties of [MS-OXMSG]."""

from __future__ import annotations

import struct

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
TEXT, BINARY, NUMBER = 0x001F, 0x0102, 0x0003
Tree = dict[str, "bytes | Tree"]


def _directory(tree: Tree) -> list[tuple[str, int, bytes | None, int]]:
    """Return the entries as (name, first child, stream, next sibling), the root first."""
    entries: list[tuple[str, int, bytes | None, int]] = [("Root Entry", FREE, None, FREE)]

    def grow(at: int, branch: Tree) -> None:
        numbers = list(range(len(entries), len(entries) + len(branch)))
        for number, (name, held) in zip(numbers, branch.items(), strict=True):
            following = number + 1 if number != numbers[-1] else FREE
            entries.append((name, FREE, held if isinstance(held, bytes) else None, following))
        if numbers:
            entries[at] = (entries[at][0], numbers[0], entries[at][2], entries[at][3])
        for number, held in zip(numbers, branch.values(), strict=True):
            if not isinstance(held, bytes):
                grow(number, held)

    grow(0, tree)
    return entries


def compound(tree: Tree, claimed: dict[str, int] | None = None) -> bytes:
    """Return a compound file of `tree`; `claimed` are sizes that the directory says falsely."""
    entries = _directory(tree)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = b"", []

    def laid(data: bytes) -> int:
        first = len(sectors)
        count = max(1, -(-len(data) // 512))
        sectors.extend(data[i * 512 : i * 512 + 512].ljust(512, b"\0") for i in range(count))
        fat.extend([*range(first + 1, first + count), END])
        return first

    starts = []
    for _, _, data, _ in entries:
        if data is None or not data:
            starts.append(END)
        elif len(data) >= 4096:
            starts.append(laid(data))
        else:
            first, count = len(mini_fat), -(-len(data) // 64)
            starts.append(first)
            mini += data.ljust(count * 64, b"\0")
            mini_fat.extend([*range(first + 1, first + count), END])
    mini_start = laid(mini) if mini else END
    mini_fat_start = laid(b"".join(struct.pack("<I", n) for n in mini_fat)) if mini_fat else END
    listed = b""
    for at, (name, child, data, following) in enumerate(entries):
        title = name.encode("utf-16-le") + b"\0\0"
        kind = 5 if at == 0 else 1 if data is None else 2
        size = len(mini) if at == 0 else len(data or b"")
        size = (claimed or {}).get(name, size)
        start = mini_start if at == 0 else starts[at]
        listed += title.ljust(64, b"\0") + struct.pack("<HBBIII", len(title), kind, 1, FREE, following, child)
        listed += bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)
    directory = laid(listed)
    count = 1
    while (len(sectors) + count) > count * 128:
        count += 1
    first = len(sectors)
    fat += [FAT] * count
    fat += [FREE] * (count * 128 - len(fat))
    table = b"".join(struct.pack("<I", n) for n in fat)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIII", 0, count, directory, 0, 4096)
    head += struct.pack("<IIII", mini_fat_start, 0 if mini_fat_start == END else 1 + len(mini_fat) // 129, END, 0)
    head += b"".join(struct.pack("<I", first + i if i < count else FREE) for i in range(109))
    return head + b"".join(sectors) + table


def storage(header: int, held: dict[int, str | bytes | int], inner: Tree | None = None) -> Tree:
    """Return a storage with properties: text, bytes or a number each; `header` are the bytes before them."""
    listed, tree = bytes(header), {}
    for number, value in held.items():
        if isinstance(value, int):
            listed += struct.pack("<HHIiI", NUMBER, number, 6, value, 0)
            continue
        kind, data = (TEXT, value.encode("utf-16-le")) if isinstance(value, str) else (BINARY, value)
        tree[f"__substg1.0_{number:04X}{kind:04X}"] = data
        listed += struct.pack("<HHIII", kind, number, 6, len(data), 0)
    return {"__properties_version1.0": listed, **tree, **(inner or {})}


def message(
    held: dict[int, str | bytes | int],
    recipients: list[dict[int, str | bytes | int]] | None = None,
    attachments: list[Tree] | None = None,
    header: int = 32,
) -> Tree:
    """Return the storage of a mail; 32 bytes stand before the properties of a file's, 24 before those of one inside."""
    tree: Tree = {}
    for number, one in enumerate(recipients or []):
        tree[f"__recip_version1.0_#{number:08X}"] = storage(8, one)
    for number, each in enumerate(attachments or []):
        tree[f"__attach_version1.0_#{number:08X}"] = each
    return storage(header, held, tree)
