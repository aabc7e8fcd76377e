"""What the kernel's packet filter does for an engine: whether containers of a bridge reach each other, and if at all.

Source of the rules: moby, ``libnetwork/drivers/bridge/setup_ip_tables_linux.go``: with ``icc`` off, what comes from a
bridge and goes to it is dropped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.formats.jsonread import items_of, texts
from hardhull.formats.live.nodes import ending, path, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.engine import Running
    from hardhull.text.nodes import Node

NAME, ICC = "com.docker.network.bridge.name", "com.docker.network.bridge.enable_icc"
_WITHIN = r"^-A \S+ -i {0} -o {0} -j (DROP|ACCEPT|REJECT)\b"


def icc(running: Running) -> None:
    """Whether containers on the default bridge reach each other: the filter's rule, else what the network says."""
    bridge = _default_bridge(running)
    if bridge is None:
        return
    options = path(bridge, "Options")
    said, rules = path(options, ICC), ending(running.node, "iptables -S")
    name = re.escape(word(path(options, NAME)) or "docker0")
    pattern = re.compile(_WITHIN.format(name))
    for text, node in texts(rules.value if rules else None):
        found = pattern.match(text)
        if found:
            running.put("icc", found[1] == "ACCEPT", node)
            return
    if rules is not None and said is not None and word(said) == "false":
        running.put("icc", True, said)  # the network says no, and no rule of the filter enforces it
    elif said is not None:
        running.put("icc", word(said) != "false", said)


def _default_bridge(running: Running) -> Node | None:
    networks = path(running.node, "GET /networks")
    return next((one for one in items_of(networks) if word(path(one, "Name")) == "bridge"), None)


def packet_filter(running: Running) -> None:
    """Whether the engine has chains of its own there."""
    rules = ending(running.node, "iptables -S")
    if rules is None:
        return
    own = next((node for text, node in texts(rules.value) if text.startswith("-N DOCKER")), None)
    running.put("iptables", own is not None, own or rules.value)


def open_forwarding(running: Running) -> Field[str] | None:
    """The policy of FORWARD where it lets everything through; None where it does not, or is not known."""
    rules = ending(running.node, "iptables -S")
    for text, node in texts(rules.value if rules else None):
        if text == "-P FORWARD ACCEPT":
            return Field("forwarding", text, node.place(running.source))
    return None
