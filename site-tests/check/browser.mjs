// Reads the built site in a real Chromium, served from the loopback under the strict headers of production.
//
//   browser.mjs axe [URL] axe-core on each kind of page (whose address has URL), wide, narrow and in print: no violation;
//                         with SCREENS=1, a picture of each in WORK/screens
//   browser.mjs noscript  complete without JavaScript, no sideways scroll at 320 px, no request to another origin
//   browser.mjs print     sheets of each printed fiche, and the mentions on each of them; ten facts found on paper; extremes;
//                         packets reduced to a part, and of the reader's choice
//   browser.mjs sheets    the first of these alone, on any site
//
// Pictures and PDF stay in target/site-tests/ to be looked at.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const WORK = process.env.WORK;
const PUBLIC = fs.realpathSync(process.env.PUBLIC);
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png",
  ".woff2": "font/woff2", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 800 };

const seen = new Map();
const findings = [];
const count = (what, n = 1) => seen.set(what, (seen.get(what) ?? 0) + n);
const finding = (place, message) => findings.push(`${place}: ${message}`);
const expect = (truth, place, message) => (truth || finding(place, message), truth);

function serve(site = PUBLIC) {
  const server = http.createServer((request, response) => {
    const url = decodeURIComponent(new URL(request.url, "http://x").pathname);
    let file = path.join(site, path.normalize(url));
    if (url.endsWith("/")) file = path.join(file, "index.html");
    const headers = { "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" };
    fs.readFile(file, (error, bytes) => {
      if (error) return response.writeHead(404, headers).end();
      response.writeHead(200, { ...headers, "Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream" }).end(bytes);
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

// One page of each kind, and where a kind has many: the shortest, the heaviest, the one with the longest title,
// and one whose figures are all hidden.
const read = new Map(); // what was read of each site
function kinds(site = PUBLIC) {
  if (read.has(site)) return read.get(site);
  const folders = new Map();
  const walk = (folder, parts) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) walk(path.join(folder, entry.name), [...parts, entry.name]);
      else if (entry.name.endsWith(".html")) {
        const list = parts.length > 2 && parts.at(-1) === "residences" ? "/residences" : "";
        const kind = parts.length > 1 ? `${parts[0]}/*${list}` : `${parts[0] ?? ""}/`;
        const text = fs.readFileSync(path.join(folder, entry.name), "utf8");
        const url = entry.name === "index.html" ? `/${parts.map((p) => p + "/").join("")}` : `/${[...parts, entry.name].join("/")}`;
        if (!folders.has(kind)) folders.set(kind, []);
        folders.get(kind).push({
          kind, url, size: text.length, title: (text.match(/<title>([^<]*)/)?.[1] ?? "").length,
          states: (text.match(/data-state="s"/g) ?? []).length, figures: (text.match(/<data value="[^"]/g) ?? []).length,
        });
      }
    }
  };
  walk(site, []);
  const chosen = new Map();
  const top = (list, key) => [...list].sort((a, b) => key(b) - key(a) || (a.url < b.url ? -1 : 1))[0];
  for (const list of folders.values()) {
    const picks = list.length <= 2 ? list : [
      top(list, (p) => p.size), top(list, (p) => -p.size), top(list, (p) => p.title), top(list, (p) => p.states - 10 * p.figures),
    ];
    for (const p of picks) chosen.set(p.url, p);
  }
  read.set(site, { chosen: [...chosen.values()], all: [...folders.values()].flat(), folders });
  return read.get(site);
}

const slug = (url) => url.replace(/^\/|\/$/g, "").replace(/[^A-Za-z0-9_-]+/g, "_") || "accueil";

async function axe(browser, origin) {
  const source = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  const shots = path.join(WORK, "screens");
  fs.rmSync(shots, { recursive: true, force: true });
  if (process.env.SCREENS) fs.mkdirSync(shots, { recursive: true });
  for (const [mode, viewport, media] of [["wide", WIDE, "screen"], ["narrow", NARROW, "screen"], ["print", WIDE, "print"]]) {
    // Scripts are injected by the test, which the page's own policy would refuse.
    const context = await browser.newContext({ viewport, bypassCSP: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    // A whole page drawn without a graphics card, on a busy machine.
    page.setDefaultTimeout(180_000);
    await page.emulateMedia({ media });
    for (const { url } of kinds().chosen.filter((k) => k.url.includes(process.argv[3] ?? ""))) {
      await page.goto(origin + url, { waitUntil: "load" });
      await page.evaluate(source);
      const result = await page.evaluate(() =>
        window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
          rules: { "target-size": { enabled: !matchMedia("print").matches } } })); // nothing is pressed on paper
      count("readings");
      count("rules passed", result.passes.length);
      for (const v of result.violations)
        finding(`${mode} ${url}`, `${v.id}: ${v.help} (${v.nodes.length} × , first ${v.nodes[0].target.join(" ")}: ${v.nodes[0].failureSummary?.replace(/\s+/g, " ").slice(0, 200)})`);
      if (process.env.SCREENS) await page.screenshot({ path: path.join(shots, `${slug(url)}-${mode}.png`), fullPage: mode !== "print" });
    }
    await context.close();
  }
  expect((seen.get("rules passed") ?? 0) > 0, "axe", "no rule applied: nothing was proved");
}

async function noscript(browser, origin) {
  const bare = new Map(); // words of each page without JavaScript, at the same width
  for (const [mode, viewport, javaScriptEnabled] of [["narrow, no script", NARROW, false], ["narrow", NARROW, true], ["wide", WIDE, true]]) {
    const context = await browser.newContext({ viewport, javaScriptEnabled });
    const page = await context.newPage();
    let current = "";
    page.on("request", (r) => {
      count("requests");
      if (!r.url().startsWith(origin) && !/^(data|blob):/.test(r.url())) finding(`${mode} ${current}`, `request to another origin: ${r.url()}`);
    });
    page.on("response", (r) => r.status() >= 400 && finding(`${mode} ${current}`, `${r.status()} on ${r.url()}`));
    page.on("console", (m) => m.type() === "error" && finding(`${mode} ${current}`, `console: ${m.text().slice(0, 200)}`));
    page.on("pageerror", (e) => finding(`${mode} ${current}`, `script error: ${String(e).slice(0, 200)}`));
    for (const { url, figures } of kinds().chosen) {
      current = url;
      await page.goto(origin + url, { waitUntil: javaScriptEnabled ? "networkidle" : "load" });
      const facts = await page.evaluate(() => ({
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        words: (document.querySelector("main")?.innerText ?? "").split(/\s+/).length,
        figures: [...document.querySelectorAll("main data")].filter((d) => d.getAttribute("value") && d.checkVisibility()).length,
        cookies: document.cookie,
        wide: [...document.querySelectorAll("body *")].filter((e) => {
          if (e.closest(".scroll, svg")) return false;
          const r = e.getBoundingClientRect();
          return r.width > 0 && r.right > document.documentElement.clientWidth + 1;
        }).slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${e.className} ${Math.round(e.getBoundingClientRect().right)}px`),
      }));
      count("readings");
      expect(facts.overflow <= 0, `${mode} ${url}`, `the page scrolls sideways by ${facts.overflow} px: ${facts.wide.join(" | ")}`);
      expect(facts.cookies === "", `${mode} ${url}`, "a cookie was set");
      if (mode === "narrow" && !url.match(/carte|recherche|comparer|classement/))
        expect(bare.get(url) > 0.95 * facts.words, `${mode} ${url}`, `${facts.words} words with JavaScript, ${bare.get(url)} without`);
      if (!javaScriptEnabled) {
        bare.set(url, facts.words);
        expect(facts.words > 3, `${mode} ${url}`, `only ${facts.words} words without JavaScript`);
        if (figures > 0) expect(facts.figures > 0, `${mode} ${url}`, "no figure is visible without JavaScript");
      }
    }
    await context.close();
  }
}

const SHEETS = { residences: 2, iris: 4, qpv: 4, communes: 8, metropole: 8 }; // sides of a sheet
const PAPER = { width: 703, height: 980 }; // what A4 leaves between its margins, in CSS pixels
const normal = (text) => text.normalize("NFC").replace(/[\u2019]/g, "'").replace(/[\u00ad\u200b]/g, "").replace(/[\s\u00a0\u202f]+/g, " ").trim();

// Page heads of a packet, from the style sheet beside it.
function heads(site, url) {
  const file = path.join(site, url, "marges.css");
  if (!fs.existsSync(file)) return [];
  return [...fs.readFileSync(file, "utf8").matchAll(/@top-left \{ content: "((?:[^"\\]|\\.)*)"; \} @top-right \{ content: "((?:[^"\\]|\\.)*)"/g)]
    .map(([, place, vintage]) => ({ place: place.replace(/\\(.)/g, "$1"), vintage: vintage.replace(/\\(.)/g, "$1") }));
}

// Prints one page and reads the PDF: its sides, the mentions on each of them, its words against those of the page.
async function sheet(page, site, origin, url, out, sides, label) {
  const place = `${label}${url}`;
  const kind = url.split("/")[1];
  const fiche = kind === "metropole" || (kind in SHEETS && url.split("/").length > 3 && !url.endsWith("/residences/"));
  await page.goto(origin + url, { waitUntil: "load" });
  await page.emulateMedia({ media: "print" });
  const told = await page.evaluate(() => {
    const hidden = [...document.querySelectorAll("main .vh")]; // words for readers of screens
    for (const e of hidden) e.style.display = "none";
    const told = {
    ...document.documentElement.dataset,
    words: document.querySelector("main").innerText,
    wide: [...document.querySelectorAll("main *")].filter((e) => {
      if (e.closest("svg, .vh")) return false;
      const r = e.getBoundingClientRect();
      return r.width > 0 && r.right > document.documentElement.clientWidth + 1;
    }).slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${e.className} « ${e.textContent.trim().slice(0, 30)} »`),
    };
    for (const e of hidden) e.style.display = "";
    return told;
  });
  expect(told.wide.length === 0, place, `wider than the sheet: ${told.wide.join(" | ")}`);
  const file = path.join(out, `${label}${slug(url)}.pdf`);
  const began = Date.now();
  await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
  const took = Date.now() - began;
  const info = execFileSync("pdfinfo", [file], { encoding: "utf8" });
  const pages = Number(info.match(/^Pages:\s+(\d+)/m)[1]);
  expect(/A4/.test(info.match(/^Page size:.*$/m)?.[0] ?? ""), place, `not A4: ${info.match(/^Page size:.*$/m)?.[0]}`);
  count("documents");
  count("sides", pages);
  if (fiche) {
    sides[kind] = Math.max(sides[kind] ?? 0, pages);
    expect(pages <= SHEETS[kind], place, `${pages} sides printed, at most ${SHEETS[kind]} wanted`);
  }
  expect(told.place, place, "html has no data-place");
  expect(told.source, place, "html has no data-source");
  const own = heads(site, url);
  const used = new Map();
  const texts = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8", maxBuffer: 1 << 28 }).split("\f").slice(0, pages);
  texts.forEach((raw, i) => {
    const text = normal(raw);
    // A running line may wrap between the words of its neighbour: its words are looked for one by one.
    const bare = text.replace(/ /g, "");
    const says = (words) => normal(words).split(/[\s·–]+/).every((w) => bare.includes(w));
    const at = `${place} side ${i + 1}`;
    // The fiches of a packet have their own place and vintages at the head of their sides.
    const top = normal(raw.trimStart().split(/\n\s*\n/)[0]).replace(/ /g, "");
    const opens = (words) => normal(words).split(/[\s·–]+/).every((w) => top.includes(w));
    const head = own.findIndex((h) => opens(h.place) && opens(h.vintage));
    if (head >= 0) used.set(head, (used.get(head) ?? 0) + 1);
    else for (const what of ["place", "vintage"]) if (told[what]) expect(says(told[what]), at, `${what} missing: « ${told[what]} »`);
    for (const what of ["source", "confidential", "build"]) if (told[what]) expect(says(told[what]), at, `${what} missing: « ${told[what]} »`);
    expect(new RegExp(`\\b${i + 1} ?[/sur]+ ?${pages}\\b`).test(text), at, `no « ${i + 1} / ${pages} »`);
    expect(text.length > 250, at, "almost nothing on this side");
  });
  if (own.length) {
    count("heads of packets", own.length);
    for (const [i, n] of used) if (/^Fiche \d+ · Résidence/.test(own[i].place)) expect(n <= SHEETS.residences, place, `${n} sides in the packet for « ${own[i].place} »`);
    expect(used.size === own.length, place, `${own.length - used.size} fiches of the packet have no side with their head`);
    count(`seconds for ${own.length} fiches`, Math.round(took / 100) / 10);
  }
  // Every word of the page is on paper, hyphens and line ends apart.
  const paper = normal(execFileSync("pdftotext", ["-raw", file, "-"], { encoding: "utf8", maxBuffer: 1 << 28 })).replace(/[- ]/g, "");
  const lost = [...new Set(normal(told.words).split(/[\s-]+/))].filter((w) => w.length > 1 && !paper.toLowerCase().includes(w.toLowerCase()));
  count("words looked for", new Set(normal(told.words).split(/[\s-]+/)).size);
  expect(lost.length === 0, place, `words of the page missing on paper: ${lost.slice(0, 8).join(" ")}`);
}

// Ten facts that a member of the commission asks of a fiche of each kind: the words looked for, and the figure that must
// stand on their printed line, after them. They are asked in the order in which the sheet gives them.
const STOCK = [
  ["Parc", "parc.logements"], ["T3", "parc.typologie_part:t3"], ["HLM avant 1977", "parc.financement_part:hlm"], ["Loyer et charges", "parc.loyer_charges"],
];
const PEOPLE = [["65 ans et plus", "occ.age_part:65_plus"], ["Ménages percevant", "occ.apl"]];
const FACTS = {
  residences: [...STOCK, ["Étiquettes A à C", "parc.dpe_ac"], ["Mobilité", "parc.mobilite"], ...PEOPLE, ["École primaire", "env.distance:ecole"], ["classe de fragilité", "fragilite.classe"]],
  iris: [...STOCK, ["Vacance totale", "parc.vacance"], ...PEOPLE, ["Publics prioritaires", "attr.prioritaires"], ["Classe de fragilité", "fragilite.classe"], ["Revenu médian", "fragilite.revenu"]],
  qpv: [...STOCK, ...PEOPLE, ["Ménages des quartiles 2 à 4", "attr.q234_qpv"], ["Taux d'emploi", "cadrage.emploi"], ["Classe de fragilité", "fragilite.classe"], ["Taux de pauvreté", "fragilite.pauvrete"]],
  communes: [...STOCK, ["Vacance totale", "parc.vacance"], ...PEOPLE, ["Ménages du 1er quartile", "attr.q1_hors_qpv"], ["Publics prioritaires", "attr.prioritaires"], ["Revenu médian", "fragilite.revenu"]],
  metropole: [...STOCK, ["Vacance totale", "parc.vacance"], ...PEOPLE, ["Ménages du 1er quartile", "attr.q1_hors_qpv"], ["Publics prioritaires", "attr.prioritaires"], ["Revenu médian", "fragilite.revenu"]],
};

// Looks on paper for the ten facts of a fiche; the first of its kind, in the order of addresses, that publishes them all.
async function facts(page, origin, kind, out) {
  const urls = kinds(PUBLIC).all.map((p) => p.url).filter((u) => u.split("/")[1] === kind && (kind === "metropole" ? u === "/metropole/" : u.split("/").length === 4)).sort();
  for (const url of urls) {
    await page.goto(origin + url, { waitUntil: "load" });
    const told = await page.evaluate(([asked, code, quartier]) => {
      const last = (id) => [...document.querySelectorAll(`main :is(tr, .bar, .sub) data`)]
        .filter((d) => d.getAttribute("value") && new RegExp(`^(?:[a-z]+:${code}|${quartier}):${id}:[0-9-]+$`).test(d.dataset.cell ?? "") && !d.closest(".series"))
        .filter((d) => d.closest(".me, .bar, .sub, .goals, .eq, .near") && d.checkVisibility()).map((d) => d.textContent.trim())[0];
      return asked.map(([, id]) => last(id));
    }, [FACTS[kind], kind === "metropole" ? "[^:]+" : url.split("/")[2], kind === "residences" ? "iris:[^:]+" : "-"]);
    // Ten figures unlike one another, of two signs at least: another fact cannot pass for the one that is looked for.
    if (told.some((value) => value === undefined || value.length < 2) || new Set(told).size < told.length) continue;
    const file = path.join(out, `facts-${kind}.pdf`);
    await page.emulateMedia({ media: "print" });
    await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
    const text = (raw) => raw.normalize("NFC").replace(/[\u2019]/g, "'").replace(/[\u00a0\u202f]/g, " ");
    const lines = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).split("\f").flatMap((side, i) => side.split("\n").map((line) => [i + 1, text(line)]));
    const exact = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, " ?");
    const places = FACTS[kind].map(([words, id], i) => {
      // Between the words and their figure: the end of the label and its unit, a base, a count.
      const near = new RegExp(`(?<![\\p{L}\\d])${exact(words)}(?![\\p{L}\\d])[^\\d\\n]{0,70}(?:[\\d ]*\\d +[^\\d\\n]{0,24}|[1-5] sur 5[^\\d\\n]*)?${exact(text(told[i]))}(?![\\d,])`, "u");
      const at = lines.findIndex(([, line]) => near.test(line));
      if (expect(at >= 0, url, `not found on paper beside « ${words} »: ${id} ${told[i]}`)) count("facts found on paper");
      return at < 0 ? "?" : `${words} ${told[i]}: side ${lines[at][0]}`;
    });
    console.log(`${url}: ${places.join("; ")}`);
    return;
  }
  finding(kind, "no fiche publishes the ten facts");
}

// `minimal` with the longest plausible names and addresses laid over it.
function extremes() {
  const root = process.env.ROOT ?? path.join(import.meta.dirname, "../..");
  const home = path.join(WORK, "extremes");
  fs.rmSync(home, { recursive: true, force: true });
  for (const name of ["minimal", "extremes"]) fs.cpSync(path.join(root, "site-tests", name), path.join(home, "site"), { recursive: true });
  execFileSync(process.env.ATLAS, ["build", "--site", path.join(home, "site"), "--out", path.join(home, "public"), "--quiet"], { stdio: ["ignore", "ignore", "ignore"] });
  return fs.realpathSync(path.join(home, "public"));
}

// `atlas pdf`: tagged, in French, titled, and nothing of this machine inside.
function tagged(out, url) {
  const file = path.join(out, `atlas-pdf-${slug(url)}.pdf`);
  execFileSync(process.env.ATLAS, ["pdf", url, "--out", file, "--public", PUBLIC], { stdio: "ignore" });
  const bytes = fs.readFileSync(file, "latin1");
  const info = execFileSync("pdfinfo", [file], { encoding: "utf8" });
  const tree = execFileSync("pdfinfo", ["-struct", file], { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  expect(/^Tagged:\s+yes/m.test(info), url, "atlas pdf: not tagged");
  expect(/^Title:\s+\S/m.test(info), url, "atlas pdf: no title");
  expect(/\/Lang \(fr\)/.test(bytes), url, "atlas pdf: no language");
  for (const tag of ["H1", "H2", "TH", "TD", "Figure"]) expect(new RegExp(`^\\s*${tag}\\b`, "m").test(tree), url, `atlas pdf: no ${tag} in its structure`);
  const figures = [...bytes.matchAll(/\d+ 0 obj\n(?:(?!endobj)[^])*?\/S \/Figure\b(?:(?!endobj)[^])*endobj/g)].map((m) => m[0]);
  expect(figures.length > 0 && figures.every((f) => /\/Alt\b/.test(f)), url, `atlas pdf: ${figures.filter((f) => !/\/Alt\b/.test(f)).length} of ${figures.length} figures without alternative text`);
  expect(!/file:\/\//.test(bytes), url, "atlas pdf: carries a path of this machine");
  // What PDF/A-2b asks beyond what the browser writes: see src/pdf/archive.rs.
  const xmp = execFileSync("pdfinfo", ["-meta", file], { encoding: "utf8" });
  expect(/<pdfaid:part>2</.test(xmp) && /<pdfaid:conformance>B</.test(xmp), url, "atlas pdf: its metadata does not say PDF/A-2b");
  const title = info.match(/^Title:\s+(.*)$/m)?.[1];
  expect(title && xmp.includes(`>${title.replace(/&/g, "&amp;")}<`), url, "atlas pdf: its metadata has another title");
  expect(/\/S \/GTS_PDFA1\b[^>]*\/DestOutputProfile \d+ 0 R/.test(bytes), url, "atlas pdf: no output intent");
  expect(/\/ID \[<[0-9a-f]{32}> <[0-9a-f]{32}>\]>>\s+startxref\s+\d+\s+%%EOF\s*$/.test(bytes), url, "atlas pdf: no identifier");
  expect(/^Encrypted:\s+no/m.test(info) && /^JavaScript:\s+no/m.test(info) && /^Form:\s+none/m.test(info), url, "atlas pdf: encrypted, scripted or a form");
  const fonts = execFileSync("pdffonts", [file], { encoding: "utf8" }).trim().split("\n").slice(2);
  expect(fonts.length > 0 && fonts.every((f) => /\syes (?:yes|no) +(?:yes|no) +\d+ +\d+$/.test(f)), url, `atlas pdf: a font is not embedded: ${fonts.find((f) => !/\syes (?:yes|no) +(?:yes|no) +\d+ +\d+$/.test(f))}`);
  count("tagged documents");
}

// A packet reduced to a landlord, an IRIS or a QPV by its address alone: its fiches, those of their quartiers, and the same
// list in the contents.
async function parts(page, origin) {
  const done = new Set();
  for (const { url } of kinds().all.filter((p) => /^\/(residences|iris|qpv)\/[^/]+\/$|^\/seances\/bailleurs\/./.test(p.url))) {
    const kind = url.split("/")[1];
    if (kind === "residences" || done.has(kind)) continue;
    await page.goto(origin + url, { waitUntil: "load" });
    const link = page.locator(`main a[href*="seances/communes/"][href*="#"]`).first();
    if (!(await link.count())) continue;
    const target = await link.getAttribute("href");
    await page.goto(new URL(target, origin + url).href, { waitUntil: "load" });
    const told = await page.evaluate(() => {
      const seen = (e) => e.checkVisibility();
      const text = (e, selector) => e.querySelector(selector)?.textContent.trim();
      return {
        said: [...document.querySelectorAll(".part")].filter(seen).map((e) => e.textContent.trim()),
        all: document.querySelectorAll(".fiche").length,
        fiches: [...document.querySelectorAll(".fiche")].filter(seen).map((f) => ({
          code: text(f, ".kind .code"), residence: f.classList.contains("residence"), identity: text(f, ".id"),
        })),
        rows: [...document.querySelectorAll(".contents tbody tr:not(.grp)")].filter(seen).map((r) => text(r, ".code")),
        total: [...document.querySelectorAll("main .all")].filter(seen).length,
      };
    });
    const place = `${url} → ${target}`;
    const own = told.fiches.filter((f) => f.residence);
    expect(told.said.length === 1, place, `${told.said.length} parts are said`);
    expect(own.length > 0 && told.fiches.length > own.length, place, `${own.length} residences of ${told.fiches.length} fiches`);
    expect(told.total === 0, place, "the size of the whole packet stays in the part");
    if (kind !== "seances") {
      const code = url.split("/")[2];
      expect(own.every((f) => f.identity.includes(code)), place, "a residence of elsewhere is in the part");
      expect(told.fiches.some((f) => f.code === code), place, "the quartier itself is not in its part");
      expect(told.all > told.fiches.length, place, "nothing is left out");
    }
    expect(told.rows.join() === told.fiches.map((f) => f.code).join(), place, `the contents say ${told.rows.length} fiches of ${told.fiches.length}`);
    count("parts of packets");
    if (kind !== "seances" || target.includes("#b-")) done.add(kind);
    if (done.size === 3) return;
  }
  finding("parts", `only ${[...done].join(", ")} have one`);
}

// The packet of the reader's own choice: filled from a fiche and from a long list, composed, printed, sent to a colleague,
// and printed again by `atlas pdf` from its address.
async function choice(browser, origin, out) {
  const context = await browser.newContext({ viewport: WIDE });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (e) => problems.push(e.message));
  page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
  const fiches = (kind) => kinds().all.map((p) => p.url).filter((u) => new RegExp(`^/${kind}/[^/]+/$`).test(u));
  const place = "packet of choice";
  await page.goto(origin + fiches("residences")[0]);
  await page.locator("button.act").click();
  expect((await page.locator("button.act").textContent()) === "Retirer du dossier", place, "the fiche is not added");
  // The commune with the longest list: its fiche has only the beginning.
  const long = kinds().all.map((p) => p.url).find((u) => /^\/communes\/[^/]+\/residences\/$/.test(u));
  if (long) {
    await page.goto(origin + long.replace(/residences\/$/, ""));
    const listed = await page.locator('main a[href*="residences/"]').evaluateAll((all) => new Set(all.map((a) => a.href)).size);
    await page.locator("button.act").click();
    await page.waitForFunction(() => document.querySelector("button.act").textContent.startsWith("Ajouter") && document.querySelector(".actions + .note").textContent.includes("laissée") || document.querySelector("button.act").textContent.startsWith("Retirer"));
    const kept = await page.evaluate(() => JSON.parse(localStorage.getItem(Object.keys(localStorage).find((k) => k.startsWith("dossier:")))).length);
    expect(kept === 60 || kept > listed, place, `${kept} residences kept of a list whose beginning has ${listed}`);
  }
  await page.goto(`${origin}/seances/`);
  const names = await page.locator(".picks li a").evaluateAll((all) => all.map((a) => [a.textContent, a.href.split("/").at(-2)]));
  expect(names.length > 1 && names.every(([name, code]) => name !== code), place, "residences are listed by their code");
  // Few enough to print in a test.
  while ((await page.locator(".picks button").count()) > 5) await page.locator(".picks button").last().click();
  await page.locator(".picks button").nth(1).click();
  expect(await page.evaluate(() => document.activeElement.closest(".picks") !== null), place, "the focus is lost after a removal");
  await page.getByRole("button", { name: "Composer le dossier" }).click();
  await page.waitForFunction(() => document.documentElement.classList.contains("has-packet"));
  const told = await page.evaluate(() => ({
    residences: document.querySelectorAll(".composed .fiche.residence").length,
    fiches: [...document.querySelectorAll(".composed .fiche")].map((f) => f.querySelector(".kind .code").textContent),
    rows: [...document.querySelectorAll(".composed .contents tbody tr:not(.grp) .code")].map((c) => c.textContent),
    twice: [...document.querySelectorAll("[id]")].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i),
    link: document.querySelector(".permalink input").value,
  }));
  expect(told.residences === 4, place, `${told.residences} residences composed of 4`);
  expect(told.fiches.length > 4 && new Set(told.fiches).size === told.fiches.length, place, "a quartier is missing, or twice there");
  expect(told.rows.join() === told.fiches.join(), place, "the contents differ from the fiches");
  expect(told.twice.length === 0, place, `identifiers used twice: ${told.twice.slice(0, 4).join(" ")}`);
  const printed = (file, how) => {
    const sides = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8", maxBuffer: 1 << 28 }).split("\f");
    const heads = new Set(sides.map((s) => s.trimStart().match(/^Fiche (\d+) ·/)?.[1]).filter(Boolean));
    expect(heads.size === told.fiches.length, place, `${how}: ${heads.size} fiches have their number on paper, of ${told.fiches.length}`);
  };
  const file = path.join(out, "choice.pdf");
  await page.emulateMedia({ media: "print" });
  await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
  printed(file, "browser");
  const alone = path.join(out, "choice-atlas-pdf.pdf");
  execFileSync(process.env.ATLAS, ["pdf", told.link, "--out", alone, "--public", PUBLIC], { stdio: "ignore" });
  printed(alone, "atlas pdf");
  expect(/^Tagged:\s+yes/m.test(execFileSync("pdfinfo", [alone], { encoding: "utf8" })), place, "atlas pdf: not tagged");
  // A colleague who has none sees the choice of the address, and may keep it.
  const other = await browser.newContext({ viewport: NARROW });
  const colleague = await other.newPage();
  await colleague.goto(told.link);
  await colleague.waitForFunction(() => document.documentElement.classList.contains("has-packet"));
  expect((await colleague.locator(".picks li a").count()) === 4 && (await colleague.locator(".picks button").count()) === 0, place, "the address does not show its own choice");
  await colleague.getByRole("button", { name: "Garder ces résidences" }).click();
  expect((await colleague.locator(".picks button").count()) === 4, place, "the choice of the address is not kept");
  await other.close();
  expect(problems.length === 0, place, problems.slice(0, 3).join(" | "));
  count("packets of choice");
  await context.close();
}

// Each kind of page printed, on any site: its extremes.
async function sheets(browser, origin, folder = "pdf-sheets") {
  const out = path.join(WORK, folder);
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  const context = await browser.newContext({ viewport: PAPER, javaScriptEnabled: false });
  const page = await context.newPage();
  const sides = {};
  for (const { url } of kinds(PUBLIC).chosen) await sheet(page, PUBLIC, origin, url, out, sides, "");
  for (const kind of Object.keys(SHEETS).filter((kind) => kind !== "qpv" || kinds(PUBLIC).folders.has("qpv/*"))) expect(sides[kind], kind, "no fiche of this kind was printed");
  console.log("most sides per kind:", JSON.stringify(sides));
  return { context, page, out };
}

async function print(browser, origin) {
  const { context, page, out } = await sheets(browser, origin, "pdf");
  for (const kind of Object.keys(FACTS)) await facts(page, origin, kind, out);
  const site = extremes();
  const server = await serve(site);
  const far = {};
  for (const { url } of kinds(site).all.filter((p) => /^\/(residences|iris|qpv|communes|metropole|seances)\//.test(p.url)))
    await sheet(page, site, `http://127.0.0.1:${server.address().port}`, url, out, far, "extremes-");
  server.close();
  console.log("extremes:", JSON.stringify(far));
  const residence = kinds(PUBLIC).chosen.find((p) => /^\/residences\/[^/]+\/$/.test(p.url));
  tagged(out, residence.url.replace(/^\/|\/$/g, ""));
  await parts(page, origin);
  await context.close();
  await choice(browser, origin, out);
}

const commands = { axe, noscript, print, sheets };
const command = commands[process.argv[2]];
if (!command) {
  console.error(`usage: browser.mjs ${Object.keys(commands).join("|")}`);
  process.exit(2);
}
const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((p) => fs.existsSync(p));
const server = await serve();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"] });
try {
  await command(browser, `http://127.0.0.1:${server.address().port}`);
} finally {
  await browser.close();
  server.close();
}
expect(seen.size > 0, "check", "nothing was read");
for (const line of findings.slice(0, 60)) console.log(line);
if (findings.length > 60) console.log(`… and ${findings.length - 60} more`);
console.log([...seen].map(([what, n]) => `${n} ${what}`).join(", ") + (findings.length ? `; ${findings.length} findings` : ""));
process.exit(findings.length ? 1 : 0);
