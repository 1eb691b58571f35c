"""A real département through the whole way: prepared from `../shared/real/val-doise`, built, and its totals recomputed apart.

The data stay outside the project; without them the step says that it was skipped."""

import collections
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from common import ROOT, TAG, WORK, Report, atlas, parsed, written

real = pathlib.Path(os.environ.get("REAL") or ROOT.parent / "shared" / "real") / "val-doise"
if not real.is_dir():
    print("no ../shared/real/val-doise here (REAL=DIR names another place): the real département was NOT tested")
    sys.exit(77)

report = Report()
home = WORK / "val-doise"
shutil.rmtree(home, ignore_errors=True)
site, out = home / "site", home / "public"
shutil.copytree(ROOT / "site-tests" / "val-doise", site)
recipe = next(iter(sorted(site.rglob("prepare.toml"))), None)
if recipe is None:
    print("site-tests/val-doise/prepare.toml is not there")
    sys.exit(1)
began = time.monotonic()
# The report holds hidden values and would go beside the sources, which are only read.
result = atlas("prepare", "--recipe", recipe, "--from", real, "--site", site, "--report", WORK / "val-doise-rapport")
prepared = time.monotonic() - began
(home / "prepare.log").write_text(result.stdout + result.stderr, encoding="utf-8")
report.expect(result.returncode == 0, "prepare", (result.stdout + result.stderr)[-1500:])
told = result.stdout + result.stderr + "".join(
    p.read_text(encoding="utf-8", errors="replace") for p in home.rglob("*") if p.is_file() and re.search("rapport|report", p.name))
for number, what in ((120, "buildings outside their commune"), (58, "points without a place")):
    report.expect(re.search(rf"\b{number}\b", told), "report of prepare", f"does not say {number} ({what})")
began = time.monotonic()
result = atlas("build", "--site", site, "--out", out, "--quiet")
built = time.monotonic() - began
report.expect(result.returncode == 0, "build", result.stderr[-1500:])
if result.returncode:
    report.end()

# The source, read apart from the product.
points = json.loads((real / "rpls_points.geojson").read_text(encoding="utf-8"))["features"]
sizes = collections.Counter()
for f in points:
    sizes[f["properties"]["c"]] += f["properties"]["n"]
total = sum(sizes.values())
report.expect(total == 132028 and len(points) == 13776, "source", f"{total} dwellings, {len(points)} buildings read")

for folder, wanted in (("communes", 184), ("iris", 562), ("residences", 13776)):
    n = sum(1 for _ in out.resolve().glob(f"{folder}/*/index.html"))
    report.count(f"{folder} pages", n)
    report.expect(n == wanted, folder, f"{n} pages instead of {wanted}")


def own(page, scale, code):
    """The figures and marks that a page has of its place: (tag, cell, attributes)."""
    prefix = f"{scale}:{code}:"
    found = [parsed(tag) for tag in TAG.findall(written(page)) if prefix in tag and not tag.startswith("<!")]
    return [(tag, a["data-cell"], a) for tag, a in found if a.get("data-cell", "").startswith(prefix)]


def dwellings(found):
    """Value and state of the count of dwellings among these figures, the latest vintage."""
    told = {}
    for tag, cell, attributes in found:
        if tag == "data" and re.fullmatch(r"[a-z]+:[^:]+:parc\.logements:\d{4}", cell):
            told.setdefault(cell, (attributes["value"], attributes.get("data-state")))
    return told[max(told)] if told else (None, None)


base = out.resolve()
whole = sum(float(v) for v, _ in [dwellings(own(base / "metropole/index.html", "metropole", "95"))] if v)
report.expect(whole == total, "metropole", f"{whole} dwellings published, {total} in the source")
hidden = 0
for page in sorted(base.glob("communes/*/index.html")):
    code = page.parent.name
    value, state = dwellings(own(page, "commune", code))
    if state == "s":
        hidden += 1
    elif report.expect(value not in (None, ""), f"communes/{code}", f"no count of dwellings (state {state})"):
        report.count("commune totals compared")
        report.expect(float(value) == sizes.get(code, 0), f"communes/{code}", f"{value} published, {sizes.get(code, 0)} in the source")
report.count("commune totals hidden", hidden)

# Each residence, found in the source by its place.
place = collections.defaultdict(list)
for f in points:
    x, y = f["geometry"]["coordinates"][:2]
    place[(round(x, 5), round(y, 5))].append(f["properties"]["n"])
with open(site / "data/territories/residences.csv", encoding="utf-8") as handle:
    rows = list(csv.DictReader(handle, delimiter=";"))
report.count("residences", len(rows))
tens = elevens = shown = 0
for row in rows:
    n = place.get((round(float(row["lon"]), 5), round(float(row["lat"]), 5)))
    if not n or len(set(n)) > 1:
        report.count("residences with an ambiguous place")
        continue
    n = n[0]
    page = base / "residences" / row["id"] / "index.html"
    figures = own(page, "residence", row["id"])
    value, state = dwellings(figures)
    if value:
        shown += 1
        report.expect(float(value) == n, page.parent.name, f"{value} published, {n} in the source")
        report.expect(n >= 11, page.parent.name, "a building under 11 dwellings shows its count")
    if n == 11 and value:
        elevens += 1
    if n <= 10:
        tens += n == 10
        for _, cell, attributes in figures:
            if attributes.get("value") or attributes.get("data-value"):
                report.expect(cell.split(":")[2].startswith(("cadre.", "env.", "equip", "context")), page.parent.name, f"figure {cell} under the threshold")
report.count("buildings of 10 checked", tens)
report.count("buildings of 11 shown", elevens)
report.count("residences shown", shown)

size = sum(p.stat().st_size for p in base.rglob("*") if p.is_file())
print(f"prepare {prepared:.1f} s, build {built:.1f} s, {size / 1e6:.0f} MB")
for script in ("links.py", "figures.py"):
    result = subprocess.run([sys.executable, str(ROOT / "site-tests/check" / script)], capture_output=True, text=True, check=False,
                            env=dict(os.environ, PUBLIC=str(out), WORK=str(home / "work")))
    print(f"{script}: {result.stdout.splitlines()[-1] if result.stdout else result.stderr[-300:]}")
    report.expect(result.returncode == 0, script, result.stdout[:1500] + result.stderr[-500:])
# The site stays: the step fluid opens it.
report.end("communes pages", "residences", "commune totals compared", "buildings of 10 checked", "buildings of 11 shown", "residences shown")
