"""What load.py does not use: geo, bits, blocking reads, groups, rewriting the log, replication offset, errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import threading

import redis
from _common.judge import HOST, done, holds, port, refused, same, true, until

client = redis.Redis(HOST, port(6379), decode_responses=True, socket_timeout=10)
true(client.flushdb(), "flushdb")
same(client.geoadd("places", [13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania"]), 2)
same(client.geodist("places", "Palermo", "Catania", unit="km"), 166.2742)
same(client.setbit("bits", 7, 1), 0)
same(client.bitcount("bits"), 1)
same(client.pfadd("seen", "a", "b", "c"), 1)
same(client.pfcount("seen"), 3)
same(client.append("text", "hello"), 5)
same(client.getrange("text", 1, 3), "ell")
threading.Timer(0.2, lambda: redis.Redis(HOST, port(6379)).rpush("queue", "job")).start()
same(client.blpop("queue", timeout=5), ("queue", "job"))
true(client.xgroup_create("work", "team", mkstream=True), "group")
true(client.xadd("work", {"task": "1"}, id="5-1"), "xadd")
same(client.xreadgroup("team", "me", {"work": ">"}), [["work", [("5-1", {"task": "1"})]]])
same(client.xack("work", "team", "5-1"), 1)
same(client.object("encoding", "bits"), "raw")
same(sorted(client.scan_iter(match="*s", count=10)), ["bits", "places"])
dumped = redis.Redis(HOST, port(6379)).dump("text")
same(client.restore("copy", 0, dumped), b"OK" if isinstance(client.get("copy"), bytes) else "OK")
same(client.get("copy"), "hello")
true(client.config_set("maxmemory-policy", "allkeys-lru"), "config")
same(client.config_get("maxmemory-policy"), {"maxmemory-policy": "allkeys-lru"})
true(client.bgrewriteaof(), "rewrite")
until(
    lambda: client.info("persistence"),
    lambda got: not got["aof_rewrite_in_progress"] and not got["aof_rewrite_scheduled"],
    "rewritten",
)
true(client.save(), "save")
holds(refused(redis.ResponseError, lambda: client.lpush("text", "x")), "WRONGTYPE")
holds(refused(redis.ResponseError, lambda: client.execute_command("NOSUCH")), "unknown command")
true(client.memory_stats()["total.allocated"] > 0, "memory")
true(client.slowlog_get() is not None, "slowlog")
holds(str(client.client_list()), "addr")
done()
