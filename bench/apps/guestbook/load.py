"""Entries written and read back through nginx and PHP, and what nginx sends by itself."""

from urllib.parse import urlencode

from _common.judge import done, same
from _common.web import Web

web = Web(80)
form = {"Content-Type": "application/x-www-form-urlencoded"}
for number in range(30):
    web.ask("POST", "/index.php", 201, body=urlencode({"text": f"<b>entry {number}</b>"}), headers=form)
wanted = [f"&lt;b&gt;entry {number}&lt;/b&gt;" for number in range(29, 24, -1)]
for _ in range(10):
    same(web.get("/").text.split("\n")[:5], wanted)
web.get("/style.css", exactly=b"body { color: black }\n")
web.get("/missing.html", 404)
web.get("/missing.php", 404)
done()
