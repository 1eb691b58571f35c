"""Every figure of every page is a `<data>` element of the agreed form, its text says its machine value in French, and a cell has
the same value and state wherever it stands; so has a base. Writes the cells found to `cells.json` for the check of the workbooks.

What stands several times, in a page or in others, is read once; a finding gives the first line it stands on in its page."""

import collections
import json
import re

from common import CELL, DATA, FIGURE, STATES, WORK, Report, line, opened, pages, parsed, public, written

SPACES = "\u0020\u00a0\u202f"
NUMBER = re.compile(rf"^[+\-\u2212\u2013]?\d[\d{SPACES}]*(?:,\d+)?")
# A mark as they are all drawn; another is parsed.
MARK = re.compile(r'<\w+(?: [\w-]+="[^"]*")* data-cell="[^"]*" data-(?:value|class|state)="[^"]*" ?/?>')
KEPT = 100_000  # figures remembered from page to page

report = Report()
base = public()
cells, bases = {}, {}
words, numbers = {}, {}  # indicator → first place, so that none is both
remembered = {}


def french(text):
    """The number a French reader reads at the start of the text, as (value, decimals), or None."""
    found = NUMBER.match(text)
    if not found:
        return None
    digits = re.sub(f"[{SPACES}]", "", found.group()).replace("\u2212", "-").replace("\u2013", "-").replace(",", ".")
    return float(digits), len(digits.partition(".")[2])


class Figure:
    """A figure as it is written: what it counts for, what is wrong with it, and its cell or base with what it says of it."""

    def __init__(self, element):
        self.counts, self.wrong = ["figures"], []
        self.kind = self.cell = self.told = self.indicator = self.word = None
        tag, self.text = opened(element)
        self.expect("<data" not in element[1:] and element.endswith("</data>"), "another figure before the end of this one")
        self.read(parsed(tag)[1])

    def expect(self, truth, message):
        if not truth:
            self.wrong.append(message)
        return truth

    def read(self, attributes):
        cell, value, state = (attributes.get(key) for key in ("data-cell", "value", "data-state"))
        if state is not None and cell is None and value == "":
            self.counts.append("signs of the key")
            self.expect(state in STATES, f"unknown state « {state} »")
            return
        self.kind = "cell"
        if cell is None:  # not a figure of the dictionary: the base of one, a number of territories, the target of a goal
            self.kind = next((k for k in ("base", "count", "goal") if f"data-{k}" in attributes), None)
            if not self.expect(self.kind, f"figure « {self.text} » without data-cell"):
                return
            self.counts.append("bases, targets, numbers of territories")
            cell = attributes[f"data-{self.kind}"]
        parts = CELL.match(cell) if self.kind in ("cell", "base") else None
        self.expect(parts or self.kind in ("count", "goal"),
                    f"data-{self.kind} « {cell} » is not scale:code:indicator[:category]:vintage")
        if state is not None:
            self.counts.append("figures without a value")
            self.expect(value == "", f"{cell}: state {state} with a value « {value} »")
            self.expect(state in STATES, f"{cell}: unknown state « {state} »")
        elif not self.expect(value not in (None, ""), f"{cell}: neither value nor state"):
            return
        else:
            self.indicator = parts["indicator"] if parts else ""
            value = self.said(cell, value)
        if parts:
            self.cell, self.told = cell, (value, state)

    def said(self, cell, value):
        """The value of a figure that has one, once its text is seen to say it."""
        text = self.text.strip()
        read = french(text)
        try:
            number = float(value)
        except ValueError:
            number = None
        self.word = read is None or number is None
        if self.word:  # of a class: `value` is its key
            self.counts.append("words")
            self.expect(text and self.kind == "cell", f"{cell}: « {value} » shows « {self.text} »")
            return text
        self.expect(abs(read[0] - number) <= 0.5 * 10 ** -read[1] + 1e-9, f"{cell}: text « {self.text} », value {value}")
        return value


for path in pages():
    name, text = str(path.relative_to(base)), written(path)
    report.count("pages")
    found = collections.Counter(x for x in FIGURE.findall(text) if (x.startswith("<data") or "data-cell" in x) and not x.startswith("<!"))
    for element, n in found.items():
        def where(element=element):
            return f"{name}:{line(text, element)}"
        if not DATA.match(element):
            told = MARK.fullmatch(element)
            attributes = {} if told else parsed(element)[1]
            if told or "data-cell" in attributes:
                report.count("drawn marks", n)
                if not told and not {"data-value", "data-class", "data-state"} & set(attributes):
                    report.finding(where(), f"mark {attributes['data-cell']} says neither value, class nor state")
            continue
        figure = remembered.get(element)
        if figure is None:
            if len(remembered) > KEPT:
                remembered.clear()
            figure = remembered[element] = Figure(element)
        for what in figure.counts:
            report.count(what, n)
        for message in figure.wrong:
            report.finding(where(), message)
        if figure.indicator is not None:
            of = words if figure.word else numbers
            if figure.indicator not in of:
                of[figure.indicator] = f"{where()} « {figure.text} »"
        if figure.cell:
            first = (cells if figure.kind == "cell" else bases).setdefault(figure.cell, (figure.told, name))
            if first[0] != figure.told:
                report.finding(where(), f"{figure.cell} is {figure.told} here and {first[0]} in {first[1]}")
for indicator in set(words) & set(numbers):
    report.finding(words[indicator], f"{indicator} is a word here and a number in {numbers[indicator]}")
report.count("distinct cells", len(cells))
WORK.mkdir(parents=True, exist_ok=True)
(WORK / "cells.json").write_text(json.dumps({k: v[0] for k, v in sorted(cells.items())}), encoding="utf-8")
report.end("pages", "figures", "figures without a value", "distinct cells")
