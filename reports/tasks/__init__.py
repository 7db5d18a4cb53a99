from .rendering import KIND, PAGE, READING, Tell, produce

__all__ = ["KIND", "PAGE", "READING", "Tell", "produce"]
