"""Whether this process serves people: asked by load balancers and by `make run`."""

from django.db import connection
from django.http import HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request) -> HttpResponse:
    """Answer 200 when the database answers; needs nobody signed in and starts no session. Raises when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
