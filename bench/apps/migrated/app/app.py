"""People in a database that somebody else brought into its form."""

import os

import psycopg2
from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def asked(query, *values):
    with psycopg2.connect(os.environ["DATABASE_URL"]) as link, link.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


@app.get("/version")
def version():
    return jsonify(step=asked("select max(step) from versions")[0][0])


@app.post("/people")
def add():
    body = request.get_json()
    try:
        return jsonify(
            id=asked("insert into people (name, mail) values (%s, %s) returning id", body["name"], body["mail"])[0][0]
        ), 201
    except psycopg2.errors.UniqueViolation:
        abort(409)


@app.get("/people/<mail>")
def one(mail):
    rows = asked("select name from people where mail = %s", mail)
    return jsonify(name=rows[0][0]) if rows else abort(404)
