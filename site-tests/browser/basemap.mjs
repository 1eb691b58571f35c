// Looks at the local basemap of a built site: its tiles are asked for by parts, from our own origin, under the strict policy;
// it is drawn under the figures, and its producer is named on the map and on the picture.
//
//   PUBLIC=… WORK=… node site-tests/browser/basemap.mjs
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { chromium } from "playwright-core";

const PUBLIC = fs.realpathSync(process.env.PUBLIC);
const SHOTS = path.join(process.env.WORK ?? "target/site-tests", "interactive");
fs.mkdirSync(SHOTS, { recursive: true });
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json" };

const parts = []; // status of each answer about the archive
const server = http.createServer((request, response) => {
  const url = decodeURIComponent(new URL(request.url, "http://x").pathname);
  let file = path.join(PUBLIC, path.normalize(url));
  if (url.endsWith("/")) file = path.join(file, "index.html");
  const headers = { "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream" };
  fs.readFile(file, (error, bytes) => {
    if (error) return response.writeHead(404, headers).end();
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const [first, last] = range ? [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)] : [];
    if (file.endsWith(".pmtiles")) parts.push(range ? 206 : 200);
    if (!range) return response.writeHead(200, headers).end(bytes);
    response.writeHead(206, { ...headers, "Content-Range": `bytes ${first}-${last}/${bytes.length}` }).end(bytes.subarray(first, last + 1));
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const ORIGIN = `http://127.0.0.1:${server.address().port}`;

const findings = [];
let passed = 0;
const expect = (truth, message) => (truth ? (passed += 1) : findings.push(message));
const { basemap } = JSON.parse(fs.readFileSync(path.join(PUBLIC, "donnees/atlas.json"), "utf8"));
expect(basemap?.attribution, "no basemap in atlas.json");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"] });
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
await context.addInitScript(() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
});
const p = await context.newPage();
p.on("pageerror", (e) => findings.push(`error: ${e.message}`));
p.on("console", (m) => ["error", "warning"].includes(m.type()) && !/GPU stall|GL Driver/.test(m.text()) && findings.push(`console: ${m.text()}`));
p.on("request", (r) => r.url().startsWith(ORIGIN) || /^(data|blob):/.test(r.url()) || findings.push(`foreign request: ${r.url()}`));
await p.goto(`${ORIGIN}/carte/`);
await p.waitForFunction(() => {
  const { map } = document.querySelector("[data-tool=carte]");
  return map?.getSource("basemap") && map.isSourceLoaded("basemap") && map.loaded();
}, undefined, { timeout: 60_000 });
await p.waitForTimeout(300);
const seen = await p.evaluate(() => {
  const { map } = document.querySelector("[data-tool=carte]");
  const order = map.getStyle().layers.map((l) => l.id);
  const drawn = map.queryRenderedFeatures({ layers: order.filter((id) => id.startsWith("basemap")) }).map((f) => f.sourceLayer);
  return { order, drawn: [...new Set(drawn)].sort() };
});
expect(seen.drawn.join() === "parcs,routes", `drawn: ${seen.drawn}`);
const own = seen.order.findIndex((id) => !id.startsWith("basemap"));
expect(own > 0 && seen.order.slice(own).every((id) => !id.startsWith("basemap")), `the basemap is over figures: ${seen.order}`);
expect(parts.length > 1 && parts.every((s) => s === 206), `the archive is not read by parts: ${parts}`);
expect((await p.locator(".map-box .credit").textContent()).includes(basemap.attribution), "the producer is not named on the map");
const [download] = await Promise.all([p.waitForEvent("download"), p.getByRole("button", { name: "Image (PNG)" }).click()]);
await download.saveAs(path.join(SHOTS, "carte-fond.png"));
// The grey of the park is on the picture: at the scale of the residences, no zone covers it.
const grey = await p.evaluate(async (data) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const ctx = canvas.getContext("2d");
  ctx.drawImage(image, 0, 0);
  const { data: px } = ctx.getImageData(0, 0, image.width, image.height);
  let n = 0;
  for (let i = 0; i < px.length; i += 4) if (px[i] === 0xee && px[i + 1] === 0xf0 && px[i + 2] === 0xf2) n += 1;
  return n;
}, fs.readFileSync(path.join(SHOTS, "carte-fond.png")).toString("base64"));
expect(grey > 1000, `the basemap is not on the picture: ${grey} grey pixels`);
expect(!(await p.evaluate(() => window.violations)).length, `content policy: ${await p.evaluate(() => window.violations.join("; "))}`);
await p.screenshot({ path: path.join(SHOTS, "carte-fond-ecran.png") });
await browser.close();
server.close();
for (const f of findings) console.log(`  ${f}`);
console.log(`${passed} checks passed, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
