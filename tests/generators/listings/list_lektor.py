"""The records of a site in each alternative, as Lektor places them."""

import json
import sys
from pathlib import Path

from lektor.project import Project

root = Path(sys.argv[1]).resolve()
environment = Project.from_path(str(root)).make_env(load_plugins=False)
pad = environment.new_pad()
base = pad.config["PROJECT"]["url"].rstrip("/")
primary = pad.config.primary_alternative or "_primary"
listing = {}
for name in [primary, *(each for each in pad.config.list_alternatives() if each != primary)]:
    waiting = [pad.get_root(alt=name)]
    while waiting:
        record = waiting.pop()
        waiting += record.children.include_hidden(value=True).include_undiscoverable(value=True)
        file = Path(record.source_filename)
        if name == primary and not file.is_file():
            file = file.with_name("contents.lr")
        path = file.resolve().relative_to(root).as_posix()
        if path in listing or not file.is_file():
            continue
        date = record["pub_date"] if "pub_date" in record else None  # noqa: SIM401 - it has no get
        seen = record.is_visible and record.is_discoverable
        day = str(date) if date else None
        listing[path] = {"url": base + record.url_path, "day": day, "hidden": not seen}
sys.stdout.write(json.dumps(listing))
