#!/bin/bash
set -euo pipefail
for _ in $(seq 50); do git ls-remote -q git://git/bench.git >/dev/null 2>&1 && break; sleep 0.2; done
work=$(mktemp -d)
git clone -q git://git/bench.git "$work/clone"
git -C "$work/clone" log --format=%s >/site/log.txt
git -C "$work/clone" archive --format=tar v1 >/site/v1.tar
cp "$work/clone/numbers.txt" /site/numbers.txt
echo fetched
