// The posts of a site's blogs in each language, as Docusaurus' own plugin places them.
process.env.NODE_ENV = "production";
const fs = require("fs");
const path = require("path");
const Module = require("module");
const {loadSiteConfig} = require("@docusaurus/core/lib/server/config.js");
const {normalizePluginOptions} = require("@docusaurus/utils-validation");
const {applyTrailingSlash} = require("@docusaurus/utils-common");
const plugin = path.dirname(require.resolve("@docusaurus/plugin-content-blog"));
const {generateBlogPosts} = require(path.join(plugin, "blogUtils.js"));
const {validateOptions} = require(path.join(plugin, "options.js"));
const {getAuthorsMap} = require(path.join(plugin, "authorsMap.js"));

const siteDir = fs.realpathSync(process.argv[2]);
const keys = ["id", "path", "routeBasePath", "include", "exclude", "authorsMapPath"];

function blogs(siteConfig) {
  const found = [];
  for (const [name, options] of siteConfig.presets.filter(Array.isArray)) {
    if (name === "classic" && options.blog !== false) found.push(options.blog ?? {});
  }
  for (const item of siteConfig.plugins.filter(Array.isArray)) {
    if (item[0].endsWith("plugin-content-blog")) found.push(item[1]);
  }
  return found.map((given) => {
    const options = Object.fromEntries(keys.filter((key) => key in given).map((key) => [key, given[key]]));
    return validateOptions({validate: (schema, value) => normalizePluginOptions(schema, value), options});
  });
}

async function list(siteConfig, options, locale) {
  const {defaultLocale, localeConfigs = {}} = siteConfig.i18n;
  const own = locale !== defaultLocale;
  const key = options.id === "default" ? "" : `-${options.id}`;
  const translated = path.join(siteDir, "i18n", locale, `docusaurus-plugin-content-blog${key}`);
  const contentPath = own ? translated : path.join(siteDir, options.path);
  if (!fs.existsSync(contentPath)) return {};
  const baseUrl = own ? localeConfigs[locale]?.baseUrl ?? `${siteConfig.baseUrl}${locale}/` : siteConfig.baseUrl;
  const contentPaths = {contentPath, contentPathLocalized: contentPath};
  const vcs = {getFileCreationInfo: async () => null, getFileLastUpdateInfo: async () => null};
  const context = {
    siteDir,
    siteConfig: {...siteConfig, baseUrl, future: {...siteConfig.future, experimental_vcs: vcs}},
    i18n: {currentLocale: locale},
  };
  const authors = await getAuthorsMap({
    contentPaths, authorsMapPath: options.authorsMapPath, authorsBaseRoutePath: "/", baseUrl,
  }).catch((e) => {console.error(e); return undefined});
  const posts = await generateBlogPosts(contentPaths, context, {...options, onInlineAuthors: "ignore"}, null, authors);
  return Object.fromEntries(posts.map(({metadata}) => {
    const file = metadata.source.replace("@site/", "");
    const page = applyTrailingSlash(metadata.permalink, {trailingSlash: siteConfig.trailingSlash, baseUrl});
    return [file, {url: siteConfig.url + page, date: metadata.date.toISOString(), hidden: metadata.unlisted}];
  }));
}

(async () => {
  const {siteConfig} = await loadSiteConfig({siteDir});
  let listing = {};
  for (const options of blogs(siteConfig)) {
    for (const locale of siteConfig.i18n.locales) {
      listing = {...listing, ...await list(siteConfig, options, locale)};
    }
  }
  process.stdout.write(JSON.stringify(listing));
})().catch((error) => { console.error(error); process.exit(1); });
