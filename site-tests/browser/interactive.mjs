// Uses the interactive parts of the built site as a reader would: search, map, comparison, ranking, sortable tables; with the
// mouse and with the keyboard, wide and narrow, without JavaScript and without WebGL, under the strict headers of production.
//
//   PUBLIC=… WORK=… node site-tests/browser/interactive.mjs
//
// No violation of the content policy, none of axe-core, no request to another origin. Pictures stay in WORK to be looked at.
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
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
    return map?.loaded() && !map.isMoving() && performance.getEntriesByName("carte-prete").length;
  });
const wide = (p) => p.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

const atlas = read("atlas.json");
const communes = read("lieux/commune-0.json");
const residences = read("lieux/residence-0.json");
const scaleOf = (id) => atlas.scales.find((s) => s.id === id);
const share = atlas.indicators.find((x) => (x.kind === "share" || x.kind === "rate") && x.scales.commune && !x.categories.length);
const counted = atlas.indicators.find((x) => x.kind === "count" && x.scales.residence && !x.categories.length);

const tests = {
  async "search in the header, keyboard"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/`);
    await p.keyboard.press("/");
    const name = communes.names[0];
    await p.keyboard.type(name.toLowerCase().normalize("NFD").replace(/\p{M}/gu, ""));
    await p.locator("form.seek [role=option]").first().waitFor();
    await axe(p, "header search");
    await shot(p, "recherche-entete");
    await p.keyboard.press("ArrowDown");
    expect((await p.locator("form.seek input").getAttribute("aria-activedescendant")) !== null, "search: no active option after the arrow");
    await Promise.all([p.waitForURL(`**/communes/${communes.codes[0]}/`), p.keyboard.press("Enter")]);
    expect((await p.locator("h1").textContent()).includes(name), "search: the fiche opened is another one");
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
    const ms = await p.evaluate(async () => {
      const module = [...document.scripts].find((s) => s.src.includes("/recherche.js")).src.replace("recherche.js", "champ.js");
      const { search } = await import(module);
      const times = [];
      for (const q of ["rue", "bou", "resid", "place gar"]) {
        await search().find(q, 8);
        const began = performance.now();
        await search().find(q, 8);
        times.push(performance.now() - began);
      }
      return Math.max(...times);
    });
    expect(ms < 50, `search: ${ms.toFixed(0)} ms for a query`);
    await axe(p, "search page");
    await close(p, "search page");
    return `first result right for ${right} of ${asked.length}, ${ms.toFixed(1)} ms at most`;
  },

  async "map: first view"(browser) {
    const p = await page(browser);
    sent = [];
    await p.goto(`${ORIGIN}/carte/`);
    await settled(p);
    const own = sent.filter((s) => !s.path.includes("maplibre")).reduce((n, s) => n + s.bytes, 0);
    expect(own < 300_000, `map: ${own} bytes beside the library`);
    const ready = await p.evaluate(() => performance.getEntriesByName("carte-prete")[0].startTime);
    expect(await p.locator(".map-box canvas").isVisible(), "map: no canvas");
    expect((await p.locator(".beside tbody tr").count()) > 0, "map: the list is empty");
    await axe(p, "map");
    await shot(p, "carte-1280");
    await close(p, "map");
    return `${Math.round(own / 1000)} kB beside the library, interactive after ${Math.round(ready)} ms`;
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
        return ["zones", "places", "circles"].flatMap((s) => map.getStyle().sources[s].data.features ?? []).map((f) => Object.keys(f.properties).sort().join());
      });
      expect(drawn.every((keys) => keys === "cls,k,r,st"), `map: features carry ${[...new Set(drawn)]}`);
    }
    await close(p, "map list");
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
    expect((await other.locator(".badge").textContent()).includes("fixée"), "map: a link does not bring its state back");
    const target = await other.locator(".card a").getAttribute("href");
    await other.goto(target);
    expect((await other.locator("h1").count()) === 1, "map: the card leads to no fiche");
    await close(other, "map link");
    await close(p, "map use");
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
    await p.keyboard.press("Enter");
    await p.locator(".card a").waitFor();
    await p.keyboard.press("Escape");
    expect(await p.locator(".card").isHidden(), "map: Escape does not close the card");
    await close(p, "map keyboard");
  },

  async "map: picture"(browser) {
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${share.id}&e=commune`);
    await settled(p);
    const [download] = await Promise.all([p.waitForEvent("download"), p.getByRole("button", { name: "Image (PNG)" }).click()]);
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

  async "map: layers and closed scales"(browser) {
    const p = await page(browser);
    const family = atlas.equipment[0];
    if (family) {
      await p.goto(`${ORIGIN}/carte/?eq=${family.id}`);
      await settled(p);
      await p.waitForFunction(() => document.querySelector("[data-tool=carte]").map.getStyle().sources.equipment.data.features.length > 0);
      expect((await p.locator("ul.key").textContent()).includes(family.label), "map: the layer is not in the legend");
    }
    const grid = atlas.grids[0];
    if (grid) {
      const file = read(grid.file);
      expect(Object.keys(file).sort().join() === "classes,indicator,squares,unit", "grid: more than classes in its file");
      await p.goto(`${ORIGIN}/carte/?g=${grid.file.slice("carreaux/".length, -".json".length)}`);
      await settled(p);
      await p.waitForFunction(() => document.querySelector("[data-tool=carte]").map.getStyle().sources.grid.data.features.length > 0);
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
    const figures = read(`valeurs/residence/${counted.id}-0.json`);
    const hidden = figures.values.at(-1)[0].indexOf("s");
    if (hidden < 0) return "no hidden residence";
    const code = residences.codes[hidden];
    for (const x of atlas.indicators.filter((i) => i.scales.residence && i.base !== "public")) {
      const file = read(`valeurs/residence/${x.id}-0.json`);
      for (const v of file.values) for (const c of v) expect(typeof c[hidden] === "string", `${x.id}: a figure of the hidden residence ${code} is served`);
    }
    const p = await page(browser);
    await p.goto(`${ORIGIN}/carte/?i=${counted.id}&t=residence:${code}&e=residence&z=16&x=${residences.lon[hidden] * residences.unit}&y=${residences.lat[hidden] * residences.unit}`);
    await settled(p);
    await p.locator(".card data[data-state=s]").waitFor();
    expect(!/\d/.test(await p.locator(".card data").textContent()), "map: the card of a hidden residence has a digit");
    await shot(p, "carte-residence-secrete");
    await close(p, "map hidden");
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
    await axe(p, "ranking");
    await shot(p, "classement-1280");
    const broken = Object.entries(atlas.sources).find(([, s]) => Object.keys(s.breaks).length);
    if (broken) {
      const [source, { breaks }] = broken;
      const year = Number(Object.keys(breaks)[0]);
      const x = atlas.indicators.find((i) => i.source === source && i.scales.commune && i.kind !== "class" && i.kind !== "text");
      const list = x?.scales.commune ?? [];
      const from = list.find((v) => Number(v.slice(-4)) < year);
      if (from && Number(list.at(-1).slice(-4)) >= year) {
        await p.goto(`${ORIGIN}/classement/?e=commune&i=${x.id}&depuis=${from}`);
        await p.locator(".warn").waitFor();
        expect((await p.locator(".tool-root table").count()) === 0, "ranking: a change across a break is given");
      }
    }
    await p.setViewportSize({ width: 320, height: 800 });
    await p.goto(`${ORIGIN}/classement/?e=residence&i=${counted.id}`);
    await p.locator("table.rank.versus").waitFor();
    expect(await wide(p), "ranking: scrolls sideways at 320 px");
    await close(p, "ranking");
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

  async "without JavaScript"(browser) {
    const p = await page(browser, { javaScriptEnabled: false });
    for (const tool of ["carte", "recherche", "comparer", "classement"]) {
      await p.goto(`${ORIGIN}/${tool}/`);
      expect((await p.locator("main section").count()) > 0, `${tool}: empty without JavaScript`);
      expect((await p.locator("main section a:visible, main section table:visible").count()) > 0, `${tool}: nothing to read without JavaScript`);
    }
    await p.context().close();
  },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const only = process.argv[2];
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

// A machine that cannot draw: the drawn maps of the page stand in.
if (!only || "without WebGL".includes(only)) {
  const plain = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-3d-apis"] });
  const p = await page(plain);
  await p.goto(`${ORIGIN}/carte/`);
  await p.locator(".warn").waitFor();
  expect((await p.locator(".warn").textContent()).includes("WebGL"), "without WebGL: nothing is said");
  expect(await p.locator("main section svg").first().isVisible(), "without WebGL: no drawn map");
  await shot(p, "carte-sans-webgl");
  await close(p, "without WebGL");
  await plain.close();
  console.log("done   without WebGL");
}
server.close();
for (const f of findings) console.log(`  ${f}`);
console.log(`${passed} checks passed, ${findings.length} findings; pictures in ${SHOTS}`);
process.exit(findings.length ? 1 : 0);
