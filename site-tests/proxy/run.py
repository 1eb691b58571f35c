"""End-to-end tests of `atlas accounts` and `atlas kit` with real servers on the loopback. See `run`."""

import base64
import gzip
import html
import http.client
import http.server
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ATLAS = os.environ["ATLAS"]
HERE = pathlib.Path(__file__).resolve().parent
TODAY = time.strftime("%Y-%m-%d")
PUBLIC_PAGES = ["accessibilite", "connexion", "mentions-legales", "protection-donnees"]
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=()",
}

checks = 0
failures = []


def check(truth, what):
    global checks
    checks += 1
    if not truth:
        failures.append(what)
        print(f"FAILED: {what}")
    return truth


def atlas(*args, ok=True, stdin=None):
    done = subprocess.run([ATLAS, *map(str, args)], capture_output=True, text=True, stdin=stdin)
    if ok and done.returncode != 0:
        raise SystemExit(f"atlas {' '.join(map(str, args))}\n{done.stdout}{done.stderr}")
    return done


def free_port():
    """Below the ports that the system gives of itself: other tests run beside, and would be given it in between."""
    first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10000, first) if first > 12000 else 0
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return s.getsockname()[1]
            except OSError:
                continue


def small_site(root, mark):
    """A site small enough to be swapped under load; every file carries the mark of its release."""
    pages = ["", "communes", "communes/59350", "carte", *PUBLIC_PAGES]
    for page in pages:
        folder = root / page
        folder.mkdir(parents=True, exist_ok=True)
        up = "../" * (page.count("/") + 1) if page else ""
        folder.joinpath("index.html").write_text(
            f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{page or "accueil"}</title>'
            f'<link rel="stylesheet" href="{up}actifs/atlas.0a1b2c3d.css"></head><body><h1>{mark}</h1>'
            f'<a href="{up}communes/59350/59350.xlsx">classeur</a></body></html>'
        )
    for name, text in {
        "robots.txt": "User-agent: *\nDisallow: /\n",
        "actifs/atlas.0a1b2c3d.css": "body{color:#16191d}",
        "actifs/carte.0a1b2c3d.js": "export {}",
        "communes/59350/59350.xlsx": f"PK{mark}",
        "donnees/communes.geojson": "{}",
        "donnees/fond.pmtiles": "PMTiles" + "".join(f"{i:07d}" for i in range(1000)),
        ".atlas-release": mark,
        "404.html": "absent",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Stand:
    """One server, its kit, its register and its site."""

    def __init__(self, work, site):
        self.work, self.port = work, free_port()
        self.site = work / "public"
        self.register = work / "registre"
        self.kit = work / "kit"
        if site:
            shutil.copytree(site, self.site, copy_function=os.link if site.stat().st_dev == work.stat().st_dev else shutil.copy2)
        else:
            small_site(self.site, "un")
        for folder, _, files in os.walk(self.site):
            os.chmod(folder, 0o755)
            for name in files:
                path = pathlib.Path(folder, name)
                if path.stat().st_mode & 0o044 != 0o044:
                    os.chmod(path, 0o644)
        self.files = sorted(p.relative_to(self.site).as_posix() for p in self.site.rglob("*") if p.is_file())
        self.log = work / "journal" / "atlas.json"
        self.log.parent.mkdir()
        self.passwords = {}
        self.process = None

    def kit_args(self):
        return ["--root", self.site, "--htpasswd", self.accounts_file, "--listen", f"127.0.0.1:{self.port}",
                "--log", self.log, "--register", self.register, "--out", self.kit]

    def accounts(self, *args, ok=True):
        return atlas("accounts", "--register", self.register, *args, ok=ok)

    def fill_register(self):
        self.accounts("partner", "add", "lille", "--name", "Ville de Lille", "--kind", "commune", "--convention", "2025-01-10",
                      "--deliberation", "2024-12-12", "--annex", "deliberation", "--annex", "utilisateurs", "--valid-until", "2035-12-31")
        for first, last in [("Marie", "Dupont"), ("Jean", "Service"), ("Zoé", "Le Goff")]:
            local = f"{first}.{last}".lower().replace("é", "e").replace(" ", "-")
            login = f"{local}@ville-lille.example"
            shown = self.accounts("add", login, "--first-name", first, "--last-name", last, "--partner", "lille", "--site", "https://atlas.example/").stdout
            self.passwords[login] = re.search(r"Mot de passe : (\w{20})", shown).group(1)
        self.export()
        check(not any(p.encode() in path.read_bytes() for p in self.passwords.values()
                      for path in [*self.register.iterdir(), self.accounts_file]), "a password in clear in a file")

    def request(self, path, login=None, password=None, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = dict(headers or {})
        if login:
            pair = f"{login}:{self.passwords.get(login) if password is None else password}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        connection.putrequest(method, path, skip_accept_encoding=True, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, body

    def raw(self, request):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as s:
            s.sendall(request)
            s.shutdown(socket.SHUT_WR) if b"\r\n\r\n" not in request else None
            data = b""
            try:
                while chunk := s.recv(65536):
                    data += chunk
            except (TimeoutError, ConnectionError):
                pass
        return data

    def logged(self, before, count=1):
        """The lines of the log after the `before`-th, once there are `count`: a server may write them after its answers."""
        for _ in range(200):
            lines = [line for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")][before:]
            if len(lines) >= count:
                break
            time.sleep(0.05)
        return lines

    def lines(self):
        """How many lines the log has, once it is quiet."""
        size = -1
        while size != (size := self.log.stat().st_size):
            time.sleep(0.5)
        return len(self.log.read_text().splitlines())

    def wait(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise SystemExit(f"{self.name} does not start:\n{self.errors()}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Nginx(Stand):
    name, kit_name, extra, challenge = "nginx", "nginx", [], True

    def __init__(self, work, site):
        super().__init__(work, site)
        self.accounts_file = work / "atlas.htpasswd"

    def export(self):
        # As the guide says: the file belongs to root, the workers' group reads it, nobody else does.
        self.accounts_file.touch(0o640)
        if os.getuid() == 0:
            os.chown(self.accounts_file, 0, pwd.getpwnam("www-data").pw_gid)
        self.accounts("export", "--htpasswd", self.accounts_file)
        check(self.accounts_file.stat().st_mode & 0o777 == 0o640, "the mode of the htpasswd file is kept")

    def reload_accounts(self):
        pass

    def start(self):
        atlas("kit", self.kit_name, *self.extra, *self.kit_args())
        user = "user www-data;" if os.getuid() == 0 else ""
        conf = self.work / "nginx.conf"
        temp = "\n".join(f"{kind}_temp_path {self.work}/tmp-{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        # What Debian's nginx.conf says around conf.d.
        conf.write_text(f"""daemon off; {user} worker_processes 2; pid {self.work}/nginx.pid; error_log {self.work}/error.log warn;
events {{ worker_connections 1024; }}
http {{ sendfile on; tcp_nopush on; types_hash_max_size 2048; include /etc/nginx/mime.types; default_type application/octet-stream;
access_log off; gzip on; {temp}
include {self.kit}/etc/nginx/conf.d/*.conf; }}
""")
        test = subprocess.run(["nginx", "-t", "-q", "-e", f"{self.work}/error.log", "-c", conf], capture_output=True, text=True)
        check(test.returncode == 0 and not test.stderr.strip(), f"nginx -t: {test.stderr}")
        self.process = subprocess.Popen(["nginx", "-e", f"{self.work}/error.log", "-c", conf], stderr=subprocess.DEVNULL)
        self.wait()

    def errors(self):
        path = self.work / "error.log"
        return path.read_text() if path.exists() else ""


class Authelia(Nginx):
    """nginx as the Authelia kit configures it; a stand-in answers for Authelia, as its documentation of auth requests says."""

    name, kit_name, challenge = "nginx for Authelia", "authelia", False

    def fill_register(self):
        self.accounts_file = self.work / "users_database.yml"
        super().fill_register()

    def export(self):
        self.accounts("export", "--authelia", self.accounts_file)
        users = self.accounts_file.read_text()
        check(users.count("disabled: false") == 3 and users.count("password: '$2y$08$") == 3, f"{self.name}: {users}")

    def request(self, path, login=None, password=None, method="GET", headers=None):
        cookie = {"Cookie": f"authelia_session={login}"} if login else {}
        return super().request(path, None, None, method, {**(headers or {}), **cookie})

    def start(self):
        stand = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers.get("X-Original-URL", "")
                stand.forged += self.headers.get_all("Remote-User", []) + [h for h in self.headers.get_all("X-Forwarded-Host", []) if h != "atlas.example.org"]
                session = re.search(r"authelia_session=([^;]+)", self.headers.get("Cookie", ""))
                at = urllib.parse.urlsplit(asked)
                stand.asked.add((self.path, at.scheme, at.netloc, self.headers.get("X-Original-Method")))
                self.send_response(200 if session else 401)
                if session:
                    self.send_header("Remote-User", session.group(1))
                elif "portail" in asked:
                    self.send_header("Location", "https://auth.example.org/?rd=x")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.asked, self.forged = set(), []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.server = server
        self.extra = ["--authelia", f"http://127.0.0.1:{server.server_port}", "--server-name", "atlas.example.org"]
        super().start()

    def own_checks(self):
        marie = next(iter(self.passwords))
        status, headers, _ = self.request("/portail/")
        check(status == 302 and headers["location"] == "https://auth.example.org/?rd=x", f"{self.name}: to the portal: {status} {headers}")

        def last_of(path, login=None, headers=None):
            before = self.lines()
            answer = self.request(path, login, headers=headers)
            return answer, json.loads(self.logged(before)[-1])

        _, last = last_of("/communes/?q=1", marie)
        check((last["user"], last["path"], last["status"]) == (marie, "/communes/", 200), f"{self.name}: log {last}")
        # A reader who says he is someone, or asks under another name: neither believed, nor handed on.
        for forged in [{"Remote-User": marie}, {"X-Remote-User": marie}, {"Remote-User": marie, "X-Forwarded-User": marie},
                       {"Host": "public.example.org"}, {"X-Original-URL": "https://atlas.example.org/connexion/"},
                       {"X-Forwarded-Host": "public.example.org"}, {"X-Forwarded-Uri": "/connexion/"}]:
            (status, _, body), last = last_of("/communes/", headers=forged)
            check(status == 401 and b"<h1>un" not in body, f"{self.name}: {forged}: {status}")
            check(last["user"] == "", f"{self.name}: {forged} in the log: {last}")
        jean = [*self.passwords][1]
        _, last = last_of("/communes/", marie, headers={"Remote-User": jean})
        check(last["user"] == marie, f"{self.name}: a forged name in the log: {last}")
        check(self.request("/connexion/", headers={"Remote-User": jean})[0] == 200, f"{self.name}: a public page")
        check(self.request("/atlas-authelia", marie)[0] == 404, f"{self.name}: the question to Authelia is no page")
        check(not self.forged, f"{self.name}: handed on to Authelia: {self.forged}")
        asked = {a[1:3] for a in self.asked}
        check({a[0] for a in self.asked} == {"/api/authz/auth-request"} and asked == {("https", "atlas.example.org")} and "GET" in {a[3] for a in self.asked},
              f"{self.name}: what Authelia is asked: {self.asked}")
        text = (self.kit / "etc/authelia/configuration.atlas.yml").read_text()
        check("default_policy: 'deny'" in text and text.count("'bypass'") == 1, f"{self.name}: {text}")
        # The pages nginx opens are those Authelia lets through, as it reads its patterns: anchored on path and query.
        patterns = re.findall(r"^        - '(.*)'$", text, re.M)
        check(len(patterns) == len(PUBLIC_PAGES) + 2, f"{self.name}: {patterns}")
        for path in self.files:
            opened = any(re.search(p, address(path)) for p in patterns)
            check(opened == is_public(path), f"{self.name}: {path} in Authelia's rules: {opened}")
        # Authelia gone: nobody enters, and the reader is told so in French.
        self.server.shutdown()
        self.server.server_close()
        status, headers, body = self.request("/communes/", marie)
        check(status == 500 and b"<h1>un" not in body and "interrompu" in body.decode(), f"{self.name}: Authelia gone: {status} {body[:200]}")
        check_headers(self, status, headers, "private, no-store", "Authelia gone")
        check(self.request("/connexion/")[0] == 200, f"{self.name}: public page, Authelia gone")


class Caddy(Stand):
    name, binary, extra, challenge = "caddy (Debian)", "caddy", [], True

    def __init__(self, work, site):
        super().__init__(work, site)
        self.accounts_file = work / "atlas-comptes.caddy"

    def export(self):
        self.accounts("export", "--caddy", self.accounts_file)

    def environment(self):
        return {**os.environ, "HOME": str(self.work), "XDG_DATA_HOME": str(self.work), "XDG_CONFIG_HOME": str(self.work)}

    def reload_accounts(self):
        # What the systemd unit of the kit does when the file changes.
        done = subprocess.run([self.binary, "reload", "--force", "--config", self.caddyfile, "--adapter", "caddyfile"],
                              capture_output=True, text=True, env=self.environment())
        check(done.returncode == 0, f"{self.name} reload: {done.stderr}")

    def start(self):
        atlas("kit", "caddy", *self.extra, *self.kit_args())
        self.caddyfile = self.kit / "etc/caddy/Caddyfile"
        text = self.caddyfile.read_text()
        check("unix//var/lib/caddy/admin.socket" in text, "the admin socket is in Caddy's folder")
        self.caddyfile.write_text(text.replace("/var/lib/caddy/admin.socket", f"{self.work}/admin.socket"))
        self.output = open(self.work / "caddy.log", "wb")
        self.process = subprocess.Popen([self.binary, "run", "--config", self.caddyfile, "--adapter", "caddyfile"],
                                        stdout=self.output, stderr=self.output, env=self.environment())
        self.wait()
        check("deprecated" not in self.errors(), f"{self.name}: a deprecated directive")

    def errors(self):
        path = self.work / "caddy.log"
        return path.read_text() if path.exists() else ""


class CaddySince28(Caddy):
    name, binary, extra = "caddy (since 2.8)", os.environ.get("CADDY_SINCE_2_8", ""), ["--since-2-8"]


def is_public(path):
    if path == "robots.txt":
        return True
    if re.fullmatch(r"actifs/(atlas|outils)\.[0-9a-f]{8}\.css", path):
        return True
    return path in [f"{page}/index.html" for page in PUBLIC_PAGES]


def address(path):
    return "/" + (path.removesuffix("index.html") if path.endswith("/index.html") or path == "index.html" else path)


def check_headers(stand, status, headers, cache, what):
    for name, value in HEADERS.items():
        check(headers.get(name, "").startswith(value), f"{stand.name}: {name} on {status} {what}: {headers.get(name)!r}")
    check(headers.get("cache-control") == cache, f"{stand.name}: cache-control on {status} {what}: {headers.get('cache-control')!r}")


def every_file(stand):
    """Without a password: 401 but for the list; with one: 200 and the bytes of the file."""
    login = next(iter(stand.passwords))
    for path in stand.files:
        if path.startswith("."):
            continue
        status, headers, body = stand.request(address(path))
        expected = 200 if is_public(path) else 401
        if check(status == expected, f"{stand.name}: {path} without password: {status}") and status == 401:
            check(not stand.challenge or headers.get("www-authenticate", "").startswith("Basic"), f"{stand.name}: WWW-Authenticate on {path}")
            content = (stand.site / path).read_bytes()
            check(len(content) < 40 or content not in body, f"{stand.name}: the refusal of {path} shows it")
    for path in stand.files:
        status, _, body = stand.request(address(path), login)
        if path.startswith("."):
            check(status == 404, f"{stand.name}: hidden file {path}: {status}")
            continue
        check(status == 200 and body == (stand.site / path).read_bytes(), f"{stand.name}: {path} with password: {status}")
    check(len(stand.files) > 10, "a site with files")
    # What a public page asks for is public too: else its reader would be asked for a password.
    for page in PUBLIC_PAGES:
        text = html.unescape((stand.site / page / "index.html").read_text())
        asked = re.findall(r'<(?:link|script|img|use)[^>]*?(?:href|src)="([^"#]+)', text)
        check(asked, f"{stand.name}: /{page}/ has a style sheet")
        for link in asked:
            if link.startswith("data:"):  # carried by the page itself
                continue
            target = urllib.parse.urljoin(f"/{page}/", link)
            check(stand.request(target)[0] == 200, f"{stand.name}: /{page}/ asks for {target}, which is closed")


def parts_of_a_basemap(stand):
    """A local basemap is read by parts: the bytes asked for, as they are, behind the same password and headers."""
    path = "donnees/fond.pmtiles"
    if path not in stand.files:
        return
    login, whole = next(iter(stand.passwords)), (stand.site / path).read_bytes()
    for first, last in [(0, 15), (16, 500), (6000, len(whole) - 1)]:
        asked = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "gzip"}
        status, headers, body = stand.request("/" + path, login, headers=asked)
        check(status == 206 and body == whole[first:last + 1] and "content-encoding" not in headers, f"{stand.name}: bytes {first}-{last}: {status}, {len(body)}")
        check(headers.get("content-range") == f"bytes {first}-{last}/{len(whole)}", f"{stand.name}: {headers.get('content-range')}")
        check_headers(stand, status, headers, "private, no-store", f"part of /{path}")
        status, _, body = stand.request("/" + path, headers=asked)
        check(status == 401 and whole[first:last + 1] not in body, f"{stand.name}: part without password: {status}")
    status, headers, _ = stand.request("/" + path, login, headers={"Range": f"bytes={len(whole)}-"})
    check(status == 416, f"{stand.name}: part beyond the end: {status}")
    check_headers(stand, status, headers, "private, no-store", "part beyond the end")


def headers_on_every_status(stand):
    login = next(iter(stand.passwords))
    page, asset = "private, no-store", "private, max-age=31536000, immutable"
    style = next(p for p in stand.files if is_public(p) and p.endswith(".css"))
    seen = set()
    for path, who, method, cache in [
        ("/", login, "GET", page), ("/", login, "HEAD", page), ("/", None, "GET", page), ("/" + style, None, "GET", asset),
        ("/actifs/absent.js", login, "GET", page), ("/actifs/absent.js", None, "GET", page), ("/absent", login, "GET", page),
        ("/connexion/", None, "GET", page), ("/", None, "POST", page), ("/", login, "PUT", page), ("/communes", login, "GET", page),
        ("/.atlas-release", login, "GET", page),
    ]:
        status, headers, _ = stand.request(path, who, method=method)
        seen.add(status)
        check_headers(stand, status, headers, cache, f"{method} {path}")
        check("1." not in headers.get("server", ""), f"{stand.name}: no version")
    check({200, 401, 404, 405} <= seen, f"{stand.name}: statuses seen {seen}")
    status, headers, body = stand.request("/absent", login)
    check("introuvable" in body.decode() and "utf-8" in headers["content-type"].lower(), f"{stand.name}: 404 in French")
    status, headers, body = stand.request("/")
    check("/connexion/" in body.decode() and "utf-8" in headers["content-type"].lower(), f"{stand.name}: 401 shows the way to the help page")
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"]:
        status, _, body = stand.request("/", login, method=method)
        check(status in (400, 405) and b"<h1>un" not in body, f"{stand.name}: {method}: {status}")
    # A page address without its final slash: the links of the page are relative.
    folder = next(p for p in stand.files if p.count("/") >= 1 and p.endswith("/index.html") and not is_public(p)).removesuffix("/index.html")
    status, headers, _ = stand.request("/" + folder)
    check(status == 401, f"{stand.name}: /{folder} without password: {status}")
    status, headers, _ = stand.request("/" + folder, login)
    check(status in (301, 308) and headers["location"].endswith(f"/{folder}/"), f"{stand.name}: /{folder}: {status} {headers.get('location')}")
    status, headers, body = stand.request("/actifs/", login)
    check(status in (403, 404), f"{stand.name}: directory listing: {status}")


TRICKS = """
/connexion/../index.html
/connexion/..%2findex.html
/connexion/%2e%2e/index.html
/connexion/.%2e/communes/
/connexion%2f..%2findex.html
/connexion/..;/index.html
/connexion/;/../../index.html
/connexion//..//index.html
/connexion/./../index.html
/connexion/%252e%252e/index.html
/connexion/%c0%ae%c0%ae/index.html
/connexion/..%5cindex.html
/connexion/..\\index.html
/connexion/%5c..%5cindex.html
/connexion/index.html/../../index.html
/connexion/index.html%00/../../index.html
/connexion/%00
/connexion../index.html
/connexion/../../../../../../etc/passwd
/connexion/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd
/..%2f..%2f..%2f..%2fetc%2fpasswd
//etc/passwd
/%2e%2e/%2e%2e/registre/comptes.csv
/../registre/comptes.csv
/../atlas.htpasswd
/..%2fatlas-comptes.caddy
/robots.txt/../index.html
/robots.txt/..%2findex.html
/robots.txt%2f..%2findex.html
/robots.txt%20
/robots.txt/
/robots.txt/index.html
/robots.txt;/index.html
/robots.txt?/../index.html
/actifs../index.html
/actifs/../index.html
/actifs/atlas.0a1b2c3d.css/../../index.html
/actifs/atlas.0a1b2c3d.css%2f..%2f..%2findex.html
/actifs/x/../carte.0a1b2c3d.js
/actifs/carte.0a1b2c3d.js?x=.css
/actifs/carte.0a1b2c3d.js#atlas.0a1b2c3d.css
/actifs/carte.0a1b2c3d.js%23/actifs/atlas.0a1b2c3d.css
/INDEX.HTML
/%69ndex.html
/./index.html
//index.html
///
/?/connexion/
/communes/?x=/robots.txt
/communes/%3f/robots.txt
/communes/59350/59350.xlsx/../59350.xlsx
/.atlas-release
/%2eatlas-release
/./.atlas-release
/.git/config
/404.html
http://127.0.0.1/index.html
http://autre.example/communes/
/%
/%zz
/connexion/%0d%0aX-Injecte:%201
/communes%0d%0aX-Injecte:%201
/\x01
""".strip().split("\n")


def tricks(stand):
    """Whatever is asked without a password, only the public files come out, and nothing from outside ever."""
    protected = [(stand.site / p).read_bytes() for p in ["index.html", ".atlas-release"] if (stand.site / p).exists()]
    protected += [(stand.site / p).read_bytes() for p in stand.files if not is_public(p)][:40]
    protected = [c for c in protected if len(c) > 1 and not any((stand.site / p).read_bytes() == c for p in stand.files if is_public(p))]
    public = [(stand.site / p).read_bytes() for p in stand.files if is_public(p)]
    outside = [b"root:", b"$2y$", b"courriel;"]
    login = next(iter(stand.passwords))
    token = base64.b64encode(f"{login}:{stand.passwords[login]}".encode())
    for trick in TRICKS:
        target = trick.encode("latin-1").replace(b"\\x01", b"\x01")
        for version in (b"HTTP/1.1", b"HTTP/1.0"):
            answer = stand.raw(b"GET " + target + b" " + version + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            status = answer.split(b" ")[1:2]
            body = answer.split(b"\r\n\r\n", 1)[-1]
            check(not any(c == body for c in protected) and not any(o in answer for o in outside), f"{stand.name}: {trick} shows a file without password")
            check(status != [b"200"] or body in public, f"{stand.name}: {trick}: 200 without password")
            check(b"\r\nX-Injecte" not in answer, f"{stand.name}: {trick} injects a header")
        answer = stand.raw(b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Basic " + token + b"\r\n\r\n")
        check(not any(o in answer for o in outside), f"{stand.name}: {trick} leaves the site")
        check(b"\r\nX-Injecte" not in answer, f"{stand.name}: {trick} injects a header")
    # Requests that are not one.
    for request in [b"GET /index.html\r\n\r\n", b"GET /index.html HTTP/9.9\r\n\r\n", b"GET  /index.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                    b"GET /index.html HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
                    b"GET /connexion/ HTTP/1.1\r\nHost: a\r\nX-Original-URL: /index.html\r\nX-Rewrite-URL: /index.html\r\nConnection: close\r\n\r\n",
                    b"GET /connexion/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /index.html HTTP/1.1\r\nHost: a\r\n\r\n",
                    b"GET /index.html HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " + base64.b64encode(b"personne:personne") + b"\r\nConnection: close\r\n\r\n",
                    b"GET /index.html HTTP/1.1\r\nHost: a\r\nAuthorization: Basic Og==\r\nConnection: close\r\n\r\n",
                    b"GET /index.html HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n",
                    b"GET /index.html HTTP/1.1\r\nHost: a\r\nX-Remote-User: marie\r\nRemote-User: marie\r\nConnection: close\r\n\r\n"]:
        answer = stand.raw(request)
        check(not any(c in answer for c in protected if len(c) > 40), f"{stand.name}: {request[:60]!r} shows a page")
    return len(TRICKS)


def accounts_follow(stand):
    """Wrong, disabled, removed and renewed accounts: at the next request."""
    marie, jean, zoe = stand.passwords
    check(stand.request("/", marie)[0] == 200, f"{stand.name}: right password")
    check(stand.request("/", marie, "X" * 20)[0] == 401, f"{stand.name}: wrong password")
    check(stand.request("/", marie, "")[0] == 401, f"{stand.name}: empty password")
    check(stand.request("/", marie, stand.passwords[jean])[0] == 401, f"{stand.name}: someone else's password")
    check(stand.request("/", "inconnu@ville-lille.example", "X" * 20)[0] == 401, f"{stand.name}: unknown login")
    check(stand.request("/", marie.upper(), stand.passwords[marie])[0] == 401, f"{stand.name}: login in capitals")

    def soon(login, status, what):
        """The first request after the change meets it; Caddy reads its file again first."""
        stand.reload_accounts()
        for _ in range(100):
            try:
                found = stand.request("/", login)[0]
                break
            except (ConnectionError, http.client.HTTPException):
                time.sleep(0.02)  # Caddy changes listeners as it reads its configuration again.
        check(found == status, f"{stand.name}: {what}: {found}")

    stand.accounts("disable", zoe, "--reason", "départ")
    soon(zoe, 401, "disabled account refused")
    check(stand.request("/", marie)[0] == 200, f"{stand.name}: the others still get in")
    stand.accounts("enable", zoe, "--reason", "retour")
    soon(zoe, 200, "account open again")
    stand.accounts("remove", zoe, "--reason", "départ")
    soon(zoe, 401, "removed account refused")
    old = stand.passwords[jean]
    shown = stand.accounts("welcome", jean).stdout
    stand.passwords[jean] = re.search(r"Mot de passe : (\w{20})", shown).group(1)
    soon(jean, 200, "new password")
    check(stand.request("/", jean, old)[0] == 401, f"{stand.name}: old password refused")
    stand.accounts("partner", "update", "lille", "--reason", "fin", "--valid-until", "2025-12-31")
    soon(marie, 401, "convention over")
    stand.accounts("partner", "update", "lille", "--reason", "reconduction", "--valid-until", "2035-12-31")
    soon(marie, 200, "convention renewed")
    # The letters of a whole partner never land in a file.
    with open(stand.work / "lettres.txt", "w") as out:
        done = subprocess.run([ATLAS, "accounts", "--register", stand.register, "welcome", jean], stdout=out, stderr=subprocess.PIPE, text=True)
    check(done.returncode == 1 and not (stand.work / "lettres.txt").read_text(), f"letters refused in a file: {done.stderr}")


def log_feeds_register(stand):
    """The log the server wrote gives the last use, and only from what proves it."""
    marie, jean, _ = [*stand.passwords, None][:3]
    stand.request("/connexion/", "paul.petit@ville-lille.example", "X" * 20)
    stand.accounts("add", "paul.petit@ville-lille.example", "--first-name", "Paul", "--last-name", "Petit", "--partner", "lille")
    before = stand.lines()
    stand.request("/communes/", "paul.petit@ville-lille.example", "X" * 20)
    stand.logged(before)
    lines = [json.loads(line) for line in stand.log.read_text().splitlines()]
    check(len(lines) > 100, f"{stand.name}: log lines {len(lines)}")
    for password in stand.passwords.values():
        check(password not in stand.log.read_text(), f"{stand.name}: a password in the log")
        check(base64.b64encode(password.encode())[:-4].decode() not in stand.log.read_text(), f"{stand.name}: a password in the log, encoded")
    users = {line.get("user") or line.get("user_id") for line in lines}
    check(marie in users, f"{stand.name}: the log names the user")
    sizes = [len(line) for line in stand.log.read_text().splitlines()]
    check("User-Agent" not in stand.log.read_text(), f"{stand.name}: the log keeps no user agent")
    # Rotated, compressed, torn.
    text = stand.log.read_text().splitlines(keepends=True)
    half = len(text) // 2
    rotated = stand.work / "journal" / "atlas.json.1.gz"
    with gzip.open(rotated, "wt") as out:
        out.writelines(text[:half])
    (stand.work / "journal" / "atlas.json.copy").write_text("".join(text[half:]) + text[-1][:30])
    done = stand.accounts("use", rotated, stand.work / "journal" / "atlas.json.copy")
    check("illisibles : 1" in done.stdout, f"{stand.name}: {done.stdout}")
    rows = {row["identifiant"]: row for row in json.loads(atlas("--format", "json", "accounts", "--register", stand.register, "list").stdout)}
    check(rows[marie]["dernier_usage"] != "" and abs(time.mktime(time.strptime(rows[marie]["dernier_usage"], "%Y-%m-%d")) - time.time()) < 2 * 86400,
          f"{stand.name}: last use of {marie}: {rows[marie]}")
    check(rows["paul.petit@ville-lille.example"]["dernier_usage"] == "", f"{stand.name}: a wrong password is no use")
    register = "".join(p.read_text() for p in stand.register.iterdir())
    check("127.0.0.1" not in register, f"{stand.name}: the register keeps nothing else of the log")
    return max(sizes)


def fail2ban(stand):
    """The filter counts wrong passwords, not arrivals."""
    log = stand.work / "essais.json"
    before = stand.lines()
    marie = next(iter(stand.passwords))
    for _ in range(5):
        stand.request("/", marie, "X" * 20)
        stand.request("/")
        stand.request("/", marie)
        stand.request("/connexion/")
    log.write_text("".join(stand.logged(before, 20)))
    done = subprocess.run(["fail2ban-regex", log, stand.kit / "etc/fail2ban/filter.d/atlas.conf"], capture_output=True, text=True)
    found = re.search(r"Lines: (\d+) lines, \d+ ignored, (\d+) matched", done.stdout)
    check(found and found.groups() == ("20", "5"), f"{stand.name}: fail2ban {found and found.group(0)}\n{done.stdout[-800:]}{done.stderr}")
    check(re.search(r"Date template hits:\n.*\n\|  \[20\] ", done.stdout), f"{stand.name}: fail2ban reads the date\n{done.stdout[-800:]}")


def swap_under_load(stand):
    """Releases swapped as `atlas` swaps them, under load: no failed request, no mixture."""
    if len(stand.files) > 100:
        return 0
    other = stand.work / "public.autre"
    small_site(other, "deux")
    marie = next(iter(stand.passwords))
    stop, statuses, bodies = threading.Event(), [], set()

    def load():
        while not stop.is_set():
            for path in ["/", "/communes/59350/", "/communes/59350/59350.xlsx"]:
                status, _, body = stand.request(path, marie)
                statuses.append(status)
                bodies.add(b"deux" in body)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    swaps, end = 0, time.monotonic() + 6
    libc = __import__("ctypes").CDLL(None, use_errno=True)
    while time.monotonic() < end:
        # renameat2(AT_FDCWD, new, AT_FDCWD, live, RENAME_EXCHANGE), as atlas build does.
        check(libc.renameat2(-100, str(other).encode(), -100, str(stand.site).encode(), 2) == 0, "exchange of two folders")
        swaps += 1
        time.sleep(0.005)
    stop.set()
    for thread in threads:
        thread.join()
    if swaps % 2:
        libc.renameat2(-100, str(other).encode(), -100, str(stand.site).encode(), 2)
    bad = [s for s in statuses if s != 200]
    check(not bad and len(statuses) > 40 and len(bodies) == 2, f"{stand.name}: {swaps} swaps, {len(statuses)} requests, failed {len(bad)}: {bad[:5]}")
    print(f"  {stand.name}: {swaps} swaps, {len(statuses)} requests, {len(bad)} failed")
    return swaps


def refusals_carry_their_headers(stand):
    """403 and 429 too, which nothing else here meets: a list of accounts that is gone, a reader in a hurry."""
    login = next(iter(stand.passwords))
    away = stand.accounts_file.with_suffix(".ailleurs")
    stand.accounts_file.rename(away)
    status, headers, body = stand.request("/communes/", login)
    away.rename(stand.accounts_file)
    check(status == 403 and b"<h1>un" not in body and "Acc\u00e8s refus\u00e9" in body.decode(), f"{stand.name}: no list of accounts: {status} {body[:100]}")
    check_headers(stand, status, headers, "private, no-store", "no list of accounts")
    # Nobody's login: no password to compute, so that the line is longer than what is served of it.
    pair = base64.b64encode(b"inconnu@ville-lille.example:" + 20 * b"X")
    line = b"GET /communes/ HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " + pair + b"\r\nConnection: close\r\n\r\n"
    sockets = [socket.create_connection(("127.0.0.1", stand.port), timeout=30) for _ in range(780)]
    for s in sockets:
        s.sendall(line)
    answers = []
    for s in sockets:
        with s:
            answers.append(b"".join(iter(lambda: s.recv(65536), b"")))
    refused = [a for a in answers if a.startswith(b"HTTP/1.1 429")]
    check(refused and len(refused) + sum(a.startswith(b"HTTP/1.1 401") for a in answers) == len(answers), f"{stand.name}: in a hurry: {len(refused)} of {len(answers)} refused")
    for answer in refused[:1]:
        head, _, body = answer.decode().partition("\r\n\r\n")
        headers = {k.lower(): v for k, _, v in (l.partition(": ") for l in head.split("\r\n")[1:])}
        check_headers(stand, 429, headers, "private, no-store", "in a hurry")
        check("Trop de demandes" in body and "<h1>un" not in body, f"{stand.name}: 429: {body[:100]}")
    check(stand.request("/communes/", login)[0] == 200, f"{stand.name}: after the hurry")


def rotation(stand):
    """logrotate reads the kit's file and keeps twelve months at most."""
    conf = stand.kit / "etc/logrotate.d/atlas"
    if not conf.exists():
        return
    os.chmod(conf, 0o644)
    done = subprocess.run(["logrotate", "--debug", conf], capture_output=True, text=True)
    check(done.returncode == 0 and "error" not in done.stderr, f"logrotate: {done.stderr}")
    check(re.search(r"monthly.*\(11 rotations\)", done.stderr), f"logrotate: {done.stderr}")


def browser(stand):
    """A partner in Chromium: reads, downloads, prints; nothing is blocked, nothing comes from elsewhere."""
    login = next(iter(stand.passwords))
    done = subprocess.run(["node", HERE / "browser.mjs", f"http://127.0.0.1:{stand.port}", login, stand.work],
                          input=stand.passwords[login], capture_output=True, text=True, timeout=180)
    if not check(done.returncode == 0, f"{stand.name}: Chromium: {done.stderr[-1500:]}"):
        return
    seen = json.loads(done.stdout)
    print("  " + json.dumps(seen, ensure_ascii=False))
    check(seen["help"] == 200 and not seen["helpRefused"], f"{stand.name}: help page without password: {seen['help']} {seen['helpRefused']}")
    check(seen["closed"] == 401, f"{stand.name}: home page without password: {seen['closed']}")
    check((seen["home"], seen["list"], seen["fiche"], seen["map"]) == (200,) * 4, f"{stand.name}: pages in Chromium: {seen}")
    check(not seen["violations"], f"{stand.name}: CSP violations: {seen['violations']}")
    check(not seen["errors"], f"{stand.name}: errors in the console: {seen['errors']}")
    check(not seen["foreign"], f"{stand.name}: requests elsewhere: {seen['foreign']}")
    check(not [r for r in seen["refused"] if "favicon" not in r], f"{stand.name}: refused: {seen['refused']}")
    check(seen["workbook"]["zip"] == "PK" and seen["workbook"]["bytes"] > 1000, f"{stand.name}: workbook: {seen['workbook']}")
    check(seen["pdf"] > 5000, f"{stand.name}: printed fiche: {seen['pdf']} bytes")
    check(seen["cookies"] == 0, f"{stand.name}: cookies: {seen['cookies']}")
    check(seen["requests"]["coldFiche"] <= 8, f"{stand.name}: requests of a cold fiche: {seen['requests']}")


def run(kind, site):
    with tempfile.TemporaryDirectory(prefix="atlas-proxy-") as folder:
        work = pathlib.Path(folder)
        os.chmod(work, 0o755)
        stand = kind(work, site)
        try:
            stand.fill_register()
            stand.start()
            began = time.monotonic()
            every_file(stand)
            print(f"  {stand.name}: {len(stand.files)} files, {time.monotonic() - began:.1f} s")
            headers_on_every_status(stand)
            parts_of_a_basemap(stand)
            count = tricks(stand)
            if stand.challenge:
                accounts_follow(stand)
                log_feeds_register(stand)
                fail2ban(stand)
            else:
                stand.own_checks()
            rotation(stand)
            check(stand.process.poll() is None, f"{stand.name} still runs")
            if stand.challenge:
                swap_under_load(stand)
            if site:
                browser(stand)
            elif stand.challenge and isinstance(stand, Nginx):
                refusals_carry_their_headers(stand)
            if "panic" in stand.errors() or "[alert]" in stand.errors() or "[emerg]" in stand.errors():
                check(False, f"{stand.name}: {stand.errors()[-2000:]}")
        finally:
            stand.stop()
        return count


def main():
    site = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    kinds = [Nginx, Authelia, Caddy, CaddySince28]
    only = os.environ.get("ONLY")
    for kind in kinds:
        if only and only not in kind.__name__.lower():
            continue
        print(kind.name)
        run(kind, None)
    if site and site.is_dir():
        print(f"nginx, {site}")
        run(Nginx, site)
    print(f"{checks} checks, {len(failures)} failed, {len(TRICKS)} path tricks")
    sys.exit(1 if failures else 0)


main()
