"""The articles and pages of a site, as Pelican places them."""

import json
import logging
import os
import sys
from pathlib import Path

from pelican import Pelican
from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.settings import read_settings

root = Path(sys.argv[1]).resolve()
os.chdir(root)
sys.path.insert(0, str(root))
logging.disable(logging.CRITICAL)
name = next(each for each in ("publishconf.py", "pelicanconf.py") if (root / each).is_file())
settings = read_settings(name, override={"PLUGINS": [], "CACHE_CONTENT": False})
site = Pelican(settings)
context = settings.copy() | {
    "generated_content": {}, "static_links": set(), "static_content": {}, "localsiteurl": "",
    "filenames": {},
}  # fmt: skip
listing = {}
for kind, names in (
    (ArticlesGenerator, ("articles", "translations")),
    (PagesGenerator, ("pages",)),
):
    generator = kind(
        context=context, settings=settings, path=site.path, theme=site.theme,
        output_path=site.output_path,
    )  # fmt: skip
    generator.generate_context()
    for each in (item for held in names for item in getattr(generator, held)):
        path = Path(each.source_path).resolve().relative_to(root).as_posix()
        date = each.date.isoformat() if hasattr(each, "date") else None
        below = f"{settings['SITEURL'].rstrip('/')}/{each.url.lstrip('/')}"
        url = each.url if "://" in each.url else below
        listing[path] = {"url": url, "date": date}
sys.stdout.write(json.dumps(listing))
