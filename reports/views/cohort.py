"""The cohort matrix as a file, for the programme's secretariat."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import View

from policies.forms.cohort import NOBODY, STANDINGS, CohortForm
from policies.queries import cohort
from policies.rendering.cohort import filter_label
from programmes.forms.mailings import ids_of

from .reports import XLSX, SecretariatMixin


class CohortSheetView(SecretariatMixin, View):
    """Hands out the list of companies that its address narrows, in its order and of its day, whatever page one was on.

    A list posts its address and the companies that were ticked in it, or `all`; the file then holds these alone.
    """

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        return self._answer(request.GET, kind=request.GET.get("as"))

    def post(self, request, *args, **kwargs):
        query = QueryDict(request.POST.get("list", ""))
        if "all" in request.POST:
            return self._answer(query, kind=request.POST.get("as"))
        ids = ids_of(request.POST.getlist("company"))
        if not ids:
            messages.error(request, _("No company was chosen. Please tick the companies first, or all of the list."))
            return self._to_the_list(query)
        return self._answer(query, kind=request.POST.get("as"), only=ids)

    def _to_the_list(self, query: QueryDict) -> HttpResponseRedirect:
        url = reverse("dashboards:companies", args=[self.programme.pk])
        return HttpResponseRedirect(f"{url}?{query.urlencode()}" if query else url)

    def _answer(self, query: QueryDict, *, kind: str | None, only: list[UUID] | None = None) -> HttpResponse:
        from reports.rendering import cohort_sheet  # noqa: PLC0415 - openpyxl only where it is asked for

        request, form = self.request, CohortForm(query)
        day = form.day(self.day)
        listed = form.listed(request.user, self.programme, day=day, today=self.day)
        if only is not None:
            listed = listed.filter(company__in=only)
        plan = cohort.plan(request.user, listed, programme=self.programme, day=day)
        form.offer(plan)
        if form.left_out():
            # A file would hold other companies than were asked for; the page says what of the address it cannot answer.
            messages.error(request, _("No file was made: this address asks for something that the list cannot answer."))
            return self._to_the_list(query)
        listing = cohort_sheet.Listing(
            programme=self.programme,
            day=day,
            made_at=self.now,
            narrowed_by=_narrowed_by(form, plan, is_chosen=only is not None),
            steps=cohort.shown_steps(plan.steps, form.value("view")),
            rows=cohort.rows(listed, programme=self.programme, day=day, today=self.day).iterator(chunk_size=500),
        )
        name = f"{self.programme.code}-{day.isoformat()}"
        if kind == "csv":
            return _file(cohort_sheet.cohort_csv(listing), "text/csv; charset=utf-8", f"{name}.csv")
        return _file(cohort_sheet.cohort_workbook(listing), XLSX, f"{name}.xlsx")


def _narrowed_by(form: CohortForm, plan: cohort.Plan, *, is_chosen: bool) -> list[tuple[str, str]]:
    """Return the filters of the address in words, as the page says them."""
    people = {str(person.id): person.name for person in (*plan.advisers, *plan.secretariat)}
    people[NOBODY] = pgettext("person", "Nobody")
    found = [
        (_("Company's name"), form.value("q")),
        (_("Filter"), form.value("show") and filter_label(form.value("show"))),
    ]
    found += [(form.fields[name].label, form.value(name)) for name in ("industry", "prefecture")]
    found += [(form.fields[name].label, people.get(str(form.value(name)))) for name in ("adviser", "charge")]
    if is_chosen:
        found.append((_("Chosen by hand"), _("only the companies that were ticked")))
    if asked := form.milestone_filter():
        code, standing = asked
        step = next((step.name for step in plan.steps if step.code == code), code)
        found.append((form.fields["milestone"].label, f"{step}: {dict(STANDINGS)[standing]}"))
    return [(str(label), str(value)) for label, value in found if value]


def _file(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
