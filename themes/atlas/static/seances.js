// The packet of the reader's choice: the fiches asked for, fetched from the atlas itself, laid out as a ready-made packet.

import { announcer, el, number, plural, root } from "./commun.js";
import { field } from "./champ.js";
import { MOST, asked, choose, chosen, clean, nameOf, permalink, remember, watch } from "./panier.js";

const tool = document.querySelector("[data-tool=seances]");
/** Fiches asked for at once. */
const AT_ONCE = 6;

/** A fiche that cannot be had, with the words that say it. */
class Missing extends Error {}

/** Reads the page of a fiche. */
async function read(address) {
  const url = new URL(address, root);
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin" });
  } catch {
    throw new Missing("le réseau ne répond pas");
  }
  if (answer.status === 404) throw new Missing("cette fiche n’est pas dans l’atlas");
  if (!answer.ok) throw new Missing(`le serveur la refuse (${answer.status})`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fiche = page.querySelector("main > .fiche");
  // A session that ended answers with the page of the login.
  if (!fiche) throw new Missing("la réponse n’est pas une fiche : se reconnecter, puis recommencer");
  return { url, fiche, told: page.documentElement.dataset };
}

/** Addresses of the quartiers of a residence, as its identity links to them. */
const quartiers = ({ url, fiche }) =>
  [...fiche.querySelectorAll(".id a[href]")]
    .map((a) => new URL(a.getAttribute("href"), url).pathname.slice(root.pathname.length))
    .filter((path) => /^(iris|qpv)\/[^/]+\/$/.test(path));

/** Makes a fiche the nth of the packet, as ready-made packets have it. */
function adopt({ url, fiche }, n) {
  const out = document.adoptNode(fiche);
  for (const part of out.querySelectorAll(".actions, .hors-dossier")) {
    const advice = part.querySelector(".advice");
    const next = advice && [...out.querySelectorAll(":scope > section[id]:not(.hors-dossier)")][0];
    next?.append(advice);
    part.remove();
  }
  // The neighbour of half a page may be gone.
  if (!out.classList.contains("residence")) for (const half of out.querySelectorAll(".half")) half.classList.remove("half", "left", "right", "alone");
  for (const a of out.querySelectorAll("a[href]")) a.setAttribute("href", new URL(a.getAttribute("href"), url).href);
  const own = new Set([...out.querySelectorAll("[id]")].map((e) => e.id));
  const renamed = (id) => (own.has(id) ? `f${n}-${id}` : id);
  for (const e of out.querySelectorAll("[id]")) e.id = renamed(e.id);
  for (const key of ["aria-labelledby", "aria-describedby"]) {
    for (const e of out.querySelectorAll(`[${key}]`)) e.setAttribute(key, e.getAttribute(key).split(" ").map(renamed).join(" "));
  }
  for (const e of out.querySelectorAll("use[href^='#']")) e.setAttribute("href", `#${renamed(e.getAttribute("href").slice(1))}`);
  for (let level = 4; level >= 1; level -= 1) {
    for (const h of out.querySelectorAll(`h${level}`)) {
      const lower = document.createElement(`h${level + 1}`);
      for (const { name, value } of h.attributes) lower.setAttribute(name, value);
      lower.append(...h.childNodes);
      h.replaceWith(lower);
    }
  }
  out.id = `f${n}`;
  out.classList.add(`f${n}`);
  return out;
}

const string = (text) => `"${text.replace(/["\\]/g, "\\$&").replace(/[\u0000-\u001f]/g, " ")}"`;

/** Page heads of the printed sides: margin boxes read their text from a style sheet only. */
function heads(list) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    list
      .map(({ told }, i) => `.f${i + 1} { page: f${i + 1}; } @page f${i + 1} { @top-left { content: ${string(`Fiche ${i + 1} · ${told.place ?? ""}`)}; } @top-right { content: ${string(told.vintage ?? "")}; } }`)
      .join("\n"),
  );
  document.adoptedStyleSheets = [sheet];
}

class Packet {
  constructor() {
    this.list = el("ol", { class: "picks" });
    this.note = el("p", { class: "note", role: "status", "aria-live": "polite" });
    this.problems = el("ul", { class: "problems" });
    this.out = el("div", { class: "composed" });
    const add = field({
      label: "Ajouter une résidence",
      placeholder: "Nom, adresse ou code d’une résidence",
      choose: (place) => {
        if (place.scale === "residence") {
          remember([[place.code, place.name]]);
          this.set([...chosen(), place.code]);
        } else this.tell("Seules des résidences entrent dans un dossier au choix ; leurs quartiers les suivent.");
      },
      submit: (text) => {
        const codes = clean(text.split(/[\s,;]+/));
        if (codes.length) this.set([...chosen(), ...codes]);
      },
    });
    const action = (label, onclick) => el("button", { type: "button", onclick }, label);
    this.go = action("Composer le dossier", () => this.open(chosen()));
    this.print = action("Imprimer", () => window.print());
    this.print.hidden = true;
    this.empty = action("Vider", () => this.set([]));
    this.take = action("Garder ces résidences comme mon dossier", () => this.set(this.asked ?? []));
    this.link = el("input", { type: "text", readonly: true, size: 60, onfocus: (e) => e.target.select() });
    this.linkBox = el("label", { class: "c permalink" }, el("span", {}, "Adresse de ce dossier, à garder ou à transmettre à un partenaire"), this.link);
    this.controls = el(
      "form",
      { class: "controls only-screen", "aria-label": "Composer un dossier", onsubmit: (e) => e.preventDefault() },
      el("div", { class: "c adding" }, el("span", {}, "Ajouter une résidence"), add.box),
      this.go,
      this.print,
      this.empty,
      this.take,
      this.linkBox,
    );
    tool.append(this.controls, this.note, this.problems, this.list);
    document.querySelector("main").append(this.out);
    this.say = announcer(tool);
    window.addEventListener("hashchange", () => this.follow());
    watch(() => this.show());
    this.show();
    this.follow();
  }

  tell(text) {
    this.note.textContent = text;
  }

  /** Changes the reader's own choice: from then on the list is theirs. */
  set(codes) {
    const { left, lasting } = choose(codes);
    this.foreign = false;
    const words = [];
    if (left) words.push(`Un dossier a ${MOST} résidences au plus : ${plural(left, "résidence laissée", "résidences laissées")} de côté.`);
    if (!lasting) words.push("Ce navigateur ne garde rien : le dossier sera perdu en quittant la page ; son adresse le rend.");
    this.tell(words.join(" "));
    this.show();
  }

  /** Shows the choice: the reader's own, or that of the address that was followed. */
  show() {
    const now = this.foreign ? this.asked : chosen();
    this.list.replaceChildren(
      ...now.map((code) => {
        const name = nameOf(code);
        const link = el("a", { href: new URL(`residences/${code}/`, root).href }, name ?? code);
        const remove = () => {
          const at = now.indexOf(code);
          this.set(chosen().filter((c) => c !== code));
          // The focus goes on to the next one, or to the field above.
          const next = this.list.querySelectorAll("button")[Math.min(at, now.length - 2)];
          (next ?? this.controls.querySelector("input"))?.focus();
        };
        return el(
          "li",
          {},
          link,
          name ? el("span", { class: "code" }, ` ${code}`) : undefined,
          " ",
          this.foreign ? undefined : el("button", { type: "button", "aria-label": `Retirer ${name ?? code}`, onclick: remove }, "Retirer"),
        );
      }),
    );
    const own = chosen().length;
    this.go.disabled = !own;
    this.go.textContent = this.foreign ? `Composer mon propre dossier (${number(own)})` : "Composer le dossier";
    this.go.hidden = this.foreign && !own;
    this.empty.hidden = this.foreign || !own;
    this.take.hidden = !this.foreign;
    this.linkBox.hidden = !now.length;
    this.link.value = now.length ? permalink(now) : "";
    if (!now.length) this.list.replaceChildren(el("li", { class: "none" }, "Aucune résidence choisie : en ajouter ici, ou avec « Ajouter au dossier » sur une fiche."));
  }

  open(codes) {
    const hash = `#${codes.join(",")}`;
    if (location.hash === hash) this.follow();
    else location.hash = hash;
  }

  /** Composes what the address asks for; an anchor of the page asks for nothing. */
  follow() {
    const anchor = location.hash.slice(1);
    if (anchor && document.getElementById(decodeURIComponent(anchor))) return undefined;
    this.asked = asked(location.hash);
    this.foreign = this.asked.length > 0 && this.asked.join() !== chosen().join();
    this.show();
    return this.asked.length ? this.compose(this.asked) : this.clear();
  }

  clear() {
    this.turn = (this.turn ?? 0) + 1;
    this.out.replaceChildren();
    this.problems.replaceChildren();
    this.print.hidden = true;
    document.adoptedStyleSheets = [];
    document.documentElement.classList.remove("has-packet");
  }

  async compose(all) {
    this.clear();
    const { turn } = this;
    const codes = all.slice(0, MOST);
    const problems = [];
    if (all.length > MOST) problems.push(`Un dossier a ${MOST} résidences au plus : les ${number(all.length - MOST)} dernières de cette adresse n’y sont pas.`);
    const read_all = async (addresses, label) => {
      const found = new Map();
      let next = 0;
      let done = 0;
      const worker = async () => {
        while (next < addresses.length && turn === this.turn) {
          const address = addresses[next++];
          try {
            found.set(address, await read(address));
          } catch (error) {
            if (!(error instanceof Missing)) throw error;
            problems.push(`${address.split("/")[1]} : ${error.message}.`);
          }
          done += 1;
          if (turn === this.turn) this.tell(`${label} : ${number(done)} sur ${number(addresses.length)}…`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      return addresses.filter((a) => found.has(a)).map((a) => found.get(a));
    };
    const residences = await read_all(codes.map((c) => `residences/${c}/`), "Fiches des résidences");
    const around = await read_all([...new Set(residences.flatMap(quartiers))].sort(), "Fiches de leurs quartiers");
    if (turn !== this.turn) return;
    const { build } = document.documentElement.dataset;
    if ([...residences, ...around].some((f) => f.told.build !== build)) problems.push("L’atlas a été actualisé entre-temps : recharger la page avant d’imprimer.");
    this.problems.replaceChildren(...problems.map((text) => el("li", {}, text)));
    if (!residences.length) {
      this.tell("Aucune fiche : le dossier n’est pas composé.");
      return;
    }
    remember(residences.map(({ url, fiche }) => [url.pathname.split("/").at(-2), fiche.querySelector(".name")?.textContent.trim()]));
    this.show();
    this.write(residences, around);
    const words = `${plural(residences.length, "résidence", "résidences")} et ${plural(around.length, "quartier", "quartiers")} : le dossier est composé, prêt à imprimer.`;
    this.tell(words);
    this.print.hidden = false;
  }

  write(residences, around) {
    const all = [...residences, ...around];
    // What a quartier is and where: names are shared.
    const where = ({ fiche, told }) => {
      const place = (told.place ?? "").split(" · ");
      const kind = fiche.querySelector(".kind")?.firstChild?.textContent.trim();
      return [kind, place.length > 2 ? place.at(-1) : ""].filter(Boolean).join(", ");
    };
    const line = (read, n) => {
      const { fiche } = read;
      const text = (selector) => fiche.querySelector(selector)?.textContent.trim() ?? "";
      return el(
        "tr",
        {},
        el("td", { class: "n" }, String(n)),
        el("th", { scope: "row" }, el("a", { href: `#f${n}` }, text(".name")), " ", el("span", { class: "code" }, text(".kind .code"))),
        el("td", { class: "txt" }, text(".addr") || where(read)),
      );
    };
    const group = (title, list, from) =>
      list.length ? el("tbody", {}, el("tr", { class: "grp" }, el("th", { scope: "rowgroup", colspan: 3 }, title)), list.map((f, i) => line(f, from + i))) : undefined;
    const contents = el(
      "section",
      { class: "summary", "aria-labelledby": "t-choisi" },
      el("header", { class: "bar" }, el("h2", { id: "t-choisi" }, "Sommaire du dossier"), el("p", {}, `${plural(residences.length, "résidence", "résidences")}, ${plural(around.length, "quartier", "quartiers")}`)),
      el(
        "section",
        { class: "scroll", "aria-label": "Fiches du dossier", tabindex: 0 },
        el(
          "table",
          { class: "contents" },
          el("caption", { class: "vh" }, "Fiches de ce dossier"),
          el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "n" }, "N°"), el("th", { scope: "col" }, "Fiche"), el("th", { scope: "col" }, "Adresse"))),
          group("Résidences", residences, 1),
          group("Leurs quartiers", around, 1 + residences.length),
        ),
      ),
      el("p", { class: "note only-print" }, "Données confidentielles, réservées aux partenaires signataires de la convention. Secret professionnel ; pas d’usage commercial ni de transmission à un tiers. Valable jusqu’à la prochaine actualisation."),
    );
    heads(all);
    this.out.replaceChildren(contents, ...all.map((f, i) => adopt(f, i + 1)));
    document.documentElement.classList.add("has-packet");
  }
}

if (tool && location.protocol === "file:") {
  tool.append(el("p", { class: "note" }, "Ouvert depuis un dossier, l’atlas ne peut pas rassembler ses fiches : les dossiers ci-dessous sont tout prêts."));
} else if (tool) {
  document.querySelector(".only-bare")?.remove();
  new Packet();
}
