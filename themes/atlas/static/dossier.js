// On a fiche: add its residence, or the residences that it lists, to the packet of the reader's choice.

import { announcer, el, plural, root } from "./commun.js";
import { MOST, choose, chosen, watch } from "./panier.js";

const fiche = document.querySelector("main > .fiche");
const own = /\/residences\/([A-Za-z0-9_-]+)\/$/;
const code = (url) => own.exec(new URL(url, location.href).pathname)?.[1];

if (fiche && location.protocol !== "file:") {
  const here = code(location.pathname.replace(/index\.html$/, ""));
  const listed = () => [...new Set([...fiche.querySelectorAll('a[href*="residences/"]')].map((a) => code(a.href)).filter(Boolean))];
  const mine = here ? [here] : listed();
  if (mine.length) start(mine, Boolean(here));
}

function start(mine, single) {
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
    else button.textContent = inside(now) ? "Retirer ses résidences du dossier" : `Ajouter ses résidences au dossier (${mine.length})`;
    link.textContent = now.length ? `Dossier au choix : ${plural(now.length, "résidence", "résidences")}` : "Dossier au choix : vide";
  }

  function turn() {
    const now = chosen();
    const removed = inside(now);
    const result = choose(removed ? now.filter((c) => !mine.includes(c)) : [...now, ...mine]);
    show();
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
