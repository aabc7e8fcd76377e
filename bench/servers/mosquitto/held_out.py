"""What load.py does not do: the fifth version of the protocol, shared and kept subscriptions, large and empty messages, figures."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import queue

import paho.mqtt.client as mqtt
from _common.judge import HOST, SECONDS, done, port, same, true
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

got: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
ready: queue.Queue[object] = queue.Queue()
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "five", protocol=mqtt.MQTTv5)
client.on_message = lambda _c, _u, message: got.put(message)
client.on_subscribe = lambda *_more: ready.put(1)
client.on_unsubscribe = lambda *_more: ready.put(2)
client.on_connect = lambda _c, _u, _f, code, _p: ready.put(code.value)
client.connect(HOST, port(1883))
client.loop_start()
same(ready.get(timeout=SECONDS), 0)
client.subscribe("$share/team/work", 1)
same(ready.get(timeout=SECONDS), 1)
for number in range(20):
    client.publish("work", str(number), 1)
    same(got.get(timeout=SECONDS).payload, str(number).encode())
fields = Properties(PacketTypes.PUBLISH)
fields.UserProperty = ("key", "value")
fields.MessageExpiryInterval = 60
fields.ResponseTopic = "answer"
client.publish("work", b"", 2, properties=fields)
message = got.get(timeout=SECONDS)
same(
    (message.payload, message.properties.UserProperty, message.properties.ResponseTopic),
    (b"", [("key", "value")], "answer"),
)
client.publish("work", b"l" * 1_000_000, 1)
same(len(got.get(timeout=SECONDS).payload), 1_000_000)
client.subscribe("$SYS/broker/version", 0)
same(ready.get(timeout=SECONDS), 1)
true(got.get(timeout=SECONDS).payload.startswith(b"mosquitto"), "version")
client.unsubscribe("$share/team/work")
same(ready.get(timeout=SECONDS), 2)
client.disconnect()
client.loop_stop()
crowd = []
for number in range(50):
    one = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, f"c{number}")
    same(one.connect(HOST, port(1883)), 0)
    crowd.append(one)
for one in crowd:
    one.disconnect()
done()
