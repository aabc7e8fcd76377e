"""Money moved between accounts by many at once; nothing is lost."""

import json
from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same
from _common.web import Web
from asking import ready

ready(8000, "/health")
web = Web(8000)
web.ask("POST", "/reset", 204)


def move(number: int) -> int:
    return Web(8000).ask("POST", f"/move/{number % 10}/{(number + 3) % 10}/{number % 7}", 204).status


with ThreadPoolExecutor(8) as pool:
    same(set(pool.map(move, range(60))), {204})
wanted = {f"account {number}": 100 for number in range(10)}
for number in range(60):
    wanted[f"account {number % 10}"] -= number % 7
    wanted[f"account {(number + 3) % 10}"] += number % 7
web.fresh()
for _ in range(10):
    same(json.loads(web.get("/balances").body), wanted)
web.get("/missing", 404)
done()
