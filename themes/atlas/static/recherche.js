// The search page: results as one types, and a link that keeps the query.

import { about, href, search } from "./champ.js";
import { address, announcer, el, later, parameters, plural } from "./commun.js";

/** Places listed at most. */
const MOST = 40;
const tool = document.querySelector("[data-tool=recherche]");
const input = el("input", {
  type: "search",
  id: "question",
  name: "q",
  autocomplete: "off",
  spellcheck: "false",
  value: parameters().get("q") ?? "",
});
const results = el("ol", { class: "results" });
const say = announcer(tool);
const told = el("p", { class: "note", hidden: true });
const none = el("p", { class: "none", hidden: true }, "Aucun lieu ne répond à ces mots. Essayer un seul mot, un code, ou les listes ci-dessous.");

async function run() {
  const text = input.value;
  let found = [];
  try {
    found = await search().find(text, MOST);
  } catch {
    none.textContent = "La recherche n’a pas pu être chargée ; les listes ci-dessous mènent à chaque fiche.";
    none.hidden = false;
    return;
  }
  if (text !== input.value) return;
  address({ q: text.trim() });
  const asked = text.trim().length >= 2;
  none.hidden = !asked || found.length > 0;
  told.hidden = !found.length;
  told.textContent = found.length < MOST ? plural(found.length, "lieu", "lieux") : `${MOST} premiers lieux. Ajouter un mot, une commune ou un numéro pour préciser.`;
  results.replaceChildren(
    ...found.map((place) => el("li", {}, el("a", { href: href(place) }, place.name), el("span", {}, about(place)))),
  );
  if (asked) say(found.length ? told.textContent : "Aucun lieu");
}

tool.append(
  el(
    "form",
    { class: "ask", role: "search", "aria-label": "Recherche détaillée", onsubmit: (e) => e.preventDefault() },
    el("label", { for: "question" }, "Lieu, adresse, code, commune ou bailleur"),
    input,
  ),
  none,
  told,
  results,
);
input.addEventListener("input", later(run, 60));
input.addEventListener("keydown", (event) => {
  const first = results.querySelector("a");
  if (event.key === "Enter" && first) first.click();
  if (event.key === "ArrowDown" && first) {
    event.preventDefault();
    first.focus();
  }
});
results.addEventListener("keydown", (event) => {
  const way = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const item = event.target.closest("li");
  if (!way || !item) return;
  event.preventDefault();
  (item[way]?.querySelector("a") ?? input).focus();
});
window.addEventListener("popstate", () => {
  input.value = parameters().get("q") ?? "";
  run();
});
if (input.value) run();
else input.focus({ preventScroll: true });
