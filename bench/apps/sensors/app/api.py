"""Publishes values for whoever has no MQTT, and tells what was kept."""

import os

import redis
from flask import Flask, jsonify, request
from paho.mqtt import publish

app = Flask(__name__)
store = redis.Redis(os.environ["STORE"], decode_responses=True)


@app.get("/rooms/<room>")
def room(room):
    return jsonify(store.hgetall(f"room:{room}"))


@app.post("/rooms/<room>")
def value(room):
    messages = [(f"rooms/{room}/heat", str(one), 1, False) for one in request.get_json()]
    publish.multiple(
        messages, os.environ["BROKER"], client_id=f"api-{os.getpid()}", auth={"username": "ada", "password": "lovelace"}
    )
    return "", 202
