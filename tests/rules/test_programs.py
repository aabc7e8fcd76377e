"""What options of well-known programs mean, and which versions of images ended."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardhull.rules.end_of_life import ended
from hardhull.rules.installs import installed
from hardhull.rules.programs import (
    plain_url,
    runs_input,
    signature_off,
    signature_variable,
    tls_off,
    tls_variable,
    urls,
)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("curl -k https://x", 1),
        ("curl -fsSLk https://x", 1),
        ("/usr/bin/curl --insecure https://x", 1),
        ("curl -H k: https://x", None),
        ("curl -Hk https://x", None),
        ("curl -o k https://x", None),
        ("curl -fsSL https://k", None),
        ("wget --no-check-certificate https://x", 1),
        ("pip install --trusted-host pypi.org x", 2),
        ("pip3 install x", None),
        ("npm config set strict-ssl false", 3),
        ("npm config set strict-ssl true", None),
        ("git -c http.sslVerify=false clone x", 2),
        ("git config --global http.sslVerify false", 3),
        ("git config --global http.sslVerify true", None),
        ("apt-get -o Acquire::https::Verify-Peer=false update", 2),
        ("yum --setopt=sslverify=0 install x", 1),
        ("podman push --tls-verify=false x", 2),
        ("skopeo copy --dest-tls-verify=false a b", 2),
        ("kubectl --insecure-skip-tls-verify get pods", 1),
        ("docker push x", None),
    ],
)
def test_where_the_check_of_certificates_is_switched_off(line: str, at: int | None) -> None:
    weak = tls_off(line.split())
    assert (weak.at if weak else None) == at


@pytest.mark.parametrize(
    ("name", "value", "off"),
    [
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0", True),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "1", False),
        ("GIT_SSL_NO_VERIFY", "true", True),
        ("GIT_SSL_NO_VERIFY", "false", False),
        ("GIT_SSL_NO_VERIFY", "", False),
        ("npm_config_strict_ssl", "false", True),
        ("PATH", "0", False),
    ],
)
def test_variables_that_switch_the_check_off(name: str, value: str, off: bool) -> None:
    assert bool(tls_variable(name, value)) is off


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("apk add --allow-untrusted x.apk", 2),
        ("apk index --allow-untrusted -o i x.apk", None),
        ("apt-get install --allow-unauthenticated x", 2),
        ("apt-get -o APT::Get::AllowUnauthenticated=true install x", 2),
        ("dnf install --nogpgcheck x", 2),
        ("rpm -i --nosignature x.rpm", 2),
        ("apt-get install -y x", None),
    ],
)
def test_where_the_check_of_signatures_is_switched_off(line: str, at: int | None) -> None:
    weak = signature_off(line.split())
    assert (weak.at if weak else None) == at
    assert signature_variable("GOSUMDB", "off")
    assert not signature_variable("GOSUMDB", "sum.golang.org")


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("sh", True),
        ("bash -s -- -y --prefix /usr", True),
        ("bash -", True),
        ("sh -ex", True),
        ("/bin/sh /dev/stdin x", True),
        ("bash script.sh", False),
        ("sh -c true", False),
        ("python3", True),
        ("python3 -", True),
        ("python3 -m json.tool", False),
        ("python3 script.py", False),
        ("tar xz", False),
    ],
)
def test_which_commands_run_what_they_read(line: str, runs: bool) -> None:
    assert runs_input(line.split()) is runs


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://example.com/x", True),
        ("https://example.com/x", False),
        ("http://localhost:80/x", False),
        ("http://127.0.0.1/x", False),
        ("http://web:8080/health", False),
        ("http://10.1.2.3/x", False),
        ("http://db.internal/x", False),
        ("http://$HOST/x", False),
        ("--url=http://example.com/x", True),
    ],
)
def test_addresses_without_tls(url: str, plain: bool) -> None:
    assert (plain_url(["curl", url]) is not None) is plain


@pytest.mark.parametrize(
    ("line", "manager", "packages"),
    [
        ("apt-get -o A=b install -y --no-install-recommends -t stable curl=1 git", "apt", ["curl=1", "git"]),
        ("apk add --no-cache --virtual .build gcc", "apk", ["gcc"]),
        ("python3 -m pip install -r r.txt -c c.txt x==1", "pip", ["x==1"]),
        ("uv pip install x", "pip", ["x"]),
        ("npm install -g pnpm", "npm", ["pnpm"]),
        ("go install example.com/x@latest", "go", ["example.com/x@latest"]),
        ("apt-get update", None, []),
        ("make install", None, []),
    ],
)
def test_what_a_command_installs(line: str, manager: str | None, packages: list[str]) -> None:
    words = line.split()
    found = installed(words)
    assert (found.manager if found else None) == manager
    assert [words[at] for at in (found.at if found else ())] == packages


WORDS = st.lists(
    st.text(min_size=1, max_size=30) | st.sampled_from(["-k", "--", "-", "install", "http://"]), max_size=8
)
PROGRAMS = st.sampled_from(["curl", "wget", "pip", "npm", "git", "apk", "apt-get", "dnf", "sh", "go", "podman", "x/y"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine says nothing about the words
@given(PROGRAMS, WORDS)
def test_any_words_are_answered_with_positions_inside(program: str, words: list[str]) -> None:
    line = [program, *words]
    found = [weak.at for weak in (tls_off(line), signature_off(line)) if weak]
    found += [at for at in (plain_url(line), *urls(line)) if at is not None]
    install = installed(line)
    found += install.at if install else ()
    assert all(0 < at < len(line) for at in found)
    assert runs_input(line) in {True, False}


@pytest.mark.parametrize(
    ("name", "tag", "what"),
    [
        ("python", "3.9-slim", "python 3.9"),
        ("python", "3.9.2-slim-buster", "python 3.9"),
        ("python", "3.13-slim-buster", "debian 10"),
        ("python", "3.13-bullseye", "debian 11"),
        ("python", "3.13-slim-bookworm", None),
        ("python", "3", None),
        ("python", "2", "python 2"),
        ("python", "latest", None),
        ("node", "14", "node 14"),
        ("node", "20.20.2-alpine", "node 20"),
        ("node", "24-alpine3.15", "alpine 3.15"),
        ("node", "24", None),
        ("node", "hydrogen-alpine", "node hydrogen"),
        ("alpine", "3.8.5", "alpine 3.8"),
        ("alpine", "3.22", None),
        ("alpine", "edge", None),
        ("debian", "buster-20200101-slim", "debian 10"),
        ("debian", "12", None),
        ("ubuntu", "18.04", "ubuntu 18.04"),
        ("ubuntu", "24.04", None),
        ("ubuntu", "jammy", None),
        ("centos", "centos7.9.2009", "centos 7"),
        ("centos", "latest", "centos latest"),
        ("quay.io/centos/centos", "stream9", None),
        ("openjdk", "17-slim", "the image openjdk"),
        ("openjdk", "27-ea", None),
        ("postgres", "9.6-alpine", "postgres 9.6"),
        ("postgres", "17", None),
        ("mongo", "4.4.1", "mongo 4.4"),
        ("mysql", "5", "mysql 5"),
        ("mysql", "8.4", None),
        ("mcr.microsoft.com/dotnet/aspnet", "6.0-alpine", ".NET 6.0"),
        ("mcr.microsoft.com/dotnet/aspnet", "10.0", None),
        ("golang", "1.20.5", "golang 1.20"),
        ("golang", "1.2", None),
        ("nginx", "1.27-bookworm", None),
        ("example.com/python", "3.6", None),
    ],
)
def test_versions_that_ended(name: str, tag: str, what: str | None) -> None:
    found = ended(name, tag)
    assert (found.what if found else None) == what
    assert found is None or found.since.startswith("20")
