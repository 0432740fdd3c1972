"""Writes recordings with tools that are not ours (warcio, zipfile, email) and lets the program import them.

Usage: check_import.py PROGRAM FOLDER
"""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SITE = "https://chaoyang.58.com/jiajiao/"
HTML = (
    "<html><head><title>初二数xue</title></head><body><div class=mainTitle><h1>初二数xue一V一</h1></div>"
    "<div class=description_con>提分快,①⑨⑨⓪④②①③③⑤⑤,双塔区凌河街道,一次90</div></body></html>"
)


def chunked(data):
    half = len(data) // 2
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (data[:half], data[half:])) + b"0\r\n\r\n"


def write_warc(version):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "warcio"}))

    def answer(kind, *more):
        return StatusAndHeaders("200 OK", [("Content-Type", kind), *more], protocol="HTTP/1.1")

    packed = answer("text/html; charset=utf-8", ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    body = chunked(gzip.compress(HTML.encode()))
    first = writer.create_warc_record(SITE + "1x.shtml", "response", payload=io.BytesIO(body), http_headers=packed)
    ask = StatusAndHeaders("GET /jiajiao/1x.shtml HTTP/1.1", [("Host", "chaoyang.58.com")], is_http_request=True)
    writer.write_request_response_pair(
        writer.create_warc_record(SITE + "1x.shtml", "request", http_headers=ask), first
    )
    picture = answer("image/png")
    writer.write_record(
        writer.create_warc_record(SITE + "a.png", "response", payload=io.BytesIO(b"\x89PNG"), http_headers=picture)
    )
    writer.write_record(
        writer.create_revisit_record(
            SITE + "2x.shtml",
            first.rec_headers.get_header("WARC-Payload-Digest"),
            SITE + "1x.shtml",
            first.rec_headers.get_header("WARC-Date"),
            http_headers=packed,
        )
    )
    return out.getvalue()


def write_wacz(path, warc, honest):
    pages = '{"format": "json-pages-1.0", "id": "pages"}\n' + json.dumps({"url": SITE + "1x.shtml", "title": "t"})
    files = {"archive/data.warc.gz": warc, "pages/pages.jsonl": pages.encode()}
    resources = [
        {"name": name, "path": name, "bytes": len(data), "hash": "sha256:" + hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    ]
    if not honest:
        files["archive/data.warc.gz"] = warc[:-1] + bytes([warc[-1] ^ 1])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("datapackage.json", json.dumps({"wacz_version": "1.1.1", "resources": resources}))


def write_mhtml(path):
    whole = MIMEMultipart("related", type="text/html")
    whole["From"] = "<Saved by a test>"
    whole["Snapshot-Content-Location"] = SITE + "3x.shtml"
    whole["Date"] = "Wed, 25 Nov 2026 10:00:00 +0800"
    part = MIMEText(HTML, "html", "utf-8")
    part["Content-Location"] = SITE + "3x.shtml"
    whole.attach(part)
    path.write_bytes(whole.as_bytes())


def run(program, folder, data, *files):
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    command = [program, "--data-dir", data, "import", "capture", *files, "--by", "test", "--report", report]
    code = subprocess.run(command, stdout=subprocess.PIPE, check=False).returncode
    return code, json.loads(report.read_text())["files"]


def expect(what, found, wanted):
    if found != wanted:
        raise AssertionError(f"{what}: found {found}, expected {wanted}")


def check_archived(data):
    captures = sorted((data / "captures").rglob("*.warc.gz"))
    for path in captures:
        with open(path, "rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                text = record.content_stream().read()
                if record.rec_type == "response":
                    expect(path.name, text, HTML.encode())
                elif record.rec_type == "metadata" and b"import-file-sha256: " not in text:
                    raise AssertionError(f"{path.name}: its metadata does not say where it came from")
    return len(captures)


def main(program, folder):
    folder = Path(folder)
    folder.mkdir(parents=True)
    data = folder / "data"
    files = []
    for version in ("1.0", "1.1"):
        files.append(folder / f"{version}.warc.gz")
        files[-1].write_bytes(write_warc(version))
    write_wacz(folder / "good.wacz", write_warc("1.1"), honest=True)
    write_mhtml(folder / "page.mhtml")
    files += [folder / "good.wacz", folder / "page.mhtml"]
    code, reports = run(program, folder, data, *files)
    expect("exit code", code, 0)
    for report in reports:
        urls = [page["url"] for page in report["pages"] if page["outcome"] == "read" and page["listings"] == 1]
        wanted = ["3x"] if report["format"] == "mhtml" else ["1x", "2x"]
        expect(report["file"], urls, [f"{SITE}{name}.shtml" for name in wanted])
        if report["format"] != "mhtml":
            expect(report["file"], report["skipped"], {"resource": 1})
    kept = check_archived(data)
    expect("archived pages", kept, 7)

    write_wacz(folder / "bad.wacz", write_warc("1.1"), honest=False)
    code, reports = run(program, folder, data, folder / "bad.wacz")
    expect("exit code for a WACZ with a wrong digest", (code, reports[0]["outcome"]), (2, "nothing_kept"))
    code, reports = run(program, folder, data, files[0])
    expect("the same file again", (code, reports[0]["outcome"]), (0, "already_imported"))
    expect("archived pages after it", check_archived(data), kept)
    print(f"{len(files)} foreign recordings imported, {kept} pages archived")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except AssertionError as problem:
        sys.exit(f"check_import: {problem}")
