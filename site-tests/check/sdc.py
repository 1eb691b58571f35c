"""Published cases of disclosure control, against `atlas audit-table`.

Each case of the folder REAL/sdc-cases (REAL is ../shared/real beside the sources by default) must give the verdict, the exact
cells and the bounds that its authors assert; what `--protect` proposes must be audited as safe. Exits 77 without it.
"""

import collections
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
import time

from common import ATLAS, ROOT, WORK, Report, atlas, write_table

LONGEST = 300  # seconds


def rows(path):
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def answer(report, folder, *options):
    began = time.monotonic()
    try:
        run = atlas("audit-table", folder, *options, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        report.finding(folder.name, f"no answer within {LONGEST} s {' '.join(options)}")
        return None
    if not report.expect(run.returncode == 0, folder.name, f"exit code {run.returncode}: {run.stderr.strip()}"):
        return None
    took = time.monotonic() - began
    if took > 2:
        print(f"{folder.name} {' '.join(options)}: {took:.1f} s")
    return json.loads(run.stdout)


def bounds(report, name, cells, found):
    """The whole-number bounds lie within those of the linear programme, and hold the true value."""
    for cell in cells:
        if cell["suppressed"] != "1":
            continue
        got = found[int(cell["cell"])]
        value = float(cell["value"])
        inside = got["lo"] <= value and (got["up"] is None or value <= got["up"])
        report.expect(inside, name, f"cell {cell['cell']}: [{got['lo']}, {got['up']}] without the true value")
        report.expect(not got.get("undecided"), name, f"cell {cell['cell']}: undecided")
        lo, up = cell.get("lo") or "NA", cell.get("up") or "NA"
        if lo != "NA":
            report.expect(
                got["lo"] >= math.ceil(float(lo) - 1e-6), name, f"cell {cell['cell']}: lower bound {got['lo']}, LP {lo}"
            )
            report.count("bounds")
        if up not in ("NA", "Inf", "inf"):
            good = got["up"] is not None and got["up"] <= math.floor(float(up) + 1e-6)
            report.expect(good, name, f"cell {cell['cell']}: upper bound {got['up']}, LP {up}")
            report.count("bounds")


def asserted(report, name, expected, cells, found):
    """What the authors of the case say in words of their own."""
    said = expected.get("asserted", {})
    for key, cell in [("cell_1_1_bounds", 1), ("cell8_bounds", 8)]:
        if key in said:
            got = found[cell]
            report.expect([got["lo"], got["up"]] == said[key], name, f"cell {cell}: {got} against {said[key]}")
            report.count("assertions")
    if "exact_cell" in said:
        got = found[said["exact_cell"]]
        value = said["exact_value"]
        report.expect(got["exact"] and got["lo"] == value, name, f"cell {said['exact_cell']}: {got}, {value} expected")
        report.count("assertions")
    for key in ("exact", "virtual"):
        if key in said:
            got = [found[int(c["cell"])]["lo"] for c in cells if c["suppressed"] == "1"]
            report.expect(got == said[key], name, f"exact values {got} against {said[key]}")
            report.count("assertions")


def case(report, folder):
    name = folder.name
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    cells = rows(folder / "cells.csv")
    out = answer(report, folder)
    if out is None:
        return
    report.count("cases")
    found = {c["cell"]: c for c in out["cells"]}
    hidden = {int(c["cell"]) for c in cells if c["suppressed"] == "1"}
    report.expect(set(found) == hidden, name, "an answer for each hidden cell, and for no other, expected")
    exact = {c for c, got in found.items() if got["exact"]}
    pinned = {c for c, got in found.items() if got["up"] is not None and got["up"] - got["lo"] < 2}
    if "exact_by_lp" in expected:
        # Whole numbers may pin down more than the linear programme; never less.
        lacking = set(expected["exact_by_lp"]) - exact
        report.expect(not lacking, name, f"exact cells not found: {sorted(lacking)}")
        if not expected["exact_by_lp"] and expected.get("min_width", 0) >= 2:
            report.expect(not exact, name, f"cells told exact: {sorted(exact)}")
    report.expect(out["verdict"] == ("unsafe" if pinned else "safe"), name, f"verdict {out['verdict']}, pinned {pinned}")
    bounds(report, name, cells, found)
    asserted(report, name, expected, cells, found)
    protect(report, folder, expected, cells)


def protect(report, folder, expected, cells):
    """Hides from the primary cells alone, and has the result attacked."""
    name = folder.name
    out = answer(report, folder, "--protect")
    if out is None:
        return
    report.count("protections")
    chosen, secondary = set(out["suppressed"]), set(out["secondary"])
    primary = {int(c["cell"]) for c in cells if c["primary"] == "1"}
    report.expect(chosen == primary | secondary, name, "the cells suppressed are the primary and the secondary ones")
    again = WORK / "sdc" / name
    lines = [
        [c["cell"], c["cell"], c["value"], c["primary"], int(int(c["cell"]) in chosen)] for c in cells
    ]
    x = [[r["inner"], r["cell"], r["coef"]] for r in rows(folder / "x.csv")]
    write_table(again, [r["inner"] for r in rows(folder / "inner.csv")], lines, x)
    verdict = answer(report, again)
    if verdict is not None and not out.get("exposed"):
        report.expect(verdict["verdict"] == "safe", name, f"after --protect: {verdict['verdict']}")
    said = expected.get("asserted", {}).get("suppressed_cells")
    value = {int(c["cell"]): max(1.0, abs(float(c["value"]))) for c in cells}
    upstream = {int(c["cell"]) for c in cells if c["suppressed"] == "1"}
    ours, theirs = (sum(value[c] for c in s - primary) for s in (chosen, upstream))
    print(f"{name}: loss {ours:g}, {theirs:g} upstream")
    if said:
        report.expect(ours <= theirs, name, f"loss {ours:g}, {theirs:g} with the suppression asserted")


def pieces(report, pairs, groups, first, second):
    """Two zonings of the same records: each difference that the authors name must be found, to the unit."""
    members = collections.Counter((r[first], r[second]) for r in rows(pairs))
    atoms = {pair: i for i, pair in enumerate(sorted(members), 1)}
    cells, x = [], []

    def cell(code, taken, hidden):
        n = len(cells) + 1
        cells.append([n, code, sum(members[p] for p in taken), int(hidden), int(hidden)])
        x.extend([atoms[p], n, 1] for p in taken)
        return n

    zones = {}
    for side in (0, 1):
        for code in sorted({p[side] for p in members}):
            zones[code] = {p for p in members if p[side] == code}
            cell(code, sorted(zones[code]), False)
    wanted = {}
    for row in rows(groups):
        for column in ("diff_1_2", "diff_2_1"):
            names = row[column].split("_-_")
            if len(names) > 1:
                left = zones[names[0]].difference(*(zones[n] for n in names[1:]))
                wanted[row[column]] = cell(row[column], sorted(left), True)
    folder = WORK / "sdc" / groups.stem
    write_table(folder, atoms.values(), cells, x)
    out = answer(report, folder)
    if out is None:
        return
    found = {c["cell"]: c for c in out["cells"]}
    for name, n in wanted.items():
        got, value = found[n], cells[n - 1][2]
        report.expect(got["exact"] and got["lo"] == value, groups.name, f"{name}: {got}, {value} expected")
        report.count("differences")


def main():
    real = pathlib.Path(os.environ.get("REAL") or ROOT.parent / "shared" / "real") / "sdc-cases"
    if not real.is_dir():
        print(f"no published cases at {real} (REAL names another place)")
        sys.exit(77)
    if not ATLAS.exists():
        print(f"no binary at {ATLAS}: run the step release first")
        sys.exit(1)
    report = Report()
    for folder in sorted(p for p in real.iterdir() if p.is_dir()):
        if (folder / "cells.csv").exists():
            case(report, folder)
    zonings = real / "ssbtools_diff_groups"
    if zonings.is_dir():
        pieces(report, zonings / "code_pairs.csv", zonings / "code_pairs_groups.csv", "code_1", "code_2")
    records = real / "sdctable_microdata1" / "microdata1.csv"
    if records.exists():
        counts = collections.Counter((r["region"], r["gender"]) for r in rows(records))
        table = rows(real / "sdctable_microdata1_hypercube_opt" / "cells.csv")
        for c in table:
            if (c["region"], c["gender"]) in counts:
                report.expect(float(c["value"]) == counts[c["region"], c["gender"]], records.name, f"cell {c['cell']}")
                report.count("counts of records")
    report.end("cases", "bounds", "protections")


main()
