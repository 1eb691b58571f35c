"""Runs the commands of the admin's guide exactly as written, on a Debian of its own.

The machine's own files are the lower layer of an overlay, everything the guide writes goes to an upper layer thrown
away at the end; the servers listen in a network of their own. Needs root (or sudo without password)."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ATLAS = os.environ["ATLAS"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = ROOT / "content/administration"

# What systemd would do, there being none in a sandbox.
SYSTEMCTL = r"""#!/bin/bash
set -e
gone() { for i in $(seq 300); do [ -e "$1" ] || return 0; sleep 0.1; done; }
for service in "${@:2}"; do
case "$1 $service" in
  "restart nginx"|"start nginx") [ -s /run/nginx.pid ] && nginx -s quit && gone /run/nginx.pid; nginx;;
  "stop nginx") nginx -s stop; gone /run/nginx.pid;;
  "reload nginx") nginx -s reload;;
  "restart fail2ban") mkdir -p /run/fail2ban; fail2ban-client -x start >/dev/null; for i in $(seq 300); do fail2ban-client ping >/dev/null 2>&1 && break; sleep 0.1; done;;
  "restart caddy") mkdir -p /var/log/caddy /var/lib/caddy; chown caddy:caddy /var/log/caddy /var/lib/caddy
     HOME=/var/lib/caddy setpriv --reuid caddy --regid caddy --init-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service \
       caddy run --config /etc/caddy/Caddyfile >/var/log/caddy/sortie 2>&1 & echo $! >/run/caddy.pid
     for i in $(seq 300); do sleep 0.1; [ -S /var/lib/caddy/admin.socket ] && exit 0; done; cat /var/log/caddy/sortie; exit 1;;
  "reload caddy") HOME=/var/lib/caddy setpriv --reuid caddy --regid caddy --init-groups caddy reload --force --config /etc/caddy/Caddyfile;;
  "enable --now") ;;
  "enable atlas-caddy.path") ;;
  *) echo "systemctl $*: not expected" >&2; exit 1;;
esac
done
"""

SANDBOX = r"""set -euo pipefail
work=$1 inside=$2
mount -t tmpfs -o mode=755 tmpfs "$work/layer"
mkdir "$work/layer/upper" "$work/layer/wk" "$work/layer/root"
mount -t overlay overlay -o lowerdir=/,upperdir="$work/layer/upper",workdir="$work/layer/wk" "$work/layer/root"
r=$work/layer/root
mount --rbind /dev "$r/dev"; mount -t proc proc "$r/proc"; mount -t tmpfs tmpfs "$r/run"; mount -t tmpfs -o mode=1777 tmpfs "$r/tmp"
mkdir -p "$r/projet"; cp -r "$work/projet/." "$r/projet/"
printf '#!/bin/sh\nexit 101\n' >"$r/usr/sbin/policy-rc.d"; chmod 755 "$r/usr/sbin/policy-rc.d"
mkdir -p "$r/usr/local/sbin"; cp "$work/systemctl" "$r/usr/local/sbin/systemctl"; chmod 755 "$r/usr/local/sbin/systemctl"
rm -rf "$r/srv/atlas" "$r/var/lib/atlas"; mkdir -p "$r/home/administrateur"
# Packages need the network; nothing else may have it.
echo 'Acquire::Retries "3";' >"$r/etc/apt/apt.conf.d/99-essais"
while read -r line; do DEBIAN_FRONTEND=noninteractive chroot "$r" sh -c "$line" >"$work/apt.log" 2>&1 </dev/null || { tail -5 "$work/apt.log"; exit 1; }; done <"$work/packages"
cp "$inside" "$r/projet/.commandes"
unshare --net --pid --fork --mount-proc="$r/proc" chroot "$r" /bin/bash -c 'ip link set lo up; cd /projet; exec bash .commandes'
# What stays on the disk.
cp -r "$work/layer/upper" "$work/trace"
"""

checks = 0
failures = []


def check(truth, what):
    global checks
    checks += 1
    if not truth:
        failures.append(what)
        print(f"FAILED: {what}")


def blocks(page, language):
    text = (GUIDE / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def commands(page):
    return [line for block in blocks(page, "sh") for line in block.splitlines() if line.strip()]


def run(name, script, packages):
    """Runs lines one by one; `check:` lines are the test's own. Gives the output and the files left."""
    with tempfile.TemporaryDirectory(prefix="atlas-guide-") as folder:
        work = pathlib.Path(folder)
        project = work / "projet"
        (project / "target/release").mkdir(parents=True)
        shutil.copy2(ATLAS, project / "target/release/atlas")
        for entry in ["atlas.toml", "content", "data"]:
            source = ROOT / "site-tests/minimal" / entry
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, project / entry)
        (work / "layer").mkdir()
        (work / "systemctl").write_text(SYSTEMCTL)
        (work / "packages").write_text("".join(f"{p}\n" for p in packages))
        lines = ["set -uo pipefail", "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/administrateur",
                 "install -d -m 700 /etc/ssl/atlas",
                 "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=atlas.example.org -keyout /etc/ssl/atlas/cle.pem -out /etc/ssl/atlas/chaine.pem 2>/dev/null",
                 "chmod 755 /etc/ssl/atlas; chmod 600 /etc/ssl/atlas/cle.pem"]
        for number, line in enumerate(script):
            file = work / f"projet/.ligne{number}"
            file.write_text("set -euo pipefail\n" + line + "\n")
            lines += [f"echo '@@ {number}'", f"bash .ligne{number} 2>&1 </dev/null; echo \"@@ code $?\""]
        lines += ["nginx -s stop 2>/dev/null; fail2ban-client stop >/dev/null 2>&1; kill $(cat /run/caddy.pid 2>/dev/null) 2>/dev/null; true"]
        inside = work / "commandes"
        inside.write_text("\n".join(lines) + "\n")
        sandbox = work / "sandbox"
        sandbox.write_text(SANDBOX)
        prefix = [] if os.getuid() == 0 else ["sudo", "-n"]
        done = subprocess.run([*prefix, "unshare", "--mount", "bash", sandbox, work, inside], capture_output=True, text=True, timeout=1500)
        parts = re.split(r"^@@ (\d+)$", done.stdout, flags=re.M)[1:]
        outputs = {}
        for number, text in zip(parts[::2], parts[1::2]):
            code = re.search(r"^@@ code (\d+)$", text, re.M)
            outputs[int(number)] = (int(code.group(1)) if code else None, text[: code.start()] if code else text)
        for number, line in enumerate(script):
            code, text = outputs.get(number, (None, "not run"))
            check(code == 0, f"{name}: {line}\n    exit {code}: {text.strip()[-800:]}\n{done.stderr[-800:] if code is None else ''}")
        # No password in any file left, whatever wrote it.
        passwords = {p for _, text in outputs.values() for p in re.findall(r"Mot de passe : (\w{20})", text)}
        for path in (work / "trace").rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                leaked = [p for p in passwords if p.encode() in content]
                check(not leaked, f"{name}: a password in {path.relative_to(work / 'trace')}")
        return outputs, passwords


def main():
    if os.getuid() != 0 and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode != 0:
        print("the guide's commands need root or sudo without password")
        sys.exit(77)
    code = "curl --silent --insecure --output /dev/null --write-out '%{http_code}'"
    script, packages = [], []

    def page(name):
        for line in commands(name):
            (packages if line.startswith("apt-get ") else script).append(line)

    page("installer.md")
    sample = blocks("comptes.md", "csv")[0]
    script.append(f"cat >~/liste-lille.csv <<'FIN'\n{sample}FIN")
    page("comptes.md")
    script += [
        "test \"$(stat -c '%a %U %G' /etc/nginx/atlas.htpasswd)\" = '640 root www-data'",
        "test \"$(grep -c '^[a-z]' /etc/nginx/atlas.htpasswd)\" = 3",
        "test \"$(stat -c '%a' /var/lib/atlas/registre /var/lib/atlas/registre/comptes.csv | tr '\\n' ' ')\" = '700 600 '",
    ]
    # A new edition: something changed in the site.
    script.append("sed -i '0,/^title = .*/s//title = \"Méthode, deuxième édition\"/' /srv/atlas/site/content/methode.md")
    page("actualiser.md")
    script.append("! grep -q 'deuxième édition' /srv/atlas/public/methode/index.html")
    # A partner logs in; then the incident.
    script += [
        f"shown=$(atlas accounts --register /var/lib/atlas/registre add dominique.durand@ville-lille.example --first-name Dominique --last-name Durand --partner lille); "
        f"p=$(printf '%s' \"$shown\" | sed -n 's/^Mot de passe : //p'); test \"$({code} --user \"dominique.durand@ville-lille.example:$p\" https://127.0.0.1/)\" = 200; "
        f"atlas accounts --register /var/lib/atlas/registre disable dominique.durand@ville-lille.example --reason essai; "
        f"test \"$({code} --user \"dominique.durand@ville-lille.example:$p\" https://127.0.0.1/)\" = 401",
        f"test \"$({code} --header 'Host: atlas.example.org' http://127.0.0.1/)\" = 301",
    ]
    page("incidents.md")
    script += [
        f"test \"$({code} https://127.0.0.1/connexion/)\" = 200",
        # The tasks of the night, as cron runs them.
        "grep -E '^[0-9]' /etc/cron.d/atlas | sed -E 's/^([^ ]+ +){5}root //' | while IFS= read -r task; do sh -c \"$task\"; done",
        "grep -q 'dominique.durand@ville-lille.example;.*;20[0-9][0-9]-[0-9][0-9]-[0-9][0-9];désactivé' /var/lib/atlas/registre/comptes.csv",
        "logrotate --force /etc/logrotate.d/atlas && test -s /var/log/nginx/atlas.json.1",
        f"test \"$({code} https://127.0.0.1/connexion/)\" = 200 && for i in $(seq 100); do test -s /var/log/nginx/atlas.json && break; sleep 0.1; done; test -s /var/log/nginx/atlas.json",
        "test -z \"$(find /etc/cron.d/atlas -perm /022)\"",
    ]
    outputs, passwords = run("guide", script, packages)
    check(len(passwords) >= 6, f"letters shown: {len(passwords)}")
    text = "".join(t for _, t in outputs.values())
    check("adresse partagée" in text and "à blanc" in text, "the sample list is refused in part")
    check("LISTE DES COMPTES À CONFIRMER" in text, "the list to confirm")

    script, packages = [], []
    page("installer-caddy.md")
    script += [
        "for i in $(seq 300); do curl --silent --insecure --resolve atlas.example.org:443:127.0.0.1 --output /dev/null https://atlas.example.org/connexion/ && break; sleep 0.1; done",
        f"test \"$({code} --resolve atlas.example.org:443:127.0.0.1 https://atlas.example.org/)\" = 401",
        f"test \"$({code} --resolve atlas.example.org:443:127.0.0.1 https://atlas.example.org/connexion/)\" = 200",
        "test \"$(stat -c '%a %U %G' /etc/caddy/atlas-comptes.caddy)\" = '640 root caddy'",
        "! command -v systemd-analyze >/dev/null || systemd-analyze verify /etc/systemd/system/atlas-caddy.path",
        # An account is made: the unit has Caddy read it.
        "atlas accounts --register /var/lib/atlas/registre partner add lille --name Lille --kind commune --convention 2025-01-10 --deliberation 2024-12-12 --annex deliberation",
        f"shown=$(atlas accounts --register /var/lib/atlas/registre add zoe.petit@ville-lille.example --first-name Zoé --last-name Petit --partner lille --site https://atlas.example.org/); "
        f"systemctl reload caddy; p=$(printf '%s' \"$shown\" | sed -n 's/^Mot de passe : //p'); "
        f"test \"$({code} --resolve atlas.example.org:443:127.0.0.1 --user \"zoe.petit@ville-lille.example:$p\" https://atlas.example.org/)\" = 200",
    ]
    run("guide, Caddy", script, packages)
    print(f"guide: {checks} checks, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
