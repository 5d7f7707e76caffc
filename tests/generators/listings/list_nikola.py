"""The posts and pages of a site in each language, as Nikola places them."""

import json
import logging
import os
import sys
from pathlib import Path

from nikola import Nikola

root = Path(sys.argv[1]).resolve()
os.chdir(root)
sys.path.insert(0, str(root))
logging.disable(logging.CRITICAL)
namespace: dict[str, object] = {}
exec(compile((root / "conf.py").read_text(encoding="utf-8"), "conf.py", "exec"), namespace)  # noqa: S102 - the test's own
site = Nikola(**namespace)
site.init_plugins()
site.scan_posts()
listing = {}
for post in site.timeline:
    for language in post.translated_to:
        path = post.translated_source_path(language)
        hidden = post.is_draft or post.is_private or post.publish_later
        url = post.permalink(language, absolute=True)
        listing[path] = {"url": url, "date": post.date.isoformat(), "hidden": hidden}
sys.stdout.write(json.dumps(listing))
