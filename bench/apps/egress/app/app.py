"""Fetches pages, by a proxy only."""

import requests
from flask import Flask, Response

app = Flask(__name__)


@app.get("/fetch/<path:name>")
def fetch(name):
    try:
        found = requests.get(f"http://site/{name}", timeout=5)
    except requests.RequestException:
        return "no proxy", 502
    return Response(found.content, found.status_code, {"X-Via": found.headers.get("Via", "")})
