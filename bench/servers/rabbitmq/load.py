"""Queues and exchanges over AMQP, confirmed and durable messages, and the management interface."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64
import json

import pika
from _common.judge import HOST, done, port, refused, same, true
from _common.web import Web


def session(password: str = "guest") -> pika.BlockingConnection:
    return pika.BlockingConnection(
        pika.ConnectionParameters(HOST, port(5672), credentials=pika.PlainCredentials("guest", password))
    )


link = session()
channel = link.channel()
channel.confirm_delivery()
same(channel.queue_declare("work", durable=True).method.queue, "work")
channel.queue_purge("work")
for number in range(100):
    channel.basic_publish("", "work", f"job {number}".encode(), pika.BasicProperties(delivery_mode=2), mandatory=True)
for number in range(100):
    got, _, body = channel.basic_get("work")
    same(body, f"job {number}".encode())
    channel.basic_ack(got.delivery_tag)
same(channel.basic_get("work"), (None, None, None))
channel.exchange_declare("news", "topic")
own = channel.queue_declare("", exclusive=True).method.queue
channel.queue_bind(own, "news", "sport.*")
channel.basic_publish("news", "sport.chess", b"mate")
channel.basic_publish("news", "weather.rain", b"wet")
same(channel.basic_get(own, auto_ack=True)[2], b"mate")
same(channel.basic_get(own)[2], None)
big = b"b" * 500_000
channel.basic_publish("", own, big)
same(channel.basic_get(own, auto_ack=True)[2], big)
refused(pika.exceptions.UnroutableError, lambda: channel.basic_publish("", "nowhere", b"x", mandatory=True))
refused(pika.exceptions.ChannelClosedByBroker, lambda: channel.queue_declare("never", passive=True))
link.close()
refused((pika.exceptions.ProbableAuthenticationError, pika.exceptions.AMQPConnectionError), lambda: session("wrong"))
web = Web(15672)
password = {"Authorization": "Basic " + base64.b64encode(b"guest:guest").decode(), "Content-Type": "application/json"}
same(json.loads(web.ask("GET", "/api/whoami", headers=password).body)["name"], "guest")
true(
    "work" in [each["name"] for each in json.loads(web.ask("GET", "/api/queues", headers=password).body)],
    "the queue is listed",
)
web.ask("DELETE", "/api/queues/%2F/work", 204, headers=password)
web.get("/api/whoami", 401)
done()
