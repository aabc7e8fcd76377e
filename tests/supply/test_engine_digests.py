"""Digests that a real engine learnt when it pushed, which are those that the registry has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docker_registry import free_port, skip_without, start, stop, wait_for
from hardhull.facts.local_image import LocalImage
from hardhull.facts.reference import parse
from hardhull.supply.ask import resolvers
from hardhull.supply.engine import EngineImages
from hardhull.supply.engine_digests import EngineResolver
from hardhull.supply.resolution import Resolution, Resolvers, Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.facts.reference import Reference
    from hardhull.supply.resolution import Answer

pytest_plugins = ("docker_engine",)

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.fixture(scope="module")
def pushed(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image that the engine pushed to a registry in its own namespace; the same storage is served out here.

    Gives the repository, which is the same in both: ``127.0.0.1:PORT/shop/web``.
    """
    skip_without("docker-registry", "setpriv", "nsenter")
    folder, port = tmp_path_factory.mktemp("pushed"), free_port()
    inside = start(folder, port, {}, prefix=("nsenter", f"--net=/run/netns/{docker_engine.namespace}"))
    outside = start(folder, port, {})
    try:
        wait_for(port, outside)
        wait_for(port, inside, docker_engine.namespace)
        name = f"127.0.0.1:{port}/shop/web"
        docker_engine.add_image("hh/shop:1", user="app", small=True)
        for tag in ("latest", "2.0.1", "2.0", "2.0.1-alpine"):
            docker_engine.tag("hh/shop:1", name, tag)
            docker_engine.push(name, tag)
        yield name
    finally:
        stop(outside)
        stop(inside)


@pytest.fixture
def images(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineImages]:
    for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    with EngineImages() as made:
        yield made


def resolved(answer: Answer) -> Resolution:
    assert isinstance(answer, Resolution), answer
    return answer


def why(answer: Answer) -> str:
    assert isinstance(answer, Unresolved), answer
    return answer.why


@pytest.mark.engine
def test_engine_and_registry_agree(pushed: str, images: EngineImages, docker_engine: Engine) -> None:
    with resolvers(images) as local, resolvers(online=True) as online:
        one, two = resolved(local.resolve(parse(pushed))), resolved(online.resolve(parse(pushed)))
    assert one.digest == two.digest
    assert f"{pushed}@{one.digest}" in docker_engine.image(f"{pushed}:latest")["RepoDigests"]
    assert one.tags == ("2.0.1", "2.0")
    assert two.tags == ("2.0.1",)
    assert one.pinned == two.pinned == parse(f"{pushed}:2.0.1@{one.digest}")
    assert one.where == f"RepoDigests of the engine at unix://{docker_engine.socket}"
    assert two.where == f"the registry {pushed.partition('/')[0]}"


@pytest.mark.engine
def test_what_was_never_pushed_has_no_digest(pushed: str, images: EngineImages) -> None:
    resolver = EngineResolver(images)
    assert "neither pulled nor pushed it under this name" in why(resolver.resolve(parse("hh/shop:1")))
    assert "does not have it" in why(resolver.resolve(parse("hh/none:1")))
    assert resolved(resolver.resolve(parse(f"{pushed}:2.0"))).tags == ()


@pytest.mark.engine
def test_the_registry_is_asked_where_the_engine_does_not_know(
    pushed: str, images: EngineImages, docker_engine: Engine
) -> None:
    docker_engine.call("DELETE", f"/images/{pushed}:2.0.1-alpine")
    reference = parse(f"{pushed}:2.0.1-alpine")
    with resolvers(images) as local:
        assert "does not have it" in why(local.resolve(reference))
    with resolvers(images, online=True) as both:
        assert resolved(both.resolve(reference)).where.startswith("the registry")


def test_an_engine_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free_port()}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with EngineImages() as images:
        resolver = EngineResolver(images)
        for text in ("a/b:1", "a/c:1"):
            assert why(resolver.resolve(parse(text))) == (
                "the engine could not be asked: it does not answer (Connection refused)"
            )


class Having(EngineImages):
    """An engine that has one image."""

    def __init__(self, image: LocalImage) -> None:
        super().__init__()
        self.where, self._image = "unix:///x", image

    def find(self, _reference: Reference) -> LocalImage | None:
        return self._image


def test_two_digests_are_no_answer() -> None:
    image = LocalImage("nginx", A, digests=(f"nginx@{A}", f"nginx@{B}", "<none>@<none>"))
    assert "under 2 digests" in why(EngineResolver(Having(image)).resolve(parse("nginx")))


def test_other_repositories_do_not_count() -> None:
    digests = (f"mirror.io/library/nginx@{B}", f"docker.io/library/nginx@{A}")
    image = LocalImage("nginx", A, tags=("mirror.io/library/nginx:1.27.3", "nginx:latest"), digests=digests)
    answer = resolved(EngineResolver(Having(image)).resolve(parse("nginx")))
    assert (answer.digest, answer.tags) == (A, ())
    assert answer.tags_why == "the engine at unix:///x has no tag with a version for it"
    assert answer.pinned == parse(f"nginx@{A}")


class Counting:
    """A resolver that counts."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked = 0

    def resolve(self, _reference: Reference) -> Answer:
        self.asked += 1
        return self.answer


def test_each_reference_is_asked_for_once_and_the_first_answer_counts() -> None:
    nginx = parse("nginx")
    no = Counting(Unresolved(nginx, "not here", "look elsewhere"))
    yes = Counting(Resolution(nginx, A, "x", "2026-01-01T00:00:00+00:00"))
    never = Counting(Resolution(nginx, B, "y", "2026-01-01T00:00:00+00:00"))
    chain = Resolvers([no, yes, never])
    for text in ("nginx", "docker.io/library/nginx:latest", "nginx"):
        answer = resolved(chain.resolve(parse(text)))
        assert (answer.digest, answer.reference) == (A, parse(text))
    assert (no.asked, yes.asked, never.asked) == (1, 1, 0)


def test_all_reasons_are_told() -> None:
    nginx = parse("nginx")
    chain = Resolvers([Counting(Unresolved(nginx, "a", "do x")), Counting(Unresolved(nginx, "b", "do x"))])
    assert chain.resolve(nginx) == Unresolved(nginx, "a; b", "do x")
    with resolvers() as nobody:
        assert why(nobody.resolve(nginx)) == "nobody was asked"


def test_a_digest_stands_for_itself() -> None:
    with resolvers() as nobody:
        assert resolved(nobody.resolve(parse(f"nginx:1@{A}"))).pinned == parse(f"nginx:1@{A}")
