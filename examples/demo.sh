#!/bin/sh
# The main job on the bundled deployment: scan it, fix a copy, scan that, take the fixes back. Takes the python to use.
set -eu
python=$1
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hardhull() { "$python" -m hardhull "$@"; }
say() { printf '\n=== %s\n\n' "$*"; }

say "A deployment as people write it: hardhull scan examples/shop"
hardhull scan examples/shop --fail-on critical || test $? -eq 1

say "What would repair it: hardhull fix --risk needs-proof (a copy)"
cp -R examples/shop "$work/shop"
hardhull fix "$work/shop" --risk needs-proof

say "Written through the journal: hardhull fix --risk needs-proof --apply"
hardhull fix "$work/shop" --risk needs-proof --apply --quiet
hardhull scan "$work/shop" --quiet --fail-on never

say "Taken back, byte for byte: hardhull undo"
hardhull undo --root "$work/shop"
diff -r -x .hardhull examples/shop "$work/shop" && echo "the copy is what it was"

say "The same deployment, hardened by people: hardhull scan examples/shop-hardened"
hardhull scan examples/shop-hardened
