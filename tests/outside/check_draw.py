"""Draws again what the program drew, from the words in src/leads/draw.rs alone.

Usage: check_draw.py PROGRAM SCRATCH-FOLDER
"""

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


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except AssertionError as problem:
        sys.exit(f"check_draw: {problem}")
