#!/bin/bash
# Fetches a repository, looks into its history, makes an archive of it, and packs it.
set -euo pipefail
cd "$(mktemp -d)"
for _ in 1 2 3 4 5 6 7 8 9 10; do git ls-remote -q git://git-daemon/bench.git >/dev/null 2>&1 && break; sleep 0.3; done
git clone -q git://git-daemon/bench.git work
[ "$(wc -l <work/numbers.txt)" = 5001 ]
[ "$(git -C work log --format=%s | paste -sd,)" = "second,first" ]
git -C work archive v1 | tar -t | grep -qx numbers.txt
git -C work gc -q && git -C work fsck --strict
echo "5001 lines as expected"
