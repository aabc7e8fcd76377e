"""HTTP with servers that do not behave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from hardhull.supply.registry.address import NetworkError, checked, is_loopback
from hardhull.supply.registry.transport import ATTEMPTS, MAX_BODY, Transport
from unruly import Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unruly import Unruly

WITH = {"Authorization": "Bearer s3cr3t-word"}


class Naps(list[float]):
    """Remembers how long was to be waited, and does not wait."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def transport(naps: Naps, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transport]:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Transport((), naps)
    yield made
    made.close()


def test_an_answer(unruly: Unruly, transport: Transport) -> None:
    unruly.script(Said(200, (("X-Twice", "a"), ("x-twice", "b")), b"body"))
    reply = transport.ask("GET", f"{unruly.url}/v2/", WITH)
    assert (reply.status, reply.body, reply.headers["x-twice"]) == (200, b"body", "a, b")
    assert unruly.asked[0].authorization == WITH["Authorization"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(status: int, unruly: Unruly, transport: Transport, naps: Naps) -> None:
    unruly.script(Said(status), Said(status), Said(200, (), b"late"))
    assert transport.ask("GET", unruly.url).body == b"late"
    assert naps == [0.5, 1.0]


def test_what_stays_is_told(unruly: Unruly, transport: Transport, naps: Naps) -> None:
    unruly.script(Said(503))
    assert transport.ask("GET", unruly.url).status == 503
    assert len(unruly.asked) == ATTEMPTS
    assert naps == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("asked_for", "waited"), [("7", [7.0]), ("0", [0.0]), ("nonsense", [0.5]), ("Thu, 01 Jan 1970 00:00:00 GMT", [0.0])]
)
def test_the_server_says_how_long_to_wait(
    asked_for: str, waited: list[float], unruly: Unruly, transport: Transport, naps: Naps
) -> None:
    unruly.script(Said(429, (("Retry-After", asked_for),)), Said(200))
    assert transport.ask("GET", unruly.url).status == 200
    assert naps == waited


@pytest.mark.parametrize("asked_for", ["3600", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_waits_for_hours(asked_for: str, unruly: Unruly, transport: Transport, naps: Naps) -> None:
    unruly.script(Said(429, (("Retry-After", asked_for),)))
    assert transport.ask("GET", unruly.url).status == 429
    assert naps == []


def test_an_endless_body_ends(unruly: Unruly, transport: Transport) -> None:
    unruly.script(Said(200, (("Connection", "close"),), b"x" * 65536, endless=True))
    with pytest.raises(NetworkError, match=f"more than {MAX_BODY} bytes"):
        transport.ask("GET", unruly.url)


def test_an_endless_body_of_an_error_ends(unruly: Unruly, transport: Transport) -> None:
    unruly.script(Said(503, (("Connection", "close"),), b"x" * 65536, endless=True))
    with pytest.raises(NetworkError, match="more than"):
        transport.ask("GET", unruly.url)


@pytest.mark.parametrize("length", ["99999999999", "9" * 300])
def test_a_body_that_is_announced_too_large_is_not_read(length: str, unruly: Unruly, transport: Transport) -> None:
    unruly.script(Said(200, (("Content-Length", length), ("Connection", "close"))))
    with pytest.raises(NetworkError, match="more than"):
        transport.ask("GET", unruly.url)


def test_a_body_that_breaks_off(unruly: Unruly, transport: Transport, naps: Naps) -> None:
    unruly.script(Said(200, (("Content-Length", "10"), ("Connection", "close")), b"half"), Said(200, (), b"whole"))
    assert transport.ask("GET", unruly.url).body == b"whole"
    assert naps == [0.5]


def test_authorization_stays_with_its_origin(unruly: Unruly, other: Unruly, transport: Transport) -> None:
    unruly.answer = lambda asked: (
        Said(307, (("Location", f"{other.url}/blob"),))
        if asked.path == "/second"
        else Said(302, (("Location", "/second"),))
    )
    other.script(Said(200, (), b"there"))
    reply = transport.ask("GET", f"{unruly.url}/first", WITH)
    assert reply.body == b"there"
    assert [asked.authorization for asked in unruly.asked] == [WITH["Authorization"]] * 2
    assert [asked.authorization for asked in other.asked] == [""]


def test_authorization_does_not_come_back_either(unruly: Unruly, other: Unruly, transport: Transport) -> None:
    unruly.answer = lambda asked: Said(302, (("Location", other.url),)) if asked.path == "/first" else Said(200)
    other.script(Said(302, (("Location", f"{unruly.url}/last"),)))
    transport.ask("GET", f"{unruly.url}/first", WITH)
    assert [asked.authorization for asked in unruly.asked] == [WITH["Authorization"], ""]


def test_a_circle_of_redirects(unruly: Unruly, transport: Transport) -> None:
    unruly.script(Said(302, (("Location", "/again"),)))
    with pytest.raises(NetworkError, match="in a circle"):
        transport.ask("GET", unruly.url)


@pytest.mark.parametrize(
    "target", ["http://example.com/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://[::1", "//169.254.169.254/"]
)
def test_redirects_that_lead_astray(target: str, unruly: Unruly, transport: Transport) -> None:
    unruly.script(Said(302, (("Location", target),)))
    with pytest.raises(NetworkError):
        transport.ask("GET", unruly.url, WITH)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/v2/", "ftp://127.0.0.1/", "https:///v2/", "http://a:b:c/", "x", "",
        "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\@example.com/", "http://me@127.0.0.1/",
        "http://127.0.0.1 .example.com/", "http://127.0.0.1\t/", "https://exa\nmple.com/", "http://127.0.0.1%2eexample.com/",
    ],
)  # fmt: skip
def test_what_is_never_asked(url: str, transport: Transport) -> None:
    with pytest.raises(NetworkError):
        transport.ask("GET", url)


def test_nobody_listens(unruly: Unruly, transport: Transport, naps: Naps) -> None:
    unruly.close()
    with pytest.raises(NetworkError, match=r"does not answer \(Connection refused\)"):
        transport.ask("GET", unruly.url, WITH)
    assert len(naps) == ATTEMPTS - 1


def test_no_tls_is_told_apart(unruly: Unruly, transport: Transport) -> None:
    with pytest.raises(NetworkError, match="no TLS") as caught:
        transport.ask("GET", f"https://{unruly.host}/v2/")
    assert caught.value.plain


def test_nothing_secret_is_told(unruly: Unruly, transport: Transport) -> None:
    unruly.script(Said(302, (("Location", "http://user:s3cr3t-word@example.com/s3cr3t-word?t=s3cr3t-word"),)))
    with pytest.raises(NetworkError) as caught:
        transport.ask("GET", f"{unruly.url}/s3cr3t-word", WITH)
    assert "s3cr3t-word" not in caught.value.why + caught.value.how + repr(caught.value)


def test_headers_that_cannot_be_sent(unruly: Unruly, transport: Transport) -> None:
    with pytest.raises(NetworkError):
        transport.ask("GET", unruly.url, {"Authorization": "Bearer a\r\nX-Evil: b"}, attempts=1)
    assert unruly.asked == []


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False),
     ("localhost.example.com", False), ("169.254.169.254", False), (None, False), ("", False)],
)  # fmt: skip
def test_who_is_this_machine(host: str | None, loopback: bool) -> None:
    assert is_loopback(host) == loopback


def test_proxies_are_used_but_not_for_this_machine(
    unruly: Unruly, other: Unruly, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://me:s3cr3t-word@{other.host}")
    monkeypatch.setenv("http_proxy", f"http://{other.host}")
    monkeypatch.delenv("no_proxy", raising=False)
    transport = Transport((), naps)
    transport.ask("GET", unruly.url)
    assert (len(unruly.asked), len(other.asked)) == (1, 0)
    other.script(Said(403))
    other._server.RequestHandlerClass.do_CONNECT = other._server.RequestHandlerClass.do_GET  # type: ignore[attr-defined]
    with pytest.raises(NetworkError) as caught:
        transport.ask("GET", "https://registry.example.com/v2/", attempts=1)
    assert [asked.method for asked in other.asked] == ["CONNECT"]
    assert "s3cr3t-word" not in repr(caught.value)
    transport.close()


@given(st.text(alphabet="ahtps:/\\@127.0[]%#?", max_size=30).map(lambda rest: f"http://{rest}"))
def test_clear_text_goes_to_this_machine_only(url: str) -> None:
    try:
        checked(url)
    except NetworkError:
        return
    assert is_loopback((parse_url(url).host or "").strip("[]"))
