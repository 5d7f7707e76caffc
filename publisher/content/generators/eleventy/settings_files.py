"""The files that an Eleventy site depends on, apart from what reads them: that takes longer."""

CONFIGS = (
    ".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs",
    "eleventy.config.ts",
)  # fmt: skip
SETTINGS = (*CONFIGS, "package.json", ".eleventyignore", ".gitignore")
