"""The posts of a site's blogs, as Material for MkDocs places them."""

import json
import logging
import os
import sys
from pathlib import Path

from mkdocs.config import load_config
from mkdocs.structure.files import get_files, set_exclusions

root = Path(sys.argv[1]).resolve()
os.chdir(root)
logging.disable(logging.CRITICAL)
config = load_config(str(next(root.glob("mkdocs.y*ml"))), strict=False)
config.plugins.on_startup(command="build", dirty=False)
config = config.plugins.on_config(config)
files = get_files(config)
set_exclusions(files, config)
files = config.plugins.on_files(files, config=config)
listing = {}
for name, plugin in config.plugins.items():
    if "blog" not in name or not plugin.config.enabled:
        continue
    for post in plugin.blog.posts:
        path = Path(post.file.abs_src_path).relative_to(root).as_posix()
        date = post.config.date.created.isoformat()
        listing[path] = {"url": post.canonical_url, "date": date}
sys.stdout.write(json.dumps(listing))
