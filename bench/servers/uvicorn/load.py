"""Notes kept in files, streams, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json

from _common.judge import done, same
from _common.web import Web

web = Web(8000)
for _ in range(100):
    web.get("/", exactly=b"hello from uvicorn")
data = b"note " * 20000
same(json.loads(web.ask("PUT", "/notes/first", 201, body=data).body), {"kept": "first"})
reply = web.get("/notes/first", exactly=data)
same(reply.headers["content-length"], str(len(data)))
web.ask("DELETE", "/notes/first", exactly=b"gone")
same(json.loads(web.get("/notes/first", 404).body), {"error": "no such note"})
web.get("/count/1000", exactly="".join(f"{n}\n" for n in range(1000)).encode())
web.get("/missing", 404)
web.ask("POST", "/", 405)
for _ in range(20):
    web.fresh()
    web.get("/count/3", exactly=b"0\n1\n2\n")
done()
