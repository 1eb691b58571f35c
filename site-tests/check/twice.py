"""Two builds of the same input are the same bytes, whatever the folder, the number of threads and the time zone."""

import shutil

from common import ROOT, WORK, Report, atlas, digest

report = Report()
found = []
for i, env in enumerate([{"RAYON_NUM_THREADS": "1", "TZ": "UTC", "LC_ALL": "C"},
                         {"RAYON_NUM_THREADS": "3", "TZ": "Pacific/Noumea", "LC_ALL": "C.UTF-8"}]):
    home = WORK / f"twice-{i}" / ("a-longer-path" * i or "b")
    shutil.rmtree(home.parent, ignore_errors=True)
    home.mkdir(parents=True)
    result = atlas("build", "--site", ROOT, "--out", home / "public", "--quiet", env=env, cwd=home)
    report.expect(result.returncode == 0, "build", result.stderr[-800:])
    found.append(digest(home / "public"))
    report.count("files compared", len(found[-1]))
for name in sorted(set(found[0]) | set(found[1])):
    if name not in found[0] or name not in found[1]:
        report.finding(name, "in one build only")
    else:
        report.expect(found[0][name] == found[1][name], name, "not the same bytes")
report.end("files compared")
