"""Every page goes through the Nu HTML checker, in one Java machine; not one error is let through."""

import json
import subprocess

from common import ROOT, Report, pages, public

report = Report()
base = public()
jar = ROOT / "site-tests/node_modules/vnu-jar/build/dist/vnu.jar"
result = subprocess.run(
    ["java", "-Xss4m", "-jar", str(jar), "--format", "json", "--no-langdetect", "--skip-non-html", str(base)],
    capture_output=True,
    text=True,
    check=False,
)
try:
    messages = json.loads(result.stderr or result.stdout)["messages"]
except (ValueError, KeyError):
    print(result.stderr[-2000:])
    report.finding("vnu", f"no readable answer (exit {result.returncode})")
    messages = []
report.count("pages", len(pages()))
for m in messages:
    if m["type"] == "error" or m["type"] == "non-document-error":
        place = m.get("url", "").removeprefix(f"file:{base}/").removeprefix(f"file://{base}/")
        report.finding(f"{place}:{m.get('lastLine', 0)}", f"{m['message']} [{m.get('extract', '').strip()[:100]}]")
warnings = {m["message"] for m in messages if m.get("subType") == "warning"}
for w in sorted(warnings)[:20]:
    print(f"warning: {w}")
report.count("warnings", len(warnings))
report.end("pages")
