"""Opens every county package below a folder with tools that are not ours.

Digests and sizes against manifest.json (hashlib), 线索清单.xlsx (openpyxl), every WARC with its digests (warcio).
"""

import hashlib
import io
import json
import sys
import zipfile
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
    return present


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


def main(folder):
    packages = sorted(Path(folder).rglob("*.zip"))
    if not packages:
        raise AssertionError(f"no package below {folder}")
    for path in packages:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            if broken:
                raise AssertionError(f"{path.name}: {broken} is damaged")
            names = check_manifest(archive)
            rows = check_ledger(archive.read("线索清单.xlsx"))
            warcs = [name for name in names if name.endswith((".warc", ".warc.gz"))]
            if not warcs:
                raise AssertionError(f"{path.name}: no WARC")
            records = sum(check_warc(name, archive.read(name)) for name in warcs)
            print(f"{path.name}: {len(names)} files, {rows} ledger rows, {len(warcs)} WARC files with {records} records")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except AssertionError as problem:
        sys.exit(f"check_packages: {problem}")
