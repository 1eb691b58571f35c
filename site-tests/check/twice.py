"""Two builds of the same input are the same bytes, whatever the folder, the number of threads and the time zone; so are the values
that `atlas prepare` draws from the same records, and its private report."""

import shutil

from common import ROOT, WORK, Report, atlas, digest

AGAINST = [{"RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "TZ": "UTC", "LC_ALL": "C"},
           {"RAYON_NUM_THREADS": "3", "POLARS_MAX_THREADS": "3", "TZ": "Pacific/Noumea", "LC_ALL": "C.UTF-8"}]
report = Report()


def empty(name):
    home = WORK / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    return home


def compare(what, first, second):
    report.count(what, len(second))
    for name in sorted(set(first) | set(second)):
        if name not in first or name not in second:
            report.finding(name, f"{what}: on one side only")
        else:
            report.expect(first[name] == second[name], name, f"{what}: not the same bytes")


found = []
for i, env in enumerate(AGAINST):
    home = empty(f"twice-{i}") / ("a-longer-path" * i or "b")
    home.mkdir()
    result = atlas("build", "--site", ROOT, "--out", home / "public", "--quiet", env=env, cwd=home)
    report.expect(result.returncode == 0, "build", result.stderr[-800:])
    found.append(digest(home / "public"))
compare("files built", *found)

# The demonstration is prepared as it is written, with the threads of the machine; then again from the records that it keeps.
# The report names what is read and written: each has the same names, in a folder of its own.
demo = empty("twice-demo")
result = atlas("demo", "--quiet", "--site", demo / "site", "--records", demo / "records")
report.expect(result.returncode == 0, "demo", result.stderr[-800:])
found = []
for i, env in enumerate(AGAINST):
    home = empty(f"twice-prepare-{i}")
    shutil.copytree(demo / "site", home / "site")
    shutil.rmtree(home / "site" / "data" / "values")
    (home / "records").symlink_to(demo / "records")
    result = atlas("prepare", "--quiet", "--recipe", "records/prepare.toml", "--from", "records", "--site", "site", "--report", "rapport",
                   env=env, cwd=home)
    report.expect(result.returncode == 0, "prepare", result.stderr[-800:])
    found.append({"values": digest(home / "site" / "data"), "rapport": digest(home / "rapport")})
compare("files prepared", found[0]["values"], found[1]["values"])
compare("files of the report", found[0]["rapport"], found[1]["rapport"])
drawn = {name for name in found[0]["values"] if name.startswith("values/")}
first = digest(demo / "site" / "data")
compare("values as the demonstration has them", {name: first.get(name) for name in drawn}, {name: found[0]["values"][name] for name in drawn})
report.end("files built", "files prepared", "files of the report", "values as the demonstration has them")
