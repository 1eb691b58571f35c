"""Opens every workbook with another library than the one that wrote it, and compares it with the pages cell by cell.

Each sheet carries the source mention; the data sheet has one frozen, named table whose values are real numbers; a row with a state has
no value; a cell shown on a page (see figures.py, run before) has the same value, state and decimals here."""

import concurrent.futures
import html
import json
import os
import pathlib
import re
import zipfile

import openpyxl

from common import STATES, WORK, Report, files, public

NEEDED = ("Échelle", "Code", "Indicateur", "Catégorie", "Millésime", "Valeur", "État")
SHEETS = ["Notice", "Données", "Dictionnaire", "Sources"]


def examine(task):
    """Reads one workbook: (name, findings, counts)."""
    path, name, cells, mention = task
    found, counts = [], {"workbooks": 1}
    book = openpyxl.load_workbook(path, read_only=True)
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", part):
                counts["sheets"] = counts.get("sheets", 0) + 1
                xml = archive.read(part).decode("utf-8")
                if not re.search(r'<pane [^>]*state="frozen"', xml) and "sheet1.xml" not in part:
                    found.append(f"{part}: header not frozen")
                footer = html.unescape(re.search(r"<oddFooter>(.*?)</oddFooter>", xml, re.S).group(1)) if "<oddFooter>" in xml else ""
                if mention.replace("&", "&&") not in footer:
                    found.append(f"{part}: the source mention is not in the printed footer")
        tables = [archive.read(p).decode("utf-8") for p in archive.namelist() if p.startswith("xl/tables/")]
        if not any("État" in t for t in tables) and "Données" in book.sheetnames:
            found.append("the data are not a named table")
    wanted = SHEETS if "Données" in book.sheetnames else [s for s in SHEETS if s != "Données"]
    if book.sheetnames != wanted:
        found.append(f"sheets {book.sheetnames} instead of {wanted}")
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            found.append(f"{sheet.title}: hidden sheet")
        top = " ".join(str(v) for row in sheet.iter_rows(max_row=40, values_only=True) for v in row if v)
        if mention not in top:
            found.append(f"{sheet.title}: the source mention is not on the sheet")
        if sheet.title == "Notice" and not re.search(r"confidenti", top, re.I):
            found.append("Notice: no confidentiality reminder")
    if "Données" in book.sheetnames:
        rows = book["Données"].iter_rows(values_only=True)
        columns = None
        for row in rows:
            if row and "Échelle" in row:
                columns = {str(v): i for i, v in enumerate(row) if v is not None}
                break
        if not columns or not set(NEEDED) <= set(columns):
            return name, [*found, f"columns {columns} instead of at least {NEEDED}"], counts
        at = [columns[c] for c in NEEDED]
        seen = set()
        for number, row in enumerate(rows, 3):
            scale, code, indicator, category, vintage, value, state = (row[i] if i < len(row) else None for i in at)
            if scale is None:
                continue
            counts["rows"] = counts.get("rows", 0) + 1
            key = ":".join(str(x) for x in (scale, code, indicator, category, vintage) if x not in (None, ""))
            if key in seen:
                found.append(f"row {number}: {key} twice")
            seen.add(key)
            if not isinstance(code, str):
                found.append(f"row {number}: code {code!r} is not text")
            if state:
                if state not in STATES:
                    found.append(f"row {number}: unknown state « {state} »")
                if value is not None:
                    found.append(f"row {number}: {key} has a state and a value")
            elif value is None:
                found.append(f"row {number}: {key} has neither value nor state")
            shown = cells.get(key)
            if shown is None:
                continue
            counts["compared with a page"] = counts.get("compared with a page", 0) + 1
            page_value, page_state = shown
            if page_state:
                if state != page_state:
                    found.append(f"row {number}: {key} is {page_state} on the page, {state or value!r} here")
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                try:
                    same = float(page_value) == float(value)
                except ValueError:
                    same = False
                if not same:
                    found.append(f"row {number}: {key} is {page_value} on the page, {value} here")
            elif isinstance(value, str):
                counts["words compared"] = counts.get("words compared", 0) + 1
                if value != page_value:
                    found.append(f"row {number}: {key} is « {page_value} » on the page, « {value} » here")
            else:
                found.append(f"row {number}: {key} is {page_value!r} on the page, {value!r} here")
    place = pathlib.Path(name)
    if place.parent.name not in place.name and place.parts[0] not in ("themes", "dictionnaire"):
        if place.parent.name.lower() not in place.name.lower() and place.parts[0] != "metropole":
            found.append(f"the name does not say the place {place.parent.name}")
    return name, found, counts


def main():
    report = Report()
    base = public()
    source = WORK / "cells.json"
    if not source.exists():
        print("no cells.json: run the step figures first")
        raise SystemExit(1)
    cells = {k: tuple(v) for k, v in json.loads(source.read_text(encoding="utf-8")).items()}
    by_code = {}
    for key, told in cells.items():
        by_code.setdefault(tuple(key.split(":")[:2]), {})[key] = told
    home = (base / "index.html").read_text(encoding="utf-8")
    mention = html.unescape(re.search(r'data-source="([^"]*)"', home).group(1))
    tasks = []
    for p in files(base):
        if p.suffix == ".xlsx":
            scale = {"communes": "commune", "residences": "residence", "iris": "iris", "qpv": "qpv"}.get(p.parts[0])
            part = by_code.get((scale, p.parent.name), {}) if scale else (cells if p.parts[0] == "themes" else
                    {k: v for k, v in cells.items() if k.startswith("metropole:")})
            if p.parts[0] == "themes":
                scale = next((s for s in ("metropole", "commune", "iris", "qpv", "residence") if f"_{s}" in p.name.lower()), None)
                part = {k: v for k, v in cells.items() if scale is None or k.startswith(f"{scale}:")}
            tasks.append((str(base / p), str(p), part, mention))
    with concurrent.futures.ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, found, counts in pool.map(examine, tasks, chunksize=4):
            for what, n in counts.items():
                report.count(what, n)
            for f in found:
                report.finding(name, f)
    report.end("workbooks", "sheets", "rows", "compared with a page")


if __name__ == "__main__":
    main()
