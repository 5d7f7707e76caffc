// The page behind the unsubscribe links of Publisher's emails. As it stands, this file is a
// Cloudflare Worker; netlify.mjs makes a Netlify Function of it.
//
// Settings, all of them secrets:
//   PUBLISHER_KEYS  what `publish keys show` prints
//   WEBHOOK         where tokens are posted as JSON, such as the address of a form service
//   LEFT            Cloudflare only: a KV namespace that keeps the tokens
// It needs PUBLISHER_KEYS, and WEBHOOK or LEFT or both.

const TEXT = {
  language: "en",
  question: "Unsubscribe?",
  explanation: "You will get no more emails of this newsletter.",
  button: "Unsubscribe",
  done: "You are unsubscribed.",
  unknown: "This link is not valid. Please open the whole link from your email.",
  failed: "That did not work. Please try again in a few minutes.",
};

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex",
};

const TOKEN = /^([A-Za-z0-9_-]{1,64})([0-9a-f]{4})([A-Za-z0-9_-]{22})$/;

// GET shows a page with one button and changes nothing, because mail scanners follow every link;
// POST unsubscribes, whether the button sends it or a mail service (RFC 8058).
export async function answer(request, env) {
  const url = new URL(request.url);
  const token = url.searchParams.get("token") ?? url.pathname.split("/").pop();
  if (!["GET", "HEAD", "POST"].includes(request.method)) {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD, POST" } });
  }
  if (!(await isValid(token, env.PUBLISHER_KEYS ?? ""))) return page(404, TEXT.unknown);
  if (request.method !== "POST") return page(200, TEXT.question, true);
  try {
    await keep(token, env);
  } catch (error) {
    console.error(`the token could not be kept: ${error.message}`);
    return page(503, TEXT.failed);
  }
  return page(200, TEXT.done);
}

// A token is a body, the id of a key, and an HMAC-SHA256 of "id:body", of which 16 bytes are there.
export async function isValid(token, keys) {
  const [, body, id, mac] = TOKEN.exec(token) ?? [];
  const secret = keys.split(/[\s,]+/).find((key) => id && key.startsWith(`${id}.`));
  if (!secret) return false;
  const bytes = Uint8Array.from(atob(fromUrl(secret.slice(5))), (c) => c.charCodeAt(0));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes, hmac, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}:${body}`));
  return same(mac, toUrl(btoa(String.fromCharCode(...new Uint8Array(signed, 0, 16)))));
}

// Compares all of both, so that the time it takes tells nothing.
function same(one, other) {
  let difference = one.length ^ other.length;
  for (let i = 0; i < other.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}

const fromUrl = (text) => text.replace(/-/g, "+").replace(/_/g, "/");
const toUrl = (text) => text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function keep(token, env) {
  if (!env.LEFT && !env.WEBHOOK) throw new Error("neither LEFT nor WEBHOOK is set");
  if (env.LEFT) await env.LEFT.put(token, new Date().toISOString());
  if (!env.WEBHOOK) return;
  const response = await fetch(env.WEBHOOK, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
}

function page(status, title, asks = false) {
  const form = `<p>${TEXT.explanation}</p><form method="post"><button>${TEXT.button}</button></form>`;
  const html = `<!doctype html>
<html lang="${TEXT.language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>body{font:1.125rem/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem}
button{font:inherit;padding:.6em 1.2em}</style>
<main><h1>${title}</h1>${asks ? form : ""}</main>
</html>`;
  return new Response(html, { status, headers: HEADERS });
}

export default { fetch: answer };
