"""Echo, a counter shared by the workers, and a slow page."""

import time

import uwsgi


def application(environ, start_response):
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    body = environ["wsgi.input"].read() if method == "POST" else b""
    answers = {
        "/": lambda: b"hello from uwsgi",
        "/echo": lambda: body,
        "/query": lambda: environ["QUERY_STRING"].encode(),
        "/keep": lambda: uwsgi.cache_update("kept", body or b"none") and b"kept",
        "/kept": lambda: uwsgi.cache_get("kept") or b"",
        "/slow": lambda: time.sleep(0.1) or b"slow",
        "/workers": lambda: str(len(uwsgi.workers())).encode(),
    }
    if path not in answers:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"no such page"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answers[path]()]
