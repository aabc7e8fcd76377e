"""Gives tasks to workers and tells their results."""

from celery.result import AsyncResult
from flask import Flask, jsonify
from tasks import app as queue
from tasks import power, store

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(ok=store.ping())


@app.post("/power/<int:base>/<int:exponent>")
def begin(base, exponent):
    return jsonify(task=power.delay(base, exponent).id), 202


@app.get("/tasks/<ident>")
def task(ident):
    found = AsyncResult(ident, app=queue)
    return jsonify(state=found.state, value=found.result if found.successful() else None)


@app.get("/ticks")
def ticks():
    return jsonify(ticks=int(store.get("ticks") or 0))
