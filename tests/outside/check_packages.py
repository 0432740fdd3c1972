"""Opens every county package below a folder with tools that are not ours.

Digests and sizes against manifest.json (hashlib), 线索清单.xlsx (openpyxl), every WARC with its digests (warcio), every picture
chunk by chunk (zlib). Every archived page of a listing has a picture with its text, or a reason.
"""

import hashlib
import io
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import openpyxl
from warcio.archiveiterator import ArchiveIterator


def check_manifest(archive):
    manifest = json.loads(archive.read("manifest.json"))
    listed = {entry["path"]: entry for entry in manifest["files"]}
    present = {name for name in archive.namelist() if not name.endswith("/")} - {"manifest.json"}
    if set(listed) != present:
        raise AssertionError(f"manifest and zip differ: {sorted(set(listed) ^ present)}")
    for name, entry in listed.items():
        data = archive.read(name)
        if entry["bytes"] != len(data) or entry["sha256"] != hashlib.sha256(data).hexdigest():
            raise AssertionError(f"{name}: size or SHA-256 differ from the manifest")
    return manifest, present


def check_png(name, data):
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise AssertionError(f"{name}: no PNG")
    at, kinds, pixels = 8, [], b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        block = data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        if crc != zlib.crc32(kind + block):
            raise AssertionError(f"{name}: chunk {kind} is damaged")
        if kind == b"IHDR":
            width, height = struct.unpack(">II", block[:8])
        elif kind == b"IDAT":
            pixels += block
        kinds.append(kind)
        at += 12 + length
    if kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or not (0 < width <= 1280 and 0 < height <= 12_000):
        raise AssertionError(f"{name}: {kinds[:1]} .. {kinds[-1:]}")
    if len(zlib.decompress(pixels)) < width * height:
        raise AssertionError(f"{name}: not all of its {width} x {height} pixels are there")


def check_pictures(archive, manifest, names):
    """Pictures and their texts against what the manifest says of them; how many there are, and the reasons for the others."""
    painted, reasons, beside = 0, set(), set()
    for entry in manifest.get("pictures", []):
        if entry["capture"] not in names:
            raise AssertionError(f"{entry['capture']}: not in the package")
        if "missing" in entry:
            if not entry["missing"]:
                raise AssertionError(f"{entry['capture']}: no picture and no reason")
            reasons.add(entry["missing"])
            continue
        check_png(entry["png"], archive.read(entry["png"]))
        text = archive.read(entry["text"]).decode("utf-8")
        if entry["capture"].split("/", 1)[1] not in text or not entry["browser"] or not entry["painted_at"]:
            raise AssertionError(f"{entry['text']}: does not say what it is")
        beside |= {entry["png"], entry["text"]}
        painted += 1
    strangers = {name for name in names if name.endswith((".png", ".txt"))} - beside
    if strangers or painted != manifest["counts"]["pictures"]:
        raise AssertionError(f"{painted} pictures, the manifest counts {manifest['counts']['pictures']}; {strangers}")
    return painted, reasons


def check_ledger(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]
    if len(rows) < 2:
        raise AssertionError("线索清单.xlsx has no lead")
    return len(rows)


def check_warc(name, data):
    records = 0
    kinds = set()
    # digest checks happen while the content is read
    iterator = ArchiveIterator(io.BytesIO(data), check_digests="raise")
    for record in iterator:
        record.content_stream().read()
        kinds.add(record.rec_type)
        records += 1
    # An unchanged page is a revisit; the response it refers to is another file of the same folder.
    if not {"warcinfo", "request"} <= kinds or not kinds & {"response", "revisit"}:
        raise AssertionError(f"{name}: only {sorted(kinds)}")
    return records


def main(folder, pictures):
    packages = sorted(Path(folder).rglob("*.zip"))
    if not packages:
        raise AssertionError(f"no package below {folder}")
    for path in packages:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            if broken:
                raise AssertionError(f"{path.name}: {broken} is damaged")
            manifest, names = check_manifest(archive)
            rows = check_ledger(archive.read("线索清单.xlsx"))
            warcs = [name for name in names if name.endswith((".warc", ".warc.gz"))]
            if not warcs:
                raise AssertionError(f"{path.name}: no WARC")
            records = sum(check_warc(name, archive.read(name)) for name in warcs)
            painted, reasons = check_pictures(archive, manifest, names)
            if pictures and (reasons or not painted):
                raise AssertionError(f"{path.name}: {painted} pictures, and without: {sorted(reasons)}")
            print(
                f"{path.name}: {len(names)} files, {rows} ledger rows, {len(warcs)} WARC files with {records} records,"
                f" {painted} pictures {'; '.join(sorted(reasons))}"
            )


if __name__ == "__main__":
    try:
        main(sys.argv[1], "--pictures" in sys.argv[2:])
    except AssertionError as problem:
        sys.exit(f"check_packages: {problem}")
