"""Notes kept in memory of each worker, and what a small site does."""

import hashlib

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


@app.get("/")
def index() -> str:
    return "hello from gunicorn"


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/sum")
def total():
    return jsonify(sum=sum(request.get_json()["numbers"]))


@app.post("/digest")
def digest() -> str:
    return hashlib.sha256(request.get_data()).hexdigest()


@app.post("/upload")
def upload():
    file = request.files["file"]
    return jsonify(name=file.filename, size=len(file.read()))


@app.get("/fail/<int:code>")
def fail(code: int):
    abort(code)
