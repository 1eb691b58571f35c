"""Golden sites: each folder of `site-tests/` that holds `expected/` or `expected.stderr` is a small site run through the real binary.

- A case is laid over `minimal`: its own files replace or join those of `minimal`, the paths listed in `absent` are taken away.
- `expected/` must match the built site file by file; a workbook is compared as its cells (`NAME.xlsx.txt`), hashes in the names of
  assets and the build's identifier are written `HASH`.
- `expected.stderr` is the full message of a site that must fail (exit 1), or the warnings of one that succeeds.
- `expected.same` names the case whose built site this one must equal, whatever the form of its data.

`UPDATE=1` writes what was found as what is expected; review the difference as code.
"""

import difflib
import os
import re
import shutil
import sys

import openpyxl

from common import MARKS, ROOT, WORK, Report, assemble, atlas, files

CASES = ROOT / "site-tests"
update = os.environ.get("UPDATE") == "1"
wanted = sys.argv[1:]
SCRIPTS = re.compile(r"\bscripts\.[0-9a-f]{8,}/")
HASH = re.compile(r"\.[0-9a-f]{8,}\.(css|js|mjs|svg|png|woff2|json)\b")
report = Report()


def sheets(path):
    """A workbook as text: sheets in their order, one line per row, the type of each cell kept."""
    book = openpyxl.load_workbook(path)
    lines = []
    for sheet in book.worksheets:
        lines.append(f"== {sheet.title} (frozen {sheet.freeze_panes}, tables {sorted(sheet.tables)}, {sheet.sheet_state})")
        for row in sheet.iter_rows():
            cells = [f"{c.value}" if c.data_type == "s" else f"{c.value!r}" for c in row if c.value is not None]
            if cells:
                lines.append(f"{row[0].row}\t" + "\t".join(c.replace("\n", "\\n") for c in cells))
    return "\n".join(lines) + "\n"


def read(folder):
    """A site as {name: text}; hashes in the names of assets and the identifier of the build are masked."""
    found, identifiers = {}, set()
    for p in files(folder):
        name, path = str(p), folder / p
        if name.startswith("actifs/"):
            text = "asset of the theme\n"
        elif name.endswith(".xlsx"):
            name, text = name + ".txt", sheets(path)
        else:
            text = path.read_text(encoding="utf-8")
            for told in re.findall(r'data-build="([^"]*)"', text):
                identifiers.update(re.findall(r"\b[0-9a-f]{7,}\b", told))
        # Scripts keep their names in a folder that bears the hash of them all.
        name, text = SCRIPTS.sub("scripts.HASH/", name), SCRIPTS.sub("scripts.HASH/", text)
        found[HASH.sub(r".HASH.\1", name)] = HASH.sub(r".HASH.\1", text)
    for name, text in found.items():
        for identifier in identifiers:
            text = text.replace(identifier, "HASH")
        found[name] = text
    return found


def compare(case, found, expected):
    for name in sorted(set(found) | set(expected)):
        report.count("files compared")
        if name not in found:
            report.finding(case, f"{name} is missing")
        elif name not in expected:
            report.finding(case, f"{name} was not expected")
        elif found[name] != expected[name]:
            lines = list(difflib.unified_diff(expected[name].splitlines(), found[name].splitlines(), "expected", "found", n=1, lineterm=""))
            report.finding(case, f"{name} differs\n" + "\n".join(f"      {line[:220]}" for line in lines[:14]))


built = {}


def build(case):
    """Runs the binary on a case; its messages, with the paths as seen from the site."""
    home = assemble(case, WORK / "golden" / case.name)
    result = atlas("build", "--site", ".", "--out", "../public", "--quiet", cwd=home / "site")
    messages = result.stderr
    if result.returncode == 0:
        built[case.name] = read(home / "public")
    report.count("sites")
    return home, result, messages


def expected_tree(folder):
    return {str(p): (folder / p).read_text(encoding="utf-8") for p in files(folder)}


cases = sorted(c for c in CASES.iterdir() if c.is_dir() and any((c / m).exists() for m in MARKS - {"absent"}))
cases.sort(key=lambda c: c.name != "minimal")
for case in cases:
    if wanted and case.name not in wanted:
        continue
    name = case.name
    home, result, messages = build(case)
    stderr, tree, same = case / "expected.stderr", case / "expected", case / "expected.same"
    must_fail = stderr.exists() and not tree.exists() and not same.exists()
    if update:
        if must_fail or messages:
            stderr.write_text(messages, encoding="utf-8")
        elif stderr.exists():
            stderr.unlink()
        if tree.exists() and result.returncode == 0:
            shutil.rmtree(tree)
            for file, text in built[name].items():
                (tree / file).parent.mkdir(parents=True, exist_ok=True)
                (tree / file).write_text(text, encoding="utf-8")
    if must_fail:
        report.expect(result.returncode == 1, name, f"must fail with exit 1, got {result.returncode}: {messages[:300]}")
        report.expect(not (home / "public").exists(), name, "a site that fails must publish nothing")
        report.count("sites refused")
    else:
        report.expect(result.returncode == 0, name, f"must succeed, got {result.returncode}: {messages[:600]}")
    wish = stderr.read_text(encoding="utf-8") if stderr.exists() else ""
    if messages != wish:
        lines = difflib.unified_diff(wish.splitlines(), messages.splitlines(), "expected.stderr", "found", n=1, lineterm="")
        report.finding(name, "messages differ\n" + "\n".join(f"      {line[:260]}" for line in list(lines)[:20]))
    for line in messages.splitlines():
        report.count("lines of diagnostics")
    report.expect("panicked" not in messages, name, "the binary panicked")
    if name in built:
        if same.exists():
            other = same.read_text(encoding="utf-8").strip()
            if other not in built:
                build(CASES / other)
            compare(name, built[name], built.get(other, {}))
        elif tree.exists():
            compare(name, built[name], expected_tree(tree))
if not wanted:
    report.expect(any((c / "expected").exists() for c in cases), "golden", "no case compares a whole site")
report.end("sites", "lines of diagnostics", "files compared") if not wanted else report.end("sites")
