"""Replies that changed are named, also where the command that got them was content; figures that vary do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.run.checks import TEXT, Check, Outcome
from hardhull.run.compare import BROKEN, UNSEEN
from hardhull.run.exercise import Exercise, exercise
from hardhull.run.replies import replies
from hardhull.run.steady import steady
from worlds import left, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

LOAD = Check("host", "web", ("load",))


def said(text: str, code: int = 0, check: Check = LOAD) -> Outcome:
    return Outcome(check, True, True, 1.0, code, text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Requests/sec:  23456.71", "Requests/sec:   987.2"),
        ("  Latency   1.20ms  340.11us   9.98ms   88.30%", "  Latency   997.0us    1.2s   12ms   9%"),
        ("SET: 105042.02 requests per second, p50=0.247 msec", "SET: 9.5 requests per second, p50=1 msec"),
        ("Date: Sat, 28 Nov 2026 05:07:17 GMT", "Date: Mon, 1 Feb 2027 15:07:17 GMT"),
        ("id 550e8400-e29b-41d4-a716-446655440000 at 0x7ffe12", "id 00000000-e29b-41d4-a716-44665544aaaa at 0x1"),
        ("digest deadbeef01 done", "digest 0123456789abcdef done"),
        ("transferred 10.5 MB in 3 seconds", "transferred 980 KB in 1.2 s"),
        ("[webhook] [add123] error", "[webhook] [ebd0a1] error"),
        ("GET /x?_state=yIzOFznXe3kQbRC7vfLmNo_p-q==&n=1", "GET /x?_state=mzTyB4kQ9bRCgvfLmNoAp-qR&n=1"),
    ],
)
def test_figures_do_not_count(one: str, other: str) -> None:
    assert steady(one) == steady(other)
    assert replies([[said(one)]], [said(other)]) == []


@given(st.lists(st.sampled_from(["tps = ", "error", "ok", " latency "]), min_size=1), st.integers(0, 10**9))
def test_only_numbers_may_differ(words: list[str], number: int) -> None:
    text = f" {number} ".join(words)
    assert steady(text) == steady(text.replace(str(number), "7") if str(number) in text else text)
    assert all(word.strip() in steady(text) for word in words)


def test_long_names_are_no_tokens() -> None:
    for name in ("ConfigurationFileOfTheHttp2Server", "some-long-name-of-a-certain-pod-77d"):
        assert name[:20] in steady(f"cannot open {name}")


def test_another_reply_is_named() -> None:
    (found,) = replies([[said("42 rows\nhello")]], [said("43 rows\npermission denied")])
    assert (found.kind, found.before, found.after) == (BROKEN, "hello", "permission denied")
    assert "command load (web) gets another reply" in found.what
    (lost,) = replies([[said("hello\nbye")]], [said("hello")])
    assert (lost.before, lost.after) == ("bye", "")


def test_what_varies_before_may_vary_after() -> None:
    before = [[said("worker a\nok")], [said("worker b\nok")]]
    assert replies(before, [said("worker a\nok")]) == []
    assert replies(before, [said("ok")]) == []
    assert [one.kind for one in replies(before, [said("worker b")])] == [BROKEN]


def test_codes_count_and_long_output_is_not_judged() -> None:
    web = Check("http", "web", ("80", "/"))
    (found,) = replies([[said("hello", 200, web)]], [said("hello", 302, web)])
    assert (found.kind, found.before, found.after) == (BROKEN, "200", "302")
    (unseen,) = replies([[said("x" * TEXT)]], [said("y")])
    assert unseen.kind == UNSEEN
    tcp = Check("tcp", "web", ("80",))
    assert replies([[said("a", check=tcp)]], [said("b", check=tcp)]) == []


SERVE = (
    "trap 'exit 0' TERM; mkdir -p /www; echo WORD >/www/index.html; httpd -f -p 8000 -h /www & while :; do wait; done"
)
COMPOSE = f"services: {{web: {{image: IMAGE, expose: ['8000'], command: ['sh', '-c', \"{SERVE}\"]}}}}\n"
GET = "busybox wget -qO- http://$HARDHULL_HOST:$HARDHULL_PORT_8000/index.html; date; echo $$ replies/s"


@pytest.mark.engine
def test_a_load_that_is_content_with_any_reply(engine: Engine, tmp_path: Path) -> None:
    found = []
    for word in ("hello", "hello", "denied"):
        with world(tmp_path, COMPOSE.replace("WORD", word), subject="web") as one:
            used = exercise(one, Exercise("web", loads=(GET,), life=False))
        assert used.works, used.failure
        found.append(used.outcomes)
    assert replies(found[:1], found[1]) == []
    (changed,) = replies(found[:2], found[2])
    assert (changed.before, changed.after) == ("hello", "denied")
    assert left(engine) == []


def test_an_id_is_one_thing_however_its_parts_begin() -> None:
    lines = ["id=c3f2aa10-c4d1-9e0b-b7aa-00ffee11aa22 done", "id=10f2aa10-14d1-ae0b-c7aa-aaffee11aa22 done"]
    assert {steady(line) for line in lines} == {"id=# done"}


def test_quotes_that_come_and_go_with_a_unit_do_not_count() -> None:
    line = 'level=error msg="not found" duration={} status=404'
    assert steady(line.format("3.79ms")) == steady(line.format('"785.9\N{MICRO SIGN}s"'))
    assert steady(line.format("3.79ms")) != steady(line.format('"unknown"'))
