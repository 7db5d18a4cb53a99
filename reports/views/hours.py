"""The hours of each adviser as a sheet for their payment."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.generic import View

from companies.enums import AccessKind
from consultations.forms.overview import HoursForm
from consultations.queries import overview as consultations
from consultations.rendering.overview import hours_csv
from programmes.views import ProgrammeMixin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class HoursSheetView(ProgrammeMixin, View):
    """XLSX, or CSV with `?as=csv`. Without days, or with nonsense for one, it is all of them."""

    http_method_names = ["get", "head", "options"]
    audience = (AccessKind.SECRETARIAT,)

    def get(self, request, *args, **kwargs):
        form = HoursForm(request.GET)
        days = {name: form.value(name) for name in ("since", "until")}
        rows = list(consultations.hours(request.user, self.programme, **days))
        if request.GET.get("as") == "csv":
            return self.file(hours_csv(rows), "text/csv; charset=utf-8", "csv")
        from reports.rendering.hours_sheet import hours_workbook  # noqa: PLC0415 - openpyxl only where it is asked for

        single = consultations.paid(request.user, self.programme, **days)
        single = single.select_related("adviser", "company").order_by("adviser__name_kana", "adviser_id", "starts_at")
        return self.file(hours_workbook(self.programme, rows, single, now=self.now), XLSX, "xlsx")

    def file(self, content: bytes | str, content_type: str, ending: str) -> HttpResponse:
        name = f"{self.programme.code}-hours-{self.day.isoformat()}.{ending}"
        headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
        return HttpResponse(content, content_type=content_type, headers=headers)
