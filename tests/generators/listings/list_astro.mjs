// The pages that Astro builds of entries: each is known by the title that it shows.
import fs from "node:fs";
import path from "node:path";
import {pathToFileURL} from "node:url";

const root = process.cwd();
const modules = process.env.NODE_PATH;
fs.symlinkSync(modules, path.join(root, "node_modules"), "dir");
const {build} = await import(pathToFileURL(path.join(modules, "astro/dist/core/index.js")));
await build({root, logLevel: "silent"});

const walk = (folder) => fs.readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
  const file = path.join(folder, entry.name);
  if (entry.isDirectory()) return entry.name === "node_modules" || entry.name[0] === "." ? [] : walk(file);
  return [file];
});
const files = walk(root).filter((file) => !file.startsWith(path.join(root, "dist")));
const titles = Object.fromEntries(files.filter((file) => /\.mdx?$/.test(file)).map((file) => {
  const title = /^title: (.*)$/m.exec(fs.readFileSync(file, "utf8"))?.[1];
  return [title, path.relative(root, file)];
}));
const listing = {};
for (const file of walk(path.join(root, "dist")).filter((each) => each.endsWith(".html"))) {
  const title = /<h1>(.*?)<\/h1>/.exec(fs.readFileSync(file, "utf8"))?.[1];
  const place = path.relative(path.join(root, "dist"), file).replace(/index\.html$/, "");
  const pages = [`src/pages/${place.replace(/\/$/, "")}.md`, `src/pages/${place}index.md`];
  const source = titles[title] ?? pages.find((each) => fs.existsSync(path.join(root, each)));
  if (!source) continue;
  listing[source] ??= {urls: []};
  listing[source].urls.push(`https://gazette.example/in/${place}`);
}
process.stdout.write(JSON.stringify(listing));
