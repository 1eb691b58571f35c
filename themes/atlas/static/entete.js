// On every page: the search field of the header, tables that sort and filter.

import { root } from "./commun.js";
import { el } from "./commun.js";
import { field, href, search } from "./champ.js";
import { tables } from "./tableaux.js";

const header = document.querySelector("header.site .wrap");
// Opened from a folder, a page may not read its neighbours: the lists remain.
if (header && location.protocol !== "file:") {
  const page = new URL("recherche/", root);
  const { box, input } = field({
    label: "Chercher un lieu",
    placeholder: "Commune, adresse, résidence, code…",
    choose: (place) => location.assign(href(place)),
    submit: (text) => {
      page.search = new URLSearchParams({ q: text });
      location.assign(page);
    },
  });
  const form = el("form", { role: "search", class: "seek", action: page.pathname, onsubmit: (e) => e.preventDefault() }, box);
  header.append(form);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
  form.addEventListener("pointerenter", () => search().open().catch(() => {}), { once: true });
}

tables(document.querySelectorAll("main table.many, main table.rank, main table.dict, main table.sort"));
