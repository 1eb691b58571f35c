"""Golden sites: each folder of `site-tests/` that holds `expected/` or `expected.stderr` is a small site run through the real binary.

- A case is laid over `minimal`: its own files replace or join those of `minimal`, the paths listed in `absent` are taken away.
- `expected/` must match the built site file by file: a page as what its reader meets (`NAME.html.txt`: words, links, figures with
  their cell, value and state, names of drawings; the frame that all pages share is told by the home page alone), a workbook as its
  cells (`NAME.xlsx.txt`); hashes in the names of assets and the build's identifier are written `HASH`.
- `expected.stderr` is the full message of a site that must fail (exit 1), or the warnings of one that succeeds.
- `expected.same` names the case whose built site this one must equal, whatever the form of its data.

`UPDATE=1` writes what was found as what is expected; review the difference as code.
"""

import difflib
import html.parser
import os
import re
import shutil
import sys

import openpyxl

from common import MARKS, ROOT, WORK, Report, assemble, atlas, files

CASES = ROOT / "site-tests"
update = os.environ.get("UPDATE") == "1"
wanted = sys.argv[1:]
SCRIPTS = re.compile(r"\bscripts\.[0-9a-f]{8,}/")
HASH = re.compile(r"\.[0-9a-f]{8,}\.(css|js|mjs|svg|png|woff2|json)\b")
report = Report()


def sheets(path):
    """A workbook as text: sheets in their order, one line per row, the type of each cell kept."""
    book = openpyxl.load_workbook(path)
    lines = []
    for sheet in book.worksheets:
        lines.append(f"== {sheet.title} (frozen {sheet.freeze_panes}, tables {sorted(sheet.tables)}, {sheet.sheet_state})")
        for row in sheet.iter_rows():
            cells = [f"{c.value}" if c.data_type == "s" else f"{c.value!r}" for c in row if c.value is not None]
            if cells:
                lines.append(f"{row[0].row}\t" + "\t".join(c.replace("\n", "\\n") for c in cells))
    return "\n".join(lines) + "\n"


class Reader(html.parser.HTMLParser):
    """A page as what its reader meets, one line per block."""

    LINES = {"p", "li", "tr", "h1", "h2", "h3", "h4", "dt", "dd", "caption", "figcaption", "section", "article", "nav", "header", "footer",
             "main", "table", "thead", "tbody", "tfoot", "figure", "svg", "dl", "ul", "ol", "summary", "details", "title", "meta", "body", "desc"}
    SHOWN = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "caption": "[légende] ", "summary": "[dépliant] ", "desc": "[desc] "}
    FRAME = {"header": "site", "footer": "site", "nav": "main"}  # tag → class of what all pages share

    def __init__(self, whole):
        super().__init__(convert_charrefs=True)
        self.lines, self.line, self.whole, self.frame, self.hidden = [], "", whole, [], 0

    def end_line(self):
        text = re.sub(r"[ \n\t]+", " ", self.line).strip()
        if text:
            self.lines.append(text)
        self.line = ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if self.frame:
            self.frame.append(tag) if tag == self.frame[0] else None
            return
        classes = (given.get("class") or "").split()
        if not self.whole and tag in self.FRAME and self.FRAME[tag] in classes:
            self.end_line()
            self.frame = [tag]
            return
        if tag == "style":
            self.hidden += 1
        if tag in self.LINES:
            self.end_line()
        if tag == "html":
            self.lines.extend(f"{name}: {value}" for name, value in attributes if self.whole or name in ("data-place", "data-vintage"))
        elif tag == "meta" and given.get("name") == "description":
            self.lines.append(f"description: {given.get('content')}")
        elif tag == "title" and self.getpos()[0] < 20:
            self.line += "title: "
        self.line += self.SHOWN.get(tag, "")
        if tag in ("span", "text", "tspan", "br", "small", "code"):
            self.line += " "
        if tag in ("td", "th"):
            self.line += " | " if tag == "td" else " |= "
        if tag == "data" or given.get("data-cell"):
            told = [given.get("data-cell"), given.get("value", given.get("data-value")), given.get("data-state")]
            self.line += " {" + " ".join(t for t in told if t) + "} "
        if tag == "a" and given.get("href"):
            self.line += f"<{given['href']}> "
        if tag in ("input", "select", "button"):
            self.line += f"[{tag} {given.get('name') or given.get('type') or ''}] "

    def handle_endtag(self, tag):
        if self.frame:
            if tag == self.frame[0]:
                self.frame.pop()
            return
        if tag == "style":
            self.hidden -= 1
        if tag in self.LINES:
            self.end_line()

    def handle_data(self, text):
        if not self.frame and not self.hidden:
            self.line += text

    def text(self, page):
        self.feed(page)
        self.close()
        self.end_line()
        return "\n".join(self.lines) + "\n"


def dittos(sheet):
    """A sheet where a cell equal to the one above it, in the row before, is written `"`."""
    before, lines = [], []
    for line in sheet.splitlines():
        cells = line.split("\t")
        lines.append("\t".join('"' if i and len(c) > 3 and before[i : i + 1] == [c] else c for i, c in enumerate(cells)))
        before = cells
    return "\n".join(lines) + "\n"


def met(found):
    """The site as its readers meet it: pages as text, sheets and lines of notices that workbooks share once, other files as they are."""
    site, first, notice = {}, {}, None
    for name in sorted(found):
        text = found[name]
        if name.endswith(".html"):
            name, text = name + ".txt", Reader(name == "index.html").text(text)
        elif name.endswith(".xlsx.txt"):
            parts = []
            for sheet in filter(None, re.split(r"^(?=== )", text, flags=re.M)):
                other = first.setdefault(sheet, name)
                if sheet.startswith("== Notice"):
                    notice = notice or (name, set(sheet.splitlines()[1:]))
                    if notice[0] != name:
                        kept = [line for line in sheet.splitlines() if line not in notice[1]]
                        shared = len(sheet.splitlines()) - len(kept)
                        sheet = "\n".join([*kept, f"and {shared} lines as in {notice[0]}", ""])
                parts.append(dittos(sheet) if other == name else f"{sheet.splitlines()[0]} as in {other}\n")
            text = "".join(parts)
        site[name] = text
    # A packet binds fiches that have their own pages: what it repeats of them is only counted, block by block.
    told = {line for name, text in site.items() if name.endswith(".html.txt") and not name.startswith("seances/") for line in text.splitlines()}
    for name in [n for n in site if n.startswith("seances/") and n.endswith(".html.txt")]:
        lines, repeated = [], 0
        for line in [*site[name].splitlines(), ""]:
            if line in told:
                repeated += 1
                continue
            if repeated:
                lines.append(f"… {repeated} lines of the pages of these territories")
            repeated = 0
            lines.append(line)
        site[name] = "\n".join(lines)
    return site


def read(folder):
    """A site as {name: text}; hashes in the names of assets and the identifier of the build are masked."""
    found, identifiers = {}, set()
    for p in files(folder):
        name, path = str(p), folder / p
        if name.startswith("actifs/"):
            text = "asset of the theme\n"
        elif name.endswith(".xlsx"):
            name, text = name + ".txt", sheets(path)
        else:
            text = path.read_text(encoding="utf-8")
            for told in re.findall(r'data-build="([^"]*)"', text):
                identifiers.update(re.findall(r"\b[0-9a-f]{7,}\b", told))
        # Scripts keep their names in a folder that bears the hash of them all.
        name, text = SCRIPTS.sub("scripts.HASH/", name), SCRIPTS.sub("scripts.HASH/", text)
        found[HASH.sub(r".HASH.\1", name)] = HASH.sub(r".HASH.\1", text)
    for name, text in found.items():
        for identifier in identifiers:
            text = text.replace(identifier, "HASH")
        found[name] = text
    return found


def compare(case, found, expected):
    for name in sorted(set(found) | set(expected)):
        report.count("files compared")
        if name not in found:
            report.finding(case, f"{name} is missing")
        elif name not in expected:
            report.finding(case, f"{name} was not expected")
        elif found[name] != expected[name]:
            lines = list(difflib.unified_diff(expected[name].splitlines(), found[name].splitlines(), "expected", "found", n=1, lineterm=""))
            report.finding(case, f"{name} differs\n" + "\n".join(f"      {line[:220]}" for line in lines[:14]))


built = {}


def build(case):
    """Runs the binary on a case; its messages, with the paths as seen from the site."""
    home = assemble(case, WORK / "golden" / case.name)
    result = atlas("build", "--site", ".", "--out", "../public", "--quiet", cwd=home / "site")
    messages = result.stderr
    if result.returncode == 0:
        built[case.name] = read(home / "public")
    report.count("sites")
    return home, result, messages


def expected_tree(folder):
    return {str(p): (folder / p).read_text(encoding="utf-8") for p in files(folder)}


cases = sorted(c for c in CASES.iterdir() if c.is_dir() and any((c / m).exists() for m in MARKS - {"absent"}))
cases.sort(key=lambda c: c.name != "minimal")
for case in cases:
    if wanted and case.name not in wanted:
        continue
    name = case.name
    home, result, messages = build(case)
    stderr, tree, same = case / "expected.stderr", case / "expected", case / "expected.same"
    must_fail = stderr.exists() and not tree.exists() and not same.exists()
    if update:
        if must_fail or messages:
            stderr.write_text(messages, encoding="utf-8")
        elif stderr.exists():
            stderr.unlink()
        if tree.exists() and result.returncode == 0:
            told = met(built[name])
            shutil.rmtree(tree)
            for file, text in told.items():
                (tree / file).parent.mkdir(parents=True, exist_ok=True)
                (tree / file).write_text(text, encoding="utf-8")
    if must_fail:
        report.expect(result.returncode == 1, name, f"must fail with exit 1, got {result.returncode}: {messages[:300]}")
        report.expect(not (home / "public").exists(), name, "a site that fails must publish nothing")
        report.count("sites refused")
    else:
        report.expect(result.returncode == 0, name, f"must succeed, got {result.returncode}: {messages[:600]}")
    wish = stderr.read_text(encoding="utf-8") if stderr.exists() else ""
    if messages != wish:
        lines = difflib.unified_diff(wish.splitlines(), messages.splitlines(), "expected.stderr", "found", n=1, lineterm="")
        report.finding(name, "messages differ\n" + "\n".join(f"      {line[:260]}" for line in list(lines)[:20]))
    for line in messages.splitlines():
        report.count("lines of diagnostics")
    report.expect("panicked" not in messages, name, "the binary panicked")
    if name in built:
        if same.exists():
            other = same.read_text(encoding="utf-8").strip()
            if other not in built:
                build(CASES / other)
            compare(name, built[name], built.get(other, {}))
        elif tree.exists():
            report.count("sites held to their pages")
            compare(name, met(built[name]), expected_tree(tree))
report.end("sites", "lines of diagnostics", "files compared", "sites held to their pages") if not wanted else report.end("sites")
