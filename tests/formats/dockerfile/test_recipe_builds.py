"""Fixed Dockerfiles really build, and their containers do what they did: a few cases; ``bench/built_fixes.py`` has more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fixing import fixed

from built import Case, look

if TYPE_CHECKING:
    from docker_engine import Engine

pytest_plugins = ("docker_engine",)

SERVER = b"#!/bin/sh\nid -u > index.html\necho fine >> index.html\nexec httpd -f -p $1\n"
CASES = [
    Case(
        "writes its folder",
        'FROM alpine:3.20\nWORKDIR /app\nCOPY serve /serve\n\n# how it starts\nCMD ["/serve", "8080"]\n',
        files={"serve": SERVER.replace(b"id -u", b"true")},
        port=8080,
        uid=10001,
    ),
    Case(
        "writes a volume",
        'FROM alpine:3.20\r\nCOPY serve /serve\r\nWORKDIR /srv/site\r\nVOLUME /srv/site\r\nCMD ["/serve", "8080"]\r\n',
        files={"serve": SERVER.replace(b"id -u", b"true")},
        port=8080,
        uid=10001,
    ),
    Case(
        "own user without a number",
        'from alpine:3.20\nrun adduser -D web && mkdir /app && chown web /app\nworkdir /app\ncopy serve /serve\ncmd ["/serve", "80"]\n',
        files={"serve": SERVER.replace(b"id -u", b"true")},
        port=80,
        uid=10001,
    ),
    Case(
        "writable by everybody",
        "FROM alpine:3.20\nRUN mkdir /data && \\\n    chmod -R 777 /data\nUSER 1000:1000\n"
        'CMD ["sh", "-c", "echo x > /data/y && cat /data/y && ls -ld /data | cut -c1-10"]\n',
        rules=("world-writable-path",),
        differs=("drwxrwxrwx", "drwxrwxr-x"),
    ),
    Case(
        "through a shell",
        "# escape=`\nFROM alpine:3.20\nENV X=1\nENTRYPOINT echo started $X &&  `\n  exec id -u\n",
        rules=("shell-form-start", "add-instead-of-copy"),
    ),
]


@pytest.fixture(scope="module")
def based(docker_engine: Engine) -> Engine:
    docker_engine.add_image("alpine:3.20")
    return docker_engine


@pytest.mark.engine
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_fixed_does_what_it_did(based: Engine, case: Case) -> None:
    before = case.text.encode()
    after = before
    for rule in case.rules or ("image-runs-as-root",):
        after = fixed(after, rule).text
    based.build(before, "case:before", files=case.files)
    based.build(after, "case:after", files=case.files)
    old, new = look(based, "case:before", case), look(based, "case:after", case)
    assert (new.answer, new.code) == (old.answer, old.code)
    assert new.output == old.output.replace(*case.differs)
    if case.uid is not None:
        assert old.uid == 0
        assert new.uid == case.uid
        assert based.image("case:after")["Config"]["User"].startswith(str(case.uid))
