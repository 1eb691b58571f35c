"""Every figure of every page is a `<data>` element of the agreed form, its text says its machine value in French, and a cell has
the same value and state wherever it stands; so has a base. Writes the cells found to `cells.json` for the check of the workbooks."""

import json
import re

from common import CELL, STATES, WORK, Report, elements, pages, public

SPACES = "\u0020\u00a0\u202f"
NUMBER = re.compile(rf"^[+\-\u2212\u2013]?\d[\d{SPACES}]*(?:,\d+)?")

report = Report()
base = public()
cells, bases = {}, {}
words, numbers = {}, {}  # indicator → first place, so that none is both


def french(text):
    """The number a French reader reads at the start of the text, as (value, decimals), or None."""
    found = NUMBER.match(text)
    if not found:
        return None
    digits = re.sub(f"[{SPACES}]", "", found.group()).replace("\u2212", "-").replace("\u2013", "-").replace(",", ".")
    return float(digits), len(digits.partition(".")[2])


for path in pages():
    name = str(path.relative_to(base))
    shown = 0
    for e in elements(path):
        cell, where = e.attributes.get("data-cell"), f"{name}:{e.line}"
        if e.tag != "data":
            if cell is not None:
                report.count("drawn marks")
                told = {"data-value", "data-class", "data-state"} & set(e.attributes)
                report.expect(told, where, f"mark {cell} says neither value, class nor state")
            continue
        report.count("figures")
        shown += 1
        value, state = e.attributes.get("value"), e.attributes.get("data-state")
        if state is not None and cell is None and value == "":
            report.count("signs of the key")
            report.expect(state in STATES, where, f"unknown state « {state} »")
            continue
        kind = "cell"
        if cell is None:  # not a figure of the dictionary: the base of one, a number of territories, the target of a goal
            kind = next((k for k in ("base", "count", "goal") if f"data-{k}" in e.attributes), None)
            if not report.expect(kind, where, f"figure « {e.text} » without data-cell"):
                continue
            report.count("bases, targets, numbers of territories")
            cell = e.attributes[f"data-{kind}"]
        parts = CELL.match(cell) if kind in ("cell", "base") else None
        report.expect(parts or kind in ("count", "goal"), where, f"data-{kind} « {cell} » is not scale:code:indicator[:category]:vintage")
        if state is not None:
            report.count("figures without a value")
            report.expect(value == "", where, f"{cell}: state {state} with a value « {value} »")
            report.expect(state in STATES, where, f"{cell}: unknown state « {state} »")
        elif not report.expect(value not in (None, ""), where, f"{cell}: neither value nor state"):
            continue
        else:
            read = french(e.text.strip())
            try:
                number = float(value)
            except ValueError:
                number = None
            indicator = parts["indicator"] if parts else None
            if read is None or number is None:  # a word of a class: `value` is its key
                report.count("words")
                report.expect(e.text.strip() and kind == "cell", where, f"{cell}: « {value} » shows « {e.text} »")
                words.setdefault(indicator, f"{where} « {e.text} »")
                value = e.text.strip()
            else:
                numbers.setdefault(indicator, f"{where} « {e.text} »")
                report.expect(abs(read[0] - number) <= 0.5 * 10 ** -read[1] + 1e-9, where,
                              f"{cell}: text « {e.text} », value {value}")
        if parts:
            told = (value, state)
            first = (cells if kind == "cell" else bases).setdefault(cell, (told, name))
            report.expect(first[0] == told, where, f"{cell} is {told} here and {first[0]} in {first[1]}")
    report.count("pages")
for indicator in set(words) & set(numbers):
    report.finding(words[indicator], f"{indicator} is a word here and a number in {numbers[indicator]}")
report.count("distinct cells", len(cells))
WORK.mkdir(parents=True, exist_ok=True)
(WORK / "cells.json").write_text(json.dumps({k: v[0] for k, v in sorted(cells.items())}), encoding="utf-8")
report.end("pages", "figures", "figures without a value", "distinct cells")
