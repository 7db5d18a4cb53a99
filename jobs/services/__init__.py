"""What other apps may ask of `jobs`.

    tell(…)          write, in the present transaction, that a task is to run
    request_job(…)   ask for slow work with progress; the same request twice is one job
    retry_job(…)     press a failed job again
    cancel_job(…)    call off a job that is not finished
    store_file(…)    keep a file
    store_files(…)   keep several at once
    open_stored(…)   read it again, checked
    forget_files(…)  forget what nothing names any more

A handler of a kind of job is written in the upper app's `tasks.py`; see `jobs.tasks`.
"""

from .bells import tell
from .files import (
    FILE_TYPES,
    MAX_FILE_BYTES,
    FileRefused,
    NewFile,
    StoredFileDamaged,
    forget_files,
    open_stored,
    store_file,
    store_files,
)
from .work import JobNotOpen, cancel_job, request_job, retry_job

__all__ = [
    "FILE_TYPES",
    "MAX_FILE_BYTES",
    "FileRefused",
    "JobNotOpen",
    "NewFile",
    "StoredFileDamaged",
    "cancel_job",
    "forget_files",
    "open_stored",
    "request_job",
    "retry_job",
    "store_file",
    "store_files",
    "tell",
]
