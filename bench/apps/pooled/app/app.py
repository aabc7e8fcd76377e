"""Balances in a database that is asked through a pool of sessions."""

import psycopg2
from flask import Flask, jsonify

app = Flask(__name__)


def asked(query, *values):
    link = psycopg2.connect("")
    try:
        with link, link.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        link.close()


@app.get("/health")
def health():
    return jsonify(ok=asked("select 1") == [(1,)])


@app.post("/reset")
def reset():
    asked("drop table if exists balances; create table balances (name text primary key, amount int not null)")
    asked("insert into balances select 'account ' || n, 100 from generate_series(0, 9) n")
    return "", 204


@app.post("/move/<int:one>/<int:other>/<int:amount>")
def move(one, other, amount):
    link = psycopg2.connect("")
    try:
        with link, link.cursor() as cursor:
            cursor.execute("update balances set amount = amount - %s where name = %s", (amount, f"account {one}"))
            cursor.execute("update balances set amount = amount + %s where name = %s", (amount, f"account {other}"))
    finally:
        link.close()
    return "", 204


@app.get("/balances")
def balances():
    return jsonify(dict(asked("select name, amount from balances")))
