"""Says what it does by syslog, and lets people read what was collected."""

import logging
import logging.handlers
import os
import socket

import requests
from flask import Flask, request

app = Flask(__name__)


def logger(name, kind):
    found = logging.getLogger(f"{name}-{kind}")
    if not found.handlers:
        handler = logging.handlers.SysLogHandler((os.environ["SYSLOG"], 514), socktype=kind)
        handler.setFormatter(logging.Formatter(f"{name}: %(message)s\n"))
        handler.append_nul = False
        found.addHandler(handler)
        found.setLevel(logging.INFO)
    return found


@app.post("/say/<kind>/<name>")
def say(kind, name):
    logger(name, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM).info(request.get_data(as_text=True))
    return "", 202


@app.get("/read/<name>")
def read(name):
    found = requests.get(f"http://viewer/{name}.log", timeout=5)
    return found.text, found.status_code
