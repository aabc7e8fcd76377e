"""A small shop list kept in a database file."""

import sqlite3
import time
from pathlib import Path

from flask import Flask, jsonify, request

app = Flask(__name__)
DATABASE = Path("/var/tmp/list.db")


def database():
    link = sqlite3.connect(DATABASE, timeout=10)
    link.execute("create table if not exists item (name text primary key, amount integer)")
    return link


@app.get("/")
def index():
    return "the list\n"


@app.route("/items/<name>", methods=["GET", "PUT", "DELETE"])
def item(name):
    with database() as link:
        if request.method == "PUT":
            link.execute("insert or replace into item values (?, ?)", (name, request.get_json()["amount"]))
            return jsonify(name=name), 201
        row = link.execute("select amount from item where name = ?", (name,)).fetchone()
        if row is None:
            return jsonify(error="no such item"), 404
        if request.method == "DELETE":
            link.execute("delete from item where name = ?", (name,))
            return "", 204
        return jsonify(name=name, amount=row[0])


@app.get("/slow")
def slow():
    time.sleep(0.05)
    return "slow\n"


@app.post("/length")
def length():
    return str(len(request.get_data()))
