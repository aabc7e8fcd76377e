"""Every kind of value, expiry, a transaction, a script, a stream, publishing, and saving to disk."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import redis
from _common.judge import HOST, done, port, same, true, until

client = redis.Redis(HOST, port(6379), decode_responses=True, socket_timeout=10)
true(client.flushall(), "flushall")
for number in range(200):
    true(client.set(f"key:{number}", "v" * number), "set")
same([client.get(f"key:{number}") for number in range(200)], ["v" * number for number in range(200)])
same(client.incrby("count", 5), 5)
same(client.rpush("list", *range(50)), 50)
same(client.lrange("list", 0, 2), ["0", "1", "2"])
same(client.hset("hash", mapping={"a": "1", "b": "2"}), 2)
same(client.hgetall("hash"), {"a": "1", "b": "2"})
same(client.sadd("set", "x", "y", "x"), 2)
same(client.zadd("sorted", {"low": 1, "high": 9}), 2)
same(client.zrange("sorted", 0, -1, withscores=True), [("low", 1.0), ("high", 9.0)])
same(client.pipeline().set("a", 1).incr("a").get("a").execute(), [True, 2, "2"])
same(client.eval("return redis.call('GET', KEYS[1]) .. ARGV[1]", 1, "a", "!"), "2!")
true(client.xadd("stream", {"field": "value"}, id="1-1"), "xadd")
same(client.xrange("stream"), [("1-1", {"field": "value"})])
true(client.set("soon", "gone", px=30), "expiry")
until(lambda: client.get("soon"), lambda value: value is None, "expiry")
channel = client.pubsub()
channel.subscribe("news")
until(lambda: channel.get_message(timeout=1), lambda got: got is not None, "subscribed")
same(client.publish("news", "hello"), 1)
same((channel.get_message(timeout=5) or {})["data"], "hello")
channel.close()
true(client.bgsave(), "bgsave")
until(lambda: client.info("persistence"), lambda got: not got["rdb_bgsave_in_progress"], "saved")
same(client.info("persistence")["rdb_last_bgsave_status"], "ok")
done()
