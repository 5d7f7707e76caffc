// The pages of a site, as Eleventy places them.
import path from "node:path";
import {pathToFileURL} from "node:url";

const module = pathToFileURL(path.join(process.env.NODE_PATH, "@11ty/eleventy/src/Eleventy.js"));
const {default: Eleventy} = await import(module);
const dates = {};
const site = new Eleventy(undefined, undefined, {
  quietMode: true,
  config: (eleventy) => {
    eleventy.addCollection("everything there is", (api) => {
      for (const item of api.getAll()) dates[item.inputPath] = item.date.toISOString();
      return [];
    });
  },
});
const pages = await site.toJSON();
const prefix = site.eleventyConfig.getConfig().pathPrefix.replace(/\/$/, "");
const listing = {};
for (const page of pages) {
  if (page.url === false) continue;
  const file = page.inputPath.replace(/^\.\//, "");
  listing[file] = {url: `https://gazette.example${prefix}${page.url}`, date: dates[page.inputPath]};
}
process.stdout.write(JSON.stringify(listing));
