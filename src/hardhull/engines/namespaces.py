"""Doing something in the network namespace of a process: in a thread of its own, so that nothing else moves."""

from __future__ import annotations

import ctypes
import os
import socket
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
CLONE_NEWNET = 0x40000000
"""linux/sched.h"""
SECONDS = 1.0
"""For one attempt to connect inside a machine; a filter that drops answers never."""


def within(network: str, act: Callable[[], T]) -> T:
    """The result of a call that is made in another network namespace.

    Args:
        network: a file of it, such as ``/proc/4242/ns/net``.
        act: what is done there.

    Raises:
        OSError: this user may not enter it, or it is gone; what ``act`` raises is raised here.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            handle = os.open(network, os.O_RDONLY | os.O_CLOEXEC)
            try:
                if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
                    number = ctypes.get_errno()
                    raise OSError(number, os.strerror(number), network)
            finally:
                os.close(handle)
            done.append(act())
        except BaseException as error:  # noqa: BLE001  it is raised again in the caller's thread
            failed.append(error)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]


def connects(network: str, address: str, port: int, seconds: float = SECONDS) -> str:
    """Why a TCP connection from a namespace fails; empty where it stands."""

    def attempt() -> str:
        try:
            socket.create_connection((address, port), seconds).close()
        except OSError as error:
            return error.strerror or "no answer"
        return ""

    return within(network, attempt)
