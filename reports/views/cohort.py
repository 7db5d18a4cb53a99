"""The cohort matrix as a file, for the programme's secretariat."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import View

from policies.forms.cohort import NOBODY, STANDINGS, CohortForm
from policies.queries import cohort
from policies.rendering.cohort import filter_label

from .reports import XLSX, SecretariatMixin


class CohortSheetView(SecretariatMixin, View):
    """Hands out the list of companies that its address narrows, in its order and of its day, whatever page one was on."""

    http_method_names = ["get", "head", "options"]

    def get(self, request, *args, **kwargs):
        from reports.rendering import cohort_sheet  # noqa: PLC0415 - openpyxl only where it is asked for

        form = CohortForm(request.GET)
        day = form.day(self.day)
        listed = form.listed(request.user, self.programme, day=day, today=self.day)
        plan = cohort.plan(request.user, listed, programme=self.programme, day=day)
        listing = cohort_sheet.Listing(
            programme=self.programme,
            day=day,
            made_at=self.now,
            narrowed_by=_narrowed_by(form, plan),
            steps=cohort.shown_steps(plan.steps, form.value("view")),
            rows=cohort.rows(listed, programme=self.programme, day=day, today=self.day).iterator(chunk_size=500),
        )
        name = f"{self.programme.code}-{day.isoformat()}"
        if request.GET.get("as") == "csv":
            return _file(cohort_sheet.cohort_csv(listing), "text/csv; charset=utf-8", f"{name}.csv")
        return _file(cohort_sheet.cohort_workbook(listing), XLSX, f"{name}.xlsx")


def _narrowed_by(form: CohortForm, plan: cohort.Plan) -> list[tuple[str, str]]:
    """Return the filters of the address in words, as the page says them."""
    people = {str(person.id): person.name for person in (*plan.advisers, *plan.secretariat)}
    people[NOBODY] = pgettext("person", "Nobody")
    found = [
        (_("Company's name"), form.value("q")),
        (_("Filter"), form.value("show") and filter_label(form.value("show"))),
    ]
    found += [(form.fields[name].label, people.get(form.value(name))) for name in ("adviser", "charge")]
    if asked := form.milestone_filter():
        code, standing = asked
        step = next((step.name for step in plan.steps if step.code == code), code)
        found.append((form.fields["milestone"].label, f"{step}: {dict(STANDINGS)[standing]}"))
    return [(str(label), str(value)) for label, value in found if value]


def _file(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
