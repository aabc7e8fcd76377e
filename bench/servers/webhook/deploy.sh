#!/bin/bash
# Keeps what was delivered, and says so.
set -e
echo "$1 $2" >> /tmp/deployed.txt
echo "deployed $1 $2"
grep -c "^$1 " /tmp/deployed.txt
