// A partner behind the login, in a real Chromium: logs in, reads a fiche, downloads a workbook, prints.
//
//   browser.mjs URL LOGIN FOLDER    the password comes on the standard input; FOLDER receives the PDF
//
// Prints one JSON object: what was seen, for run.py to judge.
import fs from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

const [url, login, folder] = process.argv.slice(2);
const password = fs.readFileSync(0, "utf8").trim();
const seen = { violations: [], errors: [], foreign: [], refused: [], requests: {} };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

async function open(credentials) {
  const context = await browser.newContext({ httpCredentials: credentials, acceptDownloads: true, locale: "fr-FR" });
  const page = await context.newPage();
  const requests = [];
  page.on("request", (r) => {
    if (r.url().startsWith("data:") || r.url().startsWith("blob:")) return;
    if (!r.url().startsWith(url)) seen.foreign.push(r.url());
    requests.push(r.url());
  });
  page.on("response", (r) => { if (r.status() >= 400) seen.refused.push(`${r.status()} ${r.url().slice(url.length)}`); });
  page.on("console", (m) => {
    if (/Content Security Policy|Refused to/.test(m.text())) seen.violations.push(m.text());
    else if (m.type() === "error" && !/favicon/.test(m.location().url ?? "")) seen.errors.push(m.text());
  });
  page.on("pageerror", (e) => seen.errors.push(String(e)));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (e) => console.error(`Content Security Policy: ${e.violatedDirective} ${e.blockedURI}`));
  });
  return { context, page, requests };
}

// Without a password: the help page, whole; anything else, the refusal.
{
  const { context, page } = await open(undefined);
  seen.help = (await page.goto(`${url}/connexion/`, { waitUntil: "networkidle" })).status();
  seen.helpRefused = [...seen.refused];
  seen.closed = (await context.request.get(`${url}/`)).status();
  seen.refused = [];
  seen.errors = [];
  await context.close();
}

const { context, page, requests } = await open({ username: login, password });
// A cold page: home, then a fiche reached by its links.
for (const [name, target] of [["home", "/"], ["fiche", null], ["map", "/carte/"]]) {
  requests.length = 0;
  if (target) {
    seen[name] = (await page.goto(url + target, { waitUntil: "networkidle" })).status();
  } else {
    const list = await page.goto(`${url}/communes/`, { waitUntil: "networkidle" });
    seen.list = list.status();
    const link = page.locator('main a[href]').filter({ hasText: /\S/ });
    const hrefs = await link.evaluateAll((all) => all.map((a) => a.href));
    const fiche = hrefs.find((h) => /\/communes\/[^/]+\/$/.test(h));
    // Cold: another context has nothing in its cache.
    const cold = await open({ username: login, password });
    const answer = await cold.page.goto(fiche, { waitUntil: "networkidle" });
    seen.fiche = answer.status();
    seen.requests.coldFiche = new Set(cold.requests).size;
    seen.title = await cold.page.title();
    const book = cold.page.locator('a[href$=".xlsx"]').first();
    const [download] = await Promise.all([cold.page.waitForEvent("download", { timeout: 20000 }), book.click()]);
    const saved = path.join(folder, "classeur.xlsx");
    await download.saveAs(saved);
    seen.workbook = { name: download.suggestedFilename(), bytes: fs.statSync(saved).size, zip: fs.readFileSync(saved).subarray(0, 2).toString() };
    const pdf = await cold.page.pdf({ path: path.join(folder, "fiche.pdf"), preferCSSPageSize: true });
    seen.pdf = pdf.length;
    seen.cookies = (await cold.context.cookies()).length;
    await cold.context.close();
    continue;
  }
  seen.requests[name] = new Set(requests).size;
}
await context.close();
await browser.close();
console.log(JSON.stringify(seen));
