"""The files that an Astro site depends on, apart from what reads them: that takes longer."""

CONFIGS = tuple(f"astro.config.{each}" for each in ("mjs", "ts", "js", "mts", "cjs"))
CONTENT = tuple(
    f"src/{name}.{each}"
    for name in ("content.config", "content/config")
    for each in ("ts", "mjs", "js", "mts")
)
SETTINGS = (*CONFIGS, *CONTENT, "package.json", "tsconfig.json")
