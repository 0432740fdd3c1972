"""Draws again what the program drew, from the words in src/leads/draw.rs alone.

Usage: check_draw.py PROGRAM SCRATCH-FOLDER
"""

import csv
import datetime
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

METHOD = "tanzhao-draw/1"


def numbers(seed, label):
    position = 0
    while True:
        text = "\n".join([METHOD, seed, label, str(position)])
        yield int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        position += 1


def below(stream, bound):
    limit = 2**64 - 2**64 % bound
    return next(number for number in stream if number < limit) % bound


def pick(stream, weighted, count):
    weighted, picked = list(weighted), []
    for _ in range(count):
        rest = below(stream, sum(weight for _, weight in weighted))
        for at, (name, weight) in enumerate(weighted):
            if rest < weight:
                break
            rest -= weight
        picked.append(name)
        del weighted[at]
    return picked


def in_order(items, key):
    return sorted(items, key=lambda item: item[key].encode())


def draw(inputs):
    subjects = in_order(inputs["subjects"], "id")
    inspectors = in_order(inputs["inspectors"], "name")
    pool = [(one["id"], one["weight"]) for one in subjects if not one["excluded"]]
    result = []
    for subject in pick(numbers(inputs["seed"], "subjects"), pool, inputs["count"]):
        free = [(one["name"], 1) for one in inspectors if subject not in one["avoid"]]
        pair = pick(numbers(inputs["seed"], f"inspectors {subject}"), free, 2)
        result.append({"subject": subject, "inspectors": pair})
    return result


def digest(inputs):
    lines = [METHOD, str(inputs["count"])]
    for one in in_order(inputs["subjects"], "id"):
        lines.append(f"S\t{one['id']}\t{one['weight']}\t{int(one['excluded'])}")
    for one in in_order(inputs["inspectors"], "name"):
        lines.append("\t".join(["I", one["name"], *sorted(one["avoid"], key=str.encode)]))
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def main(program, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def tanzhao(*words):
        command = [program, "--data-dir", str(folder / "data"), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout

    chance = random.Random(20261130)
    checked = 0
    for number in range(1, 13):
        subjects = [f"{chance.choice('甲乙丙AZaz')}-{n}" for n in range(chance.randint(3, 60))]
        chance.shuffle(subjects)
        rows = ["编号,权重,排除"]
        # Two are never left out, so that one can be drawn.
        rows += [f"{id},{chance.randint(1, 1000)},{'是' if n > 1 and chance.random() < 0.2 else ''}" for n, id in enumerate(subjects)]
        people = [f"检查员{n}" for n in range(chance.randint(4, 9))]
        duties = [f"{name},{';'.join(chance.sample(subjects, 2)) if n > 1 else ''}" for n, name in enumerate(people)]
        (folder / "subjects.csv").write_bytes("\r\n".join(rows).encode("gb18030"))
        (folder / "inspectors.csv").write_text("姓名,回避\n" + "\n".join(duties), encoding="utf-8-sig")
        pool = sum(1 for row in rows[1:] if not row.endswith("是"))
        tanzhao(
            "draw", "--subjects", str(folder / "subjects.csv"), "--inspectors", str(folder / "inspectors.csv"),
            "--count", str(chance.randint(1, pool)), "--seed", f"公开摇号 {chance.random()}", "--by", "王五",
        )  # fmt: skip
        stored = json.loads(tanzhao("draw", "show", str(number), "--json"))
        if stored["result"] != draw(stored["inputs"]):
            raise AssertionError(f"draw {number}: drawn again, the result is another")
        if stored["inputs_sha256"] != digest(stored["inputs"]):
            raise AssertionError(f"draw {number}: the digest of the lists is another")
        tanzhao("draw", "verify", str(number))
        checked += len(stored["result"])
    print(f"12 draws with {checked} subjects drawn again, all the same")
    print(over_registry(tanzhao, folder, chance))


def over_registry(tanzhao, folder, chance):
    """Draws over an imported registry; what the pool has to be is worked out here from the file."""
    expected, rows, punished = {}, [], []
    for n in range(300):
        name = "".join(chance.sample("晨星启航新育才博学思优朗智慧远达蓝天阳光", 5)) + f"{n}培训学校"
        code = "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(18)) if chance.random() < 0.7 else ""
        fate = chance.choice(["正常", "正常", "正常", "注销", "过期"])
        until = "2020-01-01" if fate == "过期" else chance.choice(["", "2099-12-31"])
        rows.append([name, code, fate if fate != "过期" else "正常", until])
        heavy = chance.random() < 0.2
        if heavy:
            punished.append(name)
        expected[f"{name}（{code}）" if code else name] = (7 if heavy else 1, fate != "正常")
        if chance.random() < 0.1 and code:  # a second site of the same institution
            rows.append([f"{name}分部", code, rows[-1][2], until])
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    for file, table in [
        ("registry.csv", [["机构名称", "统一社会信用代码", "状态", "有效期至"], *rows]),
        ("records.csv", [["当事人", "处罚日期"], *([name, yesterday.isoformat()] for name in punished)]),
        ("people.csv", [["姓名", "回避"], *([f"检查员{n}", rows[n][0] if n > 2 else ""] for n in range(8))]),
    ]:
        with open(folder / file, "w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(table)
    tanzhao("import", "registry", str(folder / "registry.csv"), "--by", "王五")
    tanzhao("import", "records", str(folder / "records.csv"), "--by", "王五")
    number = tanzhao(
        "draw", "--subjects", "registry", "--inspectors", str(folder / "people.csv"), "--count", "40",
        "--seed", "公开摇号", "--weight", "violations=7", "--by", "王五",
    ).split()[2]  # fmt: skip
    stored = json.loads(tanzhao("draw", "show", number, "--json"))
    found = {one["id"]: (one["weight"], one["excluded"]) for one in stored["inputs"]["subjects"]}
    if found != expected:
        raise AssertionError(f"registry: the pool differs: {sorted(set(found.items()) ^ set(expected.items()))[:6]}")
    if stored["result"] != draw(stored["inputs"]) or stored["inputs_sha256"] != digest(stored["inputs"]):
        raise AssertionError("registry: drawn again, the result or the digest is another")
    for one in stored["result"]:
        keeping_away = {f"检查员{n}" for n in range(3, 8) if one["subject"].split("（")[0] == rows[n][0]}
        if keeping_away & set(one["inspectors"]):
            raise AssertionError(f"registry: {one} has an inspector who keeps away")
    tanzhao("draw", "verify", number)
    return f"a draw of {len(stored['result'])} out of {len(found)} institutions drawn again, the same"


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except AssertionError as problem:
        sys.exit(f"check_draw: {problem}")
