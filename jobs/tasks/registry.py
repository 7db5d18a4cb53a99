"""Which function does which kind of job."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class JobRefused(Exception):
    """The work cannot be done as asked, and the person can put that right: no second attempt.

    `message` is a msgid (`gettext_noop`) and `params` its parameters; it is shown to the person in their language.
    """

    def __init__(self, code: str, message: str, **params):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.params = code, message, params


@dataclass(frozen=True, slots=True)
class Handler:
    """`work(run)` does the job; `on_failed(job)` is called in the transaction in which it fails for good."""

    work: Callable
    on_failed: Callable | None = None


_handlers: dict[str, Handler] = {}


def job_handler(kind: str, *, on_failed: Callable | None = None) -> Callable:
    """Let the decorated function do the jobs of `kind`; it is given a `JobRun`.

    `on_failed(job)` runs in the context of who asked, in the transaction that records the failure.
    """

    def register(work: Callable) -> Callable:
        known = _handlers.get(kind)
        if known and (known.work.__module__, known.work.__qualname__) != (work.__module__, work.__qualname__):
            raise ValueError(f"The kind of job {kind!r} has a handler already, {known.work.__module__}.")
        _handlers[kind] = Handler(work, on_failed)
        return work

    return register


def handler_of(kind: str) -> Handler:
    """Return the handler of `kind`; raise LookupError when no app has one."""
    if kind not in _handlers:
        autodiscover_modules("tasks")
        for module in settings.JOB_HANDLER_MODULES:
            import_module(module)
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"No app does jobs of the kind {kind!r}.") from None
