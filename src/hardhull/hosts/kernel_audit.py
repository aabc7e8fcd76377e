"""What the kernel's audit is set to, asked of the kernel itself (``AUDIT_GET``, include/uapi/linux/audit.h)."""

from __future__ import annotations

import socket
import struct

NETLINK_AUDIT = 9
AUDIT_GET = 1000
REQUEST = 1 | 4
"""``NLM_F_REQUEST | NLM_F_ACK``."""
HEADER = struct.Struct("=IHHII")
STATUS = struct.Struct("=8I")
SECONDS = 5


def status() -> dict[str, int] | None:
    """``enabled``, ``pid`` (of auditd, 0 for none), ``backlog_limit`` and ``lost``; None where the kernel has no audit.

    Raises:
        PermissionError: this user, or a process of this place, may not ask.
    """
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT) as asked:
            asked.settimeout(SECONDS)
            asked.sendto(HEADER.pack(HEADER.size, AUDIT_GET, REQUEST, 1, 0), (0, 0))
            for _ in range(4):
                data = asked.recv(8192)
                found = _answer(data)
                if found is not None:
                    return found
    except PermissionError:
        raise
    except OSError:
        return None
    return None


def _answer(data: bytes) -> dict[str, int] | None:
    """The status in one message; None for a message that holds none.

    Raises:
        PermissionError: the kernel refused.
    """
    if len(data) < HEADER.size:
        return None
    kind = HEADER.unpack_from(data)[1]
    if kind == 2 and len(data) >= HEADER.size + 4:  # NLMSG_ERROR; 0 is the acknowledgement
        error = -struct.unpack_from("=i", data, HEADER.size)[0]
        if error in {1, 13}:
            raise PermissionError(error, "the kernel does not let this process ask")
        return None
    if kind != AUDIT_GET or len(data) < HEADER.size + STATUS.size:
        return None
    words = STATUS.unpack_from(data, HEADER.size)
    return {"enabled": words[1], "pid": words[3], "backlog_limit": words[5], "lost": words[6]}
