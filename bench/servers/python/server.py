"""A service of Python's own library: figures kept in memory, as JSON."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FIGURES = {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, value):
        body = json.dumps(value).encode() + b"\n"
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/":
            self.answer(200, sorted(FIGURES))
        elif self.path in FIGURES:
            self.answer(200, FIGURES[self.path])
        else:
            self.answer(404, "no such figure")

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            FIGURES[self.path] = json.loads(body)
        except ValueError:
            return self.answer(400, "not JSON")
        return self.answer(201, len(body))

    def do_DELETE(self):
        self.answer(200 if FIGURES.pop(self.path, None) is not None else 404, "gone")


ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
