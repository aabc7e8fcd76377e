"""The kernel's loader for BPF programs, libbpf, as far as it is used here."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from errno import ENOENT
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIBRARY: Final = "libbpf.so.1"
_LOG_BYTES: Final = 1 << 12
_WARNING: Final = 0
_LOGGER: Final = ctypes.CFUNCTYPE(c_int, c_int, c_char_p, c_void_p)
_BATCH: Final = (c_int, c_void_p, c_void_p, c_void_p, c_void_p, POINTER(c_uint32), c_void_p)
_SIGNATURES: Final = {
    "bpf_object__open_mem": (c_void_p, (c_char_p, c_size_t, c_void_p)),
    "bpf_object__load": (c_int, (c_void_p,)),
    "bpf_object__close": (None, (c_void_p,)),
    "bpf_object__find_map_by_name": (c_void_p, (c_void_p, c_char_p)),
    "bpf_object__find_program_by_name": (c_void_p, (c_void_p, c_char_p)),
    "bpf_program__set_autoload": (c_int, (c_void_p, ctypes.c_bool)),
    "bpf_program__attach": (c_void_p, (c_void_p,)),
    "bpf_program__attach_iter": (c_void_p, (c_void_p, c_void_p)),
    "bpf_iter_create": (c_int, (c_int,)),
    "bpf_link__fd": (c_int, (c_void_p,)),
    "bpf_link__destroy": (c_int, (c_void_p,)),
    "bpf_map__fd": (c_int, (c_void_p,)),
    "bpf_map__set_max_entries": (c_int, (c_void_p, c_uint32)),
    "bpf_map__max_entries": (c_uint32, (c_void_p,)),
    "bpf_map__initial_value": (c_void_p, (c_void_p, POINTER(c_size_t))),
    "bpf_map_lookup_batch": (c_int, _BATCH),
    "bpf_map_lookup_and_delete_batch": (c_int, _BATCH),
    "bpf_map_update_elem": (c_int, (c_int, c_char_p, c_char_p, ctypes.c_uint64)),
    "libbpf_set_print": (c_void_p, (c_void_p,)),
}


@cache
def library() -> ctypes.CDLL:
    """The library.

    Raises:
        OSError: it is not installed.
    """
    found = ctypes.CDLL(LIBRARY, use_errno=True)
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


class LoadError(Exception):
    """The kernel or the library refused; the message is the library's first warning."""


class Program:
    """A file of programs and maps, first opened, then loaded, then attached.

    Args:
        data: an ELF file, as a compiler wrote it.

    Raises:
        OSError: libbpf is not installed.
        LoadError: it is no such file.
    """

    def __init__(self, data: bytes) -> None:
        self._library = library()
        self._warnings: list[str] = []
        self._links: list[int] = []
        self._data = data  # which the library goes on reading
        with _Log(self._warnings):
            self._object = self._library.bpf_object__open_mem(data, len(data), None)
        if not self._object:
            raise self._error("it cannot be read")

    def _error(self, otherwise: str) -> LoadError:
        code = ctypes.get_errno()
        warnings = [line for line in self._warnings if "skipping" not in line]
        first = "".join(char for char in (warnings or [otherwise])[0] if char.isprintable())
        return LoadError(f"{first.removeprefix('libbpf: ')[:300]} (error {code})")

    def _map(self, name: str) -> int:
        found = self._library.bpf_object__find_map_by_name(self._object, name.encode())
        if not found:
            raise LoadError(f"it has no map {name}")
        return int(found)

    def limit(self, name: str, entries: int) -> None:
        """How many entries a map has room for; before it is loaded."""
        self._library.bpf_map__set_max_entries(self._map(name), entries)

    def memory(self, section: str) -> memoryview:
        """The program's variables: constants (``.rodata``) before it is loaded, others (``.bss``) also afterwards."""
        size = c_size_t()
        address = self._library.bpf_map__initial_value(self._map(section), byref(size))
        if not address:
            raise LoadError(f"it has no {section}")
        return memoryview((ctypes.c_ubyte * size.value).from_address(address)).cast("B")

    def _program(self, name: str) -> int:
        found = self._library.bpf_object__find_program_by_name(self._object, name.encode())
        if not found:
            raise LoadError(f"it has no program {name}")
        return int(found)

    def leave_out(self, name: str) -> None:
        """One that the kernel is not asked to take, because what it is for does not exist here."""
        self._library.bpf_program__set_autoload(self._program(name), False)

    def load(self) -> None:
        """Has the kernel check and take the programs.

        Raises:
            LoadError: it does not.
        """
        with _Log(self._warnings):
            if self._library.bpf_object__load(self._object):
                raise self._error("the kernel does not take it")

    def attach(self, names: Sequence[str]) -> None:
        """Has the programs run from now on, in this order.

        Raises:
            LoadError: one cannot be attached.
        """
        with _Log(self._warnings):
            for name in names:
                link = self._library.bpf_program__attach(self._program(name))
                if not link:
                    raise self._error(f"{name} cannot be attached")
                self._links.append(link)

    def ask(self, name: str) -> bytes:
        """What a program writes that goes over things of the kernel (an iterator); once it is loaded.

        Raises:
            LoadError: the kernel does not let it.
        """
        with _Log(self._warnings):
            link = self._library.bpf_program__attach_iter(self._program(name), None)
            handle = self._library.bpf_iter_create(self._library.bpf_link__fd(link)) if link else -1
        try:
            if handle < 0:
                raise self._error(f"{name} cannot be asked")
            with os.fdopen(handle, "rb") as stream:
                return stream.read()
        finally:
            if link:
                self._library.bpf_link__destroy(link)

    def put(self, name: str, key: bytes, value: bytes) -> None:
        """Sets an entry of a map; once it is loaded.

        Raises:
            LoadError: it is full.
        """
        if self._library.bpf_map_update_elem(self._library.bpf_map__fd(self._map(name)), key, value, 0):
            raise LoadError(f"the map {name} takes no more (error {ctypes.get_errno()})")

    def entries(self, name: str, key: int, value: int, *, delete: bool = False) -> Iterator[tuple[bytes, bytes]]:
        """What is in a hash map.

        Args:
            name: of the map.
            key: bytes of a key.
            value: bytes of a value.
            delete: whether it is empty afterwards.

        Raises:
            LoadError: the kernel does not give it.
        """
        which = self._map(name)
        most = self._library.bpf_map__max_entries(which)
        keys, values = ctypes.create_string_buffer(most * key), ctypes.create_string_buffer(most * value)
        all_keys, all_values = memoryview(keys).cast("B"), memoryview(values).cast("B")
        ask = self._library.bpf_map_lookup_and_delete_batch if delete else self._library.bpf_map_lookup_batch
        place, more = c_uint32(), None
        while True:
            count = c_uint32(most)
            failed = ask(self._library.bpf_map__fd(which), more, byref(place), keys, values, byref(count), None)
            code = ctypes.get_errno()
            if failed and code != ENOENT:
                raise LoadError(f"the map {name} cannot be read (error {code})")
            for index in range(count.value):
                found = slice(index * key, (index + 1) * key), slice(index * value, (index + 1) * value)
                yield bytes(all_keys[found[0]]), bytes(all_values[found[1]])
            if failed:
                return
            more = byref(place)

    def close(self) -> None:
        """Takes the programs and maps away."""
        while self._links:
            self._library.bpf_link__destroy(self._links.pop())
        if self._object:
            self._library.bpf_object__close(self._object)
            self._object = None


class _Log:
    """Collects the library's warnings, which it would else write to the terminal."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._before: int | None = None
        self._function = _LOGGER(self._take)

    def _take(self, level: int, form: bytes, values: int) -> int:
        if level == _WARNING:
            text = ctypes.create_string_buffer(_LOG_BYTES)
            with suppress(AttributeError):
                ctypes.CDLL(None).vsnprintf(text, c_size_t(_LOG_BYTES), c_char_p(form), c_void_p(values))
            self._lines += text.value.decode("utf-8", "replace").splitlines()
        return 0

    def __enter__(self) -> None:
        self._before = library().libbpf_set_print(ctypes.cast(self._function, c_void_p))

    def __exit__(self, *_: object) -> None:
        library().libbpf_set_print(self._before)
