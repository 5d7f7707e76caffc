// The posts of a site, as Hexo places them.
const Hexo = require("hexo");
const root = process.argv[2];
const hexo = new Hexo(root, {silent: true});
(async () => {
  hexo.env.init = true; // as if package.json named Hexo
  await hexo.init();
  await hexo.loadPlugin(require.resolve("hexo-renderer-marked"));
  await hexo.load();
  const listing = {};
  for (const post of hexo.locals.get("posts").toArray()) {
    listing[`source/${post.source}`] = {url: post.permalink, date: post.date.toISOString()};
  }
  process.stdout.write(JSON.stringify(listing));
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
