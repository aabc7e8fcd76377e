"""Takes work, puts it into a queue, and tells what became of it."""

import json
import os
import uuid

import pika
import psycopg2
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(ok=True)


@app.post("/jobs")
def add():
    ident = uuid.uuid4().hex
    link = pika.BlockingConnection(pika.ConnectionParameters(os.environ["AMQP_HOST"]))
    channel = link.channel()
    channel.queue_declare("jobs", durable=True)
    channel.confirm_delivery()
    for number in request.get_json()["numbers"]:
        body = json.dumps({"job": ident, "number": number})
        channel.basic_publish("", "jobs", body, pika.BasicProperties(delivery_mode=2))
    link.close()
    return jsonify(job=ident), 202


@app.get("/jobs/<ident>")
def one(ident):
    with psycopg2.connect(os.environ["DATABASE_URL"]) as link, link.cursor() as cursor:
        cursor.execute("select to_regclass('results') is not null")
        if not cursor.fetchone()[0]:
            return jsonify(done=0, total=0)
        cursor.execute("select count(*), coalesce(sum(square), 0) from results where job = %s", (ident,))
        done, total = cursor.fetchone()
        return jsonify(done=done, total=int(total))
