"""Digests and tags from real registries behind every kind of door."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from docker_registry import IDENTITY, OCI_INDEX, PASSWORD, USER
from hardhull.facts.reference import parse
from hardhull.supply.registry.credentials import Credentials, CredentialsError
from hardhull.supply.registry.resolver import MAX_HEADS, RegistryResolver
from hardhull.supply.registry.transport import Transport
from hardhull.supply.resolution import Resolution, Unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from docker_registry import Authority, Registry, TokenServer

HIDDEN = "wr0ng-but-secret"


def nobody(_registry: str) -> Credentials | None:
    return None


def known(_registry: str) -> Credentials | None:
    return Credentials(USER, PASSWORD)


@pytest.fixture
def certificates(tmp_path: Path, authority: Authority, token_registry: Registry) -> Path:
    """docker's folder of authorities, which knows the private one."""
    folder = tmp_path / "certs.d"
    (folder / token_registry.host).mkdir(parents=True)
    (folder / token_registry.host / "ca.crt").write_bytes(authority.ca.read_bytes())
    return folder


Make = "Callable[..., RegistryResolver]"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., RegistryResolver]]:
    """Resolvers that never wait, and look for credentials only where a test says."""
    made: list[RegistryResolver] = []

    def new(
        find: Callable[[str], Credentials | None] = nobody, certificates: Path = tmp_path / "none"
    ) -> RegistryResolver:
        made.append(RegistryResolver(Transport((certificates,), lambda _seconds: None), find))
        return made[-1]

    yield new
    for each in made:
        each.__exit__()


def resolved(resolver: RegistryResolver, text: str) -> Resolution:
    answer = resolver.resolve(parse(text))
    assert isinstance(answer, Resolution), answer
    return answer


def refused(resolver: RegistryResolver, text: str) -> Unresolved:
    answer = resolver.resolve(parse(text))
    assert isinstance(answer, Unresolved), answer
    return answer


class TestOpen:
    """Without TLS, on this machine."""

    def test_the_digest_is_that_of_the_index(
        self, open_registry: Registry, make: Callable[..., RegistryResolver]
    ) -> None:
        digest = open_registry.push("shop/web", "1.27.3", content="a")
        answer = resolved(make(), f"{open_registry.host}/shop/web:1.27.3")
        assert (answer.digest, answer.media_type) == (digest, OCI_INDEX)
        assert answer.where == f"the registry {open_registry.host}"
        assert (answer.tags, answer.tags_why) == ((), "")
        assert str(answer.pinned) == f"{open_registry.host}/shop/web:1.27.3@{digest}"

    def test_latest_gets_the_version_of_the_same_digest(
        self, open_registry: Registry, make: Callable[..., RegistryResolver]
    ) -> None:
        open_registry.push("shop/versions", "1.26.2", "1.26", content="old")
        digest = open_registry.push("shop/versions", "1.27.3", "1.27", "1", "latest", content="new")
        alpine = open_registry.push("shop/versions", "1.27.3-alpine", "alpine", content="alpine")
        open_registry.push("shop/versions", "1.28.0-rc1", content="candidate")
        name = f"{open_registry.host}/shop/versions"
        answer = resolved(make(), name)
        assert (answer.digest, answer.tags) == (digest, ("1.27.3",))
        assert str(answer.pinned) == f"{name}:1.27.3@{digest}"
        answer = resolved(make(), f"{name}:alpine")
        assert (answer.digest, answer.tags) == (alpine, ("1.27.3-alpine",))

    def test_a_version_is_never_guessed(self, open_registry: Registry, make: Callable[..., RegistryResolver]) -> None:
        open_registry.push("shop/guess", "2.0.0", content="another")
        digest = open_registry.push("shop/guess", "latest", content="unversioned")
        answer = resolved(make(), f"{open_registry.host}/shop/guess")
        assert (answer.digest, answer.tags) == (digest, ())
        assert answer.tags_why == "none of the 1 most plausible of 1 tags there has the same digest"
        assert str(answer.pinned).endswith(f"/shop/guess@{digest}")
        open_registry.push("shop/words", "latest", "edge", content="x")
        answer = resolved(make(), f"{open_registry.host}/shop/words:edge")
        assert answer.tags_why == "no tag there names a version of the kind of edge"

    def test_more_tags_than_are_compared(self, open_registry: Registry, make: Callable[..., RegistryResolver]) -> None:
        open_registry.push("shop/many", *(f"2.{number}" for number in range(MAX_HEADS + 5)), content="newer")
        open_registry.push("shop/many", "latest", "1.0", content="pinned to an old one")
        answer = resolved(make(), f"{open_registry.host}/shop/many")
        assert (
            answer.tags_why
            == f"none of the {MAX_HEADS} most plausible of {MAX_HEADS + 6} tags there has the same digest"
        )

    def test_what_is_not_there(self, open_registry: Registry, make: Callable[..., RegistryResolver]) -> None:
        open_registry.push("shop/web", "1", content="a")
        answer = refused(make(), f"{open_registry.host}/shop/web:gone")
        assert answer.why == f"the registry {open_registry.host} has no shop/web:gone"
        assert answer.how == "check the name and the tag"
        assert "has no nobody/nothing:latest" in refused(make(), f"{open_registry.host}/nobody/nothing").why


class TestToken:
    """TLS of a private authority, and a token server."""

    def test_everybody_may_read(
        self, token_registry: Registry, token_server: TokenServer, certificates: Path,
        make: Callable[..., RegistryResolver],
    ) -> None:  # fmt: skip
        digest = token_registry.push("shop/web", "3.1", "latest", content="t")
        answer = resolved(make(nobody, certificates), f"{token_registry.host}/shop/web")
        assert (answer.digest, answer.tags) == (digest, ("3.1",))
        assert [(method, authorization) for method, _query, authorization in token_server.asked] == [("GET", "")]
        query = token_server.asked[0][1]
        assert query == {"scope": ["repository:shop/web:pull"], "service": ["tests"]}

    def test_a_password(
        self, token_registry: Registry, token_server: TokenServer, certificates: Path,
        make: Callable[..., RegistryResolver],
    ) -> None:  # fmt: skip
        digest = token_registry.push("shop/web", "3.2", content="u")
        token_server.private = True
        assert resolved(make(known, certificates), f"{token_registry.host}/shop/web:3.2").digest == digest
        answer = refused(make(nobody, certificates), f"{token_registry.host}/shop/web:3.2")
        assert "does not let anybody without credentials read shop/web" in answer.why
        assert f"docker login {token_registry.host}" in answer.how

    def test_an_identity_token(
        self, token_registry: Registry, token_server: TokenServer, certificates: Path,
        make: Callable[..., RegistryResolver],
    ) -> None:  # fmt: skip
        digest = token_registry.push("shop/web", "3.3", content="v")
        token_server.private = True
        found = Credentials("", "", IDENTITY)
        answer = resolved(make(lambda _registry: found, certificates), f"{token_registry.host}/shop/web:3.3")
        assert answer.digest == digest
        method, query, authorization = token_server.asked[0]
        assert (method, authorization) == ("POST", "")
        assert (query["grant_type"], query["refresh_token"]) == (["refresh_token"], [IDENTITY])

    def test_a_wrong_password_is_not_told(
        self, token_registry: Registry, token_server: TokenServer, certificates: Path,
        make: Callable[..., RegistryResolver], caplog: pytest.LogCaptureFixture,
    ) -> None:  # fmt: skip
        token_server.private = True
        with caplog.at_level("DEBUG"):
            answer = refused(
                make(lambda _registry: Credentials(USER, HIDDEN), certificates), f"{token_registry.host}/shop/web:3"
            )
        assert "does not let the user of `docker login` read shop/web" in answer.why
        sent = base64.b64encode(f"{USER}:{HIDDEN}".encode()).decode()
        assert token_server.asked[0][2] == f"Basic {sent}"
        for secret in (HIDDEN, sent):
            assert secret not in answer.why + answer.how + caplog.text

    @pytest.mark.parametrize(
        ("status", "body", "why"),
        [
            (200, b'{"token": "a.wrong.one"}', "does not let anybody without credentials read"),
            (200, b'{"token": "a\\r\\nX-Evil: b"}', "gives no token"),
            (200, b'{"token": 5}', "gives no token"),
            (200, b"<html>", "gives no token"),
            (200, b"[" * 50_000, "gives no token"),
            (404, b"", "answers with status 404"),
            (200, b" " * 100_000, "answers with more than 65536 bytes"),
        ],
    )
    def test_token_servers_that_do_not_help(
        self, status: int, body: bytes, why: str, token_registry: Registry, token_server: TokenServer,
        certificates: Path, make: Callable[..., RegistryResolver],
    ) -> None:  # fmt: skip
        token_server.answer = (status, body)
        assert why in refused(make(nobody, certificates), f"{token_registry.host}/shop/web:3").why

    def test_an_authority_that_nobody_knows(
        self, token_registry: Registry, token_server: TokenServer, make: Callable[..., RegistryResolver]
    ) -> None:
        answer = refused(make(known), f"{token_registry.host}/shop/web:3")
        assert f"the certificate of https://{token_registry.host} is not trusted" in answer.why
        assert "ca.crt" in answer.how
        assert token_server.asked == []

    def test_the_authority_of_the_environment(
        self, token_registry: Registry, token_server: TokenServer, authority: Authority,
        make: Callable[..., RegistryResolver], monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        digest = token_registry.push("shop/api", "1", content="w")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
        assert resolved(make(), f"{token_registry.host}/shop/api:1").digest == digest
        assert len(token_server.asked) == 1

    def test_an_authority_that_cannot_be_read(
        self, token_registry: Registry, certificates: Path, make: Callable[..., RegistryResolver]
    ) -> None:
        (certificates / token_registry.host / "ca.crt").write_text("no certificate")
        answer = refused(make(nobody, certificates), f"{token_registry.host}/shop/web:3")
        assert "cannot be used" in answer.why


class TestPassword:
    """Basic authentication."""

    def test_a_password(self, password_registry: Registry, make: Callable[..., RegistryResolver]) -> None:
        digest = password_registry.push("shop/web", "4.0", "latest", content="p")
        answer = resolved(make(known), f"{password_registry.host}/shop/web")
        assert (answer.digest, answer.tags) == (digest, ("4.0",))

    def test_nobody_and_somebody_else(self, password_registry: Registry, make: Callable[..., RegistryResolver]) -> None:
        name = f"{password_registry.host}/shop/web:4.0"
        assert "wants a user name and a password" in refused(make(nobody), name).why
        answer = refused(make(lambda _registry: Credentials(USER, HIDDEN)), name)
        assert "does not let the user of `docker login` read shop/web" in answer.why

    def test_credentials_that_cannot_be_had(
        self, password_registry: Registry, make: Callable[..., RegistryResolver]
    ) -> None:
        def broken(_registry: str) -> Credentials | None:
            raise CredentialsError("the credential helper docker-credential-x is not installed")

        answer = refused(make(broken), f"{password_registry.host}/shop/web:4.0")
        assert answer.why.endswith(", and the credential helper docker-credential-x is not installed")

    def test_those_of_the_docker_command(
        self, password_registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        digest = password_registry.push("shop/web", "4.1", content="q")
        auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {password_registry.host: {"auth": auth}}}))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        with RegistryResolver() as resolver:
            assert resolved(resolver, f"{password_registry.host}/shop/web:4.1").digest == digest
