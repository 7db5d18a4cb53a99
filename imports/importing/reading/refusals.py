"""The one exception for a file that is not read at all."""

from common.archives import FileRefused as WorkbookRefused

__all__ = ["WorkbookRefused"]
