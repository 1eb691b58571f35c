"""Two hundred places drawn at random: what the map reads, the fiche and the workbooks say of each the same figures. And every residence
of the demonstration that has fewer than 11 dwellings in a year: no file that is served has a figure of it for that year, nor a base,
beside the public context.

SEED chooses the places again; without it they change at each run, and the seed is told."""

import collections
import json
import os
import pathlib
import random
import re
import tempfile

import openpyxl

from common import ATLAS, CELL, STATES, Report, atlas, figures, files, public

PLACES = 200
THRESHOLD = 11
report = Report()
base = public()
manifest = json.loads((base / "donnees/atlas.json").read_text(encoding="utf-8"))
indicators = {x["id"]: x for x in manifest["indicators"]}
scales = {s["id"]: s for s in manifest["scales"]}


def read(name):
    return json.loads((base / "donnees" / name).read_text(encoding="utf-8"))


def served(scale, wanted):
    """cell → (value, state, base, label of a word) of the files of the map, for some codes of a scale, all its blocks."""
    found = {}
    for rank in range(len(scales[scale]["blocks"])):
        codes = read(f"lieux/{scale}-{rank}.json")["codes"]
        at = [(i, code) for i, code in enumerate(codes) if code in wanted]
        for x in indicators.values() if at else []:
            if scale not in x["scales"]:
                continue
            file = read(f"valeurs/{scale}/{x['id']}-{rank}.json")
            words = x["kind"] in ("class", "text")
            for v, vintage in enumerate(file["vintages"]):
                for c, category in enumerate(file["categories"] or [""]):
                    bases = (file.get("bases") or [])[v : v + 1]
                    of = bases[0][0 if bases[0][c] == "=" else c] if bases else []
                    for i, code in at:
                        raw = file["values"][v][c][i]
                        state = raw if isinstance(raw, str) else ""
                        value = "" if state else x["categories"][raw]["key"] if words else raw
                        key = ":".join(p for p in (scale, code, x["id"], "" if words else category, vintage) if p)
                        label = x["categories"][raw]["label"] if words and not state else value
                        found[key] = (value, state, of[i] if i < len(of) else "", label)
    return found


def same(a, b):
    """Do two channels say the same value, a number or a word?"""
    try:
        return float(a) == float(b)
    except (TypeError, ValueError):
        return str(a) == str(b)


def rows(path):
    """(cell, value, state) of each row of a workbook."""
    book = openpyxl.load_workbook(path, read_only=True)
    if "Données" not in book.sheetnames:
        return
    columns = None
    for row in book["Données"].iter_rows(values_only=True):
        if columns is None:
            if row and "Échelle" in row:
                columns = [row.index(c) for c in ("Échelle", "Code", "Indicateur", "Catégorie", "Millésime", "Valeur", "État")]
            continue
        *cell, value, state = (row[i] if i < len(row) else None for i in columns)
        if cell[0]:
            yield ":".join(str(p) for p in cell if p not in (None, "")), value, state or ""


def folder(scale, code):
    segment = scales[scale]["segment"]
    return base / segment if scale == "metropole" else base / segment / code


# ── Two hundred places ──────────────────────────────────────────────────────────
seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
print(f"seed {seed}")
places = [(s, code) for s, x in scales.items() for b in range(len(x["blocks"])) for code in read(f"lieux/{s}-{b}.json")["codes"]]
drawn = sorted(random.Random(seed).sample(places, min(PLACES, len(places))))
by_scale = collections.defaultdict(set)
for scale, code in drawn:
    by_scale[scale].add(code)
mapped = {}
for scale, codes in by_scale.items():
    mapped.update(served(scale, codes))
for scale, code in drawn:
    report.count("places")
    where = folder(scale, code)
    name = str(where.relative_to(base))
    for attributes, _ in figures(where / "index.html"):
        cell = attributes.get("data-cell")
        if not cell or not cell.startswith(f"{scale}:{code}:"):
            continue
        told = mapped.get(cell)
        if told is None:
            # What the map does not show at all is no figure of it; what it shows must be there.
            x = CELL.match(cell)
            shown = scale in indicators.get(x["indicator"], {"scales": {}})["scales"]
            report.expect(not shown or x["vintage"] not in indicators[x["indicator"]]["scales"][scale], name, f"{cell} is on the fiche, not on the map")
            continue
        report.count("figures of the fiche = map")
        value, state = attributes.get("value") or "", attributes.get("data-state") or ""
        report.expect(state == told[1] and (state or same(value, told[0])), name, f"{cell}: {value}{state} on the fiche, {told[0]}{told[1]} on the map")
    for path in sorted(where.glob("*.xlsx")):
        for cell, value, state in rows(path):
            told = mapped.get(cell)
            if told is None:
                continue
            report.count("rows of workbooks = map")
            # A workbook writes words in full.
            report.expect(state == told[1] and (state or same(value, told[3])), path.name, f"{cell}: {value}{state} in the workbook, {told[3]}{told[1]} on the map")

# ── Residences under the threshold ──────────────────────────────────────────────
public_context = {x["id"] for x in indicators.values() if x["base"] == "public"}
if manifest["fictitious"] and ATLAS.exists() and "residence" in scales:
    with tempfile.TemporaryDirectory() as home:
        atlas("demo", "--quiet", "--site", f"{home}/site", "--records", f"{home}/records")
        dwellings = {}
        for path in sorted(pathlib.Path(home, "records").glob("rpls_[0-9]*.csv")):
            lines = path.read_text(encoding="utf-8").strip().split("\n")
            assert lines[0].strip().endswith(";RESIDENCE"), f"{path.name}: the residence is not the last column"
            dwellings[path.stem[5:]] = collections.Counter(line.strip().rsplit(";", 1)[1] for line in lines[1:])
    codes = {code for scale, code in places if scale == "residence"}
    report.expect(codes & {c for n in dwellings.values() for c in n}, "records", "these are not the records of this site")

    def small(code, vintage):
        """Had this residence dwellings, and fewer than the threshold, in the last year of a vintage?"""
        return 0 < dwellings.get(vintage[-4:], {}).get(code, 0) < THRESHOLD

    def hidden(cell):
        x = CELL.match(cell)
        return x and x["scale"] == "residence" and x["indicator"] not in public_context and small(x["code"], x["vintage"])

    for cell, (value, state, of, _) in served("residence", codes).items():
        if hidden(cell):
            report.count("hidden places of the map's files")
            report.expect(state in STATES and of in ("", "="), "donnees/valeurs", f"{cell} is {value} on a base of {of}")
    for name in files(base):
        path = base / name
        if name.suffix == ".html":
            for attributes, text in figures(path):
                cell = attributes.get("data-cell", "")
                if hidden(cell):
                    report.count("hidden figures of pages")
                    told = [v for k, v in attributes.items() if k not in ("data-cell", "data-state", "class") and v]
                    report.expect(attributes.get("data-state") in STATES and not told and not re.search(r"\d", text), str(name), f"{cell} is « {text} » {told}")
        elif name.suffix == ".xlsx" and ("residence" in name.name or name.parts[0] == "residences"):
            for cell, value, state in rows(path):
                # Most workbooks leave hidden rows out: what is counted is what was read.
                report.count("rows of workbooks on residences")
                if hidden(cell):
                    report.expect(state in STATES and value is None, str(name), f"{cell} is {value}")
    report.end("places", "figures of the fiche = map", "rows of workbooks = map", "hidden places of the map's files", "hidden figures of pages", "rows of workbooks on residences")
else:
    print("residences under the threshold: not looked at, their dwellings are not known here")
report.end("places", "figures of the fiche = map", "rows of workbooks = map")
