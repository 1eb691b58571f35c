// The files for Netlify: netlify.toml read by the parsers that Netlify publishes, and the function that asks for the
// password run in Deno under the bootstrap that Netlify publishes, over HTTP on the loopback (netlify-server.js).
//
//   netlify.mjs    ATLAS names the binary
//
// What the service itself does (its network, its caches, its deployments) is not tried here.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { parseAllHeaders } from "@netlify/headers-parser";
import { parseAllRedirects } from "@netlify/redirect-parser";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const atlas = (...words) => execFileSync(process.env.ATLAS, words, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
const MARIE = "marie@ville.example:SVGH27RP48XSCADNKAZH";
const JEAN = "jean@ville.example:8MBQ5T0ZC3WYE1RJ6XKD";
const WEAK = "lecteur:lecteur";

/** The text of the files of the kit for Netlify, checked by its parsers. Gives the headers of every address. */
async function settings(out) {
  const file = path.join(out, "netlify.toml");
  const text = fs.readFileSync(file, "utf8");
  assert.ok(![MARIE, JEAN].some((pair) => text.includes(pair.split(":")[1])) && !/basic-auth/i.test(text), "no password, nor a place for one");

  // The build goes no further without a password, or without the function.
  const command = /^\s*command = "(.*)"$/m.exec(text)[1].replaceAll('\\"', '"');
  const before = command.slice(0, command.lastIndexOf(" && "));
  const shell = (secret, program = process.env.ATLAS, cwd = fs.mkdtempSync(path.join(os.tmpdir(), "netlify-"))) => {
    execFileSync("sh", ["-c", before.replaceAll("cargo run --release --", program)], {
      cwd, stdio: "pipe", env: { PATH: process.env.PATH, ...(secret && { ATLAS_BASIC_AUTH: secret }) },
    });
    return cwd;
  };
  assert.throws(() => shell(), "without a password, the build goes on");
  assert.throws(() => shell(MARIE, "true"), "without the function, the build goes on");
  // What the build writes is what is tried here.
  const folder = /^\s*edge_functions = "(.*)"$/m.exec(text)[1];
  const own = "netlify/edge-functions/acces.js";
  assert.ok(folder.endsWith(path.dirname(own)));
  assert.equal(fs.readFileSync(path.join(shell(MARIE), folder, "acces.js"), "utf8"), fs.readFileSync(path.join(out, own), "utf8"));
  assert.equal(fs.readFileSync(file, "utf8"), text, "the build writes nothing in its settings");

  const none = { configHeaders: [], headersFiles: [], configRedirects: [], redirectsFiles: [], minimal: true };
  const headers = await parseAllHeaders({ netlifyConfigPath: file, ...none });
  assert.deepEqual(headers.errors, []);
  const of = (rule) => headers.headers.find((h) => h.for === rule)?.values ?? {};
  const everywhere = of("/*");
  assert.equal(everywhere["Cache-Control"], "private, no-store");
  assert.equal(of("/actifs/*")["Cache-Control"], "private, max-age=31536000, immutable");
  // The same headers as the other kits, to the letter.
  const nginx = path.join(out, "nginx");
  atlas("kit", "nginx", "--root", "/srv/atlas/public", "--out", nginx, "--listen", "127.0.0.1:8080", "--htpasswd", "/etc/nginx/atlas.htpasswd");
  const written = fs.readdirSync(nginx, { recursive: true }).map((f) => path.join(nginx, f)).filter((f) => fs.statSync(f).isFile())
    .map((f) => fs.readFileSync(f, "utf8")).join("\n");
  const added = new Map([...written.matchAll(/add_header ([\w-]+) "([^"$]+)" always;/g)].map((m) => [m[1], m[2]]));
  assert.ok(added.size >= 7, `headers of nginx: ${[...added.keys()]}`);
  for (const [name, value] of added) assert.equal(everywhere[name], value, name);

  const redirects = await parseAllRedirects({ netlifyConfigPath: file, ...none });
  assert.deepEqual(redirects.errors, []);
  assert.deepEqual(redirects.redirects.map((r) => [r.path ?? r.from, r.status, r.force]), [["/.atlas-release", 404, true]]);
  return everywhere;
}

/** A site of the sorts of files an atlas has; each says its own address. */
function site(folder) {
  const files = ["index.html", "404.html", "carte/index.html", "communes/59350/index.html", "communes/59350/59350.xlsx", "donnees/communes.geojson",
    "actifs/atlas.0a1b2c3d.css", "actifs/outils.0a1b2c3d.css", "actifs/carte.0a1b2c3d.js", "actifs/atlas.0a1b2c3d.css.map", "robots.txt", ".atlas-release",
    ...PAGES.map((page) => `${page}/index.html`)];
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), `contenu de ${file}`);
  }
  return files;
}

const PAGES = ["accessibilite", "connexion", "mentions-legales", "protection-donnees"];
const isPublic = (file) => file === "robots.txt" || /^actifs\/(atlas|outils)\.[0-9a-f]{8}\.css$/.test(file)
  || PAGES.some((page) => file === `${page}/index.html`);

// The program itself: the one npm starts would outlive a signal.
const DENO = createRequire(import.meta.url)("deno/install_api.cjs").runInstall();

/** Serves the files behind the function: as lenient as a file server can be, it decodes, climbs and forgives, so that
 * only the function keeps a file closed; and it lets every cache keep what it gives. */
async function originOf(folder) {
  const asked = [];
  const server = http.createServer((request, response) => {
    let address = request.url.split("?")[0];
    asked.push(address);
    for (let turn = 0; turn < 3; turn += 1) {
      try {
        address = decodeURIComponent(address);
      } catch {
        break;
      }
    }
    const parts = [];
    for (const part of address.replaceAll("\\", "/").replaceAll("\0", "").split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "" && part !== ".") parts.push(part);
    }
    const name = [path.join(folder, ...parts), path.join(folder, ...parts, "index.html")].find((f) => fs.existsSync(f) && fs.statSync(f).isFile());
    response.writeHead(name ? 200 : 404, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "public, s-maxage=600" });
    response.end(name ? fs.readFileSync(name) : "absent");
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  return { at: `127.0.0.1:${server.address().port}`, asked, stop: () => { server.closeAllConnections(); server.close(); } };
}

/** Starts the function in Deno, with what Netlify would give it and nothing else. */
async function serve(out, folder, accounts) {
  const origin = await originOf(folder);
  const modules = path.join(here, "../node_modules/@netlify");
  const child = spawn(DENO, ["run", "--quiet", "--unstable-no-legacy-abort", "--no-remote", "--no-npm", "--no-config", "--no-lock", "--allow-net=127.0.0.1", "--allow-env",
    `--allow-read=${out},${here},${modules}`, path.join(here, "netlify-server.js"), path.join(out, "netlify/edge-functions/acces.js"), origin.at],
  { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH, HOME: out, DENO_DIR: path.join(out, "deno"), DENO_NO_UPDATE_CHECK: "1", ...(accounts !== undefined && { ATLAS_BASIC_AUTH: accounts }) } });
  let errors = "";
  child.stderr.on("data", (data) => { errors += data; });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(Number(data)));
    child.once("exit", (code) => reject(new Error(`deno ended, ${code}: ${errors}`)));
  });
  const stop = async () => {
    await new Promise((resolve) => { child.once("exit", resolve); child.kill("SIGKILL"); });
    origin.stop();
  };
  return { port, asked: origin.asked, errors: () => errors, stop };
}

function ask(port, address, { pair, authorization, method = "GET", headers = {} } = {}) {
  const value = authorization ?? (pair && `Basic ${Buffer.from(pair).toString("base64")}`);
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, path: address, method, agent: false, headers: { ...headers, ...(value && { Authorization: value }) } }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end();
  });
}

/** Sends a request line no client would write. */
function raw(port, address, more = "") {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(`GET ${address} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}Connection: close\r\n\r\n`));
    let answer = "";
    socket.on("data", (data) => { answer += data; });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
  });
}

// The same tricks as the other servers are tried with.
const TRICKS = /^TRICKS = """\n([\s\S]*?)\n"""/m.exec(fs.readFileSync(path.join(here, "run.py"), "utf8"))[1].split("\n")
  .map((line) => line.replaceAll("\\\\", "\\").replace("\\x01", "\x01"));

async function gate(out, everywhere) {
  const folder = path.join(out, "public");
  const files = site(folder);
  let tried = 0;
  const dressed = (answer, what, cache = "private, no-store") => {
    tried += 1;
    for (const [name, value] of Object.entries(everywhere)) {
      if (name !== "Cache-Control") assert.equal(answer.headers[name.toLowerCase()], value, `${name} on ${answer.status}, ${what}`);
    }
    assert.equal(answer.headers["cache-control"], cache, `Cache-Control on ${answer.status}, ${what}`);
  };
  const cacheOf = (file, status) => (file.startsWith("actifs/") && status === 200 ? "private, max-age=31536000, immutable" : undefined);
  let server = await serve(out, folder, `${MARIE} ${JEAN}\n${WEAK}`);
  try {
    const { port } = server;
    for (const file of files) {
      const addresses = file.endsWith("index.html") ? [`/${file}`, `/${file.slice(0, -"index.html".length)}`] : [`/${file}`];
      for (const address of addresses) {
        const without = await ask(port, address);
        assert.equal(without.status, isPublic(file) ? 200 : 401, `${address} without password`);
        dressed(without, address, cacheOf(file, without.status));
        if (!isPublic(file)) {
          assert.match(without.headers["www-authenticate"], /^Basic realm="/);
          assert.ok(!without.body.includes("contenu de") && without.body.includes("/connexion/"), `${address}: ${without.body}`);
        }
        for (const pair of [MARIE, JEAN]) {
          const given = await ask(port, address, { pair });
          assert.equal(given.status, file.startsWith(".") ? 404 : 200, `${address} with a password`);
          assert.equal(given.body.includes(`contenu de ${file}`), !file.startsWith("."), `${address}: ${given.body}`);
          dressed(given, address, cacheOf(file, given.status));
        }
        assert.equal((await ask(port, address, { pair: MARIE, method: "HEAD" })).body, "");
      }
    }
    assert.equal((await ask(port, "/connexion/?retour=%2Fcarte%2F")).status, 200);
    assert.equal((await ask(port, "/carte/?retour=/connexion/")).status, 401);

    // Wrong passwords, however they are written.
    const encoded = Buffer.from(MARIE).toString("base64");
    const right = [`Basic ${encoded}`, `basic ${encoded}`, `BASIC  ${encoded}`];
    for (const authorization of right) assert.equal((await ask(port, "/", { authorization })).status, 200, authorization);
    const [login, password] = MARIE.split(":");
    const wrong = [`${login}:`, `${login}`, `:${password}`, password, ":", "", " ", `${login}:${password.toLowerCase()}`, `${login.toUpperCase()}:${password}`, `${login}:${password} `,
      `${login}:${JEAN.split(":")[1]}`, `${login}:${password}\0`, `${MARIE} ${JEAN}`, WEAK, "undefined", "undefined:undefined", "lecteur:", `${login}:${"X".repeat(20)}`, "__proto__:x".padEnd(40, "x")];
    for (const pair of wrong) {
      const answer = await ask(port, "/", { pair: undefined, authorization: `Basic ${Buffer.from(pair).toString("base64")}` });
      assert.equal(answer.status, 401, JSON.stringify(pair));
      dressed(answer, pair);
    }
    for (const authorization of ["Basic", "Basic =", "Basic !!!!", "Basic /////w==", `Bearer ${encoded}`, `Digest ${encoded}`, encoded, `Basic ${encoded}x`, `Basic ${encoded},Basic ${encoded}`, `Basic ${"A".repeat(6000)}`]) {
      assert.equal((await ask(port, "/", { authorization })).status, 401, authorization.slice(0, 40));
    }
    for (const name of ["X-Remote-User", "Remote-User", "X-Forwarded-User", "X-Netlify-Original-Pathname", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Nf-Request-Id"]) {
      assert.equal((await ask(port, "/", { headers: { [name]: name.endsWith("URL") ? "/connexion/" : "marie@ville.example" } })).status, 401, name);
    }

    // Nothing but reading.
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
      for (const address of ["/", "/connexion/"]) {
        const answer = await ask(port, address, { pair: MARIE, method });
        assert.ok([400, 405, 501].includes(answer.status) && !answer.body.includes("contenu de"), `${method} ${address}: ${answer.status}`);
        if (answer.status === 405) dressed(answer, method);
      }
    }
    const absent = await ask(port, "/absent", { pair: MARIE });
    assert.equal(absent.status, 404);
    dressed(absent, "/absent");

    // What is closed stays closed, however its address is written.
    const before = server.asked.length;
    const closed = files.filter((file) => !isPublic(file)).map((file) => `contenu de ${file}`);
    for (const trick of TRICKS) {
      const answer = await raw(port, trick);
      assert.ok(!closed.some((text) => answer.includes(text)) && !answer.includes("root:"), `${trick}: ${answer.slice(0, 300)}`);
      tried += 1;
    }
    for (const address of ["http://127.0.0.1/connexion/../carte/", "http://connexion/carte/", "*", "/connexion/\\..\\..\\carte\\", "/%63onnexion/../carte/", "/robots.txt\t/../carte/"]) {
      const answer = await raw(port, address);
      assert.ok(!closed.some((text) => answer.includes(text)), `${address}: ${answer.slice(0, 300)}`);
    }
    // Not even the origin was asked for it.
    for (const address of server.asked.slice(before)) {
      assert.ok(isPublic(address.slice(1)) || PAGES.some((page) => [`/${page}`, `/${page}/`].includes(address)), `asked of the origin: ${address}`);
    }
    for (const address of ["/.atlas-release", "/%2eatlas-release", "/carte/%2e%2e/.atlas-release", "/%2F.atlas-release", "/carte%2f.atlas-release"]) {
      assert.equal((await ask(port, address, { pair: MARIE })).body.includes("contenu de .atlas-release"), false, address);
    }
    assert.equal(server.errors(), "", "the function fails on nothing");
  } finally {
    await server.stop();
  }
  // A person taken out of the variable is out; without a variable, or with weak passwords only, everyone is.
  for (const [accounts, marie] of [[JEAN, 401], [undefined, 401], ["", 401], [WEAK, 401], [":", 401], [MARIE, 200]]) {
    server = await serve(out, folder, accounts);
    try {
      assert.equal((await ask(server.port, "/", { pair: MARIE })).status, marie, `accounts: ${accounts}`);
      assert.equal((await ask(server.port, "/", { pair: WEAK })).status, 401, `weak password: ${accounts}`);
      for (const pair of [":", "undefined"]) assert.equal((await ask(server.port, "/", { pair })).status, 401, `« ${pair} »: ${accounts}`);
      assert.equal((await ask(server.port, "/")).status, 401);
      assert.equal((await ask(server.port, "/connexion/")).status, 200);
      assert.equal(server.errors(), "");
    } finally {
      await server.stop();
    }
  }
  return tried;
}

const out = fs.mkdtempSync(path.join(os.tmpdir(), "atlas-netlify-"));
try {
  atlas("kit", "netlify", "--out", out);
  const everywhere = await settings(out);
  const tried = await gate(out, everywhere);
  console.log(`netlify: ${Object.keys(everywhere).length} headers as its parsers read them; ${tried} answers of its function in Deno, ${TRICKS.length} path tricks`);
} finally {
  fs.rmSync(out, { recursive: true });
}
