#!/bin/sh
# The whole way on the sample site, step by step. Everything is written into queue/; nothing leaves this machine.
set -eu
cd "$(dirname "$0")/.."
publish=".venv/bin/publish"
at="${DEMO_AT:-2026-05-15T07:00}"

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

step "1. Check the sample site"
$publish check --offline || true

step "2. Two subscribers"
$publish subscribers add ada@example.com --name "Ada"
$publish subscribers add ben@example.com --name "Ben"

step "3. Show what would be sent at $at"
$publish now --at "$at" --dry-run

step "4. Send it into queue/"
$publish now --at "$at"

step "5. Send again: nothing goes out twice"
$publish now --at "$at"

step "6. Preview what people see"
page=$($publish preview --at "$at")

cat <<END

Where to look
  the emails    queue/email/*.eml        (open one in an email program)
  the notes     queue/notes/*.txt
  both as HTML  $page
  every message $publish queue list

Next steps
  $publish why sample/source/_posts/FILE.md    why a post was or was not chosen
  $publish init /path/to/your/site             a config.yaml for your own site
  README.md                                    everything else
END
