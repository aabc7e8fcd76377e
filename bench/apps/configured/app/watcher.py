"""Follows the settings and notes what it saw of each."""

import json
import os
import signal
import sys
import time
from base64 import b64decode

import kept
import requests

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    try:
        kept.put("seen/started", "yes")
        watch = {"create_request": {"key": kept.text("settings/"), "range_end": kept.text("settings0")}}
        with requests.post(f"{os.environ['ETCD']}/v3/watch", json=watch, stream=True, timeout=(5, 600)) as stream:
            for line in stream.iter_lines():
                for event in json.loads(line)["result"].get("events", []):
                    name = b64decode(event["kv"]["key"]).decode().partition("/")[2]
                    kept.put(f"seen/{name}", b64decode(event["kv"].get("value", "")).decode().upper())
    except requests.RequestException:
        time.sleep(0.3)
