// Écrit par « atlas kit netlify » : Netlify le lance avant chaque fichier. Tout est fermé, sauf PUBLIC et STYLE.
//
// Les couples « identifiant:mot-de-passe », séparés par une espace, sont la variable ATLAS_BASIC_AUTH du site chez
// Netlify, jamais ce dossier. Un mot de passe de moins de 20 caractères n’ouvre rien : ici, nul ne limite les essais.

const PUBLIC = new Set([
  "/accessibilite",
  "/accessibilite/",
  "/accessibilite/index.html",
  "/connexion",
  "/connexion/",
  "/connexion/index.html",
  "/mentions-legales",
  "/mentions-legales/",
  "/mentions-legales/index.html",
  "/protection-donnees",
  "/protection-donnees/",
  "/protection-donnees/index.html",
  "/robots.txt",
]);
const STYLE = /^\/actifs\/(atlas|outils)\.[0-9a-f]{8}\.css$/;
const ASSETS = "/actifs/";
const HEADERS = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Strict-Transport-Security": "max-age=31536000",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex, nofollow, noarchive",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
};
const CACHE_PAGES = "private, no-store";
const CACHE_ASSETS = "private, max-age=31536000, immutable";
const SHORTEST = 20;

const digest = async (text) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

/** Tells whether the request carries one of the pairs; takes the same time whichever it is. */
async function isKnown(request) {
  const pairs = (Netlify.env.get("ATLAS_BASIC_AUTH") ?? "").split(/\s+/)
    .filter((pair) => pair.indexOf(":") > 0 && pair.length - pair.indexOf(":") > SHORTEST);
  const [, encoded = ""] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(request.headers.get("Authorization") ?? "") ?? [];
  let given = "";
  try {
    given = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0)));
  } catch {
    // Neither base 64 nor UTF-8: no pair.
  }
  const asked = await digest(given);
  let known = false;
  for (const pair of pairs) {
    const other = await digest(pair);
    const differences = asked.reduce((sum, byte, i) => sum | (byte ^ other[i]), 0);
    known = known || differences === 0;
  }
  return known;
}

/** Gives an answer the headers of every answer. */
function dressed(response, path) {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const kept = path.startsWith(ASSETS) && [200, 206, 304].includes(response.status);
  headers.set("Cache-Control", kept ? CACHE_ASSETS : CACHE_PAGES);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** A short French page, without a file to find. */
function said(status, title, text, more = {}) {
  const page = `<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
  return new Response(page, { status, headers: { "Content-Type": "text/html; charset=utf-8", ...more } });
}

export default async function access(request, context) {
  // The path as it was asked: what is encoded in another way is not public.
  const path = new URL(request.url).pathname;
  if (!["GET", "HEAD"].includes(request.method)) {
    return dressed(said(405, "Demande refusée", "L’atlas se lit, il ne reçoit rien.", { Allow: "GET, HEAD" }), path);
  }
  if (!PUBLIC.has(path) && !STYLE.test(path) && !(await isKnown(request))) {
    const help = "L’atlas est réservé aux partenaires de la convention. <a href=\"/connexion/\">Aide à la connexion</a>";
    const ask = { "WWW-Authenticate": 'Basic realm="Atlas des logements locatifs sociaux", charset="UTF-8"' };
    return dressed(said(401, "Connexion nécessaire", help, ask), path);
  }
  if (/(\/|%2f)(\.|%2e)/i.test(path)) {
    return dressed(said(404, "Page introuvable", "Cette page n’existe pas ou n’existe plus. <a href=\"/\">Accueil de l’atlas</a>"), path);
  }
  return dressed(await context.next(), path);
}

export const config = { path: "/*", onError: "fail" };
