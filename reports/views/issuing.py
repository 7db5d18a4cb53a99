"""Issuing: give a report out under a number, hand it out again, correct it, withdraw it, and compare two."""

import hashlib

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView, View

from accounts.views import ConfirmedMixin
from audit import services as audit
from common import dates
from jobs.services import StoredFileDamaged, open_stored
from jobs.views import file_response, job_progress_context
from programmes.views.mixins import PAGE_SIZE
from reports.enums import Edition, Language
from reports.forms.issuing import CompareForm, IssueForm, WithdrawForm, issue_label
from reports.models import Report
from reports.queries import issuing as queries
from reports.rendering import issuing as rendering
from reports.rendering.issuing_figures import compared
from reports.services import issuing as services

from .reports import XLSX, ReportMixin, SecretariatMixin


class ToIssueMixin(ReportMixin):
    """A report that may be issued, loaded before anything is asked of it."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            reports = Report.objects.visible_to(request.user).filter(programme=self.programme)
            self.report = get_object_or_404(
                reports.select_related("job", "pdf", "sheet", "requested_by").defer("figures"), pk=kwargs["report_id"]
            )

    def report_url(self) -> str:
        return reverse("reports:report", args=[self.programme.pk, self.report.pk])


class IssueView(ToIssueMixin, ConfirmedMixin, FormView):
    """What will be issued, or what stands in the way; the note, what it replaces, and the press."""

    template_name = "reports/issued/issue.html"
    form_class = IssueForm

    def get_form_kwargs(self):
        replaceable = queries.replaceable(self.programme, edition=self.report.edition)
        return {**super().get_form_kwargs(), "replaceable": replaceable}

    def get_initial(self):
        return {"replaces": self.request.GET.get("replaces", "")}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.report_url()
        return form

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.is_for_this_person():
            self.issued = queries.issue_of(self.report.pk)
            if self.issued is not None:
                return HttpResponseRedirect(rendering.issue_url(self.issued))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(report=self.report, report_url=self.report_url(), **kwargs)
        job = queries.issuing_job(self.request.user, self.programme)
        if job is not None:
            context["form"] = None
            is_own = str(self.report.pk) in job.params["reports"]
            context["progress"] = job_progress_context(job, self.request.user) if is_own else None
            context["cancel_url"] = reverse("jobs:cancel", args=[job.pk]) if is_own else ""
            context["obstacle"] = "" if is_own else rendering.busy_words()
            return context
        found = queries.prospect(self.report)
        if found.obstacle:
            # The error summary is for a form that is shown.
            context["form"] = None
            context["obstacle"] = rendering.obstacle_words(found)
            context["asking"] = rendering.asking_words(found)
            context["asking_url"] = self.asking_url(found)
            context["needs_words"] = bool(context["asking"]) and self.needs_words(found)
            context["standing_url"] = rendering.issue_url(found.issued) if found.issued else ""
        else:
            context["pair"] = found.pair
            failed = queries.failed_issuing(self.request.user, self.report)
            context["failed"] = job_progress_context(failed, self.request.user) if failed else None
        return context

    def needs_words(self, found: queries.Prospect) -> bool:
        """True where the report has words of the secretariat's own, which nobody can write in the other language but it."""
        return found.obstacle == queries.Obstacle.MISSING and bool(self.report.plans)

    def asking_url(self, found: queries.Prospect) -> str:
        if self.needs_words(found):
            asked = f"language={found.other_language}&edition={self.report.edition}&as_of={self.report.as_of}"
            return f"{reverse('reports:new', args=[self.programme.pk])}?{asked}"
        return reverse("reports:request_twin", args=[self.programme.pk, self.report.pk])

    def form_valid(self, form):
        try:
            services.request_issue(report=self.report, actor=self.request.user, **form.cleaned_data)
        except services.CannotIssue:
            # The page says why.
            return self.render_to_response(self.get_context_data(form=form))
        except services.NotReplaceable:
            form.add_error("replaces", _("This report was replaced by another in the meantime. Please choose again."))
            return self.form_invalid(form)
        # The page says how far it is, or that another one is being issued first.
        return HttpResponseRedirect(self.request.path)


class RequestTwinView(ToIssueMixin, View):
    """Asks for what is missing to issue a report: the other language, or both anew."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        report = services.request_twins(report=self.report, actor=request.user)
        return HttpResponseRedirect(reverse("reports:issue", args=[self.programme.pk, report.pk]))


# --- What was issued ----------------------------------------------------------------------------------------------------


class IssuesView(SecretariatMixin, ListView):
    """All issues of a programme by number, with who, when, what, and what has become of it."""

    template_name = "reports/issued/issues.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return queries.issues_of(self.request.user, self.programme)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        pk = self.programme.pk
        return context | {
            "table": rendering.issues_table(context["page_obj"].object_list),
            "reports_url": reverse("reports:list", args=[pk]),
            "compare_url": reverse("reports:compare", args=[pk]),
            "check_url": reverse("reports:check_issue"),
        }


class IssueMixin(SecretariatMixin):
    """Loads one issue of the programme through the door; others are not there."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.issue = get_object_or_404(queries.issues_of(request.user, self.programme), pk=kwargs["issue_id"])

    def to_issue(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(rendering.issue_url(self.issue))

    def note_look(self) -> None:
        """Write down who opened an internal edition, which names companies."""
        if self.issue.edition == Edition.INTERNAL:
            audit.log_look(actor=self.request.user, obj=self.issue, programme_id=self.programme.pk, now=timezone.now())

    def reports(self) -> tuple[Report, Report]:
        """Return the Japanese report and the English one, with their files."""
        rows = Report.objects.visible_to(self.request.user).select_related("pdf", "sheet").defer("figures")
        found = rows.in_bulk(self.issue.report_ids)
        return found[self.issue.report_ja_id], found[self.issue.report_en_id]


class IssuedView(IssueMixin, TemplateView):
    """One issue: what it is, its files with their fingerprints, and what has become of it."""

    template_name = "reports/issued/issued.html"

    def get_context_data(self, **kwargs):
        issue = self.issue
        lost = queries.lost_permissions(issue) if issue.lost_permission else []
        japanese, english = self.reports()
        return super().get_context_data(
            issue=issue,
            terms=rendering.issue_terms(issue),
            files=rendering.issue_files(issue, japanese, english),
            lost=rendering.lost_lines(lost, self.programme.pk),
            is_internal=issue.edition == Edition.INTERNAL,
            replacement=rendering.replacement_of(issue),
            issues_url=reverse("reports:issues", args=[self.programme.pk]),
            figures_url=rendering.issue_url(issue, "issued_figures"),
            compare_url=self.compare_url(),
            withdraw_url="" if issue.withdrawn_at else rendering.issue_url(issue, "withdraw_issue"),
            correct_url=f"{reverse('reports:new', args=[self.programme.pk])}?edition={issue.edition}&as_of={issue.as_of}",
            check_url=f"{reverse('reports:check_issue')}?number={issue.number}",
            **kwargs,
        )

    def compare_url(self) -> str:
        url = reverse("reports:compare", args=[self.programme.pk])
        if self.issue.replaces:
            return f"{url}?old={self.issue.replaces.report_ja_id}&new={self.issue.report_ja_id}"
        return f"{url}?old={self.issue.report_ja_id}"


class IssuedFileView(IssueMixin, View):
    """Hands out one of the four files, after comparing its bytes with the fingerprint under which it was issued."""

    http_method_names = ("get", "head", "options")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            files = {
                getattr(report, part).pk: (getattr(report, part), part, report.language)
                for report in self.reports()
                for part in ("pdf", "sheet")
            }
            if kwargs["file_id"] not in files:
                raise Http404
            self.stored, part, language = files[kwargs["file_id"]]
            self.sha256 = getattr(self.issue, f"{part}_{language}_sha256")

    def get(self, request, *args, **kwargs):
        with open_stored(self.stored) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self.sha256:
                raise StoredFileDamaged(f"{self.stored.path} is not what was issued as {self.issue.number}.")
        self.note_look()
        response = file_response(self.stored)
        response["Content-Disposition"] = content_disposition_header(True, f"{self.issue.number} {self.stored.name}")
        return response


class IssuedFiguresView(IssueMixin, View):
    """Hands out the sheet of all figures with their definitions, in the reader's language or `?in=ja`, `?in=en`."""

    http_method_names = ("get", "head", "options")

    def get(self, request, *args, **kwargs):
        from reports.rendering import issuing_sheet  # noqa: PLC0415 - openpyxl only where it is asked for

        wanted = request.GET.get("in", "")
        language = wanted if wanted in Language.values else (get_language() or "ja")[:2]
        figures = (
            Report.objects.visible_to(request.user).values_list("figures", flat=True).get(pk=self.issue.report_ja_id)
        )
        replacement = rendering.replacement_of(self.issue)
        withdrawn_at = self.issue.withdrawn_at
        with translation.override(language):
            content = issuing_sheet.figures_workbook(
                figures,
                issuing_sheet.Issued(
                    number=self.issue.number,
                    edition=str(self.issue.get_edition_display()),
                    issued_on=timezone.localdate(self.issue.issued_at),
                    replaced_by=replacement.number if replacement else "",
                    withdrawn_on=timezone.localdate(withdrawn_at) if withdrawn_at else None,
                ),
            )
            name = _("%(number)s figures with definitions") % {"number": self.issue.number} + ".xlsx"
        self.note_look()
        headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
        return HttpResponse(content, content_type=XLSX, headers=headers)


class WithdrawIssueView(IssueMixin, ConfirmedMixin, FormView):
    """The question before an issue is withdrawn, with its reason."""

    template_name = "reports/issued/withdraw.html"
    form_class = WithdrawForm

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = rendering.issue_url(self.issue)
        return form

    def get_context_data(self, **kwargs):
        terms = rendering.issue_terms(self.issue)
        return super().get_context_data(issue=self.issue, terms=terms, **kwargs)

    def form_valid(self, form):
        try:
            services.withdraw_issue(issue=self.issue, reason=form.cleaned_data["reason"], actor=self.request.user)
        except services.AlreadyWithdrawn:
            messages.warning(self.request, _("This report was withdrawn already."))
        else:
            messages.success(self.request, _("The report was withdrawn. Whoever checks it is told so."))
        return self.to_issue()


# --- Two beside each other ----------------------------------------------------------------------------------------------


class CompareView(SecretariatMixin, TemplateView):
    """Which figures differ between two reports, chapter by chapter, and nothing else."""

    template_name = "reports/issued/compare.html"

    def get_context_data(self, **kwargs):
        issues, reports = queries.comparable(self.request.user, self.programme)
        choices = [(str(issue.report_ja_id), issue_label(issue)) for issue in issues]
        choices += [(str(report.pk), _report_label(report)) for report in reports]
        asked = self.request.GET
        is_asked = "old" in asked and "new" in asked
        form = CompareForm(asked if is_asked else None, choices=choices, initial=self.starting(choices))
        context = super().get_context_data(
            form=form,
            is_enough=len(choices) > 1,
            issues_url=reverse("reports:issues", args=[self.programme.pk]),
            **kwargs,
        )
        return context | (self.answer(form.cleaned_data) if is_asked and form.is_valid() else {})

    def starting(self, choices: list) -> dict:
        """Return what is chosen at first: the one that led here, and the newest of the others."""
        known = [value for value, _label in choices]
        old = self.request.GET.get("old", "")
        old = old if old in known else (known[1] if len(known) > 1 else "")
        return {"old": old, "new": next((value for value in known if value != old), "")}

    def answer(self, chosen: dict) -> dict:
        rows = Report.objects.visible_to(self.request.user).filter(programme=self.programme).ready()
        figures = dict(rows.filter(pk__in=chosen.values()).values_list("pk", "figures"))
        by_text = {str(pk): value for pk, value in figures.items()}
        chapters = compared(by_text[chosen["old"]], by_text[chosen["new"]])
        count = sum(len(changes) for _chapter, changes in chapters)
        return {
            "is_answered": True,
            "count": count,
            "line": rendering.comparison_line(count),
            "tables": rendering.comparison_tables(chapters),
        }


def _report_label(report: Report) -> str:
    made = dates.date_and_time(report.created_at)
    return _("Not issued: figures as of %(day)s, %(edition)s, asked for on %(made)s") % {
        "day": dates.long_date(report.as_of),
        "edition": report.get_edition_display(),
        "made": made,
    }
