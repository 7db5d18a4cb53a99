from .issuing import set_and_issue
from .rendering import KIND, PAGE, READING, Tell, produce

__all__ = ["KIND", "PAGE", "READING", "Tell", "produce", "set_and_issue"]
