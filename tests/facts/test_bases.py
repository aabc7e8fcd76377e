"""The table of well-known base images."""

from __future__ import annotations

import re

import pytest

from hardhull.facts.bases import ShippedUser, entries, find
from hardhull.facts.reference import parse


def test_every_line_is_complete_and_has_a_source() -> None:
    assert len(entries()) >= 80
    for name, lines in entries().items():
        assert name.endswith("/*") or parse(name).familiar_name == name, name
        for entry in lines:
            assert entry.user, name
            assert re.search(r"\.\w+", entry.source) or " " in entry.source, name
            re.compile(entry.tags)
        assert all(entry.tags for entry in lines[:-1]), f"{name}: a line that fits every tag hides the ones below it"


@pytest.mark.parametrize(
    ("image", "user"),
    [
        ("node:22", "root"), ("python", "root"), ("postgres:16", "root"), ("grafana/grafana:11.2", "472"),
        ("gcr.io/distroless/static", "root"), ("gcr.io/distroless/nodejs24-debian13:nonroot", "65532"),
        ("gcr.io/distroless/base:debug-nonroot", "65532"), ("cgr.dev/chainguard/static:latest", "65532"),
        ("cgr.dev/chainguard/wolfi-base", "root"), ("jenkins/jenkins:lts", "jenkins"), ("bitnami/redis:7.2", "1001"),
        ("nginxinc/nginx-unprivileged:1.27-alpine", "101"), ("quay.io/prometheus/prometheus:v3", "nobody"),
        ("haproxy:2.2-alpine", "root"), ("haproxy:2.8", "haproxy"), ("haproxy", "haproxy"), ("varnish:stable", "root"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", "root"), ("mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled", "1654"),
        ("mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-ltsc2022", "ContainerUser"), ("docker:28-dind-rootless", "rootless"),
        ("docker.elastic.co/elasticsearch/elasticsearch:8.14.0", "1000:0"), ("elasticsearch:7.17.1", "root"),
        ("public.ecr.aws/docker/library/node:20", "root"), ("arm64v8/alpine:3.20", "root"), ("dhi.io/python:3.13", "nonroot"),
        ("dhi.io/python:3.13-dev", "root"), ("ghcr.io/linuxserver/nginx:latest", "root"), ("redhat/ubi9-micro", "root"),
    ],
)  # fmt: skip
def test_default_users(image: str, user: str) -> None:
    known = find(parse(image))
    assert known is not None
    assert known.user == user


@pytest.mark.parametrize(
    "image", ["acme/app", "ghcr.io/acme/node", "node/x", "jupyter/other", "elasticsearch:2", "linuxserver"]
)
def test_what_is_not_known(image: str) -> None:
    assert find(parse(image)) is None


def test_without_a_tag_only_what_every_tag_shares_is_known() -> None:
    node = find(parse("node"), tag_known=False)
    assert node is not None
    assert (node.user, node.ships) == ("root", (ShippedUser("node", 1000),))
    assert find(parse("gcr.io/distroless/static"), tag_known=False) is None
    assert find(parse("gcr.io/distroless/static@sha256:" + "a" * 64)) is None


def test_what_an_image_brings_depends_on_its_family() -> None:
    debian, alpine = find(parse("php:8-apache")), find(parse("php:8-fpm-alpine3.20"))
    assert debian is not None
    assert alpine is not None
    assert (debian.family, debian.ships, debian.minimal) == ("debian", (ShippedUser("www-data", 33),), False)
    assert (alpine.family, alpine.ships, alpine.minimal) == ("alpine", (ShippedUser("www-data", 82),), True)
    assert debian.variants == ("alpine",)


@pytest.mark.parametrize(
    ("image", "minimal"),
    [("python:3.12", False), ("python:3.12-slim", True), ("alpine", True), ("redhat/ubi9-micro", True), ("ubuntu", False),
     ("gcr.io/distroless/cc", True), ("caddy:2", True), ("mcr.microsoft.com/dotnet/sdk:8.0", False)],
)  # fmt: skip
def test_minimal(image: str, minimal: bool) -> None:
    known = find(parse(image))
    assert known is not None
    assert known.minimal is minimal


def test_a_server_that_gives_root_up_itself() -> None:
    known = find(parse("postgres:16-alpine"))
    assert known is not None
    assert (known.user, known.drops_to, known.ships) == ("root", "postgres", (ShippedUser("postgres", 70),))
