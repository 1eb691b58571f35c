// On a fiche: add its residence, or the residences that it lists, to the packet of the reader's choice.

import { announcer, el, plural, root } from "./commun.js";
import { MOST, choose, chosen, remember, watch } from "./panier.js";

const fiche = document.querySelector("main > .fiche");
const own = /\/residences\/([A-Za-z0-9_-]+)\/$/;
const code = (url) => own.exec(new URL(url, location.href).pathname)?.[1];

/** Links to residences in a page, by code, with their names. */
function residences(part, base) {
  const found = new Map();
  for (const a of part.querySelectorAll('a[href*="residences/"]')) {
    const c = code(new URL(a.getAttribute("href"), base));
    if (c && !found.has(c)) found.set(c, a.textContent.trim());
  }
  return found;
}

if (fiche && location.protocol !== "file:") {
  const here = code(location.pathname.replace(/index\.html$/, ""));
  const listed = here ? new Map([[here, fiche.querySelector(".name")?.textContent.trim()]]) : residences(fiche, location.href);
  // A long list is cut on the fiche: its page has it whole.
  const full = here ? undefined : [...fiche.querySelectorAll('.actions a[href$="/residences/"]')].map((a) => a.href)[0];
  if (listed.size) start(listed, Boolean(here), full);
}

function start(listed, single, full) {
  let mine = [...listed.keys()];
  let list = fiche.querySelector(".actions");
  if (!list) {
    list = el("ul", { class: "actions" });
    fiche.querySelector(".id")?.after(list);
  }
  const say = announcer(fiche);
  const button = el("button", { type: "button", class: "act", onclick: turn });
  const link = el("a", { href: new URL("seances/", root).href });
  list.append(el("li", {}, button), el("li", {}, link));
  const inside = (now) => mine.every((c) => now.includes(c));

  function show() {
    const now = chosen();
    if (single) button.textContent = inside(now) ? "Retirer du dossier" : "Ajouter au dossier";
    else button.textContent = inside(now) ? "Retirer ses résidences du dossier" : `Ajouter ses résidences au dossier${full ? "" : ` (${mine.length})`}`;
    link.textContent = now.length ? `Dossier au choix : ${plural(now.length, "résidence", "résidences")}` : "Dossier au choix : vide";
  }

  /** Reads the whole list where the fiche has its beginning only. */
  async function complete() {
    if (!full) return true;
    button.disabled = true;
    try {
      const answer = await fetch(full, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const all = residences(page.querySelector("main"), answer.url);
      if (!all.size) throw new Error("empty");
      for (const [c, name] of all) listed.set(c, name);
      mine = [...listed.keys()];
      full = undefined;
      return true;
    } catch {
      note.textContent = "La liste de ses résidences n’a pas pu être lue : rien n’est ajouté. Réessayer, ou recharger la page.";
      say(note.textContent);
      return false;
    } finally {
      button.disabled = false;
    }
  }

  async function turn() {
    if (!(await complete())) return;
    const now = chosen();
    const removed = inside(now);
    const result = choose(removed ? now.filter((c) => !mine.includes(c)) : [...now, ...mine]);
    if (!removed) remember(result.kept.filter((c) => listed.has(c)).map((c) => [c, listed.get(c)]));
    show();
    button.focus();
    const words = [removed ? "Retiré." : "Ajouté."];
    if (result.left) words.push(`Un dossier a ${MOST} résidences au plus : ${plural(result.left, "résidence laissée", "résidences laissées")} de côté.`);
    if (!result.lasting) words.push("Ce navigateur ne garde rien : le dossier sera perdu en quittant la page.");
    words.push(`${plural(result.kept.length, "résidence", "résidences")} dans le dossier.`);
    say(words.join(" "));
    note.textContent = words.slice(1, -1).join(" ");
  }

  const note = el("p", { class: "note only-screen" });
  list.after(note);
  watch(show);
  show();
}
