"""Checks a data directory with tools that are not ours.

Every WARC file with its digests (warcio), `export cdxj` against cdxj-indexer, the audit log's hash chain and the Merkle
roots with a few lines of Python (sqlite3, hashlib).
"""

import hashlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

FIELDS = ["url", "mime", "status", "digest", "length", "offset"]


def check_warcs(files):
    kinds = {}
    for path in files:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.content_stream().read()
                kinds[record.rec_type] = kinds.get(record.rec_type, 0) + 1
    return kinds


def robots_of(data, files):
    """The robots.txt that each page's metadata names: archived whole, with the digest it had when the page was asked for."""
    named = 0
    for path in files:
        url, notes, own = None, {}, False
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                body = record.content_stream().read()
                if record.rec_type == "metadata":
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    own = b"the robots.txt itself" in body
                    notes = dict(line.split(": ", 1) for line in body.decode().splitlines() if ": " in line)
        if own or "robots-txt-sha256" not in notes:
            continue
        kept = data / notes["robots-txt-archived-in"]
        if hashlib.sha256(kept.read_bytes()).hexdigest() != notes["robots-txt-archive-sha256"]:
            raise AssertionError(f"{kept} is not the robots.txt that {path} names")
        with kept.open("rb") as stream:
            answers = [
                (record.http_headers.get_statuscode(), hashlib.sha256(record.content_stream().read()).hexdigest())
                for record in ArchiveIterator(stream, check_digests="raise")
                if record.rec_type == "response"
            ]
        [(status, digest)] = answers
        stated = notes["robots-txt-sha256"]
        if not (status.startswith("4") if stated == "none" else status.startswith("2") and digest == stated):
            raise AssertionError(f"{url}: robots.txt {stated}, archived {status} {digest}")
        named += 1
    if not named:
        raise AssertionError("no page names the robots.txt under which it was asked for")
    return named


def lines_of(text):
    found = set()
    for line in text.splitlines():
        key, stamp, fields = line.split(" ", 2)
        fields = json.loads(fields)
        # The foreign tool knows a file by its name alone.
        found.add((key, stamp, Path(fields["filename"]).name, *(str(fields.get(name, "")) for name in FIELDS)))
    return found


def check_cdxj(ours, files):
    tool = Path(sys.executable).parent / "cdxj-indexer"
    made = subprocess.run([tool, *files], check=True, capture_output=True, text=True).stdout
    text = ours.read_text(encoding="utf-8")
    if text.encode().splitlines() != sorted(text.encode().splitlines()):
        raise AssertionError("export cdxj is not sorted by bytes")
    own, foreign = lines_of(text), lines_of(made)
    if own != foreign:
        raise AssertionError(f"cdxj differs: ours {sorted(own - foreign)[:3]}, cdxj-indexer {sorted(foreign - own)[:3]}")
    return len(own)


def sha256(data):
    return hashlib.sha256(data).digest()


def check_audit(db):
    previous = "0" * 64
    count = 0
    for row in db.execute("SELECT sequence, at_ms, who, kind, object, details, previous, hash FROM audit ORDER BY sequence"):
        count += 1
        form = json.dumps(["tanzhao-audit/1", *row[:7]], ensure_ascii=False, separators=(",", ":"))
        if row[0] != count or row[6] != previous or row[7] != sha256(form.encode()).hex():
            raise AssertionError(f"audit entry {count} does not hold")
        previous = row[7]
    return count


def root(leaves):
    """RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:]))


def check_seals(db, data):
    previous = "0" * 64
    seals = db.execute("SELECT number, root, previous, head FROM seals ORDER BY number").fetchall()
    for number, stated, before, head in seals:
        rows = db.execute(
            "SELECT s.sha256, c.warc FROM sealed_captures s JOIN captures c ON c.id = s.capture WHERE seal = ? ORDER BY position",
            [number],
        ).fetchall()
        for digest, warc in rows:
            if sha256((data / warc).read_bytes()).hex() != digest:
                raise AssertionError(f"{warc} is not what was sealed")
        found = root([bytes.fromhex(digest) for digest, _ in rows]).hex()
        chained = sha256(f"{previous}\n{found}".encode()).hex()
        if found != stated or before != previous or chained != head:
            raise AssertionError(f"seal {number} does not hold")
        previous = head
    return len(seals)


def main(data, index):
    data = Path(data)
    files = sorted((data / "captures").rglob("*.warc.gz"))
    if not files:
        raise AssertionError(f"no capture below {data}")
    kinds = check_warcs(files)
    robots = robots_of(data, files)
    lines = check_cdxj(Path(index), files)
    db = sqlite3.connect(data / "tanzhao.db")
    entries, seals = check_audit(db), check_seals(db, data)
    if not entries or not seals:
        raise AssertionError("nothing was logged or sealed")
    if "revisit" not in kinds:
        raise AssertionError(f"no revisit among {kinds}")
    print(f"{len(files)} captures {kinds}, {robots} pages with their robots.txt, {lines} cdxj lines, {entries} audit entries, {seals} seals")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except AssertionError as problem:
        sys.exit(f"check_archive: {problem}")
