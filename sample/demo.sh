#!/bin/sh
# The main job on the sample site, step by step. Everything lands in queue/; nothing leaves this machine.
set -eu
cd "$(dirname "$0")/.."
publish=".venv/bin/publish"
at="${DEMO_AT:-2026-05-15T07:00}"

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

step "1. Read the sample site (and say what is wrong with it)"
$publish check --offline || true

step "2. Two subscribers"
$publish subscribers add ada@example.com --name "Ada"
$publish subscribers add ben@example.com --name "Ben"

step "3. What would be sent at $at"
$publish now --at "$at" --dry-run

step "4. Send it, into queue/"
$publish now --at "$at"

step "5. A second time: nothing goes out twice"
$publish now --at "$at"

step "6. As people see it"
page=$($publish preview --at "$at")

cat <<END

Where to look
  the emails    queue/email/*.eml        (open one in an email program)
  the notes     queue/notes/*.txt
  all of it     $page
  every row     $publish queue list

How to go on
  $publish why sample/source/_posts/FILE.md    why a post was chosen, or not
  $publish init /path/to/your/site             a config.yaml for your own site
  README.md                                    the rest
END
