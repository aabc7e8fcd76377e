"""What the steps of a pipeline do with images."""

from __future__ import annotations

import pytest

from hardhull.facts.deeds import Deed, deeds
from hardhull.formats.script import github, shell
from hardhull.model.source import Source


def of_script(text: str) -> list[Deed]:
    found = shell.read(Source("x.sh", f"set -e\n{text}\n# docker".encode())).pipelines
    return [deed for pipeline in found for deed in deeds(pipeline)]


def of_action(lines: str) -> list[Deed]:
    text = "jobs:\n  a:\n    steps:\n      - uses: " + lines.replace("\n", "\n        ")
    (pipeline,) = github.read(Source(".github/workflows/x.yml", text.encode())).pipelines
    return list(deeds(pipeline))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker build -t a:1 .", [("build", "docker", ["a:1"])]),
        ("docker buildx build --push -t a -t b .", [("build", "docker", ["a", "b"]), ("push", "docker", ["a", "b"])]),
        ("docker buildx build --output=type=registry,name=a .", [("build", "docker", []), ("push", "docker", [])]),
        ("podman build --tag=a .", [("build", "podman", ["a"])]),
        ("buildah bud -t a .", [("build", "buildah", ["a"])]),
        ("docker compose build", [("build", "docker", [])]),
        ("docker -H x push reg/a:1", [("push", "docker", ["reg/a:1"])]),
        ("docker image push a", [("push", "docker", ["a"])]),
        ("docker pull a", [("pull", "docker", ["a"])]),
        ("docker login -u x -p y reg", [("login", "docker", [])]),
        ("docker system prune -af", [("prune", "docker", [])]),
        ("docker image prune", [("prune", "docker", [])]),
        ("docker trust sign a:1", [("sign", "docker trust", ["a:1"])]),
        ("cosign sign --key k a@sha256:0", [("sign", "cosign", ["a@sha256:0"])]),
        ("cosign verify a", [("verify", "cosign", ["a"])]),
        ("notation sign a", [("sign", "notation", ["a"])]),
        ("/kaniko/executor --destination a", [("build", "kaniko", ["a"]), ("push", "kaniko", ["a"])]),
        ("skopeo copy docker://a docker://b", [("push", "skopeo", ["docker://b"])]),
        ("trivy image a", [("scan", "trivy", ["a"])]),
        ("trivy image --download-db-only", []),
        ("grype a --fail-on high", [("scan", "grype", ["high"])]),
        ("docker scout cves a", [("scan", "docker scout", ["a"])]),
        ("docker run --rm aquasec/trivy image --exit-code 1 a", [("scan", "trivy", ["a"])]),
        ("docker run --net host docker/docker-bench-security", [("audit", "docker-bench", [])]),
        ("kube-bench run --targets node", [("audit", "kube-bench", [])]),
        ("docker run -d falcosecurity/falco:latest", [("monitor", "falco", [])]),
        ("helm install falco falcosecurity/falco", [("monitor", "falco", [])]),
        ("docker ps", []),
    ],
)
def test_commands(text: str, expected: list[tuple[str, str, list[str]]]) -> None:
    found = of_script(text)
    assert [(deed.kind, deed.tool) for deed in found] == [(kind, tool) for kind, tool, _ in expected]
    if "grype" not in text:
        assert [[image.value for image in deed.images] for deed in found] == [images for _, _, images in expected]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("trivy image a", False),
        ("trivy image --exit-code 1 a", True),
        ("trivy image --exit-code=0 a", False),
        ("TRIVY_EXIT_CODE=1 trivy image a", True),
        ("trivy image --exit-code 1 a || true", False),
        ("trivy image --exit-code 1 a | tee x", False),
        ("grype a", False),
        ("grype a -f high", True),
        ("docker scout cves --exit-code a", True),
        ("snyk container test a", True),
        ("snyk container monitor a", False),
        ("docker run aquasec/trivy image --exit-code 1 a", True),
        ("docker run aquasec/trivy image a", False),
    ],
)
def test_scans_that_can_block(text: str, *, blocks: bool) -> None:
    (scan,) = [deed for deed in of_script(text) if deed.kind == "scan"]
    assert scan.can_block is blocks


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("docker/build-push-action@v6\nwith: {push: true, tags: a}", [("build", None), ("push", None)]),
        ("docker/build-push-action@v6\nwith: {push: false}", [("build", None)]),
        ("docker/build-push-action@v6", [("build", None)]),
        ("docker/login-action@v3", [("login", None)]),
        ("aquasecurity/trivy-action@master\nwith: {image-ref: a, exit-code: '1'}", [("scan", True)]),
        ("aquasecurity/trivy-action@master\nwith: {image-ref: a}", [("scan", False)]),
        ("aquasecurity/trivy-action@master\nwith: {exit-code: '0'}", [("scan", False)]),
        ("aquasecurity/trivy-action@master\nwith: {exit-code: '1'}\ncontinue-on-error: true", [("scan", False)]),
        ("anchore/scan-action@v6\nwith: {image: a}", [("scan", True)]),
        ("anchore/scan-action@v6\nwith: {fail-build: false}", [("scan", False)]),
        ("actions/attest-build-provenance@v2", [("sign", None)]),
        ("actions/checkout@v4", []),
    ],
)
def test_actions(lines: str, expected: list[tuple[str, bool | None]]) -> None:
    found = of_action(lines)
    assert [(deed.kind, deed.can_block if deed.kind == "scan" else None) for deed in found] == expected


def test_places() -> None:
    (scan,) = of_script("trivy image --exit-code 0 a")
    assert scan.place.text == "trivy image --exit-code 0 a"
    assert scan.mark("here").place == scan.place
