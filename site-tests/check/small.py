"""Small territories, many of them: what `atlas prepare` hides must satisfy the audit of every one.

    small.py [--seeds FIRST COUNT]

Few places leave little to hide behind, and chance relations between counts are frequent: each site is invented, prepared and
built with its audit blocking. One that is refused could not be published by its administrator.
"""

import argparse
import concurrent.futures
import shutil

from common import WORK, Report, atlas

options = argparse.ArgumentParser()
options.add_argument("--seeds", type=int, nargs=2, default=(3, 4), metavar=("FIRST", "COUNT"))
options = options.parse_args()
HOME = WORK / "small"
# Communes, IRIS, QPV, residences, vintages.
SHAPES = [
    (1, 1, 0, 3, 1), (2, 4, 1, 14, 3), (3, 6, 1, 25, 2), (4, 9, 2, 60, 4), (5, 20, 2, 90, 3), (12, 12, 0, 100, 3),
    (9, 30, 4, 180, 5), (30, 60, 4, 250, 2), (6, 40, 3, 300, 4), (20, 80, 6, 400, 6),
]
report = Report()


def tried(seed, shape):
    name = "-".join(map(str, (seed, *shape)))
    home = HOME / name
    shutil.rmtree(home, ignore_errors=True)
    size = zip(("--communes", "--iris", "--qpv", "--residences", "--vintages"), shape)
    made = atlas("demo", *(word for pair in size for word in pair), "--seed", seed, "--site", home / "site")
    built = None if made.returncode else atlas("build", "--site", home / "site", "--out", home / "public")
    wrong = made if built is None else built
    lines = [line for line in wrong.stderr.splitlines() if "erreur" in line]
    if not wrong.returncode:
        shutil.rmtree(home)
        shutil.rmtree(HOME / f".{name}", ignore_errors=True)
    return f"small site {name}", wrong.returncode, lines


first, count = options.seeds
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for place, code, lines in pool.map(lambda job: tried(*job), [(s, h) for s in range(first, first + count) for h in SHAPES]):
        report.count("small sites")
        report.expect(code == 0, place, f"refused, {len(lines)} errors: {' / '.join(lines[:2])}")
report.end("small sites")
