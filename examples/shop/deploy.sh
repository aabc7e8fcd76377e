#!/bin/sh
# Builds, pushes and starts the shop on this host.
set -e
REGISTRY=registry.shop.example:5000
export DOCKER_CONTENT_TRUST=0

docker login -u deploy -p tr0ub4dor-and-3 "$REGISTRY"
docker build -t "$REGISTRY/shop/api:latest" api
docker push "$REGISTRY/shop/api:latest"
cosign verify --key cosign.pub "$REGISTRY/shop/api:latest" || true

docker run -d --name api --restart always \
    -p 8000:8000 \
    -v /var/run/docker.sock:/var/run/docker.sock \
    --cap-drop=NET_ADMIN \
    -e DB_PASSWORD=tr0ub4dor-and-3 \
    "$REGISTRY/shop/api:latest" --read-only

docker run -d --name falco -v /var/run/docker.sock:/host/var/run/docker.sock:ro falcosecurity/falco:0.43.1

docker run --rm --net host --pid host -v /etc:/etc:ro docker/docker-bench-security || true
