"""Writes lists as offices do, with tools that are not ours (openpyxl, csv), and lets the program import them.

Usage: check_lists.py PROGRAM FOLDER
"""

import csv
import datetime
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from openpyxl import Workbook

program, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
HEADER = ["县区", "机构名称", "办学许可证号", "法定代表人", "办学地址", "联系电话", "类别", "有效期至"]


def run(kind, name, expected):
    report = folder / (name + ".json")
    order = [program, "--data-dir", folder / "data", "import", kind, folder / name, "--by", "检查", "--report", report]
    done = subprocess.run(order, capture_output=True, text=True)
    assert done.returncode == expected, (name, done.returncode, done.stdout, done.stderr)
    return json.loads(report.read_text())["files"][0], done.stdout


def nasty_registry(name):
    book = Workbook()
    about = book.active
    about.title = "填表说明"
    about["A1"] = "请各县区按月填报"
    sheet = book.create_sheet("双塔区")
    sheet.merge_cells("A1:H1")
    sheet["A1"] = "朝阳市校外培训机构名册"
    sheet["A2"] = "填报单位：某某局"
    # A header two rows high.
    for column, word in enumerate(HEADER, 1):
        letter = sheet.cell(3, column).column_letter
        if word in ("办学地址", "联系电话"):
            sheet.cell(4, column, word)
        else:
            sheet.cell(3, column, word)
            sheet.merge_cells(f"{letter}3:{letter}4")
    sheet.cell(3, 5, "联系信息")
    sheet.merge_cells("E3:F3")
    rows = [
        ["双塔区", "晨星培训学校", "教民1211302000001号", "某某", "双塔区文化路二段125号", 13900000001, "学科类", datetime.date(2027, 12, 31)],
        [None, "=B5&\"分校\"", None, None, "双塔区新华路1号", None, "学科类", None],
        [None, "启航艺术培训学校", 1.2113021234567e16, None, None, "0421-2812345/2812346", "艺术类", "2028年1月1日"],
        [None, None, None, None, "双塔区新华路2号", None, None, None],
        [None, "远达体育俱乐部", None, None, None, "一三九", "体育", 46750],
    ]
    for at, row in enumerate(rows, 5):
        for column, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(at, column, value)
    sheet.merge_cells("A5:A9")
    sheet.cell(10, 2, "不该出现的学校")
    sheet.row_dimensions[10].hidden = True
    sheet.cell(12, 1, "填表人：")
    hidden = book.create_sheet("草稿")
    hidden.append(["机构名称"])
    hidden.append(["草稿里的学校"])
    hidden.sheet_state = "hidden"
    book.save(folder / name)


nasty_registry("名册.xlsx")
report, shown = run("registry", "名册.xlsx", 3)
assert report["stored"] == 3 and report["refused"] == 2, report
assert report["hidden_rows"] == 1 and report["sheets_without_header"] == ["填表说明"], report
assert report["ignored_columns"] == ["法定代表人"], report
by_row = {(one["row"], one["column"]): one for one in report["rows"]}
assert by_row[(6, "机构名称")]["refused"] and "公式" in by_row[(6, "机构名称")]["expected"], by_row
assert by_row[(8, "机构名称")]["refused"] and by_row[(8, "机构名称")]["expected"] == "不能为空", by_row
assert not by_row[(7, "办学许可证号")]["refused"] and "15 位" in by_row[(7, "办学许可证号")]["expected"], by_row
assert any(column.endswith("联系电话") for row, column in by_row if row == 9), by_row
assert "不该出现" not in shown and "草稿" not in shown

# What WPS saves as CSV: GB18030, and rare characters that GBK has not.
with open(folder / "名册.csv", "w", encoding="gb18030", newline="") as file:
    csv.writer(file).writerows([HEADER, ["北票市", "㐂朗培训学校", "", "", "北票市某街1号", "1.39E+10", "学科类", "长期"]])
report, _ = run("registry", "名册.csv", 0)
assert report["encoding"] == "gb18030" and report["stored"] == 1 and "科学计数法" in report["rows"][0]["expected"], report

# Wrong from the outset: a doubled column, a missing one, a complainant, a wrong format, a bomb.
for name, header, words in [
    ("重列.csv", "机构名称,单位名称,地址", "A 列 机构名称"),
    ("缺列.csv", "地址,电话", "缺少列"),
]:
    (folder / name).write_text(header + "\n甲,乙,丙\n", encoding="utf-8-sig")
    report, _ = run("registry", name, 2)
    assert words in report["problem"] and report["stored"] == 0, report
(folder / "投诉.csv").write_text("受理编号,受理日期,来电号码,内容\nT1,2026-11-01,13900000009,补课\n", encoding="utf-16")
report, shown = run("reports", "投诉.csv", 2)
assert "C 列 来电号码" in report["problem"] and "13900000009" not in shown + json.dumps(report), report
(folder / "假.xlsx").write_text("<html><table>", encoding="utf-8")
assert "HTML" in run("registry", "假.xlsx", 2)[0]["problem"]
with zipfile.ZipFile(folder / "弹.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
    with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
        for _ in range(600):
            part.write(b" " * (1 << 20))
assert "解压后超过" in run("registry", "弹.xlsx", 2)[0]["problem"]

# A hundred thousand rows in one transaction, and back again.
book = Workbook(write_only=True)
sheet = book.create_sheet("名册")
sheet.append(HEADER)
for at in range(100_000):
    sheet.append(["双塔区", f"第{at}号培训学校", f"证{at}", "某某", f"新华路{at}号", 13900000000 + at, "学科类", datetime.date(2027, 1, 1)])
book.save(folder / "大.xlsx")
start = time.monotonic()
report, _ = run("registry", "大.xlsx", 0)
took = time.monotonic() - start
assert report["stored"] == 100_000, report["stored"]
print(f"100,000 rows in {took:.1f} s (debug build)")
again, _ = run("registry", "大.xlsx", 0)
assert again["outcome"] == "already_imported"
order = [program, "--data-dir", folder / "data", "import", "undo", str(report["import"]), "--by", "检查"]
undone = subprocess.run(order, capture_output=True, text=True)
assert undone.returncode == 0 and "100000 行" in undone.stdout, undone
assert run("registry", "大.xlsx", 0)[0]["outcome"] == "imported"
print("lists as offices write them: all good")
