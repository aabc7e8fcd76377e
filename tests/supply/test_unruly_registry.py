"""Registries that lie, break off or lead astray."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.facts.reference import parse
from hardhull.supply.registry.address import NetworkError
from hardhull.supply.registry.credentials import Credentials
from hardhull.supply.registry.resolver import MAX_PAGES, RegistryResolver
from hardhull.supply.registry.session import _with_query
from hardhull.supply.registry.transport import Transport
from hardhull.supply.resolution import Resolution, Unresolved
from unruly import Said

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.supply.resolution import Answer
    from unruly import Asked, Unruly

BODY = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
OTHER = "sha256:" + "0" * 64
INDEX = ("Content-Type", "application/vnd.oci.image.index.v1+json")


def answers(manifest: Callable[[Asked], Said], tags: Callable[[Asked], Said] | None = None) -> Callable[[Asked], Said]:
    """A registry whose door is open."""

    def answer(asked: Asked) -> Said:
        if "/manifests/" in asked.path:
            return manifest(asked)
        return tags(asked) if tags and "/tags/" in asked.path else Said(200)

    return answer


def ask(server: Unruly, tag: str = "1.0", credentials: Credentials | None = None) -> Answer:
    resolver = RegistryResolver(Transport((), lambda _seconds: None), lambda _registry: credentials)
    with resolver:
        return resolver.resolve(parse(f"{server.host}/a/b:{tag}"))


def digest_of(answer: Answer) -> str:
    assert isinstance(answer, Resolution), answer
    return answer.digest


def why(answer: Answer) -> str:
    assert isinstance(answer, Unresolved), answer
    assert answer.how
    return answer.why


def test_the_headers_alone_are_enough(unruly: Unruly) -> None:
    unruly.answer = answers(lambda _asked: Said(200, (INDEX, ("Docker-Content-Digest", DIGEST)), BODY))
    assert digest_of(ask(unruly)) == DIGEST
    assert [asked.method for asked in unruly.asked if "manifests" in asked.path] == ["HEAD"]


@pytest.mark.parametrize("told", [(), (("Docker-Content-Digest", "sha256:short"),), (("Docker-Content-Digest", ""),)])
def test_without_a_digest_the_body_is_hashed(told: tuple[tuple[str, str], ...], unruly: Unruly) -> None:
    unruly.answer = answers(lambda asked: Said(200, (INDEX, *(told if asked.method == "HEAD" else ())), BODY))
    assert digest_of(ask(unruly)) == DIGEST


def test_a_registry_that_knows_no_head(unruly: Unruly) -> None:
    unruly.answer = answers(lambda asked: Said(405) if asked.method == "HEAD" else Said(200, (INDEX,), BODY))
    assert digest_of(ask(unruly)) == DIGEST


def test_a_digest_that_the_body_does_not_have(unruly: Unruly) -> None:
    unruly.answer = answers(
        lambda asked: (
            Said(200, (INDEX,))
            if asked.method == "HEAD"
            else Said(200, (INDEX, ("Docker-Content-Digest", OTHER)), BODY)
        )
    )
    assert why(ask(unruly)) == f"the registry {unruly.host} says a digest that its manifest does not have"


@pytest.mark.parametrize("media_type", ["application/vnd.docker.distribution.manifest.v1+prettyjws", "text/html", ""])
def test_what_cannot_be_pinned(media_type: str, unruly: Unruly) -> None:
    headers = (("Content-Type", media_type), ("Docker-Content-Digest", DIGEST))
    unruly.answer = answers(lambda _asked: Said(200, headers, BODY))
    assert "offers no manifest that can be pinned" in why(ask(unruly))


def test_asked_too_often(unruly: Unruly) -> None:
    left = [Said(429), Said(429), Said(200, (INDEX, ("Docker-Content-Digest", DIGEST)))]
    unruly.answer = answers(lambda _asked: left.pop(0) if len(left) > 1 else left[0])
    assert digest_of(ask(unruly)) == DIGEST
    unruly.answer = answers(lambda _asked: Said(429))
    assert why(ask(unruly)) == f"the registry {unruly.host} was asked too often"


@pytest.mark.parametrize(("status", "told"), [(500, "status 500"), (418, "status 418"), (404, "has no a/b:1.0")])
def test_other_answers(status: int, told: str, unruly: Unruly) -> None:
    unruly.answer = answers(lambda _asked: Said(status, (), b"s3cr3t-word \x1b[31m"))
    assert told in why(ask(unruly))
    assert "s3cr3t" not in why(ask(unruly))


def test_a_huge_manifest(unruly: Unruly) -> None:
    unruly.answer = answers(
        lambda asked: (
            Said(200, (INDEX,))
            if asked.method == "HEAD"
            else Said(200, (INDEX, ("Connection", "close")), b"x" * 65536, endless=True)
        )
    )
    assert "answers with more than" in why(ask(unruly))


CHALLENGES = [
    ("", "names no way to ask for it"),
    ("Negotiate", "names no way to ask for it"),
    ("Bearer", "is not asked without TLS"),
    ('Bearer realm="http://example.com/token"', "is not asked without TLS"),
    ('Bearer realm="file:///etc/passwd"', "is not asked without TLS"),
    ('Bearer realm="http://[::1"', "is none"),
    ('Basic realm="x"', "does not let the user of `docker login` read a/b"),
]


@pytest.mark.parametrize(("challenge", "told"), CHALLENGES)
def test_doors_that_lead_astray(challenge: str, told: str, unruly: Unruly) -> None:
    unruly.script(Said(401, (("WWW-Authenticate", challenge),) if challenge else ()))
    answer = ask(unruly, credentials=Credentials("me", "s3cr3t-word"))
    assert told in why(answer)
    assert "s3cr3t-word" not in repr(answer)


def test_a_token_server_elsewhere_gets_the_credentials_and_the_registry_the_token(
    unruly: Unruly, other: Unruly
) -> None:
    other.script(Said(200, (), b'{"access_token": "granted"}'))
    door = Said(401, (("WWW-Authenticate", f'Bearer realm="{other.url}/t?scope=repository:x:push&keep=1",scope="y"'),))
    inside = Said(200, (INDEX, ("Docker-Content-Digest", DIGEST)))
    unruly.answer = lambda asked: inside if asked.authorization == "Bearer granted" else door
    assert digest_of(ask(unruly, credentials=Credentials("me", "pass"))) == DIGEST
    assert {asked.authorization for asked in unruly.asked} == {"", "Bearer granted"}
    assert [asked.path for asked in other.asked] == ["/t?keep=1&scope=repository%3Aa%2Fb%3Apull"]
    assert [asked.authorization[:6] for asked in other.asked] == ["Basic "]


def test_tags_come_in_pages(unruly: Unruly) -> None:
    def tags(asked: Asked) -> Said:
        if "last=" not in asked.path:
            link = ("Link", '</v2/a/b/tags/list?last=x&n=1000>; rel="next"')
            return Said(200, (link,), json.dumps({"tags": ["latest"]}).encode())
        return Said(200, (), json.dumps({"tags": ["7.4", None, 5, "x" * 200]}).encode())

    unruly.answer = answers(lambda _asked: Said(200, (INDEX, ("Docker-Content-Digest", DIGEST))), tags)
    answer = ask(unruly, "latest")
    assert isinstance(answer, Resolution)
    assert answer.tags == ("7.4",)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(200, (("Link", '<http://127.0.0.1:1/next>; rel="next"'),), b'{"tags": []}'), "somewhere else"),
        (Said(200, (("Link", "<//evil.example/next>; rel=next"),), b'{"tags": []}'), "somewhere else"),
        (Said(200, (("Link", '<http://[::1>; rel="next"'),), b'{"tags": []}'), "somewhere else"),
        (Said(200, (), b'{"tags": 5}'), "lists no tags"),
        (Said(200, (), b"[]"), "lists no tags"),
        (Said(200, (), b"<html>"), "lists no tags"),
        (Said(200, (), b'{"tags": null}'), "no tag there names a version"),
        (Said(404), "status 404"),
        (Said(403), "does not let anybody without credentials read a/b"),
        (Said(200, (("Link", '<?again>; rel="next"'),), b'{"tags": []}'), "no tag there names a version"),
    ],
)
def test_tags_that_cannot_be_listed_leave_the_digest(said: Said, told: str, unruly: Unruly) -> None:
    unruly.answer = answers(lambda _asked: Said(200, (INDEX, ("Docker-Content-Digest", DIGEST))), lambda _asked: said)
    answer = ask(unruly, "latest")
    assert digest_of(answer) == DIGEST
    assert isinstance(answer, Resolution)
    assert answer.tags == ()
    assert told in answer.tags_why
    assert len(unruly.asked) < MAX_PAGES + 5


def test_where_nobody_answers_nobody_is_asked_again(unruly: Unruly) -> None:
    unruly.close()
    naps: list[float] = []
    with RegistryResolver(Transport((), naps.append), lambda _registry: None) as resolver:
        told = {why(resolver.resolve(parse(f"{unruly.host}/{name}:1"))) for name in ("a/b", "c/d", "e/f")}
    assert told == {f"https://{unruly.host} does not answer (Connection refused)"}
    assert naps == [0.5, 1.0, 2.0]


@given(st.text(max_size=40) | st.from_regex(r"\Ahttps?://[a-z:\[\]@/?&=%]{0,20}\Z"))
def test_every_realm_becomes_an_address_or_an_error(realm: str) -> None:
    try:
        made = _with_query(realm, {"scope": "repository:a/b:pull"})
    except NetworkError:
        return
    assert made.count("repository%3Aa%2Fb%3Apull") >= 1
