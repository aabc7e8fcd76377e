"""Articles in a database, the number of views in a cache."""

import os
import time

import psycopg2
import redis
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
cache = redis.Redis.from_url(os.environ["REDIS_URL"])


def connect():
    for _ in range(50):
        try:
            link = psycopg2.connect(os.environ["DATABASE_URL"])
        except psycopg2.OperationalError:
            time.sleep(0.2)
        else:
            link.autocommit = True
            return link
    raise SystemExit("no database")


def asked(query, *values):
    with connect() as link, link.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


asked(
    "do $$ begin perform pg_advisory_xact_lock(1);"
    " create table if not exists articles (id serial primary key, name text not null, price int not null); end $$"
)


@app.get("/health")
def health():
    asked("select 1")
    return jsonify(ok=cache.ping())


@app.post("/articles")
def add():
    body = request.get_json()
    row = asked("insert into articles (name, price) values (%s, %s) returning id", body["name"], body["price"])
    cache.delete("list")
    return jsonify(id=row[0][0]), 201


@app.get("/articles")
def every():
    return jsonify(asked("select name, price from articles order by id"))


@app.get("/articles/<int:number>")
def one(number):
    rows = asked("select name, price from articles where id = %s", number)
    if not rows:
        abort(404)
    return jsonify(name=rows[0][0], price=rows[0][1], views=cache.incr(f"views:{number}"))


@app.delete("/articles/<int:number>")
def remove(number):
    asked("delete from articles where id = %s", number)
    cache.delete(f"views:{number}")
    return "", 204
