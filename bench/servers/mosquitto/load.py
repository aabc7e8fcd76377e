"""Publishing and subscribing with every quality, kept messages, wildcards, a will, a session that comes back, a password."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import queue

import paho.mqtt.client as mqtt
from _common.judge import HOST, SECONDS, done, port, same, true, until


class Client:
    """One session; what comes is put in a queue."""

    def __init__(self, name: str, *, password: str = "", clean: bool = True, will: str = "") -> None:
        self.got: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.subscribed: queue.Queue[object] = queue.Queue()
        self.code: queue.Queue[object] = queue.Queue()
        self.mqtt = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, name, clean_session=clean)
        self.mqtt.on_message = lambda _c, _u, message: self.got.put((message.topic, message.payload))
        self.mqtt.on_subscribe = lambda _c, _u, _m, codes, _p: self.subscribed.put([code.value for code in codes])
        self.mqtt.on_connect = lambda _c, _u, _f, code, _p: self.code.put(code.value)
        if password:
            self.mqtt.username_pw_set("ada", password)
        if will:
            self.mqtt.will_set(will, b"gone", 1)
        self.mqtt.connect(HOST, port(1883))
        self.mqtt.loop_start()
        self.answer = self.code.get(timeout=SECONDS)

    def end(self) -> None:
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


one, two = Client("one", password="lovelace"), Client("two")
same([one.answer, two.answer], [0, 0])
two.mqtt.subscribe([("room/+/heat", 2), ("will/#", 1)])
same(two.subscribed.get(timeout=SECONDS), [2, 1])
for quality in (0, 1, 2):
    for number in range(30):
        one.mqtt.publish(f"room/{number}/heat", f"{quality}:{number}", quality).wait_for_publish(SECONDS)
        same(two.got.get(timeout=SECONDS), (f"room/{number}/heat", f"{quality}:{number}".encode()))
one.mqtt.publish("kept/one", b"kept" * 20000, 1, retain=True).wait_for_publish(SECONDS)
two.mqtt.subscribe("kept/one", 1)
same(two.got.get(timeout=SECONDS), ("kept/one", b"kept" * 20000))
one.mqtt.publish("kept/one", b"", 1, retain=True).wait_for_publish(SECONDS)
same(two.got.get(timeout=SECONDS), ("kept/one", b""))
dying = Client("dying", will="will/dying")
dying.mqtt.loop_stop()
dying.mqtt.socket().close()
same(two.got.get(timeout=SECONDS), ("will/dying", b"gone"))
away = Client("away", clean=False)
away.mqtt.subscribe("later", 1)
same(away.subscribed.get(timeout=SECONDS), [1])
away.end()
one.mqtt.publish("later", b"now", 1).wait_for_publish(SECONDS)
back = Client("away", clean=False)
same(back.got.get(timeout=SECONDS), ("later", b"now"))
wrong = Client("wrong", password="wrong")
true(wrong.answer != 0, "a wrong password is refused")
until(one.mqtt.is_connected, bool, "still there")
for client in (one, two, back, wrong):
    client.end()
done()
