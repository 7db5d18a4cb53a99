"""Rest for the collector of reference cycles while a workbook is in memory.

A large workbook is some hundred thousand living objects, none of them garbage. Python's collector walks them all again and
again as their number grows, which took two fifths of an import's time. It is let run afterwards.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Collect no cycles in the block; the process is as before afterwards."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
