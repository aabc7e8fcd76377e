"""Its figures, all and by collector, its page, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds
from _common.web import Web

web = Web(9100)
for _ in range(5):
    text = web.get("/metrics").text
    for name in (
        "node_cpu_seconds_total",
        "node_memory_MemTotal_bytes",
        "node_load1",
        "node_filesystem_size_bytes",
        "node_network_receive_bytes_total",
    ):
        holds(text, name)
web.get("/metrics?collect[]=loadavg", has="node_load1")
web.get("/metrics?collect[]=nonsense", 400)
web.get("/", has="Node Exporter")
web.get("/missing", 200)
web.get("/metrics?collect[]=meminfo&collect[]=stat", has="node_boot_time_seconds")
done()
