"""Reads every page, style sheet and picture of the built site: all links and anchors resolve, nothing comes from elsewhere,
nothing is inline, and each page has its own title, one first-level heading, a language and a skip link.

What stands several times in a page is read once; a finding gives the first line it stands on."""

import collections
import html
import posixpath
import re
import sys
import urllib.parse

from common import TAG, Report, files, line, pages, parsed, public, written

LINKS = {"href", "src", "action", "poster", "data", "cite", "formaction", "xlink:href"}
FETCHED = {("link", "href"), ("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("use", "href"),
           ("image", "href"), ("video", "src"), ("object", "data"), ("form", "action"), ("video", "poster")}
CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
# Most tags have nothing that is looked for: they are set apart before they are parsed.
TOLD = re.compile(rf"\s(?:id|srcset|style|on\w*|{'|'.join(sorted(LINKS))})(?![\w:-])|<(?:h1|html|style|script)\b", re.I)
TITLE = re.compile(r"<title\b[^>]*>(.*?)</title>", re.S)
# Marks drawn by the thousand differ by their place and their cell only: they are read up to what they repeat.
MARK = r'<use href="#[\w-]+"(?=(?: (?:x|y|transform|data-cell|data-state)="[^"]*")++ ?/?>)'
LOOKED_AT = re.compile(rf"{MARK}|{TAG.pattern}", re.S)
KEPT = 100_000  # tags remembered from page to page

report = Report()
base = public()
known = {str(p) for p in files(base)}
names = [str(path.relative_to(base)) for path in pages()]
anchors, titles, leads = {}, {}, {name: set() for name in names}
wanted = collections.defaultdict(list)  # (page, identifier) → the links of other pages that lead there
resolved, remembered = {}, {}


def target(page, url):
    """The file of the site a link of `page` leads to, or None when it leads out; what stands after it; what is wrong with it."""
    folder, rest = page.rpartition("/")[0], url
    while folder and rest.startswith("../"):  # pages side by side have the same links: they are resolved once
        folder, rest = folder.rpartition("/")[0], rest[3:]
    if rest[:1] not in ("", "/", "#", "?") and (folder, rest) in resolved:
        return resolved[folder, rest]
    parts = urllib.parse.urlsplit(url)
    if parts.scheme or parts.netloc:
        return None, parts, None
    path = urllib.parse.unquote(parts.path)
    if not path:
        return page, parts, None
    wrong = None
    if path.startswith("/"):
        # The page of an unknown address is served at any depth: it alone counts from the root.
        if page != "404.html":
            wrong = f"link « {url} » is not relative: it breaks when the site is mounted elsewhere"
        path = path.lstrip("/")
        joined = posixpath.normpath(path)
    else:
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    if joined.startswith(".."):
        return None, parts, f"link « {url} » leaves the site"
    if path.endswith("/") or joined in (".", "") or f"{joined}/index.html" in known:
        joined = posixpath.normpath(posixpath.join(joined, "index.html"))
    joined = sys.intern(joined)
    if not url.startswith("/"):
        resolved[folder, rest] = joined, parts, None
    return joined, parts, wrong


def place(name, start):
    """Where a finding is told: the page, and the line on which this stands first."""
    return f"{name}:{line(written(base / name), start)}"


def facts(tag):
    """What there is to look at in a tag: its name, its attributes, its links, what it may not have. None: nothing."""
    if not TOLD.search(tag):
        return None
    name, attributes = parsed(tag)
    wrong, urls = [], []
    if name == "style":
        wrong.append("inline style sheet")
    if name == "script" and "src" not in attributes and "json" not in (attributes.get("type") or ""):
        wrong.append("inline script")
    for key, value in attributes.items():
        if key == "style" or key.startswith("on"):
            wrong.append(f"inline {key} on {name}")
        if key == "srcset":
            urls.extend((key, part.split()[0]) for part in (value or "").split(",") if part.strip())
        elif key in LINKS and not (key == "data" and name != "object"):
            urls.append((key, value or ""))
    return name, attributes, urls, wrong


def follow(name, start, tag, attributes, key, url, n):
    """One link of a page, that stands there `n` times."""
    def where():
        return place(name, start)
    report.count("links", n)
    to, parts, wrong = target(name, url)
    if wrong:
        report.finding(where(), wrong)
    if to is None:
        if parts.scheme in ("mailto", "tel"):
            return
        if parts.scheme == "data" and (tag == "img" or attributes.get("rel") == "icon"):
            return
        report.finding(where(), f"« {url} » leads to a third party" if (tag, key) in FETCHED or parts.netloc
                       else f"« {url} »: scheme not expected")
        return
    if to not in known:
        report.finding(where(), f"« {url} » leads to nothing ({to})")
    elif parts.fragment:
        report.count("anchors", n)
        fragment = urllib.parse.unquote(parts.fragment) if "%" in parts.fragment else parts.fragment
        if to != name:
            wanted[to, fragment].append((name, start, url))
        elif fragment not in anchors[name]:
            report.finding(where(), f"anchor « {url} » is not in {to}")
    if tag == "a" and key == "href" and url and to in leads:
        leads[name].add(to)


for name in names:
    report.count("pages")
    text = written(base / name)
    found = [tag for tag in LOOKED_AT.findall(text) if not tag.startswith("<!")]
    opened = text.count("<") - text.count("</") - text.count("<!")
    report.expect(opened == len(found), name, f"{opened} tags open, {len(found)} could be read")
    looked = []
    for tag, n in collections.Counter(found).items():
        if tag in remembered:
            told = remembered[tag]
        else:
            if len(remembered) > KEPT:
                remembered.clear()
            told = remembered[tag] = facts(tag)
        if told:
            looked.append((tag, n, *told))
    anchors[name] = ids = {}
    for _, n, _, attributes, _, _ in looked:
        if attributes.get("id"):
            ids[attributes["id"]] = ids.get(attributes["id"], 0) + n
    for double in (i for i, n in ids.items() if n > 1):
        report.finding(name, f"identifier « {double} » given twice")
    one = sum(n for _, n, tag, _, _, _ in looked if tag == "h1")
    report.expect(one == 1, name, f"{one} first-level headings instead of one")
    lang = next((attributes.get("lang") for _, _, tag, attributes, _, _ in looked if tag == "html"), None)
    report.expect(lang == "fr", name, "no lang=\"fr\" on html")
    title = TITLE.search(text, 0, text.find("</head>"))  # a drawing has titles too
    title = html.unescape(re.sub(r"<[^>]*>", "", title.group(1))).strip() if title else ""
    report.expect(title, name, "no title")
    titles.setdefault(title, []).append(name)
    first = next((parsed(tag)[1] for tag in found if re.match(r"<a[\s>]", tag)), {})
    report.expect(first.get("href", "").startswith("#"), name, "no skip link first")
    for start, n, tag, attributes, urls, wrong in looked:
        for message in wrong:
            report.finding(place(name, start), message)
        for key, url in urls:
            follow(name, start, tag, attributes, key, url, n)

for (to, fragment), links in wanted.items():
    if to in anchors and fragment not in anchors[to]:
        for name, start, url in links:
            report.finding(place(name, start), f"anchor « {url} » is not in {to}")

for title, alike in titles.items():
    report.expect(len(alike) == 1, alike[0], f"title « {title} » shared by {len(alike)} pages (also {alike[-1]})")

for name in sorted(known):
    if name.endswith((".css", ".svg")):
        report.count("style sheets and pictures")
        for found in CSS_URL.findall((base / name).read_text(encoding="utf-8")):
            url = found[0] or found[1]
            if url.startswith(("data:", "#")):
                continue
            to, _, wrong = target(name, url)
            report.expect(to in known and not wrong, name, f"« {url} » leads to nothing, or elsewhere")

# Every page is reached from the home page by links alone.
reached, queue = {"index.html"}, ["index.html"]
while queue:
    new = leads[queue.pop()] - reached
    reached |= new
    queue.extend(new)
for name in sorted(set(leads) - reached):
    report.expect(name in ("404.html", "401.html", "50x.html"), name, "no link leads to this page")
report.end("pages", "links", "anchors", "style sheets and pictures")
