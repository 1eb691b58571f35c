"""What the checks share: where things are, how findings are told, how a page is read.

A check counts what it looked at and tells every finding with its file; its last line is the count. It exits 1 when
something was found, and also when it looked at nothing: a check that saw no page has proved nothing.
"""

import csv
import hashlib
import html
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
SHOWN = 5  # findings of a kind printed in full; the others are only counted


class Report:
    """Counts checks and findings, and ends the script."""

    def __init__(self):
        self.seen = {}
        self.findings = []

    def count(self, what, n=1):
        self.seen[what] = self.seen.get(what, 0) + n

    def finding(self, place, message):
        self.findings.append((place, message))

    def expect(self, truth, place, message):
        if not truth:
            self.finding(place, message)
        return truth

    def end(self, *needed):
        """Exits; every name of `needed` must have been counted at least once."""
        for name in needed:
            if not self.seen.get(name):
                self.finding("check", f"nothing counted under « {name} »: nothing was proved")
        alike = {}  # findings that differ by their numbers and quoted words only
        for place, message in self.findings:
            alike.setdefault(re.sub(r"«[^»]*»|\[.*\]|[\d]+", "", message), []).append(f"{place}: {message}")
        for lines in sorted(alike.values(), key=len):
            for line in lines[:SHOWN]:
                print(line)
            if len(lines) > SHOWN:
                print(f"  … and {len(lines) - SHOWN} more like this one")
        words = ", ".join(f"{n} {what}" for what, n in self.seen.items())
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


def write_table(folder, inner, cells, x):
    """Writes a table in the layout of the published cases of disclosure control."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, head, lines in [
        ("inner.csv", ["inner"], [[i] for i in inner]),
        ("cells.csv", ["cell", "code", "value", "primary", "suppressed"], cells),
        ("x.csv", ["inner", "cell", "coef"], x),
    ]:
        with open(folder / name, "w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *lines])


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


# Pages are read by their tags alone, much faster than by a parser; that they are well formed is the matter of the HTML checker.
TAG = re.compile(r"<(?:!--.*?-->|[a-zA-Z](?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>)", re.S)
NAME = re.compile(r"<([a-zA-Z][\w:-]*)")
ATTRIBUTE = re.compile(r"([^\s=>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
# A figure up to its end, or any other tag.
FIGURE = re.compile(rf"<data\b(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>.*?</data>|{TAG.pattern}", re.S)
DATA = re.compile(r"<data[\s/>]")


def written(path):
    """The text of a page. Its ends of lines are left as they are: to look for others would take longer than the rest."""
    return pathlib.Path(path).read_bytes().decode("utf-8")


def line(text, part):
    """The line of a page on which a part of it stands first."""
    return text.count("\n", 0, text.find(part)) + 1


def parsed(tag):
    """Name and attributes of a start tag."""
    name = NAME.match(tag).group(1)
    attributes = {}
    for key, a, b, c in ATTRIBUTE.findall(tag, 1 + len(name)):
        value = a or b or c
        attributes[key] = html.unescape(value) if "&" in value else value
    return name.lower(), attributes


def opened(figure):
    """The start tag of a figure, and its text."""
    tag = TAG.match(figure).group()
    inner = figure.removeprefix(tag).removesuffix("</data>")
    return tag, html.unescape(re.sub(r"<[^>]*>", "", inner))


def figures(path):
    """Attributes and text of each figure of a page."""
    for figure in FIGURE.findall(written(path)):
        if DATA.match(figure):
            tag, text = opened(figure)
            yield parsed(tag)[1], text


CELL = re.compile(
    r"^(?P<scale>metropole|commune|iris|qpv|residence):(?P<code>[A-Za-z0-9_-]+):(?P<indicator>[a-z0-9_.-]+)"
    r"(?::(?P<category>[A-Za-z0-9_.+-]+))?:(?P<vintage>\d{4}(?:-\d{4})?)$"
)
