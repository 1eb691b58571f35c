// The file for Netlify, read by the parsers that Netlify publishes: its syntax, and what each address is answered.
//
//   netlify.mjs    ATLAS names the binary
//
// What the service does with it (the password asked for, the headers sent) is not tried here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseAllHeaders } from "@netlify/headers-parser";
import { parseAllRedirects } from "@netlify/redirect-parser";

const atlas = (...words) => execFileSync(process.env.ATLAS, words, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
const out = fs.mkdtempSync(path.join(os.tmpdir(), "atlas-netlify-"));
try {
  atlas("kit", "netlify", "--out", out);
  const file = path.join(out, "netlify.toml");
  const text = fs.readFileSync(file, "utf8");

  // The build writes the password in the place kept for it, and fails without one.
  const command = /^\s*command = "(.*)"$/m.exec(text)[1].replaceAll('\\"', '"');
  const written = command.split(" && ")[0];
  const shell = (secret) => execFileSync("sh", ["-c", written], {
    cwd: out, stdio: "pipe", env: { PATH: process.env.PATH, ...(secret && { ATLAS_BASIC_AUTH: secret }) },
  });
  assert.throws(() => shell(), "without a password, the build goes on");
  assert.equal(fs.readFileSync(file, "utf8"), text);
  shell("lecteur:SVGH27RP48XSCADNKAZH");

  const none = { configHeaders: [], headersFiles: [], configRedirects: [], redirectsFiles: [], minimal: true };
  const headers = await parseAllHeaders({ netlifyConfigPath: file, ...none });
  assert.deepEqual(headers.errors, []);
  const of = (rule) => headers.headers.find((h) => h.for === rule)?.values ?? {};
  const everywhere = of("/*");
  assert.equal(everywhere["Basic-Auth"], "lecteur:SVGH27RP48XSCADNKAZH");
  assert.equal(everywhere["Cache-Control"], "private, no-store");
  assert.equal(of("/actifs/*")["Cache-Control"], "private, max-age=31536000, immutable");
  // The same headers as the other kits, to the letter.
  const nginx = path.join(out, "nginx");
  atlas("kit", "nginx", "--root", "/srv/atlas/public", "--out", nginx, "--listen", "127.0.0.1:8080", "--htpasswd", "/etc/nginx/atlas.htpasswd");
  const own = fs.readdirSync(nginx, { recursive: true }).map((f) => path.join(nginx, f)).filter((f) => fs.statSync(f).isFile())
    .map((f) => fs.readFileSync(f, "utf8")).join("\n");
  const added = new Map([...own.matchAll(/add_header ([\w-]+) "([^"$]+)" always;/g)].map((m) => [m[1], m[2]]));
  assert.ok(added.size >= 7, `headers of nginx: ${[...added.keys()]}`);
  for (const [name, value] of added) assert.equal(everywhere[name], value, name);

  const redirects = await parseAllRedirects({ netlifyConfigPath: file, ...none });
  assert.deepEqual(redirects.errors, []);
  assert.deepEqual(redirects.redirects.map((r) => [r.path ?? r.from, r.status, r.force]), [["/.atlas-release", 404, true]]);
  console.log(`netlify: ${Object.keys(everywhere).length} headers, as its parsers read them`);
} finally {
  fs.rmSync(out, { recursive: true });
}
