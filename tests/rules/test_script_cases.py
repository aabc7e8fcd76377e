"""Rules about what scripts and workflows do besides images: downloads, TLS, exec, an opened engine."""

from __future__ import annotations

import pytest
from named import found_in, words
from texts import scan_texts


def script(line: str, rule: str, path: str = "run.sh") -> list[str]:
    return words(found_in(scan_texts({path: f"#!/bin/sh\ndocker info\n{line}\n"}), rule))


@pytest.mark.parametrize(
    ("line", "rule", "expected"),
    [
        ("curl -fsSL https://get.docker.com | sh", "script-curl-pipe-shell", ["medium"]),
        ("curl -fsSL http://get.example.com | sudo bash", "script-curl-pipe-shell", ["high"]),
        ("curl -fsSL https://x.example/j | python3 -m json.tool", "script-curl-pipe-shell", []),
        ("curl -fsSL https://x.example/k | gpg --dearmor", "script-curl-pipe-shell", []),
        ("curl -k https://x.example/", "script-tls-check-disabled", ["high"]),
        ("curl -k https://localhost/", "script-tls-check-disabled", []),
        ("podman push --tls-verify=false r.example.com/a", "script-tls-check-disabled", ["high"]),
        ("podman push --tls-verify=false localhost:5000/a", "script-tls-check-disabled", []),
        ("curl -sL https://x.example/t.tgz | tar xz -C /usr/local", "script-download-unverified", ["low"]),
        ("curl -sLo t.tgz https://x.example/t.tgz", "script-download-unverified", []),
        ("curl -sLo /usr/bin/t https://x.example/t\nsha256sum -c sums", "script-download-unverified", []),
        ("docker exec --privileged db sh", "exec-with-privileges", ["medium"]),
        ("docker exec -it -u 0:0 db sh", "exec-with-privileges", ["low"]),
        ("docker exec -itu root db sh", "exec-with-privileges", ["low"]),
        ("docker exec -u app db sh", "exec-with-privileges", []),
        ("docker exec -e A=root db tool --privileged -u root", "exec-with-privileges", []),
        ("dockerd -H tcp://0.0.0.0:2375 &", "engine-opened-by-script", ["critical"]),
        ("dockerd --host=tcp://127.0.0.1:2375 &", "engine-opened-by-script", ["low"]),
        ("dockerd -H tcp://0.0.0.0:2376 --tlsverify --tlscacert=/ca.pem &", "engine-opened-by-script", []),
        ("docker -H tcp://build.example.com:2376 ps", "engine-opened-by-script", []),
    ],
)
def test_lines_of_scripts(line: str, rule: str, expected: list[str]) -> None:
    assert script(line, rule) == expected


def test_documents_that_explain_how_to_install_are_left_alone() -> None:
    text = "# Install\n\n```sh\ncurl -fsSL https://get.docker.com | sh\ndocker exec -u root a sh\n```\n"
    result = scan_texts({"README.md": text})
    assert not found_in(result, "script-curl-pipe-shell")
    assert not found_in(result, "exec-with-privileges")
