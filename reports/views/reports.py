"""Reports of a programme, for its secretariat: ask for one, watch it being made, fetch it again."""

import contextlib
import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView, View

from audit import services as audit
from common import dates
from common.components import Cell, Column, Table, Term, badge, link
from companies.enums import AccessKind
from jobs.models import Job
from jobs.services import JobNotOpen
from jobs.views import file_response, job_progress_context
from programmes.models import Session
from programmes.queries import outcome as outcomes
from programmes.views import ProgrammeMixin
from reports import queries
from reports.enums import Edition
from reports.forms import ReportForm
from reports.models import Report
from reports.queries.issuing import issue_of
from reports.queries.throwing_away import loss_of_report
from reports.rendering import builder as rendering
from reports.services import cancel_report, request_report, retry_report
from reports.services.throwing_away import BeingIssued, WasIssued, throw_away_report

PAGE_SIZE = 50


class SecretariatMixin(ProgrammeMixin):
    audience = (AccessKind.SECRETARIAT,)


class ReportMixin(SecretariatMixin):
    """Loads one report of the programme through the door; others are not there."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            reports = Report.objects.visible_to(request.user).filter(programme=self.programme)
            self.report = get_object_or_404(
                reports.select_related("job", "pdf", "sheet", "requested_by").defer("figures"), pk=kwargs["report_id"]
            )
        return super().dispatch(request, *args, **kwargs)


def _address(report: Report, name: str = "report") -> str:
    return reverse(f"reports:{name}", args=[report.programme_id, report.pk])


# --- The list, and a new one ------------------------------------------------------------------------------------------


class ReportsView(SecretariatMixin, ListView):
    """Earlier reports, the latest first."""

    template_name = "reports/reports.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        reports = Report.objects.visible_to(self.request.user).filter(programme=self.programme)
        return reports.select_related("job", "requested_by").defer("figures", "plans")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        new_url = reverse("reports:new", args=[self.programme.pk])
        return context | {
            "table": _reports_table(context["page_obj"].object_list),
            "new_url": new_url,
            "issues_url": reverse("reports:issues", args=[self.programme.pk]),
        }


def _reports_table(reports) -> Table:
    return Table(
        caption=_("Reports"),
        columns=[
            Column(label=_("Figures as of")),
            Column(label=pgettext("report", "Language")),
            Column(label=_("Edition")),
            Column(label=pgettext("report", "State")),
            Column(label=_("Asked for on")),
            Column(label=_("Asked for by")),
        ],
        rows=[
            (
                link(dates.long_date(report.as_of), _address(report)),
                report.get_language_display(),
                report.get_edition_display(),
                badge(_state(report)),
                Cell(dates.date_and_time(report.created_at), "nowrap"),
                str(report.requested_by),
            )
            for report in reports
        ],
    )


def _state(report: Report) -> str:
    """Return the word for the report's state among the portal's statuses; a report that was called off is cancelled."""
    return report.job.state


class NewReportView(SecretariatMixin, FormView):
    template_name = "reports/new_report.html"
    form_class = ReportForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "programme": self.programme}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("reports:list", args=[self.programme.pk])
        return form

    def get_initial(self):
        last = min(self.programme.ends_on, timezone.localdate())
        usual = {"language": get_language(), "edition": Edition.PUBLIC, "as_of": max(last, self.programme.starts_on)}
        # A page that asks for one like another says which.
        return usual | {name: self.request.GET[name] for name in usual if self.request.GET.get(name)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(gaps=_gaps(self.programme), **kwargs)

    def form_valid(self, form):
        report, _created = request_report(programme=self.programme, actor=self.request.user, **form.cleaned_data)
        return HttpResponseRedirect(_address(report))


def _gaps(programme) -> list[str]:
    """Return, as lines, the texts that a report will print in the other language because they are missing in its own."""
    kinds = {
        "organisation": _("Organisation"),
        "session": pgettext("report", "Session"),
        "venue": pgettext("report", "Venue"),
        "agenda": _("Agenda item"),
        "speaker": _("Speaker"),
        "speaker_title": _("Title of a speaker"),
    }
    lines = {"ja": _("No Japanese: %(kind)s “%(text)s”"), "en": _("No English: %(kind)s “%(text)s”")}
    return [
        lines[missing] % {"kind": kinds[kind], "text": text} for kind, missing, text in queries.text_gaps(programme)
    ]


# --- One report -----------------------------------------------------------------------------------------------------------


def progress_context(report: Report, user) -> dict:
    """Return the arguments of `job_progress`: the job's own, leading to this report's addresses."""
    progress = job_progress_context(report.job, user)
    return progress | {
        "poll_url": _address(report, "progress"),
        "result_url": _address(report, "pdf") if report.is_ready else "",
        "result_label": _("Download the PDF"),
        "retry_url": _address(report, "retry") if progress["retry_url"] else "",
    }


class ReportView(ReportMixin, TemplateView):
    """One report: how far it is, and what came of it."""

    template_name = "reports/report.html"

    def get_context_data(self, **kwargs):
        report = self.report
        return super().get_context_data(
            report=report,
            progress=progress_context(report, self.request.user),
            is_open=report.job.is_open,
            terms=_terms(report),
            list_url=reverse("reports:list", args=[self.programme.pk]),
            sheet_url=_address(report, "sheet"),
            cancel_url=_address(report, "cancel"),
            issued=issue_of(report.pk) if report.is_ready else None,
            issue_url=_address(report, "issue"),
            readers_url=_address(report, "readers"),
            throw_away_url=_address(report, "throw_away"),
            **kwargs,
        )


def _terms(report: Report) -> list[Term]:
    terms = [
        Term(label=_("Figures as of"), value=dates.long_date(report.as_of)),
        Term(label=pgettext("report", "Language"), value=report.get_language_display()),
        Term(label=_("Edition"), value=report.get_edition_display()),
        Term(label=_("Asked for by"), value=f"{report.requested_by} · {dates.date_and_time(report.created_at)}"),
    ]
    if report.is_ready:
        computed_at = Report.objects.filter(pk=report.pk).values_list("figures__computed_at", flat=True).get()
        terms += [
            Term(label=_("Figures computed"), value=dates.date_and_time(datetime.datetime.fromisoformat(computed_at))),
            Term(label=_("PDF"), value=_file_facts(report.pdf)),
            Term(label=_("Accompanying sheet"), value=_file_facts(report.sheet)),
        ]
    return terms


def _file_facts(stored) -> str:
    return f"{stored.name} · {filesizeformat(stored.size)} · sha256 {stored.sha256[:16]}…"


class ProgressView(ReportMixin, TemplateView):
    """The progress component alone, for the page that asks every two seconds; without htmx, the page."""

    template_name = "jobs/_progress.html"

    def get(self, request, *args, **kwargs):
        if not request.htmx:
            return HttpResponseRedirect(_address(self.report))
        response = super().get(request, *args, **kwargs)
        if not self.report.job.is_open and self.report.job.state == Job.State.DONE:
            # The page has more to show now: the files with their facts.
            response["HX-Redirect"] = _address(self.report)
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            progress=progress_context(self.report, self.request.user),
            nothing_to_call_off=not self.report.job.is_open,
            **kwargs,
        )


class RetryView(ReportMixin, View):
    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        report = self.report
        # Somebody else pressed first: show how far that one is.
        with contextlib.suppress(JobNotOpen):
            report = retry_report(report=report, actor=request.user)
        return HttpResponseRedirect(_address(report))


class CancelView(ReportMixin, View):
    """Calls off the making of a report; what was made before stays."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        # It was over in the meantime: the page shows how it ended.
        with contextlib.suppress(JobNotOpen):
            cancel_report(report=self.report, actor=request.user)
        return HttpResponseRedirect(_address(self.report))


class ThrowAwayView(ReportMixin, TemplateView):
    """What would go with a report that was not issued, and the press that throws it away."""

    template_name = "reports/throw_away.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            reports = Report.objects.visible_to(request.user).filter(programme=self.programme)
            self.report = get_object_or_404(
                reports.select_related("job", "programme", "requested_by").defer("figures"), pk=kwargs["report_id"]
            )

    def post(self, request, *args, **kwargs):
        try:
            throw_away_report(report=self.report, actor=request.user)
        except (BeingIssued, WasIssued) as error:
            stopped = {"is_being_issued": isinstance(error, BeingIssued)}
            return self.render_to_response(self.get_context_data(**stopped), status=409)
        messages.success(request, _("The report was thrown away."))
        return HttpResponseRedirect(reverse("reports:list", args=[self.programme.pk]))

    def get_context_data(self, **kwargs):
        issued = issue_of(self.report.pk)
        return super().get_context_data(
            report_url=_address(self.report),
            issued=issued,
            terms=_terms(self.report),
            lines=rendering.loss_lines(loss_of_report(self.report)),
            **kwargs,
        )


class FileView(ReportMixin, View):
    """Hands out one of the report's files, and writes down who fetched an internal edition."""

    field = ""

    def get(self, request, *args, **kwargs):
        stored = getattr(self.report, self.field)
        if stored is None:
            raise Http404
        if self.report.edition == Edition.INTERNAL:
            audit.log_look(actor=request.user, obj=self.report, programme_id=self.programme.pk, now=timezone.now())
        return file_response(stored)


class PdfView(FileView):
    field = "pdf"


class SheetView(FileView):
    field = "sheet"


# --- One session ----------------------------------------------------------------------------------------------------------

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SessionSheetView(SecretariatMixin, View):
    """Hands out the outcome of a session as a sheet: XLSX, or CSV with `?as=csv`."""

    http_method_names = ["get", "head", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            self.session = get_object_or_404(sessions, pk=kwargs["session_id"])

    def get(self, request, *args, **kwargs):
        from reports.rendering import session_sheet  # noqa: PLC0415 - openpyxl only where it is asked for

        rows = list(outcomes.outcome_rows(request.user, self.session, of=""))
        if request.GET.get("as") == "csv":
            return self.file(session_sheet.session_csv(rows), "text/csv; charset=utf-8", "csv")
        found = outcomes.outcome(request.user, self.session)
        return self.file(session_sheet.session_workbook(self.session, found, rows, now=self.now), XLSX, "xlsx")

    def file(self, content: bytes | str, content_type: str, ending: str) -> HttpResponse:
        name = f"{self.session.code}-{self.day.isoformat()}.{ending}"
        headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
        return HttpResponse(content, content_type=content_type, headers=headers)
