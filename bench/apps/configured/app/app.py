"""Settings of services, kept in etcd."""

import kept
from flask import Flask, abort, jsonify, request

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(ok=kept.get("seen/started") is not None)


@app.put("/settings/<name>")
def change(name):
    return jsonify(revision=kept.put(f"settings/{name}", request.get_data(as_text=True))), 201


@app.get("/settings/<name>")
def setting(name):
    value = kept.get(f"settings/{name}")
    return value if value is not None else abort(404)


@app.get("/seen/<name>")
def seen(name):
    value = kept.get(f"seen/{name}")
    return value if value is not None else abort(404)
