"""Plants rare numbers where a reader must not see them, builds, and looks for them in every byte of the result, workbooks unzipped.

A figure that the dictionary closes everywhere is refused with its line. One that a single channel may carry, or that the coverage rate
hides, is looked for in all the others. Controls prove that the search finds what is published."""

import io
import re
import shutil
import zipfile

from common import ROOT, WORK, Report, assemble, atlas, files

# number: (row of the dictionary, rows of values, where it may be found)
HEAD = "{id};parc;{id};Essai.;€;mean;;;logements;{coverage};;{source};{view};{export};0;neutral;{classes};{thematic};"
IRIS = "iris;990010101;{id};;{n};;94"
PLANTS = [
    (7907, dict(id="parc.vue", view="iris"), IRIS, ("page", "data")),
    (7901, dict(id="parc.export", export="iris"), IRIS, ("book",)),
    (7883, dict(id="parc.couverture", coverage="occ.reponse", view="residence", export="residence"),
     "residence;R-006;{id};;{n};;44", ()),
    (7873, dict(id="parc.secret", view="residence", export="residence"), "residence;R-008;{id};;{n};;48", ("page", "book", "data")),
    (7867, dict(id="parc.public", view="iris", export="iris"), IRIS, ("page", "book", "data")),
]
REFUSED = [
    (7919, dict(id="parc.nulle-part"), IRIS),
    (7879, dict(id="parc.commune", view="commune", export="commune"), "residence;R-001;{id};;{n};;64"),
    (7877, dict(id="parc.carte", view="iris", export="iris", classes="5|10", thematic="oui"), IRIS),
]
CONTROLS = {7867, 7873, 7907, 7901}

report = Report()
minimal = ROOT / "site-tests" / "minimal"
home = WORK / "leaks"


def plant(plants):
    """Builds `minimal` with more rows in its dictionary and values; gives the result of the command."""
    site = assemble(minimal, home) / "site"
    for n, row, figure, *_ in plants:
        full = dict(coverage="", view="", export="", classes="", thematic="non") | row
        # The coverage rate is of 2024: so is the figure it covers, from the same source.
        source, year = ("ops", 2024) if full["coverage"] else ("rpls", 2025)
        for name, line in (("data/dictionary.csv", HEAD.format(source=source, **full)),
                           (f"data/values/{source}/{year}.csv", figure.format(n=n, **row))):
            path = site / name
            path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    return atlas("build", "--site", ".", "--out", "../public", "--quiet", cwd=site)


for one in REFUSED:
    result = plant([one])
    report.count("closed figures refused")
    report.expect(result.returncode == 1 and one[1]["id"] in result.stderr and not (home / "public").exists(), one[1]["id"],
                  f"a figure closed at every scale must stop the build, exit {result.returncode}: {result.stderr[:300]}")
    report.expect(str(one[0]) not in result.stderr, one[1]["id"], "the message prints the value")
result = plant(PLANTS)
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
report.end("closed figures refused", "files searched", "numbers planted")
