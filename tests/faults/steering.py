"""The other end of the files by which a test steers the jobs of `handlers.py`."""

from pathlib import Path


def began(stack, job, *, after: int = 0) -> tuple[int, int]:
    """Wait until an attempt later than `after` is under way; return its number and that of its process."""

    def look() -> list[tuple[int, int]]:
        markers = {
            int(path.name.rpartition("-")[2]): path.read_text() for path in stack.folder.glob(f"began-{job.pk}-*")
        }
        return sorted((attempt, int(pid)) for attempt, pid in markers.items() if attempt > after and pid)

    return stack.wait_until(look, "an attempt begins")[0]


def let_go(stack, job) -> None:
    Path(stack.folder, f"go-{job.pk}").touch()
