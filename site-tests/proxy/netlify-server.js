// Runs the access function in Deno with what Netlify runs around it: the bootstrap that Netlify publishes gives
// `Netlify.env`, the context and `context.next()`, which asks the origin for the file. Netlify's network, caches and
// deployments are not here.
//
//   deno run … netlify-server.js FUNCTION ORIGIN    prints the port it listens on
const [file, origin] = Deno.args;
const say = console.log;
const { handleRequest } = await import("../node_modules/@netlify/edge-functions-dev/dist/deno/bootstrap.mjs");
const { default: access, config } = await import(new URL(file, "file:///").href);
if (config.path !== "/*" || config.onError !== "fail") throw new Error(`config: ${JSON.stringify(config)}`);

const encoded = (value) => btoa(JSON.stringify(value));

// What Netlify's network adds to a request before the bootstrap reads it, in place of whatever its reader sent.
const added = {
  "x-nf-edge-functions": "acces",
  "x-nf-edge-functions-metadata": encoded({ function_config: { acces: {} }, req_routes: [0], routes: [{ function: "acces", path: "/*" }] }),
  "x-nf-request-id": "essai",
  "x-nf-client-connection-ip": "127.0.0.1",
  "x-nf-deploy-id": "0",
  "x-nf-deploy-context": "dev",
  "x-nf-passthrough": "passthrough",
  "x-nf-passthrough-host": origin,
  "x-nf-passthrough-proto": "http:",
  "x-nf-site-info": encoded({ id: "0", name: "atlas", url: `http://${origin}` }),
  "x-forwarded-host": origin,
  "x-forwarded-proto": "http:",
};

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => say(port) }, async (request) => {
  const headers = new Headers([...request.headers].filter(([name]) => !name.startsWith("x-nf-")));
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  const response = await handleRequest(new Request(request, { headers }), { acces: access }, { fetchRewrites: new Map(), rawLogger: console.error, requestTimeout: 10_000 });
  if (response.headers.has("x-nf-uncaught-error")) {
    console.error(await response.clone().text());
    return new Response("crash", { status: 500 });
  }
  return response;
});
