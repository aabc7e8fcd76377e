"""Questions that go over the bus to a worker and back."""

from _common.judge import done, until
from _common.web import Web
from asking import peek

until(lambda: peek(8000, "/length", "POST", "word")[0], lambda status: status == 200, "a worker", seconds=30)
web = Web(8000)
for number in range(60):
    web.ask("POST", "/reverse", body=f"word {number}", exactly=f"word {number}"[::-1].encode())
web.ask("POST", "/length", body="x" * 100_000, exactly=b"100000")
web.get("/reverse", 405)
done()
