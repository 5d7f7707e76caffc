// Serves an endpoint of docs/examples as its host would: serve.mjs worker|netlify FILE PORT LEFT
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [kind, file, port, left] = process.argv.slice(2);
const { default: main } = await import(pathToFileURL(file));
const LEFT = { put: async (token) => appendFileSync(left, `${token}\n`) };
const env = { ...process.env, ...(left ? { LEFT } : {}) };

createServer(async (incoming, outgoing) => {
  const url = `http://127.0.0.1:${port}${incoming.url}`;
  const request = new Request(url, { method: incoming.method, headers: incoming.headers });
  const response = await (kind === "worker" ? main.fetch(request, env) : main(request));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(incoming.method === "HEAD" ? undefined : await response.text());
}).listen(Number(port), "127.0.0.1");
