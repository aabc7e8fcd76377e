"""The shop's API: a list of items, kept in a file when no database is there."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

STATE = Path(os.environ.get("STATE", "/var/lib/shop")) / "items.json"
ITEMS = ["teapot", "kettle", "cup"]


class Handler(BaseHTTPRequestHandler):
    """Answers GET /items and GET /healthz, takes POST /items."""

    def do_GET(self) -> None:
        """The items, or a sign of life."""
        body = json.dumps(ITEMS if self.path == "/items" else "ok").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """A new item."""
        length = int(self.headers.get("Content-Length", 0))
        ITEMS.append(json.loads(self.rfile.read(min(length, 1000))))
        STATE.parent.mkdir(parents=True, exist_ok=True)
        STATE.write_text(json.dumps(ITEMS))
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8000), Handler).serve_forever()
