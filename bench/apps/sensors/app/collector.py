"""Keeps what sensors publish: the last value and the sum of each."""

import os
import signal
import sys
import time

import paho.mqtt.client as mqtt
import redis

store = redis.Redis(os.environ["STORE"])
client = mqtt.Client("collector")
client.username_pw_set("ada", "lovelace")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def connected(client, _data, _flags, code):
    print("connected", code, flush=True)
    client.subscribe("rooms/+/heat", qos=1)


def message(_client, _data, message):
    room, value = message.topic.split("/")[1], float(message.payload)
    with store.pipeline() as pipe:
        pipe.hset(f"room:{room}", "last", value)
        pipe.hincrby(f"room:{room}", "count", 1)
        pipe.hincrbyfloat(f"room:{room}", "sum", value)
        pipe.execute()


client.on_connect, client.on_message = connected, message
for _ in range(100):
    try:
        client.connect(os.environ["BROKER"], 1883)
        break
    except OSError:
        time.sleep(0.2)
client.loop_forever()
