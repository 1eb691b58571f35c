// On every page: the search field of the header, tables that sort and filter.

import { el, root } from "./commun.js";
import { field, href, search } from "./champ.js";
import { tables } from "./tableaux.js";

const page = new URL("recherche/", root);
const submit = (text) => {
  page.search = new URLSearchParams({ q: text });
  location.assign(page);
};

const header = document.querySelector("header.site .wrap");
// Opened from a folder, a page may not read its neighbours: the lists remain.
if (header && location.protocol !== "file:") {
  const { box, input } = field({
    label: "Chercher un lieu",
    placeholder: "Chercher un lieu",
    choose: (place) => location.assign(href(place)),
    submit,
  });
  const form = el("form", { role: "search", "aria-label": "Recherche rapide", class: "seek", action: page.pathname, onsubmit: (e) => e.preventDefault() }, box);
  header.querySelector(".brand").after(form);
  // With a modifier: a key alone would take over from those who speak their commands.
  input.setAttribute("aria-keyshortcuts", "Control+K");
  input.title = "Ctrl + K";
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      input.focus();
    }
  });
  // The field of the home page, hidden without scripts: it could not be sent.
  const find = document.querySelector("form.find");
  const plain = find?.querySelector("input");
  if (plain) {
    const own = field({ placeholder: "", choose: (place) => location.assign(href(place)), submit });
    own.input.id = plain.id;
    if (plain.hasAttribute("aria-describedby")) own.input.setAttribute("aria-describedby", plain.getAttribute("aria-describedby"));
    plain.replaceWith(own.box);
    find.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(own.input.value);
    });
    find.hidden = false;
  }
  form.addEventListener("pointerenter", () => search().open().catch(() => {}), { once: true });
}

tables(document.querySelectorAll("main table.many, main table.rank, main table.dict, main table.sort"));
