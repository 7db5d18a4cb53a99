"""Answers to requests that no page can answer."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """Say that the form was open too long or came from elsewhere; what was typed is still behind "back"."""
    return render(request, "403_csrf.html", status=403)
