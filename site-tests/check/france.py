"""Prepares one vintage of a territory of the size of France: 35,000 communes, 50,000 IRIS, 1,500 QPV, 400,000 residences and
5,000,000 dwellings, all invented, on a chessboard of squares. Prints seconds and memory with and without secondary suppression.

    france.py [--keep DIR] [--communes 35000 --iris 50000 --qpv 1500 --residences 400000 --dwellings 5000000 --seed 1]

Not a test: it takes minutes and two gigabytes of disk. Seconds belong to the machine; the two lines are from one run.
"""

import argparse
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from common import ATLAS, WORK

parser = argparse.ArgumentParser()
for name, value in (("communes", 35_000), ("iris", 50_000), ("qpv", 1_500), ("residences", 400_000), ("dwellings", 5_000_000), ("seed", 1)):
    parser.add_argument(f"--{name}", type=int, default=value)
parser.add_argument("--keep", type=pathlib.Path, help="folder to write in, and to leave")
options = parser.parse_args()
draw = random.Random(options.seed)

SETTINGS = """title = "Atlas des logements sociaux"
publisher = "Territoire fictif"
source_mention = "Source : données fictives"
contact = "atlas@territoire.example"
edition = 2026-01-15
fictitious = true

[metropole]
code = "990000001"
name = "Territoire fictif"
label = "Territoire"

[[themes]]
id = "parc"
label = "Parc"
summary = "logements"
"""
ALL = "metropole commune iris qpv residence"
DICTIONARY = [
    "id;theme;label;definition;unit;kind;numerator;denominator;base;coverage;categories;source;view_scales;export_scales;decimals;direction;classes;thematic_only;note",
    f"parc.logements;parc;Logements sociaux;Logements locatifs sociaux.;logements;count;;;logements;;;rpls;{ALL};{ALL};0;neutral;;non;",
    f"parc.typologie;parc;Nombre de pièces;Logements par nombre de pièces.;logements;count;;;logements;;t1=T1|t2=T2|t3=T3|t4=T4|t5=T5 et plus;rpls;{ALL};{ALL};0;neutral;;non;",
    f"parc.typologie_part;parc;Nombre de pièces, en part;Part de chaque taille.;%;share;parc.typologie;parc.logements;logements;;t1=T1|t2=T2|t3=T3|t4=T4|t5=T5 et plus;rpls;{ALL};{ALL};1;neutral;quantiles:5;non;",
    f"parc.dpe_renseignes;parc;DPE connus;Logements dont l'étiquette est connue.;logements;count;;;logements;;;rpls;{ALL};{ALL};0;neutral;;non;",
    f"parc.dpe;parc;Étiquette énergie;Logements par étiquette.;logements;count;;;logements;;a=A|b=B|c=C|d=D|e=E|f=F|g=G;rpls;{ALL};{ALL};0;neutral;;non;",
]
RECIPE = """[[territories]]
scale = "commune"
file = "communes.geojson"
code = "code"
name = "nom"
geography = 2024

[[territories]]
scale = "iris"
file = "iris.geojson"
code = "code"
name = "nom"
commune = "commune"
geography = 2024

[[territories]]
scale = "qpv"
file = "qpv.geojson"
code = "code"
name = "nom"
geography = 2024

[tables.rpls]
layout = "rpls"
epsg = "EPSG"
files = { "2025" = "rpls_2025.csv" }

[[residences]]
table = "rpls"
key = ["RESIDENCE"]
name = "RESIDENCE"
lon = "X"
lat = "Y"
commune = "DEPCOM"

[[values]]
source = "rpls"
table = "rpls"
scales = ["metropole", "commune", "iris", "qpv", "residence"]
[values.measures]
"parc.logements" = "logements"
"parc.typologie" = "typologie"
"parc.dpe_renseignes" = "dpe_renseignes"
"parc.dpe" = "dpe"
"""


def box(x, y, width, height):
    """A rectangle whose south-west corner is (x, y), in degrees."""
    ring = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return {"type": "Polygon", "coordinates": [[[round(a, 6), round(b, 6)] for a, b in ring]]}


def features(path, rows):
    with path.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[\n')
        for i, (geometry, properties) in enumerate(rows):
            out.write(("" if i == 0 else ",\n") + json.dumps({"type": "Feature", "properties": properties, "geometry": geometry}))
        out.write("\n]}\n")


def write(base):
    """Writes the site's settings and its sources."""
    site, source = base / "site", base / "source"
    (site / "data").mkdir(parents=True)
    source.mkdir()
    (site / "atlas.toml").write_text(SETTINGS, encoding="utf-8")
    (site / "data/dictionary.csv").write_text("\n".join(DICTIONARY) + "\n", encoding="utf-8")
    (site / "data/sources.csv").write_text(
        "id;producer;dataset;licence;cadence_years;last_vintage;next_vintage;note;breaks\n"
        "rpls;Producteur fictif;Répertoire fictif;Données fictives;1;2025;2026-12;;\n", encoding="utf-8")
    (base / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    (base / "alone.toml").write_text(RECIPE + "\n[protection]\nsecondary = false\n", encoding="utf-8")
    # Communes on a chessboard; a few hundred of them hold the IRIS beyond one each, as cities do.
    side, step = math.ceil(math.sqrt(options.communes)), 0.05
    communes = [(f"{10_000 + i:05d}", -4 + step * (i % side), 42.5 + step * 0.2 * (i // side)) for i in range(options.communes)]
    extra, cuts = options.iris - options.communes, [1] * options.communes
    cities = draw.sample(range(options.communes), max(1, options.communes // 40))
    for rank, city in enumerate(cities):
        wanted = max(1, round(110 / (1 + rank / 60)))
        grid = max(1, round(math.sqrt(1 + min(extra, wanted))))
        cuts[city] = grid * grid
        extra -= grid * grid - 1
        if extra <= 0:
            break
    iris, by_commune = [], []
    for (code, x, y), count in zip(communes, cuts):
        grid = math.isqrt(count)
        own = []
        for k in range(count):
            part = (f"{code}{'0000' if count == 1 else f'{101 + k:04d}'}", x + step / grid * (k % grid), y + step * 0.2 / grid * (k // grid), code, grid)
            own.append(part)
        iris.extend(own)
        by_commune.append(own)
    features(source / "communes.geojson", ((box(x, y, step, step * 0.2), {"code": code, "nom": f"Commune {code}"}) for code, x, y in communes))
    features(source / "iris.geojson", ((box(x, y, step / g, step * 0.2 / g), {"code": code, "nom": f"IRIS {code}", "commune": c}) for code, x, y, c, g in iris))
    # A QPV straddles IRIS: a square in the middle of a city.
    quarters = []
    for i in range(options.qpv):
        code, x, y = communes[cities[i % len(cities)]]
        dx = draw.uniform(0.1, 0.7)
        quarters.append((f"QN{i // 99 + 1:03d}{i % 99 + 1:02d}Z", x + step * dx, y + step * 0.2 * dx))
    features(source / "qpv.geojson", ((box(x, y, step * 0.25, step * 0.05), {"code": code, "nom": f"Quartier {code}"}) for code, x, y in quarters))
    # Residences: mostly in cities, sizes as broad as real ones.
    weights = [len(own) ** 1.5 * draw.lognormvariate(0, 1.2) for own in by_commune]
    places = draw.choices(range(options.communes), weights, k=options.residences)
    sizes = [draw.lognormvariate(2.0, 1.0) for _ in places]
    scale = options.dwellings / sum(sizes)
    rooms, labels = ["1", "2", "3", "4", "5", "6"], ["", "A", "B", "C", "D", "E", "F", "G"]
    rows = 0
    with (source / "rpls_2025.csv").open("w", encoding="utf-8") as out:
        out.write("DEPCOM;LIBCOM;NBPIECE;DPEENERGIE;X;Y;EPSG;MODE;RESIDENCE\n")
        for i, (place, size) in enumerate(zip(places, sizes)):
            code, x, y = communes[place]
            x, y = x + step * draw.random(), y + step * 0.2 * draw.random()
            count = max(1, round(size * scale))
            known = draw.choices(labels, [3, 1, 3, 8, 10, 6, 2, 1], k=3)
            for piece, label in zip(draw.choices(rooms, [7, 19, 34, 28, 10, 2], k=count), draw.choices(known, k=count)):
                out.write(f"{code};Commune {code};{piece};{label};{x:.5f};{y:.5f};4326;1;R-{i + 1:06d}\n")
            rows += count
    return rows, len(iris)


base = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="atlas-france-", dir=WORK))
try:
    began = time.monotonic()
    if not (base / "recipe.toml").exists():
        base.mkdir(parents=True, exist_ok=True)
        rows, iris = write(base)
        print(f"{options.communes} communes, {iris} IRIS, {options.qpv} QPV, {options.residences} residences, {rows} dwellings: "
              f"written in {time.monotonic() - began:.0f} s", flush=True)
    for title, recipe in (("thresholds alone", "alone"), ("secondary suppression", "recipe")):
        began = time.monotonic()
        command = [ATLAS, "prepare", "--recipe", base / f"{recipe}.toml", "--from", base / "source", "--site", base / "site",
                   "--report", base / f"report-{recipe}"]
        with (base / "said.txt").open("w+", encoding="utf-8") as said:
            child = subprocess.Popen([str(word) for word in command], stdout=said, stderr=subprocess.STDOUT)
            _, status, used = os.wait4(child.pid, 0)
            seconds = time.monotonic() - began
            said.seek(0)
            lines = [line.rstrip() for line in said if line.strip()]
        if status:
            print("\n".join(lines[-12:]))
            sys.exit(1)
        print(f"{title}: {seconds:.1f} s, peak {used.ru_maxrss // 1024} MiB", flush=True)
        print("\n".join(f"    {line}" for line in lines if "masquées" in line or "cellules écrites" in line), flush=True)
finally:
    if not options.keep:
        shutil.rmtree(base, ignore_errors=True)
