"""What every template may say about the portal itself."""

from django.conf import settings


def portal(request) -> dict:
    return {
        "portal": {
            "demo": settings.DEMO,
            "development": settings.DEVELOPMENT,
            "url": settings.PORTAL_URL,
            "request_id": getattr(request, "request_id", ""),
        }
    }
