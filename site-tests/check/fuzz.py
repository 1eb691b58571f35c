"""Damaged inputs: whatever happens to a file of a site, the reader is told in French, and the old site stays.

    fuzz.py [--runs N] [--seed S]

Each run copies a small valid site, damages one file of it (bytes changed, lines doubled or lost, cells emptied or made
huge, another encoding, a file cut short, TOML, Markdown, GeoJSON, Parquet and templates spoilt), and builds it over the site
already published. A run may succeed or be refused (exit 0 or 1); it must not panic, hang, speak English, name no file, or leave the
published folder in a third state: it is the old site or a new one, whole. `check --format json` must find the same faults in a site that cannot be read.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys

from common import ATLAS, ROOT, WORK, Report, assemble, digest

options = argparse.ArgumentParser()
options.add_argument("--runs", type=int, default=150)
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()

HOME = WORK / "fuzz"
LIMIT = 20  # seconds a build may take
ENGLISH = re.compile(
    r"\b(error|invalid|expected|unexpected|missing|failed|cannot|unable|panicked|thread|backtrace|No such file|permission denied"
    r"|found|unknown field|line \d|column \d+ of|overflow|index out|not a valid|parse)\b", re.I)
FRENCH = {"column", "line"}  # also words of the product's own formats
report = Report()


def inputs(folder):
    return sorted(p for p in folder.rglob("*") if p.is_file())


def flip(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def cut_short(data, rng):
    return data[: rng.randrange(len(data) + 1)]


def lines(data, rng):
    rows = data.split(b"\n")
    at = rng.randrange(len(rows))
    how = rng.choice(["lose", "double", "swap", "empty", "many"])
    if how == "lose":
        del rows[at]
    elif how == "double":
        rows.insert(at, rows[at])
    elif how == "swap":
        other = rng.randrange(len(rows))
        rows[at], rows[other] = rows[other], rows[at]
    elif how == "empty":
        rows[at] = b""
    else:
        rows[at:at] = [rows[at]] * 3000
    return b"\n".join(rows)


CELLS = [b"", b"-1", b"1e308", b"9" * 40, b"NaN", b"inf", b"0,5", b"1 234", "1\u202f234".encode(), b"s", b"nd", b"\"", b"=1+1", b"<b>",
         "é".encode("latin-1"), b"\xff\xfe", b"x" * 40000, b"2025-13-45", b"2019-2031", b"../../etc/passwd", b"true"]


def cell(data, rng):
    rows = data.split(b"\n")
    at = rng.randrange(len(rows))
    separator = b";" if rows[at].count(b";") >= rows[at].count(b",") else b","
    cells = rows[at].split(separator)
    cells[rng.randrange(len(cells))] = rng.choice(CELLS)
    if rng.random() < 0.2:
        cells.insert(rng.randrange(len(cells) + 1), rng.choice(CELLS))
    rows[at] = separator.join(cells)
    return b"\n".join(rows)


def encoding(data, rng):
    text = data.decode("utf-8", "replace")
    return rng.choice([lambda: text.encode("utf-16"), lambda: text.encode("cp1252", "replace"), lambda: b"\xef\xbb\xbf" + data,
                       lambda: text.replace("\n", "\r\n").encode(), lambda: text.replace("\n", "\r").encode(), lambda: b""])()


TOKENS = [b"[", b"]", b"{", b"}", b"\"", b"'", b"=", b"#", b",", b"\n", b"\t", b"\\", b"[[x]]\n", b"x = 1\n", b"\x00", b"---\n", b"- [a](b)\n", b"# ", b"# A\n" * 2000,
         b"|a|b|\n|--|--|\n", b"<script>1</script>", b"null", b"1e999", b"[[[[[[[[" * 200, b"{{ x }}", b"{% if %}"]


def marks(data, rng):
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(data) + 1)
        gone = rng.choice([0, 0, 1, 4])
        data = data[:at] + rng.choice(TOKENS) + data[at + gone :]
    return data


def number(data, rng):
    found = list(re.finditer(rb"\d+(\.\d+)?", data))
    if not found:
        return marks(data, rng)
    one = rng.choice(found)
    return data[: one.start()] + rng.choice(CELLS[:10] + [b"0", b"1e400", b"-0"]) + data[one.end() :]


DAMAGES = [flip, cut_short, lines, lines, cell, cell, encoding, marks, marks, number]
# The smallest golden site, one of its tables as Parquet beside the others, and the templates of the theme as the site's own.
shutil.rmtree(HOME, ignore_errors=True)
site = assemble(ROOT / "site-tests" / "parquet", HOME) / "site"
shutil.copytree(ROOT / "themes" / "atlas" / "templates", site / "themes" / "atlas" / "templates")
public = HOME / "public"
first = subprocess.run([ATLAS, "build", "--site", site, "--out", public, "--quiet"], capture_output=True, text=True)
if first.returncode:
    sys.exit(f"the site is not valid before any damage:\n{first.stderr}")
files = [p.relative_to(site) for p in inputs(site)]

for run in range(options.runs):
    rng = random.Random(options.seed * 1_000_003 + run)
    # Each kind of file has its turn, however many there are of it.
    kind = rng.choice(sorted({p.suffix for p in files}))
    victim = rng.choice([p for p in files if p.suffix == kind])
    damage = rng.choice(DAMAGES)
    data = (site / victim).read_bytes()
    spoilt = damage(data, rng)
    what = f"run {run} of seed {options.seed}: {damage.__name__} on {victim}"
    report.count("runs")
    case = HOME / "case"
    shutil.rmtree(case, ignore_errors=True)
    shutil.copytree(site, case)
    (case / victim).write_bytes(spoilt)
    before = digest(public)
    try:
        said = subprocess.run([ATLAS, "build", "--site", case, "--out", public, "--quiet"], capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        report.finding(what, f"more than {LIMIT} s")
        continue
    text = said.stderr.decode("utf-8", "replace") + said.stdout.decode("utf-8", "replace")
    report.expect(said.returncode in (0, 1), what, f"exit {said.returncode}: {text[-400:]}")
    report.expect("panicked" not in text, what, f"panic: {text[-600:]}")
    # What the message quotes is the reader's own text.
    own = re.sub(r"« [^»]*»|« [^»]*»|\"[^\"]*\"", "", text)
    for line in own.splitlines():
        english = ENGLISH.search(re.sub(r"^\S+?:(\d+:)*", "", line))
        report.expect(not english or english[0] in FRENCH, what, f"English: {line[:200]}")
    if said.returncode == 0:
        report.count("accepted")
        report.expect((public / "index.html").is_file(), what, "accepted, and no site published")
        continue
    report.count("refused")
    report.expect(digest(public) == before, what, "refused, and the published site has changed")
    report.expect("erreur" in text and "aide" in text, what, f"refused without an error and its remedy: {text[-400:]}")
    told = subprocess.run([ATLAS, "check", "--site", case, "--format", "json"], capture_output=True, timeout=LIMIT)
    if told.returncode == 0:
        report.count("refused by the build alone")
        continue
    listed = json.loads(told.stdout)["diagnostics"]
    report.expect(len(listed) == len(re.findall(r"^\S.*?: (?:erreur|avertissement) : ", text, re.M)), what, f"{len(listed)} faults as JSON, other ones as text: {text[-400:]}")
    bare = [d["message"] for d in listed if d["severity"] == "erreur" and not d["hint"]]
    report.expect(not bare, what, f"faults without remedy in JSON: {bare[:3]}")

report.end("runs", "accepted", "refused", "refused by the build alone")
