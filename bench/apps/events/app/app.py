"""Asks the workers over the bus."""

import uuid

from bus import Bus
from flask import Flask, request

app = Flask(__name__)


@app.post("/<name>")
def ask(name):
    try:
        bus = Bus()
    except OSError:
        return "no bus", 503
    try:
        inbox = f"inbox.{uuid.uuid4().hex}"
        bus.send(f"SUB {inbox} 1")
        bus.publish(f"words.{name}", request.get_data(as_text=True), inbox)
        bus.wait(3)
        return bus.message()[2]
    except OSError:
        return "nobody answers", 504
    finally:
        bus.close()
