"""A repository's pages, files of every change, differences, archives, and what its clients ask."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip
import io
import tarfile

from _common.judge import done, holds, same
from _common.web import Web

web = Web(8000)
web.get("/", has="change 3")
for number in range(3):
    web.get(f"/raw-file/{number}/file.txt", exactly="".join(f"line {n}\n" for n in range(1, number + 2)).encode())
    web.get(f"/rev/{number}", has=f"change {number + 1}")
web.get("/raw-diff/1/file.txt", has="+line 2")
web.get("/annotate/2/file.txt", has="line 3")
web.get("/filelog/2/file.txt", has="change 1")
web.get("/log?style=atom", has="change 2")
archive = web.get("/archive/tip.tar.gz").body
with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive))) as tar:
    holds(" ".join(tar.getnames()), "file.txt")
holds(web.get("/?cmd=capabilities").text, "getbundle")
heads = web.get("/?cmd=heads").text.split()
same(len(heads), 1, "one head")
web.get(f"/?cmd=lookup&key={heads[0][:12]}", has=f"1 {heads[0]}")
web.get("/?cmd=branchmap", has=heads[0])
web.get("/rev/99", 404)
web.get("/raw-file/tip/missing.txt", 404)
for number in range(20):
    web.fresh()
    web.get(f"/raw-rev/{number % 3}", has=f"change {number % 3 + 1}")
done()
