"""Credentials as ``docker login`` leaves them behind. The helpers here are real programs on the PATH."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.supply.registry.credentials import Credentials, CredentialsError, find, host_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "s3cr3t-word"


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def write(config: Any) -> None:
        text = config if isinstance(config, str) else json.dumps(config)
        (tmp_path / "config.json").write_text(text)

    return write


def helper(folder: Path, name: str, script: str) -> None:
    path = folder / f"docker-credential-{name}"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_no_file_is_no_credentials(configure: Callable[[Any], None]) -> None:
    assert find("ghcr.io") is None
    configure({})
    assert find("ghcr.io") is None


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io", "ghcr.io"),
        ("https://ghcr.io/v2/", "ghcr.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
        ("localhost:5000", "localhost:5000"),
        ("[::1]:5000", "[::1]:5000"),
    ],
)
def test_every_way_of_naming_a_registry(key: str, registry: str, configure: Callable[[Any], None]) -> None:
    configure({"auths": {key: auth("me", "a:b"), "other.io": auth("x", "y")}})
    assert host_of(key) == registry
    assert find(registry) == Credentials("me", "a:b")
    assert find("evil.io") is None


def test_the_exact_name_goes_first(configure: Callable[[Any], None]) -> None:
    configure({"auths": {"docker.io": auth("b", "b"), "https://index.docker.io/v1/": auth("a", "a")}})
    assert find("docker.io") == Credentials("a", "a")


def test_identity_tokens(configure: Callable[[Any], None]) -> None:
    configure({"auths": {"r.io": {**auth("me", ""), "identitytoken": SECRET}}})
    assert find("r.io") == Credentials("", "", SECRET)


def test_a_helper_for_one_registry_and_one_for_the_rest(configure: Callable[[Any], None], tmp_path: Path) -> None:
    configure({"credHelpers": {"a.io": "one"}, "credsStore": "two", "auths": {"c.io": auth("file", "f")}})
    helper(tmp_path, "one", f"""read server; echo '{{"Username":"'$server'","Secret":"{SECRET}"}}'""")
    helper(tmp_path, "two", "echo 'credentials not found in native keychain'; exit 1")
    assert find("a.io") == Credentials("a.io", SECRET)
    assert find("b.io") is None
    assert find("c.io") == Credentials("file", "f")


def test_docker_hub_has_a_name_of_its_own(configure: Callable[[Any], None], tmp_path: Path) -> None:
    configure({"credsStore": "hub"})
    helper(tmp_path, "hub", """read server; echo '{"Username":"<token>","Secret":"'$server'"}'""")
    assert find("docker.io") == Credentials("", "", "https://index.docker.io/v1/")


def test_a_helper_that_answers_with_nothing(configure: Callable[[Any], None], tmp_path: Path) -> None:
    configure({"credsStore": "none"})
    helper(tmp_path, "none", """echo '{"Username":"","Secret":""}'""")
    assert find("a.io") is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"echo {SECRET}; echo {SECRET} >&2; exit 3", "docker-credential-bad failed with exit code 3"),
        (f"echo {SECRET}", "the answer of docker-credential-bad cannot be understood"),
        (f"""echo '["{SECRET}"]'""", "cannot be understood"),
        (f"""echo '{{"Username":1,"Secret":"{SECRET}"}}'""", "cannot be understood"),
    ],
)
def test_a_helper_that_fails_says_nothing_of_its_secrets(
    script: str, why: str, configure: Callable[[Any], None], tmp_path: Path
) -> None:
    configure({"credsStore": "bad"})
    helper(tmp_path, "bad", script)
    with pytest.raises(CredentialsError, match=why) as caught:
        find("a.io")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["gone", "../gone", "a b", "", "-x"])
def test_a_helper_that_is_not_there(name: str, configure: Callable[[Any], None]) -> None:
    configure({"credHelpers": {"a.io": name}})
    if not name:
        assert find("a.io") is None
        return
    with pytest.raises(CredentialsError, match="is not installed"):
        find("a.io")


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "[" * 100_000, "\x00"])
def test_files_that_are_no_configuration(text: str, configure: Callable[[Any], None]) -> None:
    configure(text)
    if text in {"[1]", '"x"'}:
        assert find("a.io") is None
        return
    with pytest.raises(CredentialsError, match=r"docker's config\.json"):
        find("a.io")


def test_an_entry_that_cannot_be_decoded(configure: Callable[[Any], None]) -> None:
    configure({"auths": {"a.io": {"auth": f"*{SECRET}*"}}})
    with pytest.raises(CredentialsError) as caught:
        find("a.io")
    assert SECRET not in str(caught.value)


def test_they_do_not_show_themselves() -> None:
    assert SECRET not in repr(Credentials("me", SECRET, SECRET))
    assert SECRET not in f"{Credentials('me', SECRET)!s}"


@given(st.text())
def test_every_key_has_some_host(key: str) -> None:
    assert "/" not in host_of(key)
