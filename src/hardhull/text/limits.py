"""How large a document may be. Hostile input is normal: past these it is refused with the file, the line, the limit.

The numbers keep a reader under 200 MB of memory. The largest of 4,600 real YAML files has 19,400 nodes; the most that
aliases bring into one of them is 4,100.
"""

from typing import Final

MAX_BYTES: Final = 10_000_000
"""Largest file that is read, in bytes."""

MAX_DEPTH: Final = 200
"""Deepest nesting of mappings and lists."""

MAX_NODES: Final = 400_000
"""Most nodes (keys, values, items) of one file."""

MAX_BROUGHT: Final = 200_000
"""Most nodes that aliases bring into one file, beside those written, when each is replaced by what it refers to."""
