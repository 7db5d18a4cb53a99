"""What leaves the portal for addresses that companies gave: the link check, and nothing else."""

from .fetching import Answer, FetchFailed, fetch
from .links import LinkResult, check_address

__all__ = ["Answer", "FetchFailed", "LinkResult", "check_address", "fetch"]
