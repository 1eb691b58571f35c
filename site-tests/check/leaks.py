"""Plants rare numbers where a reader must not see them, builds, and looks for them in every byte of the result, workbooks unzipped.

Each plant is a figure that the dictionary, a threshold or the coverage rate closes; those that one channel alone may carry are looked
for in the others. Controls prove that the search finds what is published."""

import io
import re
import shutil
import zipfile

from common import ROOT, WORK, Report, assemble, atlas, files

# number: (row of the dictionary, rows of values, where it may be found)
HEAD = "{id};parc;{id};Essai.;€;mean;;;logements;{coverage};;rpls;{view};{export};0;neutral;{classes};{thematic};"
IRIS = "iris;990010101;{id};;{n};;94"
PLANTS = [
    (7919, dict(id="parc.nulle-part"), IRIS, ()),
    (7907, dict(id="parc.vue", view="iris"), IRIS, ("page", "data")),
    (7901, dict(id="parc.export", export="iris"), IRIS, ("book",)),
    (7883, dict(id="parc.couverture", coverage="occ.reponse", view="residence", export="residence"),
     "residence;R-006;{id};;{n};;44", ()),
    (7879, dict(id="parc.commune", view="commune iris", export="commune iris"), "residence;R-001;{id};;{n};;64", ()),
    (7877, dict(id="parc.carte", view="iris", export="iris", classes="5|10", thematic="oui"), IRIS, ()),
    (7873, dict(id="parc.secret", view="residence", export="residence"), "residence;R-008;{id};;{n};;48", ("page", "book", "data")),
    (7867, dict(id="parc.public", view="iris", export="iris"), IRIS, ("page", "book", "data")),
]
CONTROLS = {7867, 7873, 7907, 7901}

report = Report()
home = assemble(ROOT / "site-tests" / "minimal", WORK / "leaks")
site = home / "site"
dictionary = (site / "data/dictionary.csv").read_text(encoding="utf-8")
values = (site / "data/values/rpls/2025.csv").read_text(encoding="utf-8")
for n, row, figure, _ in PLANTS:
    full = dict(coverage="", view="", export="", classes="", thematic="non") | row
    dictionary += HEAD.format(**full) + "\n"
    late = "data/values/ops/2024.csv" if full["coverage"] else None
    if late:  # the coverage rate is of 2024: so is the figure it covers
        path = site / late
        path.write_text(path.read_text(encoding="utf-8") + figure.format(n=n, **row) + "\n", encoding="utf-8")
        dictionary = dictionary.replace(f"{row['id']};Essai.;€;mean;;;logements;occ.reponse;;rpls", f"{row['id']};Essai.;€;mean;;;logements;occ.reponse;;ops")
    else:
        values += figure.format(n=n, **row) + "\n"
(site / "data/dictionary.csv").write_text(dictionary, encoding="utf-8")
(site / "data/values/rpls/2025.csv").write_text(values, encoding="utf-8")
result = atlas("build", "--site", ".", "--out", "../public", "--quiet", cwd=site)
if result.returncode:
    print(result.stderr)
    report.finding("build", f"exit {result.returncode}: the planted site must build")
    report.end()


def contents(path):
    """(channel, inner name, bytes) of a file, archives opened."""
    blob = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(blob)):
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            for inner in archive.namelist():
                yield "book", f"{path.name}!{inner}", archive.read(inner)
    else:
        yield ("page" if path.suffix == ".html" else "data"), path.name, blob


found = {n: {} for n, *_ in PLANTS}
public = home / "public"
for p in files(public):
    for channel, name, blob in contents(public.resolve() / p):
        report.count("files searched")
        text = blob.decode("utf-8", "replace")
        for n in found:
            a, b = divmod(n, 1000)
            if re.search(rf"(?<![0-9A-Fa-f]){a}[\s    ,.'’]?{b:03}(?![0-9A-Fa-f])", text):
                found[n].setdefault(channel, f"{p} ({name})")
for n, row, _, allowed in PLANTS:
    report.count("numbers planted")
    for channel, place in found[n].items():
        report.expect(channel in allowed, place, f"{n} ({row['id']}) is closed in this channel")
    if n in CONTROLS:
        needed = [c for c in allowed if c != "data"]
        for channel in needed:
            report.expect(channel in found[n], "control", f"{n} ({row['id']}) was to be found in a {channel}: the search proves nothing")
shutil.rmtree(home / "public", ignore_errors=True)
report.end("files searched", "numbers planted")
