"""Reads every page, style sheet and picture of the built site: all links and anchors resolve, nothing comes from elsewhere,
nothing is inline, and each page has its own title, one first-level heading, a language and a skip link."""

import posixpath
import re
import urllib.parse

from common import Report, elements, files, pages, public

LINKS = {"href", "src", "action", "poster", "data", "cite", "formaction", "xlink:href"}
FETCHED = {("link", "href"), ("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("use", "href"),
           ("image", "href"), ("video", "src"), ("object", "data"), ("form", "action"), ("video", "poster")}
CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")

report = Report()
base = public()
known = {str(p) for p in files(base)}
readers, anchors, titles = {}, {}, {}
for path in pages():
    name = str(path.relative_to(base))
    readers[name] = found = elements(path)
    ids = [e.attributes["id"] for e in found if e.attributes.get("id")]
    anchors[name] = set(ids)
    for double in {i for i in ids if ids.count(i) > 1} if len(ids) != len(set(ids)) else ():
        report.finding(name, f"identifier « {double} » given twice")


def target(page, url):
    """The file of the site a link of `page` leads to, or None when it leads out."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme or parts.netloc:
        return None, parts
    path = urllib.parse.unquote(parts.path)
    if not path:
        return page, parts
    if path.startswith("/"):
        # The page of an unknown address is served at any depth: it alone counts from the root.
        report.expect(page == "404.html", page, f"link « {url} » is not relative: it breaks when the site is mounted elsewhere")
        path = path.lstrip("/")
        joined = posixpath.normpath(path)
    else:
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    if joined.startswith(".."):
        report.finding(page, f"link « {url} » leaves the site")
        return None, parts
    if path.endswith("/") or joined in (".", "") or f"{joined}/index.html" in known:
        joined = posixpath.normpath(posixpath.join(joined, "index.html"))
    return joined, parts


for name, found in readers.items():
    report.count("pages")
    one = [e for e in found if e.tag == "h1"]
    report.expect(len(one) == 1, name, f"{len(one)} first-level headings instead of one")
    html = next((e for e in found if e.tag == "html"), None)
    report.expect(html is not None and html.attributes.get("lang") == "fr", name, "no lang=\"fr\" on html")
    title = next((e.text.strip() for e in found if e.tag == "title"), "")
    report.expect(title, name, "no title")
    titles.setdefault(title, []).append(name)
    first = next((e for e in found if e.tag == "a"), None)
    report.expect(first is not None and first.attributes.get("href", "").startswith("#"), name, "no skip link first")
    for e in found:
        where = f"{name}:{e.line}"
        if e.tag == "style":
            report.finding(where, "inline style sheet")
        if e.tag == "script" and "src" not in e.attributes and "json" not in (e.attributes.get("type") or ""):
            report.finding(where, "inline script")
        for key, value in e.attributes.items():
            if key == "style" or key.startswith("on"):
                report.finding(where, f"inline {key} on {e.tag}")
            if key == "srcset":
                urls = [part.split()[0] for part in (value or "").split(",") if part.strip()]
            elif key in LINKS and not (key == "data" and e.tag != "object"):
                urls = [value or ""]
            else:
                continue
            for url in urls:
                report.count("links")
                to, parts = target(name, url)
                if to is None:
                    if parts.scheme in ("mailto", "tel"):
                        continue
                    if parts.scheme == "data" and (e.tag == "img" or e.attributes.get("rel") == "icon"):
                        continue
                    report.finding(where, f"« {url} » leads to a third party" if (e.tag, key) in FETCHED or parts.netloc
                                   else f"« {url} »: scheme not expected")
                elif to not in known:
                    report.finding(where, f"« {url} » leads to nothing ({to})")
                elif parts.fragment:
                    report.count("anchors")
                    fragment = urllib.parse.unquote(parts.fragment)
                    if to in anchors:
                        report.expect(fragment in anchors[to], where, f"anchor « {url} » is not in {to}")

for title, names in titles.items():
    report.expect(len(names) == 1, names[0], f"title « {title} » shared by {len(names)} pages (also {names[-1]})")

for name in sorted(known):
    if name.endswith((".css", ".svg")):
        report.count("style sheets and pictures")
        text = (base / name).read_text(encoding="utf-8")
        for found in CSS_URL.findall(text):
            url = found[0] or found[1]
            if url.startswith(("data:", "#")):
                continue
            to, parts = target(name, url)
            report.expect(to in known, name, f"« {url} » leads to nothing, or elsewhere")

# Every page is reached from the home page by links alone.
reached, queue = {"index.html"}, ["index.html"]
while queue:
    name = queue.pop()
    for e in readers[name]:
        if e.tag == "a" and e.attributes.get("href"):
            to, _ = target(name, e.attributes["href"])
            if to in readers and to not in reached:
                reached.add(to)
                queue.append(to)
for name in sorted(set(readers) - reached):
    report.expect(name in ("404.html", "401.html", "50x.html"), name, "no link leads to this page")
report.end("pages", "links", "anchors", "style sheets and pictures")
