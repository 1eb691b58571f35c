// Uses the interactive parts of the built site as a reader would: search, map, comparison, ranking, sortable tables; with the
// mouse and with the keyboard, wide and narrow, without JavaScript and without WebGL, under the strict headers of production.
//
//   PUBLIC=… WORK=… [ATLAS=…] node site-tests/browser/interactive.mjs [--fluid] [NAME]
//
// NAME chooses the tests whose name has it. `--fluid` runs only what a large site must pass: opening, moving, searching.
// No violation of the content policy, none of axe-core, no request to another origin. Pictures stay in WORK to be looked at.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const PUBLIC = fs.realpathSync(process.env.PUBLIC);
const SHOTS = path.join(process.env.WORK ?? "target/site-tests", "interactive");
fs.mkdirSync(SHOTS, { recursive: true });
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".json": "application/json", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};
const ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const read = (name) => JSON.parse(fs.readFileSync(path.join(PUBLIC, "donnees", name), "utf8"));

let sent = []; // every answer: path and compressed bytes
const server = http.createServer((request, response) => {
  const url = decodeURIComponent(new URL(request.url, "http://x").pathname);
  let file = path.join(PUBLIC, path.normalize(url));
  if (url.endsWith("/")) file = path.join(file, "index.html");
  const headers = { "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" };
  fs.readFile(file, (error, bytes) => {
    if (error) return response.writeHead(url === "/favicon.ico" ? 204 : 404, headers).end();
    const small = zlib.gzipSync(bytes);
    sent.push({ path: url, bytes: small.length });
    response.writeHead(200, { ...headers, "Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream", "Content-Encoding": "gzip" }).end(small);
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const ORIGIN = `http://127.0.0.1:${server.address().port}`;

const fluid = process.argv.includes("--fluid");
/** Times are told beside their aim, never judged: they depend on what else the machine does. */
const timed = (ms, aim) => `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms (aim ${aim})`;
const load = `load ${os.loadavg()[0].toFixed(1)} on ${os.cpus().length} cores`;

const findings = [];
let passed = 0;
function expect(truth, message) {
  if (truth) passed += 1;
  else findings.push(message);
  return truth;
}

/** Opens a page whose console, requests and policy are watched. */
async function page(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, bypassCSP: false, ...options });
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  const out = await context.newPage();
  out.setDefaultTimeout(60_000);
  out.problems = [];
  out.on("pageerror", (e) => out.problems.push(`error: ${e.message}`));
  out.on("console", (m) => m.type() === "error" && out.problems.push(`console: ${m.text()}`));
  out.on("request", (r) => {
    if (!r.url().startsWith(ORIGIN) && !r.url().startsWith("data:") && !r.url().startsWith("blob:")) out.problems.push(`foreign request: ${r.url()}`);
  });
  out.on("response", (r) => r.status() >= 400 && out.problems.push(`${r.status()} ${r.url()}`));
  return out;
}

async function close(p, name) {
  const violations = await p.evaluate(() => window.violations).catch(() => []);
  expect(!violations.length, `${name}: content policy: ${violations.join("; ")}`);
  expect(!p.problems.length, `${name}: ${p.problems.join("; ")}`);
  await p.context().close();
}

/** axe-core in the state the page is in; it is not part of the site, so it comes through the debugger. */
async function axe(p, name) {
  const client = await p.context().newCDPSession(p);
  await client.send("Runtime.evaluate", { expression: AXE });
  const { violations } = await p.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const v of violations) findings.push(`${name}: axe ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`);
  if (!violations.length) passed += 1;
}

const shot = (p, name) => p.screenshot({ path: path.join(SHOTS, `${name}.png`) });
const settled = (p) =>
  p.waitForFunction(() => {
    const map = document.querySelector("[data-tool=carte]")?.map;
    return map?.loaded() && !map.isMoving() && performance.getEntriesByName("carte-entiere").length;
  });
/** Slowest answer of the header's field to a few words, typed twice: the files are there the second time. */
async function typing(p) {
  const input = p.locator("form.seek input");
  for (const text of ["rue", "bou", "resid", "place gar"]) {
    for (let i = 0; i < 2; i++) {
      await p.evaluate((last) => last && performance.clearMeasures("recherche"), i);
      await input.fill("");
      await input.fill(text);
      await p.waitForFunction(() => performance.getEntriesByName("recherche").length);
    }
  }
  return p.evaluate(() => Math.max(...performance.getEntriesByName("recherche").map((m) => m.duration)));
}
/** Text of each sheet of a printed page, read by poppler; nothing where it is not there. */
function sheets(pdf, name) {
  const file = path.join(SHOTS, `${name}.pdf`);
  fs.writeFileSync(file, pdf);
  try {
    return execFileSync("pdftotext", ["-layout", file, "-"]).toString().split("\f").slice(0, -1);
  } catch {
    return undefined;
  }
}
/** Rows of a table of figures, and those whose figures are not beside the first line of the name, or not in view. */
const lined = (p) =>
  p.locator("table.versus tbody tr:has(th[scope=row] a):has(td data)").evaluateAll((rows) => {
    const middle = (e) => {
      const { top, bottom } = e.getClientRects()[0];
      return (top + bottom) / 2;
    };
    const words = (a) => {
      const range = document.createRange();
      range.selectNodeContents(a);
      return range;
    };
    const away = (row) => {
      const name = middle(words(row.querySelector("th a")));
      return [...row.querySelectorAll("td data")].some((d) => Math.abs(middle(d) - name) > 5 || d.getBoundingClientRect().right > document.documentElement.clientWidth);
    };
    return { all: rows.length, apart: rows.filter(away).map((row) => row.textContent.slice(0, 60)) };
  });
const wide = (p) => p.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

const atlas = read("atlas.json");
const communes = read("lieux/commune-0.json");
const residences = read("lieux/residence-0.json");
/** Addresses of the answers so far that are not the page of the browser's own making. */
const asked = () => sent.map((s) => s.path);
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
const scaleOf = (id) => atlas.scales.find((s) => s.id === id);
const share = atlas.indicators.find((x) => (x.kind === "share" || x.kind === "rate") && x.scales.commune && !x.categories.length);
const counted = atlas.indicators.find((x) => x.kind === "count" && x.scales.residence && !x.categories.length);

const wholeRatio = atlas.indicators.find((x) => x.kind !== "count" && x.kind !== "text" && x.kind !== "class" && x.scales.metropole && !x.categories.length);
/** Part of the inside of the whole, away from its outline, that has its most common colour to the eye. */
async function onePiece(p) {
  // What stands over the map is not the map.
  await p.locator(".map-box").evaluate((box) => box.querySelectorAll(".badge, .zooms, .cross, .tip, .say, .credit, .maplibregl-control-container").forEach((e) => (e.style.visibility = "hidden")));
  const area = p.locator(".map-box :is(canvas, svg.drawn)").first();
  const bytes = (await area.screenshot()).toString("base64");
  return area.evaluate(async (canvas, bytes) => {
    const { map } = document.querySelector("[data-tool=carte]");
    const of = (source) => map.sources?.get(source) ?? map.getStyle().sources[source].data.features;
    const [w, h] = [canvas.clientWidth || canvas.width.baseVal.value, canvas.clientHeight || canvas.height.baseVal.value];
    const surface = () => {
      const out = document.createElement("canvas");
      Object.assign(out, { width: w, height: h });
      return out.getContext("2d", { willReadFrequently: true });
    };
    const path = (lines) => {
      const out = new Path2D();
      for (const line of lines) line.forEach((c, i) => (({ x, y }) => (i ? out.lineTo(x, y) : out.moveTo(x, y)))(map.project(c)));
      return out;
    };
    const mask = surface();
    const [whole] = of("zones");
    for (const polygon of whole.geometry.coordinates) mask.fill(path(polygon));
    // Seams between the pieces are inside; what is near the outline is not.
    mask.lineWidth = 3;
    mask.stroke(path(whole.geometry.coordinates.flat()));
    mask.globalCompositeOperation = "destination-out";
    mask.lineWidth = 14;
    for (const line of of("limits")) mask.stroke(path(line.geometry.type === "LineString" ? [line.geometry.coordinates] : line.geometry.coordinates));
    const image = new Image();
    image.src = `data:image/png;base64,${bytes}`;
    await image.decode();
    const picture = surface();
    picture.drawImage(image, 0, 0, w, h);
    const [inside, ink] = [mask, picture].map((c) => c.getImageData(0, 0, w, h).data);
    const within = [];
    for (let i = 0; i < inside.length; i += 4) if (inside[i + 3] >= 250) within.push(i);
    const tally = new Map();
    for (const i of within) tally.set(ink.slice(i, i + 3).join(), (tally.get(ink.slice(i, i + 3).join()) ?? 0) + 1);
    const [main] = [...tally].reduce((a, b) => (b[1] > a[1] ? b : a));
    // A seam of nearly the same colour is not seen.
    const near = main.split(",").map(Number);
    const same = within.filter((i) => near.every((c, k) => Math.abs(ink[i + k] - c) <= 8));
    return { all: within.length, share: same.length / within.length };
  }, bytes);
}

const valued = new Map();
/** Figures of a block, read once. */
function values(scale, id, block) {
  const name = `valeurs/${scale}/${id}-${block}.json`;
  if (!valued.has(name)) valued.set(name, read(name));
  return valued.get(name);
}

/** Dwellings of each residence, by year, counted in the records that the demonstration is made from; none for another site. */
function dwellings() {
  if (!atlas.fictitious || !process.env.ATLAS) return undefined;
  const folder = fs.mkdtempSync(path.join(SHOTS, "demo-"));
  try {
    execFileSync(process.env.ATLAS, ["demo", "--quiet", "--site", path.join(folder, "site"), "--records", path.join(folder, "records")]);
    const list = fs.readFileSync(path.join(folder, "site/data/territories/residences.csv"), "utf8").split("\n").slice(1).filter(Boolean);
    if (list.map((l) => l.split(";")[0]).join() !== residences.codes.join()) return undefined;
    const out = new Map();
    for (const name of fs.readdirSync(path.join(folder, "records")).filter((n) => /^rpls_\d{4}\.csv$/.test(n))) {
      const [head, ...rows] = fs.readFileSync(path.join(folder, "records", name), "utf8").trim().split("\n");
      // The residence is the last column, which no quoted text follows.
      expect(head.trim().endsWith(";RESIDENCE"), `${name}: the residence is not the last column`);
      const counts = new Map();
      for (const row of rows) {
        const code = row.trim().slice(row.lastIndexOf(";") + 1);
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }
      out.set(name.slice(5, 9), counts);
    }
    return out;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const large = {
  async "a large site: opening, moving, searching"(browser) {
    const p = await page(browser);
    sent = [];
    await p.goto(`${ORIGIN}/carte/`);
    await settled(p);
    const [ready, whole] = await p.evaluate(() => ["carte-prete", "carte-entiere"].map((name) => performance.getEntriesByName(name)[0].startTime));
    const own = sent.filter((s) => !s.path.includes("maplibre")).reduce((n, s) => n + s.bytes, 0);
    expect(own < 300_000, `large site: ${own} bytes beside the library`);
    const move = (x) => p.evaluate(async (x) => {
      const { map } = document.querySelector("[data-tool=carte]");
      const began = performance.now();
      map.panBy([x, 0], { duration: 0 });
      await new Promise((done) => map.once("idle", done));
      return performance.now() - began;
    }, x);
    const pans = [];
    for (const x of [150, -150, 200, -200]) pans.push(await move(x));
    const pan = Math.max(...pans);
    await shot(p, "carte-grand-site");
    // Down to the residences.
    for (let i = 0; i < 7; i++) {
      await p.evaluate(() => document.querySelector("[data-tool=carte]").map.zoomIn({ duration: 0 }));
      await p.waitForTimeout(300);
      await settled(p);
    }
    expect((await p.locator(".badge b").textContent()) === scaleOf("residence").plural, "large site: zoom does not reach the residences");
    await shot(p, "carte-grand-site-residences");
    const ms = await typing(p);
    await close(p, "large site");
    return `map: interactive ${timed(ready, 3000)}, names and QPV over it at ${Math.round(whole)} ms, ${Math.round(own / 1000)} kB; map: moved ${timed(pan, 500)}; search: ${timed(ms, 50)}; ${load}`;
  },
};

const tests = fluid ? large : {
  async "search in the header, keyboard"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/`);
    await p.keyboard.press("/");
    expect(!(await p.locator("form.seek input").evaluate((i) => i === document.activeElement)), "search: a key without a modifier takes the focus");
    await p.keyboard.press("Control+k");
    const name = communes.names[0];
    await p.keyboard.type(plain(name));
    await p.locator("form.seek [role=option]").first().waitFor();
    await axe(p, "header search");
    await shot(p, "recherche-entete");
    await p.keyboard.press("ArrowDown");
    expect((await p.locator("form.seek input").getAttribute("aria-activedescendant")) !== null, "search: no active option after the arrow");
    await Promise.all([p.waitForURL(`**/communes/${communes.codes[0]}/`), p.keyboard.press("Enter")]);
    expect((await p.locator("h1").textContent()).includes(name), "search: the fiche opened is another one");
    // Without a choice, Enter goes to the first place; the last line goes to all of them.
    await p.goto(`${ORIGIN}/`);
    await p.keyboard.press("Control+k");
    await p.keyboard.type(plain(communes.names[1]));
    await Promise.all([p.waitForURL(`**/communes/${communes.codes[1]}/`), p.keyboard.press("Enter")]);
    await p.keyboard.press("Control+k");
    await p.keyboard.type("rue");
    await p.locator("form.seek [role=option].all").waitFor();
    await p.keyboard.press("ArrowUp");
    await Promise.all([p.waitForURL(/recherche\/\?q=rue/), p.keyboard.press("Enter")]);
    await close(p, "header search");
  },

  async "search page: typos, abbreviations, weight, speed"(browser) {
    const p = await page(browser);
    const { names } = communes;
    const mangled = names.filter((n) => n.length > 6).slice(0, 8).map((n) => [n.slice(0, 3) + n.slice(4), n]);
    const asked = [...names.slice(0, 8).map((n) => [n, n]), ...mangled, ...communes.codes.slice(0, 4).map((c, i) => [c, names[i]])];
    for (let i = 0; i < residences.names.length; i += Math.ceil(residences.names.length / 12)) {
      if (residences.addresses[i]) asked.push([`${residences.addresses[i].replace(/\bavenue\b/, "av.").replace(/\brue\b/, "r.").replace(/,/g, "")}`, residences.names[i]]);
    }
    let right = 0;
    for (const [query, name] of asked) {
      sent = [];
      await p.goto(`${ORIGIN}/recherche/?q=${encodeURIComponent(query)}`);
      await p.locator(".results a, .none:visible").first().waitFor();
      const index = sent.filter((s) => s.path.includes("/recherche/") && s.path.endsWith(".json"));
      const weight = index.reduce((n, s) => n + s.bytes, 0);
      expect(weight < 200_000, `search « ${query} »: ${weight} bytes`);
      const first = (await p.locator(".results a").count()) ? await p.locator(".results a").first().textContent() : "";
      if (first === name) right += 1;
      else if (process.env.VERBOSE) console.log(`search « ${query} »: « ${first} » instead of « ${name} »`);
    }
    expect(right / asked.length >= 0.95, `search: first result right for ${right} of ${asked.length} queries`);
    const ms = await typing(p);
    await axe(p, "search page");
    await close(p, "search page");
    return `first result right for ${right} of ${asked.length}; search: ${timed(ms, 50)}; ${load}`;
  },

  async "map: first view"(browser) {
    const p = await page(browser);
    // Times that the list is written: to draw the page again while the map is drawn keeps both waiting.
    await p.addInitScript(() => {
      window.written = 0;
      new MutationObserver((all) => (window.written += all.filter((m) => m.target.matches?.(".beside") && m.addedNodes.length).length > 0)).observe(document, { childList: true, subtree: true });
    });
    sent = [];
    await p.goto(`${ORIGIN}/carte/`);
    await settled(p);
    expect((await p.evaluate(() => window.written)) === 1, "map: the list is written more than once before the first view");
    const announced = await p.locator("head link[rel=preload], head link[rel=modulepreload]").evaluateAll((all) => all.map((l) => new URL(l.href).pathname));
    expect(announced.includes(`/donnees/valeurs/commune/${atlas.first}-0.json`), `map: the first figures are not announced: ${announced.join(" ")}`);
    for (const url of announced) expect(asked().filter((u) => u === url).length === 1, `map: ${url}, announced, is read ${asked().filter((u) => u === url).length} times`);
    // The page of those without scripts, painted first, made readers wait longer for the map than all its own files did.
    expect((await p.locator("head script[blocking=render]").count()) === 1, "map: the page is painted before the map takes the place of its drawing");
    const sources = await p.evaluate(() => Object.values(document.querySelector("[data-tool=carte]").map.getStyle().sources).filter((s) => !s.data.features.length).length);
    expect(sources === 0, `map: ${sources} sources without anything to draw`);
    const own = sent.filter((s) => !s.path.includes("maplibre")).reduce((n, s) => n + s.bytes, 0);
    expect(own < 300_000, `map: ${own} bytes beside the library`);
    const [ready, whole] = await p.evaluate(() => ["carte-prete", "carte-entiere"].map((name) => performance.getEntriesByName(name)[0].startTime));
    expect(await p.locator(".map-box canvas").isVisible(), "map: no canvas");
    expect((await p.locator(".beside tbody tr").count()) > 0, "map: the list is empty");
    await axe(p, "map");
    await shot(p, "carte-1280");
    await close(p, "map");
    return `map: interactive ${timed(ready, 1500)}, names and QPV over it at ${Math.round(whole)} ms, ${Math.round(own / 1000)} kB beside the library; ${load}`;
  },

  async "map: legend and list do not wait for a slow library"(browser) {
    const p = await page(browser);
    let free;
    const held = new Promise((done) => (free = done));
    await p.route("**/maplibre-gl.js", async (route) => (await held, route.continue()));
    await p.goto(`${ORIGIN}/carte/`, { waitUntil: "commit" });
    await p.locator(".beside tbody tr").first().waitFor();
    const words = () => p.evaluate(() => [".badge", ".map-side section[aria-label=Légende]", ".beside"].map((s) => document.querySelector(s).textContent));
    const before = await words();
    expect((await p.locator(".map-box.ready").count()) === 0, "map: ready before its library");
    expect((await p.locator(".beside tbody tr").count()) === communes.codes.length, "map: the list before the library has not the whole territory");
    await p.getByRole("button", { name: "Image (PNG)" }).click();
    await p.locator(".done", { hasText: "pas encore" }).waitFor();
    free();
    await settled(p);
    expect((await words()).join("|") === before.join("|"), "map: the words change when the drawing comes");
    await close(p, "map, slow library");
  },

  async "cold pages ask for eight files at most"(browser) {
    const told = [];
    for (const url of ["", "carte/", "recherche/", `recherche/?q=${encodeURIComponent(communes.names[0])}`, "comparer/", "classement/", `communes/${communes.codes[0]}/`]) {
      const p = await page(browser);
      sent = [];
      await p.goto(`${ORIGIN}/${url}`, { waitUntil: "networkidle" });
      if (url === "carte/") await settled(p);
      expect(sent.length <= 8, `/${url} asks for ${sent.length} files: ${asked().join(" ")}`);
      told.push(`/${url.replace(/\?.*/, "?")} ${sent.length}`);
      await close(p, `cold /${url}`);
    }
    return told.join(", ");
  },

  async "map: hover and click of the mouse"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    const code = await p.locator(".beside tr[data-code]").nth(2).getAttribute("data-code");
    const name = communes.names[communes.codes.indexOf(code)];
    const at = await p.evaluate(([lon, lat]) => {
      const { map } = document.querySelector("[data-tool=carte]");
      const box = map.getCanvas().getBoundingClientRect();
      const { x, y } = map.project([lon, lat]);
      return [box.left + x, box.top + y];
    }, [communes.lon[communes.codes.indexOf(code)] * communes.unit, communes.lat[communes.codes.indexOf(code)] * communes.unit]);
    await p.mouse.move(at[0] - 30, at[1] - 30);
    await p.mouse.move(...at, { steps: 4 });
    await p.locator(".tip").waitFor({ state: "visible" });
    const raw = read(`valeurs/commune/${share.id}-0.json`).values.at(-1)[0][communes.codes.indexOf(code)];
    const tip = await p.locator(".tip").textContent();
    expect(tip.includes(name), `map: the mouse is on ${name}, the tip says « ${tip} »`);
    const said = typeof raw === "string" ? atlas.states[raw] : String(raw).replace(".", ",").split(",")[0];
    expect(tip.includes(said), `map: the tip says « ${tip} », the file ${raw}`);
    // What it is compared with comes when a reader points at the map.
    if (typeof raw === "number") await p.waitForFunction((label) => document.querySelector(".tip").textContent.includes(label), scaleOf("metropole").label);
    await p.mouse.click(...at);
    await p.locator(".card a").waitFor();
    expect((await p.locator(".card h2").textContent()) === name, "map: the click opens another card");
    await p.mouse.move(5, 5);
    await close(p, "map mouse");
  },

  async "map: a click opens a cluster"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${counted.id}&e=residence`);
    await settled(p);
    const cluster = () => p.evaluate(() => {
      const { map } = document.querySelector("[data-tool=carte]");
      const box = map.getCanvas().getBoundingClientRect();
      const [first] = map.queryRenderedFeatures({ layers: ["cluster"] }).sort((a, b) => b.properties.point_count - a.properties.point_count);
      if (!first) return undefined;
      const { x, y } = map.project(first.geometry.coordinates);
      return { x: box.left + x, y: box.top + y, count: first.properties.point_count, zoom: map.getZoom() };
    });
    const seen = await cluster();
    expect(seen, "map: no cluster of residences");
    await p.mouse.move(seen.x, seen.y, { steps: 3 });
    await p.locator(".tip").waitFor({ state: "visible" });
    expect((await p.locator(".tip").textContent()).replace(/\s/g, "").includes(String(seen.count)), "map: the tip of a cluster does not count its residences");
    await p.mouse.click(seen.x, seen.y);
    await p.waitForFunction((zoom) => document.querySelector("[data-tool=carte]").map.getZoom() > zoom + 0.5, seen.zoom);
    await settled(p);
    expect(await p.locator(".card").isHidden(), "map: a cluster opens a card");
    await close(p, "map cluster");
  },

  async "map: the vintages play"(browser) {
    const years = share.scales.commune;
    if (years.length < 4) return "too few vintages";
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune&v=${years.at(-4)}`);
    await settled(p);
    await p.getByRole("button", { name: "Faire défiler" }).click();
    const seen = new Set();
    for (let i = 0; i < 100 && !seen.has(years.at(-1)); i++) {
      seen.add(new URL(p.url()).searchParams.get("v"));
      await p.waitForTimeout(100);
    }
    expect(years.slice(-3).every((y) => seen.has(y)), `map: playing shows ${[...seen]}`);
    await p.waitForFunction(() => document.querySelector(".time button").getAttribute("aria-pressed") === "false");
    const value = await p.locator(".beside data").first().getAttribute("data-cell");
    expect(value.endsWith(`:${years.at(-1)}`), "map: the list does not follow the vintage");
    await close(p, "map play");
  },

  async "map, fiche: the same figures for 200 places"() {
    // Drawn with a fixed step: other places at each size of site, the same ones at each run.
    const all = atlas.scales.flatMap((s) => s.blocks.flatMap((_, b) => read(`lieux/${s.id}-${b}.json`).codes.map((code, i) => ({ scale: s, b, i, code }))));
    const some = Array.from({ length: 200 }, (_, n) => all[(n * 7919 + 13) % all.length]);
    let read_ = 0;
    for (const { scale, b, i, code } of some) {
      const html = fs.readFileSync(path.join(PUBLIC, scale.segment, scale.id === "metropole" ? "" : code, "index.html"), "utf8");
      for (const [, attributes] of html.matchAll(/<data ([^>]*data-cell="[^"]*"[^>]*)>/g)) {
        const cell = /data-cell="([^"]*)"/.exec(attributes)[1].split(":");
        const [of, id, x, ...rest] = cell;
        if (of !== scale.id || id !== code) continue;
        const indicator = atlas.indicators.find((y) => y.id === x);
        const vintage = rest.at(-1);
        if (!indicator?.scales[scale.id]?.includes(vintage)) continue;
        const file = values(scale.id, x, b);
        const c = rest.length > 1 ? file.categories.indexOf(rest[0]) : 0;
        const raw = file.values[file.vintages.indexOf(vintage)][c][i];
        const value = /(?:^| )value="([^"]*)"/.exec(attributes)?.[1];
        const state = /data-state="([^"]*)"/.exec(attributes)?.[1];
        const word = indicator.kind === "class" || indicator.kind === "text";
        read_ += 1;
        expect(typeof raw === "string" ? state === raw && !value : value === (word ? indicator.categories[raw].key : String(raw)), `${cell.join(":")}: the fiche says ${value}${state ?? ""}, the map ${raw}`);
      }
    }
    expect(read_ > 2000, `only ${read_} figures`);
    return `${read_} figures`;
  },

  async "map: list, map and files say the same"(browser) {
    const p = await page(browser);
    for (const scale of ["commune", "iris", "residence"]) {
      const x = atlas.indicators.find((i) => i.scales[scale] && i.kind !== "text" && i.kind !== "class");
      if (!x) continue;
      await p.goto(`${ORIGIN}/carte/?i=${x.id}&e=${scale}`);
      await settled(p);
      const places = read(`lieux/${scale}-0.json`);
      const figures = read(`valeurs/${scale}/${x.id}-0.json`);
      const rows = await p.locator(".beside tbody tr").evaluateAll((all) => all.map((r) => [r.dataset.code, r.querySelector("data").getAttribute("value"), r.querySelector("data").dataset.state ?? ""]));
      const last = figures.values.at(-1)[0];
      for (const [code, value, state] of rows) {
        const raw = last[places.codes.indexOf(code)];
        expect(typeof raw === "string" ? state === raw && value === "" : String(raw) === value, `map list, ${scale} ${code}: ${value}${state} instead of ${raw}`);
      }
      // What is drawn: classes and states of the features, never another number.
      const drawn = await p.evaluate(() => {
        const { map } = document.querySelector("[data-tool=carte]");
        return ["zones", "places", "circles"].flatMap((s) => map.getStyle().sources[s]?.data.features ?? []).map((f) => Object.keys(f.properties).sort().join());
      });
      expect(drawn.every((keys) => keys === "cls,k,r,st"), `map: features carry ${[...new Set(drawn)]}`);
    }
    await close(p, "map list");
  },

  async "map: the list follows what is drawn, at each zoom"(browser) {
    const p = await page(browser);
    let compared = 0;
    for (const scale of ["metropole", "commune", "iris", "qpv"]) {
      if (!scaleOf(scale) || !share.scales[scale]) continue;
      await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=${scale}`);
      await settled(p);
      for (let step = 0; step < 5; step++) {
        const codes = scale === "metropole" ? read("lieux/metropole-0.json").codes : read(`lieux/${scale}-0.json`).codes;
        const drawn = await p.evaluate(() => [...new Set(document.querySelector("[data-tool=carte]").map.queryRenderedFeatures({ layers: ["zone-class", "zone-state"] }).map((f) => f.properties.k))]);
        const listed = await p.locator(".beside tr[data-code]").evaluateAll((all) => all.map((r) => r.dataset.code));
        expect(drawn.length > 0 || scale === "qpv", `map list: nothing is drawn at ${scale}, zoom ${step}`);
        expect(drawn.map((k) => codes[k]).sort().join() === [...listed].sort().join(), `map list: ${scale}, zoom ${step}: ${drawn.map((k) => codes[k]).sort()} drawn, ${listed} listed`);
        compared += listed.length;
        await p.evaluate(() => document.querySelector("[data-tool=carte]").map.zoomIn({ duration: 0 }));
        await p.waitForTimeout(300);
        await settled(p);
      }
    }
    // A count of the whole is a circle too.
    await p.goto(`${ORIGIN}/carte/?i=${counted.id}&e=metropole`);
    await settled(p);
    const circles = await p.evaluate(() => document.querySelector("[data-tool=carte]").map.queryRenderedFeatures({ layers: ["circle"] }).length);
    expect(circles > 0, "map: the count of the whole is not drawn");
    await close(p, "map list and zoom");
    return `${compared} rows`;
  },

  async "map: zoom, lock, vintage, card, back, link"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}`);
    await settled(p);
    const badge = () => p.locator(".badge b").textContent();
    const seen = [await badge()];
    for (let i = 0; i < 7; i++) {
      await p.evaluate(() => document.querySelector("[data-tool=carte]").map.zoomIn({ duration: 0 }));
      await p.waitForTimeout(400);
      await settled(p);
      seen.push(await badge());
    }
    const order = [...new Set(seen)];
    expect(order.length >= 3 && order.at(-1) === scaleOf("residence").plural, `map: zoom gives ${order.join(" → ")}`);
    await p.goBack().catch(() => {});
    await p.goto(`${ORIGIN}/carte/?i=${share.id}`);
    await settled(p);
    const scaleRadio = p.locator(".seg label", { hasText: scaleOf("iris")?.plural ?? scaleOf("commune").plural });
    await scaleRadio.click();
    await p.waitForFunction(() => document.querySelector(".badge").textContent.includes("fixée"));
    expect(p.url().includes("e="), "map: the locked scale is not in the address");
    const years = share.scales.commune;
    if (years.length > 1) {
      await p.locator(".controls input[type=range]").focus();
      await p.keyboard.press("ArrowLeft");
      await p.waitForFunction((v) => location.search.includes(v), years.at(-2));
      await p.goBack(); // a move of the slider is one step
      await p.waitForFunction((v) => !location.search.includes(v) && location.search.includes("e="), years.at(-2));
      await p.goForward();
      await p.waitForFunction((v) => location.search.includes(v), years.at(-2));
    }
    await p.locator(".beside .pick").first().focus();
    await p.locator(".tip").waitFor({ state: "visible" });
    await p.keyboard.press("Enter");
    await p.locator(".card a").waitFor();
    expect((await p.locator(".card").textContent()).includes(years.length > 1 ? years.at(-2) : years[0]), "map: the card does not tell the vintage");
    await axe(p, "map with card");
    const link = p.url();
    await shot(p, "carte-fiche-courte");
    await p.goBack();
    await p.waitForFunction(() => document.querySelector(".card").hidden);
    const other = await page(browser);
    await other.goto(link);
    await settled(other);
    await other.locator(".card a").waitFor();
    await other.waitForFunction((label) => [...document.querySelectorAll(".card dt")].some((dt) => dt.textContent === label), scaleOf("metropole").label);
    expect((await other.locator(".badge").textContent()).includes("fixée"), "map: a link does not bring its state back");
    const target = await other.locator(".card a").getAttribute("href");
    await other.goto(target);
    expect((await other.locator("h1").count()) === 1, "map: the card leads to no fiche");
    await close(other, "map link");
    await close(p, "map use");
  },

  async "map: without fixed zooms, density chooses the scale"(browser) {
    if (atlas.fictitious) expect(atlas.scales.every((s) => s.zoom === null), "the demonstration fixes the zoom of its scales");
    const free = { ...atlas, scales: atlas.scales.map((s) => ({ ...s, zoom: null })) };
    const told = [];
    for (const width of [1280, 320]) {
      const p = await page(browser, { viewport: { width, height: 900 } });
      await p.route("**/donnees/atlas.json", (route) => route.fulfill({ json: free }));
      await p.goto(`${ORIGIN}/carte/`);
      await settled(p);
      const seen = [];
      const start = await p.evaluate(() => document.querySelector("[data-tool=carte]").map.getZoom());
      for (const step of [-4, 0, 1, 2, 3, 4, 5]) {
        await p.evaluate((zoom) => document.querySelector("[data-tool=carte]").map.jumpTo({ zoom }), start + step);
        await p.waitForTimeout(300);
        await settled(p);
        seen.push(await p.locator(".badge b").textContent());
      }
      const ranks = seen.map((label) => ["metropole", "commune", "iris", "residence"].indexOf(atlas.scales.find((s) => s.plural === label)?.id));
      expect(ranks[0] === 0 && ranks.at(-1) === 3 && ranks.every((r, i) => !i || r >= ranks[i - 1]), `map: at ${width} px, density gives ${seen.join(" → ")}`);
      told.push(`${width} px: ${[...new Set(seen)].join(" → ")}`);
      await close(p, `map density at ${width} px`);
    }
    return told.join("; ");
  },

  async "map: keyboard on the canvas"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    await p.locator(".map-box canvas").focus();
    const before = await p.evaluate(() => document.querySelector("[data-tool=carte]").map.getCenter().lng);
    await p.keyboard.press("ArrowRight");
    await p.waitForFunction((lng) => document.querySelector("[data-tool=carte]").map.getCenter().lng > lng, before);
    await settled(p);
    await p.keyboard.press("ArrowLeft");
    await p.waitForFunction((lng) => Math.abs(document.querySelector("[data-tool=carte]").map.getCenter().lng - lng) < 0.001, before);
    await settled(p);
    // The cross in the middle tells what the mouse would.
    await p.locator(".tip").waitFor({ state: "visible" });
    const told = await p.locator(".tip b").first().textContent();
    await p.keyboard.press("Enter");
    await p.locator(".card a").waitFor();
    expect((await p.locator(".card h2").textContent()) === told, `map: the cross says « ${told} », Enter opens another card`);
    await p.keyboard.press("Escape");
    expect(await p.locator(".card").isHidden(), "map: Escape does not close the card");
    // Neither a grid nor equipment hides the place under it.
    const [family, grid] = [atlas.equipment[0], atlas.grids[0]];
    if (family) {
      const points = read(`equipements/${family.id}.json`);
      const squares = grid ? `&g=${grid.file.slice("carreaux/".length, -".json".length)}` : "";
      await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune&eq=${family.id}${squares}&x=${points.lon[0] * points.unit}&y=${points.lat[0] * points.unit}&z=14`);
      await settled(p);
      await p.waitForFunction(() => document.querySelector("[data-tool=carte]").map.queryRenderedFeatures({ layers: ["equipment"] }).length > 0);
      expect((await p.locator(".beside table.equipment tbody th").allTextContents()).includes(points.names[0] || family.label), "map: equipment in view is not in the list");
      await p.locator(".map-box canvas").focus();
      await p.keyboard.press("Enter");
      await p.locator(".card a").waitFor();
      await axe(p, "map with equipment");
      await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune&eq=${atlas.equipment.map((f) => f.id).join(",")}`);
      await settled(p);
      await p.locator(".key-note", { hasText: "la liste les donne tous" }).waitFor();
    }
    await close(p, "map keyboard");
  },

  async "the focus is never lost"(browser) {
    const p = await page(browser);
    const active = () => p.evaluate(() => document.activeElement.closest("[data-code]")?.dataset.code ?? document.activeElement.className);
    const lost = () => p.evaluate(() => document.activeElement === document.body);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    const pick = p.locator(".beside .pick").nth(1);
    const code = await pick.evaluate((b) => b.closest("tr").dataset.code);
    await pick.focus();
    await p.keyboard.press("Enter");
    await p.locator(".card .shut").focus();
    // What it is compared with comes after the card: the button is drawn again under the focus.
    await p.waitForFunction((label) => document.querySelector(".card").textContent.includes(label), scaleOf("metropole").label);
    expect((await active()) === "shut", "focus: lost when the card is drawn again");
    await p.keyboard.press("Enter");
    await p.waitForFunction(() => document.querySelector(".card").hidden);
    expect((await active()) === code, `focus: closing the card gives it to « ${await active()} »`);
    await p.evaluate(() => document.querySelector("[data-tool=carte]").map.panBy([20, 0], { duration: 0 }));
    await p.waitForTimeout(300);
    await settled(p);
    expect((await active()) === code, "focus: lost when the list is drawn again");
    // From the map, it goes back to the map.
    await p.locator(".map-box canvas").focus();
    await p.keyboard.press("Enter");
    await p.locator(".card .shut").focus();
    await p.keyboard.press("Escape");
    expect(await p.evaluate(() => document.activeElement.matches("canvas")), "focus: Escape in the card does not give it back to the map");
    const closed = atlas.indicators.find((x) => !x.scales.residence && x.scales.commune);
    if (closed) {
      await p.goto(`${ORIGIN}/carte/?i=${closed.id}&e=residence`);
      await settled(p);
      await p.locator(".say button").first().focus();
      await p.keyboard.press("Enter");
      await p.waitForFunction(() => document.querySelector(".say").hidden);
      expect(!(await lost()), "focus: lost after a notice");
    }
    const codes = communes.codes.slice(0, 3);
    await p.goto(`${ORIGIN}/comparer/?t=commune:${codes.join(",commune:")}`);
    await p.locator("table.versus").waitFor();
    const series = p.getByRole("combobox", { name: "Indicateur de la série" });
    await series.focus();
    await p.keyboard.press("ArrowDown");
    await p.waitForFunction(() => location.search.includes("i="));
    await p.waitForTimeout(300);
    expect(await series.evaluate((e) => e === document.activeElement), "focus: lost when the chart is drawn again");
    await p.locator(".picked button").nth(1).focus();
    await p.keyboard.press("Enter");
    await p.waitForFunction(() => document.querySelectorAll(".picked li").length === 2);
    expect(await p.evaluate(() => document.activeElement.matches(".picked button")), "focus: lost once a territory is taken away");
    await close(p, "focus");
  },

  async "map: picture"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    const [download] = await Promise.all([p.waitForEvent("download"), p.getByRole("button", { name: "Image (PNG)" }).click()]);
    await p.locator(".map-acts [role=status]", { hasText: "Image enregistrée" }).waitFor();
    const file = path.join(SHOTS, "carte-export.png");
    await download.saveAs(file);
    const bytes = fs.readFileSync(file);
    expect(bytes.subarray(1, 4).toString() === "PNG", "map: the picture is no PNG");
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    expect(width > 1200 && height > 800, `map: the picture is ${width} × ${height}`);
    expect(bytes.length > 60_000, `map: the picture has ${bytes.length} bytes`);
    // Looked at: the map has its colours, and the foot has ink, not a blank sheet.
    const ink = await p.evaluate(async (data) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      const ctx = canvas.getContext("2d");
      ctx.drawImage(image, 0, 0);
      const part = (x, y, w, h) => {
        const { data: px } = ctx.getImageData(x, y, w, h);
        const seen = new Set();
        let dark = 0;
        for (let i = 0; i < px.length; i += 4) {
          seen.add(px[i] + 256 * px[i + 1] + 65536 * px[i + 2]);
          if (px[i] + px[i + 1] + px[i + 2] < 200) dark += 1;
        }
        return { colours: seen.size, dark };
      };
      return { map: part(0, image.height * 0.2, image.width * 0.6, image.height * 0.5), foot: part(0, image.height - 140, image.width, 120), head: part(0, 0, image.width, 110) };
    }, bytes.toString("base64"));
    expect(ink.map.colours > 40, "map: the picture shows no map");
    expect(ink.foot.dark > 800, "map: no source mention at the foot of the picture");
    expect(ink.head.dark > 800, "map: no title on the picture");
    await close(p, "map picture");
  },

  async "map: the paper has the map that is chosen"(browser) {
    const p = await page(browser);
    const years = share.scales.commune;
    const vintage = years.at(-2) ?? years.at(-1);
    const other = atlas.indicators.find((x) => x.id !== atlas.first && (x.kind === "share" || x.kind === "rate") && x.scales.iris?.includes(vintage) && !x.categories.length);
    await p.goto(`${ORIGIN}/carte/?i=${other.id}&e=iris&v=${vintage}`);
    await settled(p);
    const pages = sheets(await p.pdf({ format: "A4", preferCSSPageSize: true }), "carte");
    if (pages) {
      const text = pages.join(" ").replace(/[\s\u202f\u00a0]+/g, " ");
      for (const said of [other.label, vintage, atlas.source, scaleOf("iris").plural, other.labels[0]]) expect(text.includes(said.replace(/[\s\u202f\u00a0]+/g, " ")), `map on paper: « ${said} » is missing`);
      expect(pages.length === 1, `map on paper: ${pages.length} sheets`);
    }
    // The drawing itself: made as the browser is about to print, it has the colours of the classes.
    const ink = await p.evaluate(() => {
      window.dispatchEvent(new Event("beforeprint"));
      const canvas = document.querySelector(".paper-map figure canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let i = 0; i < data.length; i += 4 * 97) if (data[i + 3]) seen.add((data[i] << 16) + (data[i + 1] << 8) + data[i + 2]);
      window.dispatchEvent(new Event("afterprint"));
      return { colours: seen.size, width: canvas.width, left: document.querySelectorAll(".paper-map").length };
    });
    expect(ink.colours > 20 && ink.width > 1000 && ink.left === 0, `map on paper: ${JSON.stringify(ink)}`);
    await settled(p);
    expect(await p.locator(".map-box canvas").isVisible(), "map: gone after printing");
    await close(p, "map on paper");
  },

  async "map: nothing in view is said, and leads back"(browser) {
    const p = await page(browser);
    for (const [where, said] of [["x=40&y=0&z=9", "Rien de l’atlas"], [`x=${(atlas.bounds[0] + atlas.bounds[2]) / 2}&y=${(atlas.bounds[1] + atlas.bounds[3]) / 2}&z=4`, "qu’un point"]]) {
      await p.goto(`${ORIGIN}/carte/?${where}`);
      await p.locator(".say", { hasText: said }).waitFor();
      if (where.includes("z=4")) await shot(p, "carte-trop-loin");
      await p.getByRole("button", { name: "Revenir à tout le territoire" }).click();
      await p.waitForFunction(() => document.querySelector(".say").hidden && document.querySelectorAll(".beside tr[data-code]").length > 0);
    }
    await close(p, "map astray");
  },

  async "map: what is done is said beside the buttons"(browser) {
    const p = await page(browser, { permissions: ["clipboard-read", "clipboard-write"] });
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    await p.getByRole("button", { name: "Copier le lien" }).click();
    await p.locator(".map-acts [role=status]", { hasText: "Lien copié" }).waitFor();
    expect((await p.evaluate(() => navigator.clipboard.readText())) === p.url(), "map: the link that is copied is not the address");
    await close(p, "map link copied");
  },

  async "map: the list of places, the side column"(browser) {
    for (const width of [1280, 320]) {
      const p = await page(browser, { viewport: { width, height: 800 } });
      await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune&t=commune:${communes.codes[0]}`);
      await settled(p);
      const input = p.getByRole("combobox", { name: "Aller à un lieu" });
      await input.fill("rue");
      await p.locator(".tool-root [role=option]").nth(2).waitFor();
      const box = await p.locator(".tool-root [role=listbox]").boundingBox();
      expect(box.x >= 0 && box.x + box.width <= width && box.width > 250, `map: at ${width} px the list of places goes from ${box.x} to ${box.x + box.width}`);
      // Nothing lies over it.
      const hit = await p.evaluate(({ x, y, width: w, height: h }) => [[x + 5, y + 5], [x + w - 20, y + 5], [x + 5, Math.min(y + h, innerHeight) - 5]].every(([a, b]) => document.elementFromPoint(a, b)?.closest("[role=listbox]")), box);
      expect(hit, `map: at ${width} px something lies over the list of places`);
      await shot(p, `carte-lieu-${width}`);
      await p.keyboard.press("Escape");
      const cut = await p.evaluate(() => [...document.querySelectorAll(".map-side > *:not([hidden])")].filter((e) => e.scrollWidth > e.clientWidth + 1 || (e.scrollHeight > e.clientHeight + 1 && getComputedStyle(e).overflowY !== "auto")).map((e) => e.className || e.ariaLabel));
      expect(!cut.length, `map: at ${width} px the side column cuts ${cut}`);
      await close(p, `map side at ${width} px`);
    }
  },

  async "map: card, legend and list share the side column"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    const definition = p.locator(".define");
    expect((await definition.getAttribute("open")) !== null, "map: without a card, the definition is closed");
    await p.locator(".beside .pick").nth(1).click();
    await p.locator(".card a").waitFor();
    await p.waitForFunction((label) => document.querySelector(".card").textContent.includes(label), scaleOf("metropole").label);
    expect((await definition.getAttribute("open")) === null, "map: the definition keeps the room of the card");
    const { scrolls, below, rows } = await p.evaluate(() => {
      const side = document.querySelector(".map-side");
      const list = side.querySelector(".beside").getBoundingClientRect();
      const whole = [...side.querySelectorAll(".beside tbody tr")].filter((row) => row.getBoundingClientRect().bottom <= list.bottom + 1).length;
      return { scrolls: side.scrollHeight - side.clientHeight, below: Math.max(side.getBoundingClientRect().bottom, document.querySelector(".map-box").getBoundingClientRect().bottom) - innerHeight, rows: whole };
    });
    expect(scrolls <= 1 && below <= 0, `map: at 1280 × 900 the side column scrolls by ${scrolls} px, ${below} px under the window`);
    expect(rows >= 4, `map: with a card, ${rows} rows of the list are seen`);
    // What the close button lies over has no word.
    const over = await p.evaluate(() => {
      const button = document.querySelector(".card .shut").getBoundingClientRect();
      const range = document.createRange();
      return [...document.querySelectorAll(".card h2, .card .about, .card .big, .card dd")].some((part) => (range.selectNodeContents(part), [...range.getClientRects()].some((r) => r.right > button.left && r.left < button.right && r.bottom > button.top && r.top < button.bottom)));
    });
    expect(!over, "map: the button of the card lies over its words");
    await axe(p, "map with a card");
    await shot(p, "carte-fiche-1280");
    // As the reader left it, whatever card comes.
    await definition.locator("summary").click();
    await p.locator(".beside .pick").nth(2).click();
    await p.locator(".card h2", { hasText: await p.locator(".beside .pick").nth(2).textContent() }).waitFor();
    expect((await definition.getAttribute("open")) !== null, "map: another card closes the definition that was opened");
    await close(p, "map card");
  },

  async "map: textures of the states"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/`);
    await settled(p);
    const ink = await p.evaluate(() => {
      const { map } = document.querySelector("[data-tool=carte]");
      const mean = (id) => {
        const { data } = map.style.getImage(id).data;
        let sum = 0;
        for (let i = 0; i < data.length; i += 4) sum += 255 - (data[i] + data[i + 1] + data[i + 2]) / 3;
        return sum / (data.length / 4);
      };
      return Object.fromEntries(["s", "nd", "so", "no", "cp"].map((state) => [state, mean(`f-${state}`)]));
    });
    // The lightest class is 14 away from white: what has no object must not weigh more than data do.
    expect(ink.so > 2 && ink.so < 14, `map: « sans objet » has ${ink.so.toFixed(1)} of ink`);
    expect(Math.min(ink.s, ink.nd, ink.no, ink.cp) > 2 * ink.so, `map: « sans objet » weighs as much as a state that hides something: ${JSON.stringify(ink)}`);
    await close(p, "map textures");
    return Object.entries(ink).map(([state, n]) => `${state} ${n.toFixed(1)}`).join(", ");
  },

  async "map: no circle over a name"(browser) {
    const p = await page(browser);
    let names = 0;
    for (const more of ["", ...communes.codes.slice(0, 3).map((_, i) => `&x=${(communes.lon[i] * communes.unit).toFixed(4)}&y=${(communes.lat[i] * communes.unit).toFixed(4)}&z=12.6`)]) {
      await p.goto(`${ORIGIN}/carte/?i=${counted.id}&e=residence${more}`);
      await settled(p);
      const { seen, covered } = await p.evaluate(() => {
        const { map } = document.querySelector("[data-tool=carte]");
        const name = (f) => f.properties.name;
        const covered = map.queryRenderedFeatures({ layers: ["place", "cluster"] }).flatMap((f) => {
          const { x, y } = map.project(f.geometry.coordinates);
          const r = (f.properties.r ?? 10) * 0.7;
          return map.queryRenderedFeatures([[x - r, y - r], [x + r, y + r]], { layers: ["bearing"] }).map(name);
        });
        return { seen: new Set(map.queryRenderedFeatures({ layers: ["bearing"] }).map(name)).size, covered };
      });
      names += seen;
      expect(!covered.length, `map: a circle covers ${[...new Set(covered)].join(", ")}`);
    }
    expect(names > 0, "map: no name among the residences");
    await close(p, "map circles and names");
    return `${names} names`;
  },

  async "map: the names with the most dwellings come first"(browser) {
    const p = await page(browser);
    const labels = () => p.evaluate(() => document.querySelector("[data-tool=carte]").map.getStyle().sources.labels.data.features.map((f) => [f.properties.order, f.properties.name]));
    const stock = atlas.indicators.find((x) => x.kind === "count" && x.base === "logements" && x.scales.commune && !x.categories.length);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    const inside = new Map(communes.names.map((n, i) => [n, communes.residences[i]]));
    const byResidences = (await labels()).sort((a, b) => a[0] - b[0]).map(([, n]) => inside.get(n));
    expect(byResidences.every((n, i) => !i || byResidences[i - 1] >= n), "map: before a move, the names do not come by number of residences");
    // Nearly all have room for theirs, a little beside the middle if need be.
    const named = await p.evaluate(() => new Set(document.querySelector("[data-tool=carte]").map.queryRenderedFeatures({ layers: ["label"] }).map((f) => f.properties.name)).size);
    expect(named >= 0.95 * Math.min(24, communes.names.length), `map: ${named} names of ${communes.names.length} communes are drawn`);
    await p.evaluate(() => document.querySelector("[data-tool=carte]").map.panBy([10, 0], { duration: 0 }));
    const file = values("commune", stock.id, 0);
    const dwell = new Map(communes.names.map((n, i) => [n, file.values.at(-1)[0][i]]));
    const wanted = [...dwell].filter(([, v]) => typeof v === "number").sort((a, b) => b[1] - a[1])[0][0];
    await p.waitForFunction((name) => document.querySelector("[data-tool=carte]").map.getStyle().sources.labels.data.features.find((f) => f.properties.order === 0).properties.name === name, wanted);
    const order = (await labels()).sort((a, b) => a[0] - b[0]).map(([, n]) => n);
    const shown = order.map((n) => dwell.get(n));
    const first = shown.findIndex((v) => typeof v === "string");
    const open = first < 0 ? shown : shown.slice(0, first);
    expect(open.every((v, i) => !i || open[i - 1] >= v), `map: names come as ${open}`);
    // A hidden stock has no rank of its own: what is left is in the order of the residences, which are on the map.
    const hidden = first < 0 ? [] : order.slice(first);
    expect(hidden.every((n) => typeof dwell.get(n) === "string") && hidden.every((n, i) => !i || inside.get(hidden[i - 1]) >= inside.get(n)), "map: a hidden stock is placed among the others");
    await p.goto(`${ORIGIN}/carte/?i=${counted.id}&e=residence`);
    await settled(p);
    expect((await labels()).some(([, n]) => communes.names.includes(n)), "map: no name among the residences");
    await close(p, "map names");
    return `${open.length} ranked, ${hidden.length} apart`;
  },

  async "map: a QPV over the others has its name, its figure, its card"(browser) {
    const x = share.scales.qpv ? share : atlas.indicators.find((i) => i.scales.qpv && i.scales.commune && !i.categories.length && i.kind !== "text" && i.kind !== "class");
    const quartiers = scaleOf("qpv") && read("lieux/qpv-0.json");
    if (!x || !quartiers) return "no QPV";
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${x.id}&e=commune`);
    await settled(p);
    await p.waitForFunction(() => document.querySelector("[data-tool=carte]").map.getLayer("qpv-wash"));
    const file = values("qpv", x.id, 0);
    const k = file.values.at(-1)[0].findIndex((v, i) => typeof v === "number" && quartiers.lon[i] !== "");
    const at = await p.evaluate(([lon, lat]) => {
      const { map } = document.querySelector("[data-tool=carte]");
      const box = map.getCanvas().getBoundingClientRect();
      const { x, y } = map.project([lon, lat]);
      return [box.left + x, box.top + y];
    }, [quartiers.lon[k] * quartiers.unit, quartiers.lat[k] * quartiers.unit]);
    await p.mouse.move(at[0] - 3, at[1] - 3);
    await p.mouse.move(...at, { steps: 3 });
    const said = String(file.values.at(-1)[0][k]).split(".")[0];
    await p.waitForFunction(([name, figure]) => [name, figure].every((t) => document.querySelector(".tip").textContent.replace(/[\u202f\u00a0]/g, "").includes(t)), [quartiers.names[k].replace(/[\u202f\u00a0]/g, ""), said]);
    await shot(p, "carte-qpv-survol");
    await p.mouse.click(...at);
    await p.locator(".card a").waitFor();
    expect((await p.locator(".card h2").textContent()) === quartiers.names[k], "map: the click on a QPV opens another card");
    expect((await p.locator(".card a").getAttribute("href")).includes(`/qpv/${quartiers.codes[k]}/`), "map: the card of a QPV leads elsewhere");
    const link = p.url();
    await p.goto(`${ORIGIN}/`);
    await p.goto(link);
    await p.locator(".card h2", { hasText: quartiers.names[k] }).waitFor();
    // Named once near enough.
    await p.goto(`${ORIGIN}/carte/?i=${x.id}&e=commune&x=${quartiers.lon[k] * quartiers.unit}&y=${quartiers.lat[k] * quartiers.unit}&z=13`);
    await settled(p);
    await p.waitForFunction((name) => document.querySelector("[data-tool=carte]").map.queryRenderedFeatures({ layers: ["qpv-label"] }).some((f) => f.properties.name === name), quartiers.names[k]);
    await shot(p, "carte-qpv-nom");
    await close(p, "map QPV");
  },

  async "map: a finger, and a tip that says more once it knows"(browser) {
    for (const width of [1280, 360]) {
      const p = await page(browser, { viewport: { width, height: 800 }, hasTouch: true });
      await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
      await settled(p);
      const inside = () => p.evaluate(() => {
        const [tip, box] = [".tip", ".map-box"].map((s) => document.querySelector(s).getBoundingClientRect());
        return tip.left >= box.left && tip.right <= box.right && tip.top >= box.top && tip.bottom <= box.bottom;
      });
      const told = () => p.waitForFunction((name) => document.querySelector(".tip").textContent.includes(name), scaleOf("metropole").label);
      // A QPV says its name first, its figures once they are read: the tip grows where it stands.
      if (scaleOf("qpv")) {
        const spot = await p.evaluate(() => {
          const { map } = document.querySelector("[data-tool=carte]");
          const [ring] = map.getStyle().sources.qpv.data.features.map((f) => f.geometry.coordinates[0][0]);
          map.panBy([-(map.getCanvas().clientWidth - 40 - map.project(ring[0]).x), 0], { duration: 0 });
          map.getCanvas().scrollIntoView({ block: "center" });
          const middle = [0, 1].map((i) => ring.reduce((n, c) => n + c[i] / ring.length, 0));
          const [box, { x, y }] = [map.getCanvas().getBoundingClientRect(), map.project(middle)];
          return [box.x + x, box.y + y];
        });
        await settled(p);
        await p.waitForTimeout(200);
        await p.mouse.move(...spot, { steps: 3 });
        await told();
        expect(await inside(), `map: at ${width} px the tip of a QPV goes out of the map`);
        await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
        await settled(p);
      }
      // The easternmost point of the communes: a tip has the least room there.
      const east = communes.lon.indexOf(Math.max(...communes.lon.filter((v) => v !== "")));
      const at = await p.evaluate(([lon, lat]) => {
        const { map } = document.querySelector("[data-tool=carte]");
        map.getCanvas().scrollIntoView({ block: "center" });
        const [box, { x, y }] = [map.getCanvas().getBoundingClientRect(), map.project([lon, lat])];
        return [box.x + x, box.y + y];
      }, [communes.lon[east] * communes.unit, communes.lat[east] * communes.unit]);
      await p.mouse.move(at[0] - 4, at[1]);
      await p.mouse.move(...at, { steps: 2 });
      await p.locator(".tip").waitFor({ state: "visible" });
      await told();
      expect(await inside(), `map: at ${width} px the tip goes out of the map`);
      await p.touchscreen.tap(...at);
      await p.locator(".card h2", { hasText: communes.names[east] }).waitFor();
      expect(!(await p.locator(".tip").isVisible()), `map: at ${width} px a tip stays under the finger, beside the card`);
      await close(p, `map, finger at ${width} px`);
    }
  },

  async "map: a category has its own classes"(browser) {
    const x = atlas.indicators.find((i) => i.kind === "share" && i.categories.length > 1 && i.scales.commune);
    if (!x) return "no share in categories";
    // Where the dictionary writes the classes, or the site is older, those here are invented.
    const own = { key: x.categories[1].key, label: x.categories[1].label, breaks: x.categories[1].breaks ?? [12, 34], labels: x.categories[1].labels ?? ["sous 12", "12 à 34", "plus de 34"] };
    const changed = { ...atlas, indicators: atlas.indicators.map((i) => (i === x ? { ...x, categories: x.categories.map((c, k) => (k === 1 ? own : c)) } : i)) };
    const p = await page(browser);
    await p.route("**/donnees/atlas.json", (route) => route.fulfill({ json: changed }));
    await p.goto(`${ORIGIN}/carte/?i=${x.id}&e=commune&c=${own.key}`);
    await settled(p);
    const rows = await p.locator("ul.key li").evaluateAll((all) => all.map((li) => [...li.querySelectorAll("span")].map((s) => s.textContent)));
    const file = values("commune", x.id, 0);
    const shown = file.values.at(-1)[file.categories.indexOf(own.key)].filter((v) => typeof v === "number");
    own.labels.forEach((label, i) => {
      const count = shown.filter((v) => own.breaks.filter((b) => b <= v).length === i).length;
      expect(rows[i][0] === label && Number(rows[i][1]) === count, `map: class ${i} of a category is « ${rows[i]} » instead of « ${label} », ${count}`);
    });
    await close(p, "map category");
    return x.id;
  },

  async "map: the controls of a category keep two full lines"(browser) {
    const x = atlas.indicators.find((i) => i.kind === "share" && i.categories.length > 1 && i.scales.commune);
    if (!x) return "no share in categories";
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${x.id}`);
    await settled(p);
    const middle = async (selector) => {
      const { y, height } = await p.locator(selector).first().boundingBox();
      return y + height / 2;
    };
    const line = await Promise.all([".controls .seg", ".controls .field input", ".controls summary"].map(middle));
    expect(Math.max(...line) - Math.min(...line) < 6, `map: scale, place and other layers stand at ${line}`);
    const [first, second] = await Promise.all([".controls select", ".controls .time"].map(middle));
    expect(Math.abs(first - second) < 6 && first < line[0], "map: indicator and vintage are not on a line above");
    const box = await p.locator(".map-box").boundingBox();
    expect(box.y + box.height <= 900, `map: under two lines of controls, it ends at ${box.y + box.height}`);
    await axe(p, "map, a category");
    await shot(p, "carte-modalite");
    await close(p, "map controls of a category");
  },

  async "map: no name is cut by the edge of the view"(browser) {
    const p = await page(browser);
    let names = 0;
    const middle = `x=${((atlas.bounds[0] + atlas.bounds[2]) / 2).toFixed(4)}&y=${((atlas.bounds[1] + atlas.bounds[3]) / 2).toFixed(4)}`;
    for (const [scale, zoom] of [["residence", 11.5], ["residence", 13.8], ["commune", 11.5], ["iris", 13]].filter(([s]) => scaleOf(s))) {
      await p.goto(`${ORIGIN}/carte/?i=${scale === "commune" ? share.id : counted.id}&e=${scale}&${middle}&z=${zoom}`);
      await settled(p);
      for (const [x, y] of [[0, 0], [61, 43]]) {
        await p.evaluate(([x, y]) => document.querySelector("[data-tool=carte]").map.panBy([x, y], { duration: 0 }), [x, y]);
        await p.waitForTimeout(300);
        await settled(p);
        const { all, cut } = await p.evaluate(() => {
          const { map } = document.querySelector("[data-tool=carte]");
          const { clientWidth: w, clientHeight: h } = map.getCanvas();
          const layers = ["bearing", "label", "label-under", "qpv-label"].filter((id) => map.getLayer(id));
          const named = (box) => map.queryRenderedFeatures(box, { layers }).map((f) => f.properties.name);
          return { all: named().length, cut: [[[0, 0], [w, 1]], [[0, h - 1], [w, h]], [[0, 0], [1, h]], [[w - 1, 0], [w, h]]].flatMap(named) };
        });
        names += all;
        expect(!cut.length, `map: the edge cuts ${cut.join(", ")} at zoom ${zoom}, ${scale}`);
      }
    }
    expect(names > 0, "map: no name to look at");
    await close(p, "map edges");
    return `${names} names`;
  },

  async "map: the whole is in one piece"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${wholeRatio.id}&e=metropole&q=0`);
    await settled(p);
    const seen = await onePiece(p);
    expect(seen.share > 0.999, `map: inside the whole, ${(100 * (1 - seen.share)).toFixed(1)} % of another colour`);
    await close(p, "map whole");
    return `${seen.all} pixels`;
  },

  async "map: legend of the residences"(browser) {
    const p = await page(browser);
    // From the map to the ranking of the same figures.
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune&v=${share.scales.commune[0]}`);
    await settled(p);
    await p.getByRole("link", { name: "Classer ces territoires" }).click();
    await p.locator("table.rank.versus caption", { hasText: `${share.label} (${share.unit}), ${share.scales.commune[0]}, ${scaleOf("commune").plural}` }).waitFor();
    // Where the scale is not open, no class has anything to tell.
    await p.goto(`${ORIGIN}/carte/?i=${atlas.indicators.find((x) => x.scales.commune && !x.scales.residence && (x.kind === "share" || x.kind === "rate")).id}&e=residence`);
    await settled(p);
    const rows = (await p.locator("ul.key li").allTextContents()).filter((t) => /\d$/.test(t));
    expect(rows.length === 1 && rows[0].startsWith(atlas.states.no), `map: the legend of a closed scale says ${rows.join(" | ")}`);
    const x = atlas.indicators.find((i) => (i.kind === "share" || i.kind === "rate") && i.scales.residence && !i.categories.length);
    await p.goto(`${ORIGIN}/carte/?i=${x.id}&e=residence`);
    await settled(p);
    const text = (await p.locator("ul.key").textContent()).replace(/\s/g, " ");
    for (const said of [x.labels[0], "25 ", "400 ", "regroupées", atlas.states.s, atlas.states.nd]) expect(text.includes(said), `map: the legend of the residences does not say « ${said} »: ${text}`);
    const classes = await p.locator("ul.key li").evaluateAll((all) => all.slice(0, 5).map((li) => Number(li.querySelector(".n").textContent.replace(/\s/g, ""))));
    const file = values("residence", x.id, 0);
    expect(classes.slice(0, x.labels.length).reduce((a, b) => a + b, 0) === file.values.at(-1)[0].filter((v) => typeof v === "number").length, `map: the legend counts ${classes}`);
    // Circles: the corner of a sign is empty, its middle is not.
    const round = await p.locator("ul.key canvas").evaluateAll((all, n) => all.slice(0, n).every((c) => {
      const ctx = c.getContext("2d");
      const at = (x, y) => ctx.getImageData(x, y, 1, 1).data[3];
      return at(c.width / 2, c.height / 2) > 0 && at(c.width / 2 - 12, c.height / 2 - 12) === 0;
    }), x.labels.length);
    expect(round, "map: classes of residences are not drawn as circles");
    await p.goto(`${ORIGIN}/carte/?i=${counted.id}&e=residence`);
    await settled(p);
    const corners = await p.locator("ul.key canvas").first().evaluate((c) => [c.getContext("2d").getImageData(4, 4, 1, 1).data[3], c.getContext("2d").getImageData(c.width / 2, c.height / 2, 1, 1).data[3]]);
    expect(corners[0] === 0 && corners[1] > 0, "map: a size of the legend is not a mere circle");
    await shot(p, "carte-residences-legende");
    await close(p, "map residences");
  },

  async "map: layers and closed scales"(browser) {
    const p = await page(browser);
    const family = atlas.equipment[0];
    if (family) {
      await p.goto(`${ORIGIN}/carte/?eq=${family.id}`);
      await settled(p);
      await p.waitForFunction(() => document.querySelector("[data-tool=carte]").map.getStyle().sources.equipment?.data.features.length > 0);
      expect((await p.locator("ul.key").textContent()).includes(family.label), "map: the layer is not in the legend");
    }
    const grid = atlas.grids[0];
    if (grid) {
      const file = read(grid.file);
      expect(Object.keys(file).sort().join() === "classes,indicator,squares,unit", "grid: more than classes in its file");
      await p.goto(`${ORIGIN}/carte/?g=${grid.file.slice("carreaux/".length, -".json".length)}`);
      await settled(p);
      await p.waitForFunction(() => document.querySelector("[data-tool=carte]").map.getStyle().sources.grid?.data.features.length > 0);
      await shot(p, "carte-carreaux");
    }
    const closed = atlas.indicators.find((x) => !x.scales.residence && x.scales.commune);
    if (closed) {
      await p.goto(`${ORIGIN}/carte/?i=${closed.id}&e=residence`);
      await settled(p);
      expect((await p.locator(".say").textContent()).includes("n’est pas ouvert"), "map: a closed scale is not said in words");
      const signs = await p.locator(".beside data").evaluateAll((all) => all.map((d) => d.dataset.state));
      expect(signs.every((s) => s === "no"), "map: figures at a closed scale");
    }
    await close(p, "map layers");
  },

  async "map: residences under the threshold"(browser) {
    // Who is under the threshold is told by the invented dwellings, counted here; a figure may be hidden for other reasons.
    const counts = dwellings();
    if (!counts) return "not the demonstration: the dwellings are not known";
    const small = (code, vintage) => (counts.get(vintage.slice(-4))?.get(code) ?? Infinity) < 11;
    const last = [...counts.keys()].sort().at(-1);
    const hidden = residences.codes.findIndex((code) => small(code, last));
    expect(hidden >= 0, "map: no residence under the threshold in the demonstration");
    const code = residences.codes[hidden];
    let read_ = 0;
    for (const x of atlas.indicators.filter((i) => i.scales.residence && i.base !== "public")) {
      const file = read(`valeurs/residence/${x.id}-0.json`);
      file.vintages.forEach((vintage, v) => {
        residences.codes.forEach((code, i) => {
          if (!small(code, vintage)) return;
          read_ += 1;
          for (const c of file.values[v]) expect(typeof c[i] === "string", `${x.id} ${vintage}: a figure of residence ${code}, under the threshold, is served`);
        });
      });
    }
    // Nor on any page: only the public context has figures.
    const open = new Set(atlas.indicators.filter((i) => i.base === "public").map((i) => i.id));
    let tags = 0;
    for (const name of fs.readdirSync(PUBLIC, { recursive: true }).filter((n) => n.endsWith(".html"))) {
      const html = fs.readFileSync(path.join(PUBLIC, name), "utf8");
      for (const [, attributes, id, x, vintage, text] of html.matchAll(/<data ([^>]*data-cell="residence:([^":]*):([^":]*):(?:[^":]*:)?([^":]*)"[^>]*)>([^<]*)/g)) {
        if (open.has(x) || !small(id, vintage)) continue;
        tags += 1;
        expect(!/(?:^| )value="[^"]/.test(attributes) && !/\d/.test(text), `${name}: ${x} ${vintage} of residence ${id}, under the threshold, is « ${text} »`);
      }
    }
    expect(tags > 0, "no page names a figure of a residence under the threshold");
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${counted.id}&t=residence:${code}&e=residence&z=16&x=${residences.lon[hidden] * residences.unit}&y=${residences.lat[hidden] * residences.unit}`);
    await settled(p);
    await p.locator(".card data[data-state=s]").waitFor();
    expect(!/\d/.test(await p.locator(".card data").textContent()), "map: the card of a hidden residence has a digit");
    await shot(p, "carte-residence-secrete");
    await close(p, "map hidden");
    return `${read_} places of figures and ${tags} tags of pages read`;
  },

  async "map at 320 px"(browser) {
    const p = await page(browser, { viewport: { width: 320, height: 800 } });
    await p.goto(`${ORIGIN}/carte/`);
    await settled(p);
    expect(await wide(p), "map: scrolls sideways at 320 px");
    await axe(p, "map at 320 px");
    await shot(p, "carte-320");
    await close(p, "map at 320 px");
  },

  async "comparison"(browser) {
    const codes = communes.codes.slice(0, 2);
    const p = await page(browser);
    await p.goto(`${ORIGIN}/comparer/?t=commune:${codes[0]}`);
    const input = p.getByRole("combobox", { name: "Ajouter un territoire" });
    await input.fill(communes.names[1]);
    await p.locator(".tool-root [role=option]").first().waitFor();
    await p.keyboard.press("ArrowDown");
    await p.keyboard.press("Enter");
    await p.locator("table.versus").waitFor();
    expect(p.url().includes(codes[1]), "comparison: no permalink");
    const cells = await p.locator("table.versus data").evaluateAll((all) => all.map((d) => [d.dataset.cell, d.getAttribute("value"), d.dataset.state ?? ""]));
    let compared = 0;
    for (const [cell, value, state] of cells) {
      const [scale, code, id, ...rest] = cell.split(":");
      const x = atlas.indicators.find((i) => i.id === id);
      if (!x.scales[scale]) {
        expect(state === "no", `comparison: ${cell}`);
        continue;
      }
      const file = read(`valeurs/${scale}/${id}-0.json`);
      const raw = file.values[file.vintages.indexOf(rest.at(-1))][rest.length > 1 ? file.categories.indexOf(rest[0]) : 0][communes.codes.indexOf(code)];
      const word = x.kind === "class" || x.kind === "text";
      expect(typeof raw === "string" ? state === raw && value === "" : value === (word ? x.categories[raw].key : String(raw)), `comparison: ${cell} is ${value}${state}, served as ${raw}`);
      compared += 1;
    }
    expect(compared > 10, "comparison: hardly anything compared");
    expect((await p.locator("svg.lines").count()) === 1, "comparison: no chart");
    await axe(p, "comparison");
    await shot(p, "comparer-1280");
    await p.goBack();
    await p.waitForFunction((c) => !location.search.includes(c), codes[1]);
    await p.setViewportSize({ width: 320, height: 800 });
    await p.goto(`${ORIGIN}/comparer/?t=commune:${codes.join(",commune:")}`);
    await p.locator("table.versus").waitFor();
    expect(await wide(p), "comparison: scrolls sideways at 320 px");
    await p.locator("svg.lines").scrollIntoViewIfNeeded();
    const sizes = await p.locator("svg.lines").evaluate((s) => {
      const box = s.getBoundingClientRect();
      const texts = [...s.querySelectorAll("text")].map((t) => t.getBoundingClientRect());
      return { least: Math.min(...texts.map((t) => t.height)), inside: texts.every((t) => t.left >= box.left - 1 && t.right <= box.right + 1), apart: texts.every((a, i) => texts.every((b, j) => j <= i || a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 1 || b.bottom <= a.top + 1)) };
    });
    const lines = await lined(p);
    expect(lines.all > 5 && !lines.apart.length, `comparison: at 320 px, not on the line of their name, or out of view: ${lines.apart.slice(0, 3).join(" | ")}`);
    expect(sizes.least >= 11 && sizes.inside && sizes.apart, `comparison: at 320 px the texts of the chart are ${JSON.stringify(sizes)}`);
    await shot(p, "comparer-320");
    // Four places: every figure in view under the name of what it is, and the names of the places stay.
    await p.goto(`${ORIGIN}/comparer/?t=commune:${communes.codes.slice(0, 4).join(",commune:")}`);
    await p.locator("table.versus").waitFor();
    const inView = await p.locator("table.versus").evaluate((table) => {
      const boxes = [...table.querySelectorAll("tbody data, thead a")].map((d) => d.getBoundingClientRect());
      return boxes.length > 20 && boxes.every((b) => b.left >= 0 && b.right <= 320);
    });
    expect(inView && (await wide(p)), "comparison: at 320 px, figures of four places are out of view");
    expect((await p.getByRole("columnheader").count()) >= 5 && (await p.getByRole("rowheader").count()) > 5, "comparison: laid out otherwise, the table loses its headers");
    await p.locator("table.versus tbody").nth(8).evaluate((e) => e.scrollIntoView());
    const top = await p.locator("table.versus thead").boundingBox();
    expect(top.y >= -1 && top.y < 4, `comparison: at 320 px the names of four places stand at ${top.y}`);
    const last = await p.locator("table.series td:last-child").first().boundingBox();
    expect(last.x > 0 && last.x + last.width <= 321, `comparison: at 320 px the last year of a series ends at ${last.x + last.width}`);
    await axe(p, "comparison of four at 320 px");
    await shot(p, "comparer-quatre-320");
    // On paper, the last sheet has more than a foot, with and without foots in the margins.
    await p.setViewportSize({ width: 1280, height: 900 });
    for (const theme of atlas.themes.map((t) => t.id)) {
      for (const n of [2, 4]) {
        await p.goto(`${ORIGIN}/comparer/?theme=${theme}&t=commune:${communes.codes.slice(0, n).join(",commune:")}`);
        await p.locator("table.versus").waitFor();
        const pages = sheets(await p.pdf({ format: "A4", preferCSSPageSize: true }), `comparer-${theme}-${n}`);
        if (pages) expect(pages.at(-1).replace(/\s+/g, " ").length > 500, `comparison: the last of ${pages.length} sheets of ${theme}, ${n} places, says only « ${pages.at(-1)} »`);
      }
    }
    await close(p, "comparison");
    return `${compared} figures`;
  },

  async "ranking"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/classement/?e=commune&i=${share.id}`);
    await p.locator("table.rank.versus").waitFor();
    const rows = await p.locator("table.rank.versus tbody tr").evaluateAll((all) => all.filter((r) => r.querySelector("data")).map((r) => [r.cells[0].textContent, r.querySelector("data").getAttribute("value"), r.querySelector("data").dataset.state ?? "", r.querySelector("a").textContent]));
    const placed = rows.filter((r) => !r[2]);
    expect(placed.length > 0, "ranking: nobody is placed");
    expect(placed.every((r, i) => !i || Number(placed[i - 1][1]) >= Number(r[1])), "ranking: not in order");
    const apart = rows.slice(placed.length);
    expect(apart.every((r) => r[2] && r[0] === "–"), "ranking: a hidden figure is placed");
    expect(apart.every((r, i) => !i || apart[i - 1][3].localeCompare(r[3], "fr", { numeric: true, sensitivity: "base" }) <= 0), "ranking: hidden figures are not in alphabetical order");
    // Decimals under decimals, whatever their number.
    if (share.decimals === 1) {
      const shift = await p.locator("table.rank.versus tbody td:has(data)").evaluateAll((all) => all.filter((td) => !td.querySelector("[data-state]")).map((td) => [/,\d$/.test(td.textContent), Number.parseFloat(getComputedStyle(td).paddingRight)]));
      expect(shift.every(([decimal, right]) => (right > 8) !== decimal), `ranking: figures are not aligned: ${shift.slice(0, 5).join(" | ")}`);
    }
    await axe(p, "ranking");
    await shot(p, "classement-1280");
    // A break refuses the change of the indicators that it concerns, and of no other.
    for (const concerned of [true, false]) {
      const years = [...new Set(atlas.indicators.flatMap((i) => Object.keys(i.ruptures)))].map(Number);
      const year = years.find((y) => atlas.indicators.some((i) => !i.ruptures[y] && i.source === atlas.indicators.find((j) => j.ruptures[y]).source));
      const [measured, from] = atlas.indicators
        .filter((i) => i.scales.commune && i.kind !== "class" && i.kind !== "text" && Boolean(i.ruptures[year]) === concerned && (concerned || !Object.keys(i.ruptures).length))
        .map((i) => [i, i.scales.commune.find((v) => Number(v.slice(-4)) < year)])
        .find(([i, v]) => v && Number(i.scales.commune.at(-1).slice(-4)) >= year && !i.scales.commune.at(-1).includes("-")) ?? [];
      if (!expect(measured, `ranking: no indicator ${concerned ? "with" : "without"} a break in ${year}`)) continue;
      await p.goto(`${ORIGIN}/classement/?e=commune&i=${measured.id}&depuis=${from}`);
      await p.locator(concerned ? ".warn" : "table.rank.versus").waitFor();
      expect((await p.locator(".tool-root table").count()) === (concerned ? 0 : 1), `ranking: ${measured.id} from ${from}: ${concerned ? "a change across its break is given" : "refused for the break of another indicator"}`);
      if (!concerned) {
        // What changed most comes first, up or down.
        const gaps = await p.locator("table.rank.versus tbody tr").evaluateAll((all) => all.map((r) => r.cells[4]?.textContent ?? "").filter((t) => /\d/.test(t)).map((t) => Math.abs(Number(t.replace(/[\s\u202f\u00a0+]/g, "").replace("−", "-").replace(",", ".")))));
        expect(gaps.length > 5 && gaps.every((g, i) => !i || gaps[i - 1] >= g), `ranking: changes come as ${gaps.slice(0, 8)}`);
      }
    }
    // What is refused is said before it is asked for.
    const broken = atlas.indicators.find((i) => i.scales.commune && i.kind !== "class" && i.kind !== "text" && Object.keys(i.ruptures).some((y) => Number(y) > Number(i.scales.commune[0].slice(-4)) && Number(y) <= Number(i.scales.commune.at(-1).slice(-4))));
    if (broken) {
      await p.goto(`${ORIGIN}/classement/?e=commune&i=${broken.id}`);
      await p.locator("table.rank.versus").waitFor();
      const year = Object.keys(broken.ruptures)[0];
      expect((await p.locator(".tool-root .note").allTextContents()).join(" ").includes(broken.ruptures[year]), "ranking: the break is not said in words");
      expect((await p.locator("select option", { hasText: "non comparable" }).count()) > 0, "ranking: vintages before a break are silently left out");
    }
    // What changed most: by the switch of the bar, then what rose, what fell; the address and the way back follow.
    const measured = atlas.indicators.find((i) => i.kind === "share" && !i.categories.length && !Object.keys(i.ruptures).length && (i.scales.commune?.length ?? 0) > 2 && !i.scales.commune.at(-1).includes("-"));
    await p.goto(`${ORIGIN}/classement/?e=commune&i=${measured.id}`);
    await p.locator("table.rank.versus").waitFor();
    expect(!(await p.getByLabel("Évolution depuis").isVisible()), "ranking: a level asks from when it changed");
    await p.locator(".seg label", { hasText: "une évolution" }).click();
    await p.locator("table.rank.versus caption", { hasText: `de ${measured.scales.commune.at(-2)} à ${measured.scales.commune.at(-1)}` }).waitFor();
    expect(p.url().includes(`depuis=${measured.scales.commune.at(-2)}`), "ranking: the change is not in the address");
    const changes = () => p.locator("table.rank.versus tbody tr").evaluateAll((all) => all.map((r) => [r.cells[0].textContent, r.cells[4]?.textContent ?? ""]).filter(([, t]) => /\d/.test(t)).map(([rank, t]) => [Number(rank), Number(t.replace(/[\s\u202f\u00a0+]/g, "").replace("−", "-").replace(",", "."))]));
    for (const [label, key, way] of [["Plus fortes hausses", "hausses", -1], ["Plus fortes baisses", "baisses", 1]]) {
      await p.getByLabel("Ordre").selectOption(key);
      await p.waitForFunction((k) => location.search.includes(`ordre=${k}`), key);
      await p.waitForFunction(([n, w]) => [...document.querySelectorAll("table.rank.versus tbody:first-of-type tr")].length > 0 && n !== w, [0, 1]);
      const list = await changes();
      expect(list.length > 5 && list.every(([, g], i) => !i || way * (g - list[i - 1][1]) >= 0), `ranking: ${label}: ${list.slice(0, 8)}`);
      expect(list.every(([rank], i) => rank === list.findIndex(([, g]) => g === list[i][1]) + 1), `ranking: ${label}: equal changes have not one rank`);
    }
    const list = await changes();
    const note = (await p.locator(".tool-root .note").first().textContent()).replace(/\s/g, " ");
    const count = (sign) => list.filter(([, g]) => Math.sign(g) === sign).length;
    expect(note.includes(`${count(1)} hausse`) && note.includes(`${count(-1)} baisse`) && note.includes(`${count(0)} sans changement`), `ranking: the changes are told as « ${note} »`);
    const whole = values("metropole", measured.id, 0);
    const [from, to] = [whole.vintages.length - 2, whole.vintages.length - 1].map((v) => whole.values[v][0][0]);
    if (typeof from === "number" && typeof to === "number") expect(note.includes(`en ${whole.vintages.at(-2)}`) && note.includes("point"), `ranking: the whole is told as « ${note} »`);
    await axe(p, "ranking of changes");
    await shot(p, "classement-evolution-1280");
    await p.goBack();
    await p.waitForFunction(() => location.search.includes("ordre=hausses") && document.querySelector(".tool-root label:has(option[value=hausses]) select").value === "hausses");
    // Another indicator, from a vintage that it has; and the map of the same figures.
    await p.getByLabel("Indicateur").selectOption(share.id);
    await p.waitForFunction((id) => location.search.includes(`i=${id}`) && document.querySelector("table.rank.versus caption, .tool-root .warn"), share.id);
    expect(p.url().includes("depuis="), "ranking: another indicator loses the change");
    // On a narrow screen, the controls are in the first view.
    await p.setViewportSize({ width: 320, height: 640 });
    expect((await p.locator(".tool-root .controls select").nth(1).boundingBox()).y < 640, "ranking: at 320 px the controls are under the first view");
    await p.setViewportSize({ width: 1280, height: 900 });
    expect((await p.getByRole("link", { name: "Voir sur la carte" }).getAttribute("href")).includes(`i=${share.id}`), "ranking: the way to the map has another indicator");
    await p.locator(".seg label", { hasText: "un millésime" }).click();
    await p.waitForFunction(() => !location.search.includes("depuis="));
    expect(await p.getByRole("button", { name: "Imprimer" }).isVisible(), "ranking: nothing prints it");
    // Windows that count the same years twice are not compared.
    const moving = atlas.indicators.find((i) => i.scales.commune?.some((v) => v.includes("-")) && i.kind !== "class" && i.kind !== "text");
    const windows = moving?.scales.commune.filter((v) => v.includes("-")) ?? [];
    const near = windows.find((v) => v !== windows.at(-1) && Number(v.slice(-4)) >= Number(windows.at(-1).slice(0, 4)));
    if (near) {
      await p.goto(`${ORIGIN}/classement/?e=commune&i=${moving.id}&depuis=${near}`);
      await p.locator(".warn").waitFor();
      expect((await p.locator(".warn").textContent()).includes("en commun"), "ranking: overlapping windows are compared");
    }
    // Only the residences of a landlord, only those of a QPV.
    for (const [kind, of] of [["bailleur", (i) => residences.landlords?.[residences.landlord[i]]], ["qpv", (i) => residences.qpv_codes[residences.qpv[i]]]]) {
      const value = residences.codes.map((_, i) => of(i)).find(Boolean);
      if (!value) continue;
      await p.goto(`${ORIGIN}/classement/?e=residence&i=${counted.id}`);
      await p.locator('.tool-root label:has(span:text-is("Dans")) select').selectOption(`${kind}:${value}`);
      const wanted = residences.codes.filter((_, i) => of(i) === value);
      await p.waitForFunction((n) => document.querySelectorAll("table.rank.versus tbody a").length === n, Math.min(wanted.length, 400));
      const codes = await p.locator("table.rank.versus tbody a").evaluateAll((all) => all.map((a) => decodeURIComponent(a.pathname.split("/").at(-2))));
      expect(codes.every((c) => wanted.includes(c)), `ranking: ${kind} ${value} lets others in`);
      expect(p.url().includes("dans="), "ranking: the filter is not in the address");
    }
    await p.setViewportSize({ width: 320, height: 800 });
    await p.goto(`${ORIGIN}/classement/?e=residence&i=${counted.id}`);
    await p.locator("table.rank.versus").waitFor();
    expect(await wide(p), "ranking: scrolls sideways at 320 px");
    const lines = await lined(p);
    expect(lines.all > 5 && !lines.apart.length, `ranking: at 320 px, not on the line of their name, or out of view: ${lines.apart.slice(0, 3).join(" | ")}`);
    await close(p, "ranking");
  },

  async "comparison, ranking and tables by keyboard"(browser) {
    const p = await page(browser);
    /** Presses Tab until the focus is on an element. */
    const reach = async (selector) => {
      for (let i = 0; i < 80; i++) {
        await p.keyboard.press("Tab");
        if (await p.evaluate((s) => document.activeElement?.matches(s), selector)) return true;
      }
      return expect(false, `keyboard: ${selector} is not reached on ${p.url()}`);
    };
    await p.goto(`${ORIGIN}/comparer/`);
    await p.locator(".tool-root input").waitFor();
    await reach(".tool-root [role=combobox]");
    for (const k of [0, 1]) {
      await p.keyboard.type(plain(communes.names[k]));
      // The list follows the letters: what is first now is not what was first two letters before.
      await p.waitForFunction((name) => document.querySelector(".tool-root [role=listbox]:not([hidden]) [role=option] b")?.textContent === name, communes.names[k]);
      await p.keyboard.press("ArrowDown");
      await p.keyboard.press("Enter");
      await p.waitForFunction((n) => document.querySelectorAll(".picked li").length === n, k + 1);
    }
    await p.locator("table.versus").waitFor();
    await reach(".picked button");
    await p.keyboard.press("Enter");
    await p.waitForFunction(() => document.querySelectorAll(".picked li").length === 1);
    await p.goto(`${ORIGIN}/classement/`);
    await p.locator("table.rank.versus").waitFor();
    const before = new URL(p.url()).search;
    await reach(".tool-root select");
    await reach(".tool-root select");
    await p.keyboard.press("ArrowDown");
    await p.waitForFunction((s) => location.search !== s && location.search.includes("i="), before);
    await reach(".tool-root form button");
    await p.keyboard.press("Enter");
    // The button says the order of the table that is drawn with it.
    await p.getByRole("button", { name: "Du plus petit au plus grand" }).waitFor();
    expect(p.url().includes("ordre=croissant"), "keyboard: the order is not in the address");
    const keys = await p.locator("table.rank.versus tbody:first-of-type data").evaluateAll((all) => all.filter((d) => !d.dataset.state).map((d) => Number(d.value)));
    expect(keys.every((v, i) => !i || keys[i - 1] <= v), "keyboard: the ranking does not turn round");
    await p.goto(`${ORIGIN}/communes/`);
    await reach("main thead button.by");
    await p.keyboard.press("Enter");
    expect((await p.locator("main th[aria-sort]").count()) === 1, "keyboard: Enter does not sort a table");
    await close(p, "keyboard");
  },

  async "search at 320 px"(browser) {
    const p = await page(browser, { viewport: { width: 320, height: 800 } });
    await p.goto(`${ORIGIN}/communes/`);
    await p.locator("form.seek input").fill("rue");
    await p.locator("form.seek [role=option]").nth(2).waitFor();
    expect(await wide(p), "search: the header scrolls sideways at 320 px");
    const box = await p.locator("form.seek [role=listbox]").boundingBox();
    expect(box.x >= 0 && box.x + box.width <= 320, `search: the list goes from ${box.x} to ${box.x + box.width}`);
    await axe(p, "search in the header at 320 px");
    await shot(p, "recherche-entete-320");
    await p.locator("form.seek [role=option]").first().click();
    await p.waitForURL(/\/residences\/|\/communes\/.+|\/iris\/|\/qpv\//);
    await p.goto(`${ORIGIN}/recherche/?q=rue`);
    await p.locator(".results a").first().waitFor();
    expect(await wide(p), "search page: scrolls sideways at 320 px");
    await axe(p, "search page at 320 px");
    await close(p, "search at 320 px");
  },

  async "tables sort and filter"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/communes/`);
    const table = p.locator("table.many, table.rank").first();
    if (!(await table.count())) return "no long table on the list of communes";
    const button = table.locator("thead button.by").last();
    await button.click();
    const values = () => table.evaluate((t) => [...t.tBodies].flatMap((b) => [...b.rows]).map((r) => r.cells[r.cells.length - 1].querySelector("data")).map((d) => (d && !d.dataset.state ? Number(d.value) : null)));
    const down = await values();
    const numbers = down.filter((v) => v !== null);
    expect(numbers.every((v, i) => !i || numbers[i - 1] >= v), "table: not sorted");
    expect(down.indexOf(null) < 0 || down.lastIndexOf(null) === down.length - 1, "table: hidden figures are placed among the others");
    await axe(p, "sorted table");
    const filter = p.locator(".filter input").first();
    if (await filter.count()) {
      await filter.fill(communes.names[0]);
      expect((await table.locator("tbody tr:visible").count()) >= 1, "table: the filter hides everything");
    }
    await close(p, "tables");
  },

  async "tables keep their references on top"(browser) {
    const p = await page(browser);
    let seen = 0;
    for (const theme of fs.readdirSync(path.join(PUBLIC, "themes"))) {
      if (!fs.readFileSync(path.join(PUBLIC, "themes", theme, "index.html"), "utf8").includes('<tr class="total">')) continue;
      await p.goto(`${ORIGIN}/themes/${theme}/`);
      const table = p.locator("table:has(tr.total)").first();
      for (let n = 0; n < 2; n++) {
        await table.locator("thead button.by").last().click();
        const rows = await table.evaluate((t) => [...t.tBodies[0].rows].map((r) => [r.classList.contains("total"), Number(r.cells[r.cells.length - 1].querySelector("data")?.value || NaN)]));
        const others = rows.filter((r) => !r[0]).map((r) => r[1]).filter((v) => !Number.isNaN(v));
        expect(rows[0][0] && rows.filter((r) => r[0]).length === 1, `themes/${theme}: sorted, the whole is not on top`);
        expect(others.every((v, i) => !i || (n ? others[i - 1] <= v : others[i - 1] >= v)), `themes/${theme}: not sorted`);
      }
      const filter = p.locator(".filter input").first();
      if (await filter.count()) {
        await filter.fill(communes.names[0]);
        expect(await table.locator("tr.total").isVisible(), `themes/${theme}: the filter hides the whole`);
      }
      seen += 1;
    }
    expect(seen > 0, "no theme table with a reference");
    await close(p, "theme tables");
  },

  async "without JavaScript"(browser) {
    const p = await page(browser, { javaScriptEnabled: false });
    for (const tool of ["carte", "recherche", "comparer", "classement"]) {
      await p.goto(`${ORIGIN}/${tool}/`);
      expect((await p.locator("main section").count()) > 0, `${tool}: empty without JavaScript`);
      expect(!/zoom/i.test(await p.locator("main .title").textContent()), `${tool}: without JavaScript, its title promises a zoom`);
      expect((await p.locator("main section a:visible, main section table:visible").count()) > 0, `${tool}: nothing to read without JavaScript`);
    }
    await p.context().close();
  },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const only = process.argv.slice(2).find((a) => !a.startsWith("--"));
for (const [name, test] of Object.entries(tests)) {
  if (only && !name.includes(only)) continue;
  const began = Date.now();
  const before = findings.length;
  let told;
  try {
    told = await test(browser);
  } catch (error) {
    findings.push(`${name}: ${error.message.split("\n")[0]}`);
  }
  console.log(`${findings.length === before ? "ok    " : "FAILED"} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)${told ? `: ${told}` : ""}`);
}
await browser.close();

/** A machine that cannot draw: a plain drawing stands in, and all that is around it works as with the map. */
async function withoutWebGL(browser) {
  const p = await page(browser);
  const years = share.scales.commune;
  const vintage = years.at(-2) ?? years.at(-1);
  await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune&v=${vintage}`);
  await p.locator(".warn").waitFor();
  await settled(p);
  expect((await p.locator(".warn").textContent()).includes("WebGL"), "without WebGL: nothing is said");
  const listed = () => p.locator(".beside tbody tr").evaluateAll((all) => all.map((r) => [r.dataset.code, r.querySelector("data").dataset.cell, r.querySelector("data").getAttribute("value"), r.querySelector("data").dataset.state ?? ""]));
  const same = async (x, scale, v) => {
    const file = values(scale, x.id, 0);
    const { codes } = read(`lieux/${scale}-0.json`);
    const rows = await listed();
    expect(rows.length > 0, `without WebGL: the list of ${scale} is empty`);
    for (const [code, cell, value, state] of rows) {
      const raw = file.values[file.vintages.indexOf(v)][0][codes.indexOf(code)];
      expect(cell.endsWith(`:${v}`) && (typeof raw === "string" ? state === raw && value === "" : value === String(raw)), `without WebGL: ${cell} is ${value}${state}, served as ${raw}`);
    }
  };
  await same(share, "commune", vintage); // the link brings its state back
  const classes = await p.locator("ul.key .n").evaluateAll((all) => all.map((n) => Number(n.textContent.replace(/\s/g, ""))));
  expect(classes.reduce((a, b) => a + b, 0) === communes.codes.length, `without WebGL: the legend counts ${classes}`);
  expect((await p.locator("svg.drawn path").count()) >= communes.codes.length, "without WebGL: no drawn map");
  await axe(p, "without WebGL");
  await shot(p, "carte-sans-webgl");
  // Another scale, another indicator, by the controls.
  await p.locator(".seg label", { hasText: scaleOf("iris")?.plural ?? scaleOf("commune").plural }).click();
  await p.waitForFunction(() => location.search.includes("e=iris") && document.querySelector(".beside data")?.dataset.cell.startsWith("iris:"));
  await same(share, "iris", vintage);
  const other = atlas.indicators.find((x) => x.id !== share.id && x.scales.iris && x.kind !== "text" && x.kind !== "class" && !x.categories.length);
  await p.locator(".controls select").first().selectOption(other.id);
  await p.waitForFunction((id) => document.querySelector(".beside data")?.dataset.cell.includes(`:${id}:`), other.id);
  await same(other, "iris", new URL(p.url()).searchParams.get("v"));
  // A place is pointed at and chosen, on the drawing and in the list.
  await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
  await settled(p);
  const box = await p.locator(".map-box .sheet").boundingBox();
  const at = await p.evaluate(([lon, lat]) => document.querySelector("[data-tool=carte]").map.project([lon, lat]), [communes.lon[0] * communes.unit, communes.lat[0] * communes.unit]);
  await p.mouse.move(box.x + at.x, box.y + at.y, { steps: 3 });
  await p.locator(".tip").waitFor({ state: "visible" });
  await p.mouse.click(box.x + at.x, box.y + at.y);
  await p.locator(".card a").waitFor();
  expect(new URL(p.url()).searchParams.get("t")?.startsWith("commune:"), "without WebGL: the place chosen is not in the address");
  const zoom = () => p.evaluate(() => document.querySelector("[data-tool=carte]").map.getZoom());
  const before = await zoom();
  await p.locator(".map-box .sheet").focus();
  await p.keyboard.press("+");
  expect((await zoom()) > before, "without WebGL: plus does not zoom");
  const [download] = await Promise.all([p.waitForEvent("download"), p.getByRole("button", { name: "Image (PNG)" }).click()]);
  await download.saveAs(path.join(SHOTS, "carte-sans-webgl-export.png"));
  expect(fs.statSync(path.join(SHOTS, "carte-sans-webgl-export.png")).size > 40_000, "without WebGL: the picture is blank");
  await p.goto(`${ORIGIN}/carte/?i=${wholeRatio.id}&e=metropole&q=0`);
  await settled(p);
  const piece = await onePiece(p);
  expect(piece.share > 0.999, `without WebGL: inside the whole, ${(100 * (1 - piece.share)).toFixed(1)} % of another colour`);
  await p.goto(`${ORIGIN}/carte/?i=${counted.id}&e=residence`);
  await settled(p);
  await p.locator(".beside tbody tr").first().waitFor();
  await shot(p, "carte-sans-webgl-residences");
  await close(p, "without WebGL");
}

if (!fluid && (!only || "without WebGL".includes(only))) {
  const plain = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-3d-apis"] });
  await withoutWebGL(plain).catch((error) => findings.push(`without WebGL: ${error.message.split("\n")[0]}`));
  await plain.close();
  console.log("done   without WebGL");
}
server.close();
for (const f of findings) console.log(`  ${f}`);
console.log(`${passed} checks passed, ${findings.length} findings; pictures in ${SHOTS}`);
process.exit(findings.length ? 1 : 0);
