#!/bin/sh
# Compares the readers with the real consumers over a folder of real files. What is not installed is said.
set -eu
dir=${1:-}
if [ -z "$dir" ]; then
    echo "usage: make oracle DIR=folder-of-real-projects"
    exit 2
fi
python=.venv/bin/python
status=0
for oracle in bench/oracle_*.py; do
    case $oracle in *_model.py) continue ;; esac
    echo "== $oracle"
    "$python" "$oracle" "$dir" || status=1
done
exit $status
