"""Comparisons that were made lately: a page of redlines is often read again, and frozen texts never change."""

import hashlib
import threading
from collections import OrderedDict
from sys import getsizeof

from .pieces import Op

Key = tuple

DIGEST_BYTES = 32


def fingerprint(text: str) -> bytes:
    """Return what stands for the text as a key, also for a text with half a surrogate pair in it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class Memory:
    """The comparisons asked for last, forgotten from the oldest on once they take more than `max_bytes`."""

    def __init__(self, max_bytes: int):
        self.max_bytes = max_bytes
        self.bytes = 0
        self._kept: OrderedDict[Key, tuple[int, tuple[Op, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> tuple[Op, ...] | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Key, ops: tuple[Op, ...]) -> None:
        """Keep a comparison, unless it alone is larger than an eighth of all there is room for."""
        size = _bytes(key, ops)
        if size > self.max_bytes // 8:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = (size, ops)
            self.bytes += size
            while self.bytes > self.max_bytes:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def _drop(self, key: Key) -> None:
        size, _ops = self._kept.pop(key, (0, ()))
        self.bytes -= size


def _bytes(key: Key, ops: tuple[Op, ...]) -> int:
    return (
        getsizeof(key) + sum(map(getsizeof, key)) + getsizeof(ops) + sum(getsizeof(op) + getsizeof(op[1]) for op in ops)
    )
