"""Pages that take a while to be made."""

import hashlib
import itertools

from flask import Flask, make_response

app = Flask(__name__)
made = itertools.count(1)


@app.get("/page/<name>")
def page(name):
    text = name
    for _ in range(1000):
        text = hashlib.sha256(text.encode()).hexdigest()
    return f"{name} {text}\n"


@app.get("/now")
def now():
    reply = make_response(f"{next(made)}\n")
    reply.headers["Cache-Control"] = "no-store"
    return reply
