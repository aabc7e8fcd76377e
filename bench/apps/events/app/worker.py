"""Answers what is asked for, and counts."""

import signal
import sys
import time

from bus import Bus

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    try:
        bus = Bus()
        bus.wait(None)
        bus.send("SUB words.* workers 1")
        print("waiting", flush=True)
        while True:
            subject, reply, text = bus.message()
            bus.publish(reply, text[::-1] if subject == "words.reverse" else str(len(text)))
    except OSError:
        time.sleep(0.2)
