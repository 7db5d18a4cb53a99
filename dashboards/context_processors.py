"""The frame of every page: where the person acts, in which role, and where they can go."""


def frame(request) -> dict:
    return {}
