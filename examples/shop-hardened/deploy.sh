#!/bin/sh
# Starts the shop on this host, from signed images only.
set -eu
REGISTRY=registry.shop.example
API="$REGISTRY/shop/api:1.4.0@sha256:c38ead8bcf521573dad837d7ecfdebbc87792202e89953ba8b2b83a9c5a520b6"

docker login --username deploy --password-stdin "$REGISTRY" </etc/shop/registry_password
cosign verify --key /etc/shop/cosign.pub "$API"

# A runtime monitor on the host itself, and the audit rules.
install -m 0640 audit/docker.rules /etc/audit/rules.d/docker.rules
augenrules --load
systemctl enable --now auditd.service falco-modern-bpf.service

docker network inspect shop >/dev/null 2>&1 || docker network create --subnet 10.89.3.0/24 shop
docker run -d --name api --restart on-failure:5 \
    --network shop \
    -p 127.0.0.1:8000:8000 \
    --user 10001:10001 \
    --cap-drop=ALL \
    --security-opt no-new-privileges \
    --read-only \
    --memory 256m --memory-swap 256m --cpus 1 --pids-limit 128 \
    --device-write-bps /dev/sda:20mb \
    --log-driver syslog --log-opt syslog-address=tcp+tls://logs.shop.example:6514 \
    -v shop-state:/var/lib/shop \
    -v /etc/shop/db_password:/run/secrets/db_password:ro \
    -e DB_PASSWORD_FILE=/run/secrets/db_password \
    "$API"

# Old images go; what runs stays.
docker image prune --all --force --filter "until=168h"
