"""Tell the trail of every file that is handed out."""

from django.utils import timezone

from .services import log_download

# What holds nothing of a tenant: the public register, an empty workbook, dates for one's own calendar.
NOT_TOLD = frozenset({"policies:register_csv", "policies:register_text", "imports:template"})
CALENDAR = "text/calendar"


class DownloadsMiddleware:
    """Record who took which file: whatever leaves as an attachment, so that no page can forget to tell.

    Stands inside the transaction of the request: a file that could not be told of is not handed out.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if self._is_taken(request, response):
            match = request.resolver_match
            log_download(
                actor=request.user,
                page=match.view_name,
                address=request.get_full_path(),
                now=timezone.now(),
                **{name: match.kwargs.get(name) for name in ("company_id", "programme_id")},
            )
        return response

    @staticmethod
    def _is_taken(request, response) -> bool:
        return (
            request.method == "GET"
            and response.status_code == 200
            and response.get("Content-Disposition", "").startswith("attachment")
            and request.user.is_authenticated
            and request.resolver_match.view_name not in NOT_TOLD
            and not response.get("Content-Type", "").startswith(CALENDAR)
        )
