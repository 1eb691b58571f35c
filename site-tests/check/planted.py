"""One leak planted by hand in each channel of a built site: the audit must tell each, and nothing of the copy untouched.

A small invented metropolis is built; each plant goes into a copy of its own, whose findings are compared with those of
the copy before the plant. `--against` is tried with the private report of the same build.
"""

import json
import os
import re
import shutil
import zipfile

import openpyxl
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from common import ATLAS, WORK, Report, atlas

HOME = WORK / "planted"
SIZE = ["--communes", 4, "--iris", 12, "--qpv", 2, "--residences", 60, "--vintages", 6, "--seed", 3]


def must(run):
    if run.returncode:
        raise SystemExit(f"{run.args}: {run.stderr}")


def build():
    shutil.rmtree(HOME, ignore_errors=True)
    must(atlas("demo", *SIZE, "--site", HOME / "site", "--records", HOME / "records"))
    must(atlas("build", "--site", HOME / "site", "--out", HOME / "public"))
    return HOME / "public"


def findings(folder, *options):
    run = atlas("audit", folder, "--format", "json", *options)
    if not run.stdout.startswith("{"):
        raise SystemExit(f"audit {folder}: {run.stderr}")
    return {(f["kind"], f["message"], tuple(f["files"])) for f in json.loads(run.stdout)["findings"] if f["error"]}


def beyond(found, before):
    """Findings whose message is new; the files of a figure are those where it was met first."""
    known = {f[:2] for f in before}
    return {f for f in found if f[:2] not in known}


def copy(source, name):
    """A copy by links: a file is replaced, never written in place."""
    target = HOME / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(os.path.realpath(source), target, copy_function=os.link)
    return target


def put(path, content):
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def page(change, under=""):
    """A plant in the text of one page: the first on which `change` changes something."""

    def plant(folder):
        for path in sorted((folder / under).rglob("index.html")):
            text = path.read_text(encoding="utf-8")
            changed = change(text)
            if changed != text:
                put(path, changed)
                return str(path.relative_to(folder))
        raise LookupError("no page has a place for this plant")

    return plant


def body(markup, under=""):
    return page(lambda text: text.replace("</main>", markup + "</main>", 1), under)


HIDDEN_DATA = re.compile(r'<data value="" data-state="s" data-cell="(residence:[^"]*)"')
HIDDEN_MARK = re.compile(r'<(path|circle|rect|use)\b(?=[^>]*data-state="s")(?=[^>]*data-cell=")')

HIDDEN_SIGN = re.compile(r'<(circle|rect|use)\b(?=[^>]*data-state="s")(?=[^>]*data-cell=")')
PACKETS = "seances"


def hidden_value(text):
    return HIDDEN_DATA.sub(r'<data value="7" data-state="s" data-cell="\1"', text, count=1)


def hidden_mark(text):
    return HIDDEN_MARK.sub(r'<\1 data-value="7"', text, count=1)


def hidden_sign(text):
    """A sign of a hidden place that has not the size of the others of its page."""
    return HIDDEN_SIGN.sub(r'<\1 stroke-width="9"', text, count=1)


def workbook(change):
    def plant(folder):
        path = sorted(folder.glob("communes/*/*.xlsx"))[0]
        book = openpyxl.load_workbook(path)
        change(book)
        path.unlink()
        book.save(path)
        return str(path.relative_to(folder))

    return plant


def hidden_cell(book):
    for row in book["Données"].iter_rows(min_row=3):
        if row[11].value == "s":
            row[8].value = 7
            return
    raise SystemExit("no hidden row in the workbook")


def hidden_sheet(book):
    book.create_sheet("Calculs").sheet_state = "hidden"


def comment(book):
    book["Notice"]["A1"].comment = Comment("7 logements", "x")


def defined_name(book):
    book.defined_names["masque"] = DefinedName("masque", attr_text="7")


def document_property(book):
    book.properties.keywords = "7"


def described(book):
    book.properties.description = "Les Tilleuls : 7 logements"


def values(folder):
    for path in sorted(folder.glob("donnees/valeurs/residence/parc.logements-*.json")):
        text = path.read_text(encoding="utf-8")
        if '"s"' in text:
            put(path, text.replace('"s"', "7", 1))
            return str(path.relative_to(folder))
    raise SystemExit("no hidden value in the files of values")


def search_entry(folder):
    path = sorted(folder.glob("donnees/recherche/d-*.json"))[0]
    list_ = json.loads(path.read_text(encoding="utf-8"))
    put(path, json.dumps(list_ + ["Les Tilleuls : 7 logements"], ensure_ascii=False))
    return str(path.relative_to(folder))


def new_file(name, content):
    def plant(folder):
        put(folder / name, content)
        return name

    return plant


def sorted_row(cells):
    """A table whose hidden row stands between two values."""
    said = {"c": 'value="90"', "a": 'value="50"', "z": 'value="" data-state="s"', "b": 'value="20"'}
    row = '<tr><th>{0}</th><td><data {1} data-cell="residence:plante-{0}:parc.logements:2025">x</data></td></tr>'
    return "<table>" + "".join(row.format(k, v) for k, v in said.items() if k in cells) + "</table>"


BAR = (
    '<table><tr><th>Les Tilleuls</th><td class="n me"><data value="" data-state="s" '
    'data-cell="residence:plante:parc.logements:2025">s</data></td><td><svg><rect width="7%"/></svg></td></tr></table>'
)
CIRCLES = "<svg>" + "".join(
    f'<circle r="{r}" data-state="s" data-cell="residence:plante-{r}:parc.logements:2025"/>' for r in (5, 7)
) + "</svg>"

def changed(pattern, add, under="", flags=0):
    """A number of a drawing or of a text, the first that the pattern finds, with something added."""

    def change(text):
        found = re.search(pattern, text, flags)
        if not found:
            return text
        value = float(found.group(1)) + add
        return text[: found.start(1)] + f"{value:.1f}".rstrip("0").rstrip(".") + text[found.end(1) :]

    return page(change, under)


def more(pattern, added, under=""):
    """Something added after the first place that the pattern finds."""
    return page(lambda text: re.sub(pattern, lambda m: m.group(0) + added, text, count=1), under)


def least_circle(text):
    """The smallest circle but one of a map, drawn half as large again."""
    circles = re.findall(r'<circle cx="[0-9.]+" cy="[0-9.]+" (r="([0-9.]+)" data-cell="[^"]*" data-value="[0-9.]+")', text)
    if len(circles) < 4:
        return text
    whole, r = circles[len(circles) // 2]
    return text.replace(whole, whole.replace(f'r="{r}"', f'r="{float(r) * 1.5:.1f}"'), 1)


def hidden_vintage(text):
    """A line of a chart that goes on to one more point."""
    return re.sub(r'(stroke-linejoin="round"><path d="M8 [0-9.]+l[0-9. -]+)"', r'\1 20 9"', text, count=1)


def listed(tag):
    said = {"c": 'value="90"', "a": 'value="50"', "z": 'value="" data-state="s"', "b": 'value="20"'}
    item = '<li>{0} <data {1} data-cell="residence:plante-{0}:parc.logements:2025">x</data></li>'
    return f"<{tag}>" + "".join(item.format(k, v) for k, v in said.items()) + f"</{tag}>"


def headless(text):
    """The sorted table, without heads of rows."""
    return text.replace("<th>", "<td>").replace("</th>", "</td>")


def hidden_base(text):
    found = HIDDEN_DATA.search(text)
    return text.replace("</main>", f'<p><data value="7" data-base="{found.group(1)}">7</data></p></main>', 1) if found else text


def classed(text):
    """A zone without a published figure that has a class."""
    return re.sub(r'(<path d="[^"]*" fill=")url\(#h-s\)(" data-cell="[^"]*") data-state="s"', r'\1#bdd7e1\2 data-class="2"', text, count=1)


def coloured(text):
    return re.sub(r'(<path d="[^"]*" fill=")url\(#h-s\)("(?= data-cell="[^"]*" data-state="s"))', r'\1#bdd7e1\2', text, count=1)


def zipped(change, added=None, after=b"", before=b"", comment=b""):
    """A plant in the parts of a workbook, in its index, or around them."""

    def plant(folder):
        path = sorted(folder.glob("communes/*/*.xlsx"))[0]
        with zipfile.ZipFile(path) as old:
            parts = [(item.filename, old.read(item)) for item in old.infolist()]
        path.unlink()
        changed = False
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name, content in parts:
                own = change(name, content.decode("utf-8")).encode("utf-8")
                changed |= own != content
                new.writestr(name, own)
            for name, content in (added or {}).items():
                new.writestr(name, content)
            new.comment = comment
        if not (changed or added or after or before or comment):
            raise LookupError("no part has a place for this plant")
        if after or before:
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(before + content + after)
        return str(path.relative_to(folder))

    return plant


def part(name, old, new):
    return zipped(lambda own, text: text.replace(old, new, 1) if own == name else text)


def same(name, text):
    return text


def extra_field(folder):
    path = sorted(folder.glob("communes/*/*.xlsx"))[0]
    with zipfile.ZipFile(path) as old:
        parts = [(item, old.read(item)) for item in old.infolist()]
    path.unlink()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item, content in parts:
            item.extra = b"\x99\x99\x01\x007"
            new.writestr(item, content)
    return str(path.relative_to(folder))


def data(name, change):
    """A plant in a file of data."""

    def plant(folder):
        path = sorted(folder.glob(f"donnees/{name}"))[0]
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        put(path, json.dumps(content, ensure_ascii=False))
        return str(path.relative_to(folder))

    return plant


def appended(name, text):
    def plant(folder):
        path = sorted(folder.glob(name))[0]
        put(path, path.read_text(encoding="utf-8") + text)
        return str(path.relative_to(folder))

    return plant


PLANTS = {
    "key of the manifest": data("atlas.json", lambda d: d.update(n=7)),
    "key of an indicator of the manifest": data("atlas.json", lambda d: d["indicators"][0].update(hidden=[7])),
    "word of the manifest": data("atlas.json", lambda d: d["states"].update(s=7)),
    "count of the manifest": data("atlas.json", lambda d: d["scales"][1].update(count=7)),
    "key of outlines": data("contours/commune-0.json", lambda d: d.update(n=7)),
    "property of outlines": data("contours/commune-0.json", lambda d: d["objects"]["commune"]["geometries"][0].update(properties={"n": 7})),
    "key of the first view": data("contours/vue.json", lambda d: d.update(n=7)),
    "key of places": data("lieux/residence-0.json", lambda d: d.update(n=[7])),
    "list of places": data("lieux/residence-0.json", lambda d: d["commune"].__setitem__(0, 700)),
    "list of places, longer": data("lieux/residence-0.json", lambda d: d["lon"].append(7)),
    "key of equipment": data("equipements/*.json", lambda d: d.update(n=[7])),
    "key of a grid": data("carreaux/*.json", lambda d: d.update(n=[7])),
    "class of a grid": data("carreaux/*.json", lambda d: d["classes"].__setitem__(0, 70)),
    "data in the files of the theme": new_file("actifs/tilleuls.json", '{"R-00001":7}'),
    "page in the files of the theme": new_file("actifs/tilleuls.html", "<p>7</p>"),
    "style sheet": appended("actifs/atlas.*.css", "/* Les Tilleuls : 7 */"),
    "script": appended("actifs/scripts.*/pages.js", "// 7"),
    "another script": lambda folder: new_file(f"{next(folder.glob('actifs/scripts.*')).relative_to(folder)}/n.js", "n=7")(folder),
    "margins of a packet": appended("seances/communes/*/marges.css", '@page f1 { @top-left { content: "7 logements"; } }'),
    "number in the margins of a packet": appended("seances/communes/*/marges.css", '@page f1 { @top-left { content: "Les Tilleuls · 7"; } }'),
    "robots.txt": new_file("robots.txt", "User-agent: *\nDisallow: /\n# 7\n"),
    "workbook: part without a name": zipped(same, {"xl/worksheets/sheet9.xml": "<worksheet><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>"}),
    "workbook: bytes after": zipped(same, after=b"7"),
    "workbook: bytes before": zipped(same, before=b"7"),
    "workbook: comment of the archive": zipped(same, comment=b"7"),
    "workbook: extra field": extra_field,
    "workbook: head of a sheet": part("xl/worksheets/sheet2.xml", "</oddHeader>", " 7 logements</oddHeader>"),
    "workbook: foot of a sheet": part("xl/worksheets/sheet2.xml", "</headerFooter>", "<evenFooter>7</evenFooter></headerFooter>"),
    "workbook: prompt": part("xl/worksheets/sheet2.xml", "<pageMargins", '<dataValidations count="1"><dataValidation sqref="A1" prompt="7"/></dataValidations><pageMargins'),
    "workbook: hyperlink": part("xl/worksheets/sheet2.xml", "<pageMargins", '<hyperlinks><hyperlink ref="A1" tooltip="7"/></hyperlinks><pageMargins'),
    "workbook: link": part("xl/_rels/workbook.xml.rels", "</Relationships>", '<Relationship Id="n" Type="x/hyperlink" Target="7" TargetMode="External"/></Relationships>'),
    "workbook: manager": part("docProps/app.xml", "</Properties>", "<Manager>7</Manager></Properties>"),
    "workbook: company": part("docProps/app.xml", "<Company>", "<Company>7 logements "),
    "workbook: format of numbers": part("xl/styles.xml", 'formatCode="#,##0"', 'formatCode="&quot;7&quot;"'),
    "workbook: text that no cell uses": part("xl/sharedStrings.xml", "</sst>", "<si><t>Les Tilleuls : 7 logements</t></si></sst>"),
    "workbook: column of a table": part("xl/tables/table1.xml", 'name="Valeur"', 'name="7"'),
    "workbook: comment in a sheet": part("xl/worksheets/sheet2.xml", "<pageMargins", "<!-- 7 --><pageMargins"),
    "digits of a cell": more(r'<tr><th scope="row">[^<]*</th>(?=<td)', "<td>7</td>", "residences"),
    "digits of a cell of the place": page(lambda t: re.sub(r'(<td class="n me">)<data value="" data-state="s".*?</data>', r"\g<1>7", t, count=1), "residences"),
    "digits of an element of a row": more(r'<tr><th scope="row">[^<]*(?=</th>)', " <b>7</b>", "residences"),
    "figure without a cell": body('<p><data value="7">7</data></p>', "residences"),
    "base of a hidden figure": page(hidden_base, "residences"),
    "data-value without a cell": body('<p data-value="7">x</p>'),
    "data-class without a cell": body('<p data-class="7">x</p>'),
    "data-goal": page(lambda t: re.sub(r'<data value="\d+" data-goal="', '<data value="7" data-goal="', t, count=1)),
    "data-count": body('<p><data value="7000" data-count="residence">7000</data></p>'),
    "data-count of another thing": body('<p><data value="7" data-count="logement">7</data></p>'),
    "tooltip in capitals": body("<svg class=\"m\"><TITLE>Les Tilleuls : 7 logements</TITLE></svg>"),
    "aria-valuetext": body('<p aria-valuetext="7">x</p>'),
    "aria-description": body('<p aria-description="trois logements">x</p>'),
    "table of cells only": body(headless(sorted_row("caz" + "b"))),
    "sorted list": body(listed("ul")),
    "sorted ranks": body(listed("ol")),
    "number in words": body("<p>Il en reste trois logements.</p>", "residences"),
    "number in running text": body("<p>Les Tilleuls : 12 logements.</p>", "residences"),
    "share in running text": body("<p>Les Tilleuls : 14,3 % de vacants.</p>", "iris"),
    "number without a unit": body("<p>Aux Tilleuls, il en reste 7.</p>", "residences"),
    "number alone": body("<p>7</p>", "residences"),
    "number in a title": body("<h3>7</h3>", "iris"),
    "gap of nothing": changed(r'class="n e">\+([0-9]+)[,<]', 7, "iris"),
    "length of a bar": changed(r'<rect y="1.5" width="([0-9.]+)%"', -3, "residences"),
    "place of a reference": changed(r'<use href="#m-1" x="([0-9.]+)%"', 2, "residences"),
    "height of a column": changed(r'<svg class="chart columns".*?<rect x="[0-9.]+%" y="[0-9.]+" width="[0-9.]+%" height="([0-9.]+)"', 2, "", re.S),
    "tick of a hidden reference": more(r'<svg class="chart columns"[^>]*>.*?</g>', '<g stroke="#fff"><line x1="14.7%" x2="28.1%" y1="57" y2="57"/></g>', "residences"),
    "length of a stacked bar": changed(r'<svg class="chart stack".*?<rect y="14" width="([0-9.]+)%"', 3, "", re.S),
    "length of a stacked bar of a reference": changed(r'<svg class="chart stack".*?<rect y="56" width="([0-9.]+)%"', 3, "", re.S),
    "gauge of a goal": changed(r'<svg class="m gauge".*?<rect y="5" width="([0-9.]+)%" height="12" fill="#0', 3, "", re.S),
    "length of a walk": changed(r'<line x2="([0-9.]+)%" y1="7"', 3, "residences"),
    "circle of a residence": page(least_circle, "communes"),
    "point of a line": changed(r'<svg class="chart sm".*?stroke-linejoin="round"><path d="M8 ([0-9.]+)l', 9, "", re.S),
    "point of a hidden vintage": page(hidden_vintage),
    "digits of a drawing": more(r'<svg class="map"[^>]*>', '<text x="9" y="9">7</text>', "residences"),
    "digits of a chart": more(r'<svg class="chart sm"[^>]*>', '<text x="9" y="9">7,77</text>'),
    "polyline": more(r'<svg class="map"[^>]*>', '<polyline points="0 0 7 7"/>', "residences"),
    "drawing of another sort": body('<svg class="own"><rect width="7%"/></svg>'),
    "class of a hidden zone": page(classed),
    "colour of a hidden zone": page(coloured),
    "meter": body('<meter value="7"></meter>'),
    "progress": body('<progress value="7"></progress>'),
    "input": body('<input value="7">'),
    "option": body("<select><option>7</option></select>"),
    "time": body('<time datetime="7">x</time>'),
    "class name": body('<p class="w7">x</p>'),
    "identifier": body('<p id="n7">x</p>'),
    "part of a link": body('<a href="#n7">x</a>'),
    "query of a link": body('<a href="../?n=7">x</a>'),
    "rank of a list": body('<ol start="7"><li>x</li></ol>'),
    "value of an item": body('<ol><li value="7">x</li></ol>'),
    "width of an element": body('<p width="7">x</p>'),
    "language": body('<p lang="x-7">x</p>'),
    "tabindex": body('<p tabindex="7">x</p>'),
    "gradient": body('<svg class="k"><linearGradient><stop offset="7%"/></linearGradient></svg>'),
    "mark outside of a row": body('<svg class="m"><rect width="7%"/></svg>'),
    "packet: digits of a cell": more(r'<tr><th scope="row">[^<]*</th>(?=<td)', "<td>7</td>", PACKETS),
    "packet: length of a bar": changed(r'<rect y="1.5" width="([0-9.]+)%"', -3, PACKETS),
    "packet: length of a stacked bar of a reference": changed(r'<svg class="chart stack".*?<rect y="56" width="([0-9.]+)%"', 3, PACKETS, re.S),
    "packet: number in running text": body("<p>Les Tilleuls : 12 logements.</p>", PACKETS),
    "tooltip": body("<svg><title>Les Tilleuls : 7 logements</title></svg>"),
    "tooltip, unit glued": body("<svg><title>Les Tilleuls : 12,5%</title></svg>"),
    "text of a drawing": body("<svg><text>7 logements</text></svg>"),
    "title attribute": body('<a title="Les Tilleuls : 7 logements">x</a>'),
    "aria-label": body('<a aria-label="Les Tilleuls : 7 logements">x</a>'),
    "alt text": body('<img alt="Les Tilleuls : 7 logements">'),
    "text": body("<p>Il reste 7 logements aux Tilleuls.</p>"),
    "comment of a page": body("<!-- 7 -->"),
    "data attribute": body('<p data-effectif="7">x</p>'),
    "value of a hidden figure": page(hidden_value),
    "text of a hidden figure": body('<p><data value="" data-state="s">7</data></p>'),
    "text unlike its value": body('<p><data value="44">7</data></p>'),
    "data-value of a hidden zone": page(hidden_mark),
    "inline style": body('<i style="--n:7">x</i>'),
    "style element": body("<style>i{width:7px}</style>"),
    "script": body("<script>n=7</script>"),
    "bar of a hidden row": body(BAR),
    "circle of a hidden residence": body(CIRCLES),
    "sorted table": body(sorted_row("caz" + "b")),
    "meta description": page(lambda t: t.replace("</head>", '<meta name="keywords" content="7 logements"></head>', 1)),
    "packet: value of a hidden figure": page(hidden_value, PACKETS),
    "packet: size of a hidden sign": page(hidden_sign, PACKETS),
    "packet: bar of a hidden row": body(BAR, PACKETS),
    "packet: sorted table": body(sorted_row("caz" + "b"), PACKETS),
    "packet: tooltip": body("<svg><title>Les Tilleuls : 7 logements</title></svg>", PACKETS),
    "workbook: cell": workbook(hidden_cell),
    "workbook: hidden sheet": workbook(hidden_sheet),
    "workbook: comment": workbook(comment),
    "workbook: defined name": workbook(defined_name),
    "workbook: keywords": workbook(document_property),
    "workbook: description": workbook(described),
    "file of values": values,
    "search index": search_entry,
    "new data file": new_file("donnees/effectifs.json", '{"R-00001":7}'),
    "file name": new_file("residences/tilleuls-7-logements/index.html", "<!doctype html><title>x</title>"),
}


def published_everywhere(folder, cell, value):
    """Publishes a hidden figure in pages and files of values; workbooks but one are taken away first."""
    scale, code, indicator, vintage = cell.split(":")
    hidden = f'<data value="" data-state="s" data-cell="{cell}"'
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if hidden in text:
            put(path, text.replace(hidden, f'<data value="{value}" data-cell="{cell}"'))
    mark = re.compile(rf'(<[a-z]+\b[^>]*data-cell="{re.escape(cell)}"[^>]*?) data-state="s"')
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if mark.search(text):
            put(path, mark.sub(rf'\1 data-value="{value}"', text))
    for path in folder.glob(f"donnees/valeurs/{scale}/{indicator}-*.json"):
        table = json.loads(path.read_text(encoding="utf-8"))
        codes = json.loads((folder / "donnees" / table["places"]).read_text(encoding="utf-8"))["codes"]
        if code in codes and vintage in table["vintages"]:
            at = table["vintages"].index(vintage)
            table["values"][at][0][codes.index(code)] = value
            put(path, json.dumps(table, ensure_ascii=False))
    for path in folder.rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        for row in book["Données"].iter_rows(min_row=3):
            if (row[1].value, row[3].value, str(row[7].value)) == (code, indicator, vintage) and row[11].value == "s":
                row[8].value, row[11].value = value, None
        path.unlink()
        book.save(path)


def keep_one_workbook(folder):
    kept = sorted(folder.glob("communes/*/*.xlsx"))[0]
    for path in folder.rglob("*.xlsx"):
        if path != kept:
            path.unlink()


def differences(report, public):
    """A secondary cell published again: what it protected is worked out. Two windows: so is a single year."""
    private = json.loads((HOME / "records" / "rapport" / "rapport.json").read_text(encoding="utf-8"))
    base = copy(public, "one-book")
    keep_one_workbook(base)
    before = findings(base)
    taken = [
        h for h in private["hidden"]
        if h["indicator"] == "parc.logements" and h["scale"] != "commune" and h["why"] != "threshold"
    ]
    for number, h in enumerate(taken[:3]):
        folder = copy(base, f"taken-{number}")
        cell = f"{h['scale']}:{h['code']}:parc.logements:{h['vintage']}"
        published_everywhere(folder, cell, round(h["value"]))
        new = beyond(findings(folder), before)
        deduced = [f for f in new if f[0] in ("recalcul", "zone")]
        report.expect(deduced, cell, f"published, what it protects is not worked out: {sorted(new)[:3]}")
        report.count("differences")
        # The same figure, published by an edition that a reader kept and hidden by this one.
        kept = beyond(findings(base, "--earlier", folder), before)
        report.expect(any(f[0] in ("recalcul", "zone") for f in kept), cell, f"published by an earlier edition, what it protects is not worked out: {sorted(kept)[:3]}")
        report.count("editions")
        shutil.rmtree(folder)
    same = beyond(findings(base, "--earlier", copy(base, "same")), before)
    report.expect(not same, "earlier edition", f"the same edition tells more with itself: {sorted(same)[:3]}")
    folder = copy(base, "windows")
    table = json.loads((folder / "donnees/valeurs/commune/attr.total-0.json").read_text(encoding="utf-8"))
    codes = json.loads((folder / "donnees" / table["places"]).read_text(encoding="utf-8"))["codes"]
    at, window = len(table["vintages"]) - 1, table["vintages"][-1]
    first, last = map(int, window.split("-"))
    code, value = next((c, v) for c, v in zip(codes, table["values"][at][0]) if isinstance(v, int) and v > 100)
    cell = f"commune:{code}:attr.total:{first}-{last - 1}"
    place = body(f'<data value="{value - 30}" data-cell="{cell}">{value - 30}</data>')(folder)
    new = [f for f in beyond(findings(folder), before) if f[0] == "fenetres"]
    report.expect(any(place in f[2] for f in new), place, f"two windows, and the year {last} alone is not told")
    report.count("differences")


def against(report, public):
    """A hidden value written in any file is found by its digits."""
    private = HOME / "records" / "rapport" / "rapport.json"
    before = findings(public, "--against", private)
    report.expect(not [f for f in before if f[0] == "rapport"], "untouched", "a hidden value is told where none stands")
    pages = "".join(p.read_text(encoding="utf-8") for p in public.rglob("donnees/valeurs/*/*.json"))
    hidden = json.loads(private.read_text(encoding="utf-8"))["hidden"]
    rare = next(
        str(h["value"]) for h in hidden
        if re.fullmatch(r"\d\.\d{3}", str(h["value"])) and str(h["value"]) not in pages
    )

    def archived(folder):
        path = sorted(folder.glob("communes/*/*.xlsx"))[0]
        path.unlink()
        source = sorted(public.glob("communes/*/*.xlsx"))[0]
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                new.writestr(item, old.read(item))
            new.writestr("xl/comments1.xml", f"<comments>{rare}</comments>")
        return str(path.relative_to(folder))

    def data(folder):
        path = folder / "donnees" / "atlas.json"
        put(path, path.read_text(encoding="utf-8")[:-1] + f',"n":{rare}}}')
        return "donnees/atlas.json"

    channels = {
        "text": body(f"<p>{rare.replace('.', ',')}</p>"),
        "attribute": body(f'<p class="n {rare}">x</p>'),
        "part of a workbook": archived,
        "data": data,
        "robots.txt": new_file("robots.txt", f"# {rare}\n"),
    }
    for name, plant in channels.items():
        folder = copy(public, "against")
        place = plant(folder)
        new = beyond(findings(folder, "--against", private), before)
        told = any(f[0] == "rapport" and place in f[2] for f in new)
        report.expect(told, place, f"--against: hidden value not found in {name}: {sorted(new)[:2]}")
        report.count("values sought")


def main():
    report = Report()
    if not ATLAS.exists():
        raise SystemExit(f"no binary at {ATLAS}: run the step release first")
    public = build().resolve()
    before = findings(public)
    for kind, message, files in sorted(before):
        if kind in ("fuite", "canaux"):
            report.finding(files[0], f"told of a site without a plant: {message}")
    same = copy(public, "resaved")
    workbook(lambda book: None)(same)
    report.expect(not beyond(findings(same), before), "resaved workbook", "rewritten without a plant, it is told to leak")
    for name, plant in PLANTS.items():
        folder = copy(public, "plant")
        try:
            place = plant(folder)
        except LookupError as error:
            report.finding(name, str(error))
            continue
        new = beyond(findings(folder), before)
        report.expect(any(place in f[2] for f in new), place, f"{name} not found; new findings: {sorted(new)[:2]}")
        report.count("plants")
    differences(report, public)
    against(report, public)
    report.end("plants", "differences", "editions", "values sought")


main()
