"""`kill -9` at any moment of a build leaves the published site whole: the old one or the new one, never a mixture; and the next
build succeeds on what was left behind."""

import os
import shutil
import signal
import subprocess
import time

from common import ATLAS, ROOT, WORK, Report, atlas, digest

TRIALS = 14
report = Report()
home = WORK / "kill"
shutil.rmtree(home, ignore_errors=True)
home.mkdir(parents=True)
out = home / "public"
sites = []
for title in ("Ancienne", "Nouvelle"):
    site = home / title
    site.mkdir()
    for name in ("data", "content", "themes"):
        if (ROOT / name).exists():
            (site / name).symlink_to(ROOT / name)
    settings = (ROOT / "atlas.toml").read_text(encoding="utf-8")
    (site / "atlas.toml").write_text(settings.replace("title = \"", f"title = \"{title} édition : ", 1), encoding="utf-8")
    sites.append(site)

whole, took = [], []
for site in sites:
    began = time.monotonic()
    result = atlas("build", "--site", site, "--out", out, "--quiet")
    took.append(time.monotonic() - began)
    report.expect(result.returncode == 0, str(site.name), result.stderr[-800:])
    whole.append(digest(out))
report.expect(whole[0] != whole[1], "check", "the two editions are the same: the test proves nothing")
live = 1
for trial in range(TRIALS):
    other = 1 - live
    process = subprocess.Popen([str(ATLAS), "build", "--site", str(sites[other]), "--out", str(out), "--quiet"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The moments are spread over the whole build, more of them near its end, where the swap is.
    part = (trial + 1) / TRIALS
    time.sleep(took[other] * (part if trial % 2 else 0.85 + 0.2 * part))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    report.count("kills")
    report.count("kills during the build", int(process.returncode == -signal.SIGKILL))
    if process.returncode == 0:  # ended before: the machine is quicker than when the builds were timed
        took[other] *= 0.85
    now = digest(out)
    if now == whole[other]:
        live = other
    else:
        report.expect(now == whole[live], f"kill after {part:.2f} of a build",
                      f"{len(now)} files: neither the old site ({len(whole[live])}) nor the new one ({len(whole[other])})")
result = atlas("build", "--site", sites[1 - live], "--out", out, "--quiet")
report.expect(result.returncode == 0, "build after the kills", result.stderr[-800:])
report.expect(digest(out) == whole[1 - live], "build after the kills", "not the new site")
left = [p.name for p in home.iterdir() if p.name not in ("Ancienne", "Nouvelle", "public")]
print(f"beside the site: {sorted(left)}")
report.end("kills", "kills during the build")
