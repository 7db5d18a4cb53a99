"""The record of deeds as a file. That it was taken stands in the trail, as with every file (`audit.middleware`)."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.generic import View

from audit.queries import counted
from policies.views.trail import CompanyTrailMixin, OwnTrailMixin, ProgrammeTrailMixin

from .reports import XLSX

# More rows are more than one request should make; a period makes it fewer. Not more than are counted.
MOST_ROWS = 10_000


class TrailFile(View):
    """Hands out all that the address asks for, whatever page one was on; what is wrong or too much is said on the page."""

    http_method_names = ("get", "head", "options")

    def get(self, request, *args, **kwargs):
        from reports.rendering import trail_sheet  # noqa: PLC0415 - openpyxl only where it is asked for

        if not self.form.is_valid():
            return self.back()
        if counted(self.found) > MOST_ROWS:
            messages.error(
                request, _("These are more than 10,000 deeds, too many for one file. Please choose a shorter period.")
            )
            return self.back()
        listing = trail_sheet.TrailListing(
            of=self.of,
            made_at=self.now,
            narrowed_by=[(label, value) for _name, label, value in self.form.in_words(person=self.person)],
            with_company=self.with_company,
            lines=self.lines(self.found.iterator(chunk_size=1000)),
        )
        name = "-".join([self.code, _("deeds"), self.day.isoformat()])
        if request.GET.get("as") == "csv":
            return _file(trail_sheet.trail_csv(listing), "text/csv; charset=utf-8", f"{name}.csv")
        return _file(trail_sheet.trail_workbook(listing), XLSX, f"{name}.xlsx")

    def back(self) -> HttpResponseRedirect:
        """Return to the page with what was asked for, which says what is wrong with it."""
        query = self.request.GET.copy()
        query.pop("as", None)
        return HttpResponseRedirect(f"{self.address('dashboards:{}_trail')}?{query.urlencode()}")


class CompanyTrailFileView(CompanyTrailMixin, TrailFile):
    pass


class ProgrammeTrailFileView(ProgrammeTrailMixin, TrailFile):
    pass


class OwnTrailFileView(OwnTrailMixin, TrailFile):
    pass


def _file(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
