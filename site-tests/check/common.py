"""What the checks share: where things are, how findings are told, how a page is read.

A check counts what it looked at and tells every finding with its file; its last line is the count. It exits 1 when
something was found, and also when it looked at nothing: a check that saw no page has proved nothing.
"""

import hashlib
import html.parser
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get("ROOT") or pathlib.Path(__file__).resolve().parents[2])
WORK = pathlib.Path(os.environ.get("WORK") or ROOT / "target" / "site-tests")
PUBLIC = pathlib.Path(os.environ.get("PUBLIC") or WORK / "public")
ATLAS = pathlib.Path(os.environ.get("ATLAS") or ROOT / "target" / "release" / "atlas")
MARKS = {"expected", "expected.stderr", "expected.same", "absent"}  # what a golden case holds beside its site
STATES = {"s", "nd", "so", "no", "cp"}
SHOWN = 40  # findings printed in full; the others are only counted


class Report:
    """Counts checks and findings, and ends the script."""

    def __init__(self):
        self.seen = {}
        self.findings = []

    def count(self, what, n=1):
        self.seen[what] = self.seen.get(what, 0) + n

    def finding(self, place, message):
        self.findings.append(f"{place}: {message}")

    def expect(self, truth, place, message):
        if not truth:
            self.finding(place, message)
        return truth

    def end(self, *needed):
        """Exits; every name of `needed` must have been counted at least once."""
        for name in needed:
            if not self.seen.get(name):
                self.finding("check", f"nothing counted under « {name} »: nothing was proved")
        for line in self.findings[:SHOWN]:
            print(line)
        if len(self.findings) > SHOWN:
            print(f"… and {len(self.findings) - SHOWN} more")
        words = ", ".join(f"{n:,} {what}".replace(",", " ") for what, n in self.seen.items())
        print(f"{words}; {len(self.findings)} findings" if self.findings else words)
        sys.exit(1 if self.findings else 0)


def atlas(*arguments, **options):
    """Runs the real binary; the result has text output."""
    if not ATLAS.exists():
        print(f"no binary at {ATLAS}: run the step release first")
        sys.exit(1)
    env = dict(os.environ, NO_COLOR="1")
    env.update(options.pop("env", {}))
    return subprocess.run(
        [str(ATLAS), *map(str, arguments)], capture_output=True, text=True, env=env, check=False, **options
    )


def files(folder):
    """All files of a folder (its own symbolic link followed), sorted, as paths relative to it."""
    base = pathlib.Path(os.path.realpath(folder))
    return sorted(p.relative_to(base) for p in base.rglob("*") if p.is_file())


def assemble(case, home):
    """Writes under `home` the site of a golden case, laid over `minimal`; gives `home` back."""
    shutil.rmtree(home, ignore_errors=True)
    site = home / "site"
    for base in dict.fromkeys([ROOT / "site-tests" / "minimal", case]):
        for p in files(base):
            if p.parts[0] not in MARKS:
                (site / p).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(base / p, site / p)
    if (case / "absent").exists():
        for line in (case / "absent").read_text(encoding="utf-8").split():
            gone = site / line
            shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    return home


def digest(folder):
    """Name → hash of every file of a folder."""
    base = pathlib.Path(os.path.realpath(folder))
    return {str(p): hashlib.sha256((base / p).read_bytes()).hexdigest() for p in files(folder)}


def public():
    """The built demonstration; the script ends when there is none."""
    if not any(pathlib.Path(os.path.realpath(PUBLIC)).rglob("*.html")):
        print(f"no built site at {PUBLIC}: run the step demo first")
        sys.exit(1)
    return pathlib.Path(os.path.realpath(PUBLIC))


def pages(folder=None):
    """All HTML pages of a site, sorted."""
    base = pathlib.Path(os.path.realpath(folder)) if folder else public()
    return sorted(base.rglob("*.html"))


class Element:
    """One start tag: name, attributes, and the text met before its end when it was asked for."""

    __slots__ = ("tag", "attributes", "line", "text")

    def __init__(self, tag, attributes, line):
        self.tag, self.attributes, self.line, self.text = tag, attributes, line, ""


class Reader(html.parser.HTMLParser):
    """Reads a page into its elements; `text_of` names the tags whose text is kept."""

    def __init__(self, text_of=("title", "data", "h1", "caption", "style", "script")):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.words = [], [], []
        self.text_of = set(text_of)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), self.getpos()[0])
        self.elements.append(element)
        if tag in self.text_of:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), self.getpos()[0]))

    def handle_endtag(self, tag):
        for i in range(len(self.open) - 1, -1, -1):
            if self.open[i].tag == tag:
                del self.open[i:]
                return

    def handle_data(self, data):
        self.words.append(data)
        for element in self.open:
            element.text += data

    @classmethod
    def read(cls, path, **options):
        reader = cls(**options)
        reader.feed(pathlib.Path(path).read_text(encoding="utf-8"))
        reader.close()
        return reader


CELL = re.compile(
    r"^(?P<scale>metropole|commune|iris|qpv|residence):(?P<code>[A-Za-z0-9_-]+):(?P<indicator>[a-z0-9_.-]+)"
    r"(?::(?P<category>[A-Za-z0-9_.+-]+))?:(?P<vintage>\d{4}(?:-\d{4})?)$"
)
