"""ISA-L, without what it leaves behind in the processor.

Its CRC-32 (``crc32_gzip_refl_by16_10.asm``, which also checks each gzip member) ends with the upper halves of the
vector registers in use. Each SSE instruction after it has to keep them (Intel 64 Architectures Optimization Reference
Manual, "Mixing AVX Code with SSE Code"): SHA-256 takes 30 % longer then, and Hyperscan 40 %, until somebody clears
them. OpenSSL's SHA-512 ends with that, and a block of it takes 0.3 microseconds.
"""

from __future__ import annotations

import hashlib
from typing import Final

from isal import isal_zlib

_clearing: Final = hashlib.sha512()
_BLOCK: Final = bytes(_clearing.block_size)


def clear() -> None:
    """Clears the upper halves of the vector registers; asked after anything that is ISA-L's."""
    _clearing.update(_BLOCK)


def crc32(data: bytes, before: int = 0) -> int:
    """CRC-32 at the speed of memory (RFC 1952).

    Args:
        data: the bytes.
        before: the checksum of those in front of them.
    """
    check = isal_zlib.crc32(data, before)
    _clearing.update(_BLOCK)
    return check
