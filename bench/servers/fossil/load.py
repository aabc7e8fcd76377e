"""A project's pages: the timeline, signing in, files of a change, archives, and its interface."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import io
import json
import tarfile
import urllib.parse
import zipfile

from _common.judge import done, holds, same
from _common.web import Web

web = Web(8080)
web.get("/timeline", has="first change")
for _ in range(20):
    web.fresh()
    web.get("/stat", 200)
web.get("/json/version", has="jsonApiVersion")
login = json.loads(
    web.ask(
        "POST",
        "/json/login",
        body=json.dumps({"payload": {"name": "ada", "password": "lovelace"}}),
        headers={"Content-Type": "application/json"},
    ).body
)
token = login["payload"]["authToken"]
KIND = {"Content-Type": "application/json"}


def call(path: str, **payload: object) -> dict[str, object]:
    return json.loads(
        web.ask("POST", f"/json/{path}", body=json.dumps({"authToken": token, "payload": payload}), headers=KIND).body
    )


holds(str(call("timeline/checkin")), "second change")
holds(str(call("dir")), "note.txt")
holds(str(call("branch/list")), "trunk")
same(call("whoami")["payload"]["name"], "ada")
web.get("/raw?ci=trunk&filename=note.txt", exactly=b"one\ntwo\n")
web.get("/finfo?name=note.txt", has="second change")
with zipfile.ZipFile(io.BytesIO(web.get("/zip/work.zip?r=trunk").body)) as packed:
    same(max(packed.namelist()).rsplit("/", 1)[-1], "note.txt")
with tarfile.open(fileobj=io.BytesIO(web.get("/tarball/work.tar.gz?r=trunk").body)) as tar:
    holds(" ".join(tar.getnames()), "note.txt")
form = urllib.parse.urlencode({"u": "ada", "p": "lovelace", "in": "Login"})
web.ask("POST", "/login", 302, body=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
wrong = json.loads(
    web.ask(
        "POST", "/json/login", body=json.dumps({"payload": {"name": "ada", "password": "wrong"}}), headers=KIND
    ).body
)
holds(wrong["resultCode"], "FOSSIL-2")
web.get("/no-such-page", 404)
done()
