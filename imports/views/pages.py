"""The pages of an import, one address for all its stages."""

from dataclasses import dataclass

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, ListView, View
from django.views.generic import TemplateView as PageView

from accounts.views import ConfirmedMixin
from imports.forms import ConfirmForm, UploadForm
from imports.importing.reading.findings import ERROR, GAP, NOTICE, Finding
from imports.importing.reading.messages import refusal_text
from imports.models import Import
from imports.services import ImportNotReady, check_again, confirm_import, upload_workbook
from jobs.models import Job
from jobs.views import job_progress_context
from programmes.models import Programme

from . import tables
from .mixins import ImporterMixin, ImportMixin

PAGE_SIZE = 100
TEMPLATES = {
    Import.Stage.UPLOADED: "imports/working.html",
    Import.Stage.CONFIRMED: "imports/working.html",
    Import.Stage.REFUSED: "imports/refused.html",
    Import.Stage.FAULTY: "imports/faulty.html",
    Import.Stage.CHECKED: "imports/checked.html",
    Import.Stage.APPLIED: "imports/applied.html",
}


def address(imported: Import) -> str:
    return reverse("imports:import", args=[imported.pk])


class ImportsView(ImporterMixin, ListView):
    """Earlier imports, the latest first."""

    template_name = "imports/imports.html"
    paginate_by = 50

    def get_queryset(self):
        return Import.objects.visible_to(self.request.user).for_list()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        programmes = Programme.objects.managed_by(self.request.user).order_by("-fiscal_year", "code")
        return context | {"table": tables.imports_table(context["page_obj"].object_list), "programmes": programmes}


class UploadView(ImporterMixin, ConfirmedMixin, FormView):
    template_name = "imports/upload.html"
    form_class = UploadForm

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("imports:list")
        return form

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        imported = upload_workbook(name=file.name, content=file.read(), actor=self.request.user)
        return HttpResponseRedirect(address(imported))


class ImportView(ImportMixin, PageView):
    """What an import has come to; `?show=` chooses one of the lists."""

    def get_template_names(self):
        return [TEMPLATES[self.imported.stage]]

    def get_context_data(self, **kwargs):
        imported = self.imported
        own = {"imported": imported, "terms": tables.terms(imported), "list_url": reverse("imports:list")}
        return super().get_context_data(**own, **getattr(self, f"_{imported.stage}")(), **kwargs)

    def _job(self, job_id) -> Job | None:
        return Job.objects.visible_to(self.request.user).filter(pk=job_id).first()

    def _uploaded(self) -> dict:
        return self._working(self.imported.check_job_id, _("See what was found"))

    def _confirmed(self) -> dict:
        return self._working(self.imported.apply_job_id, _("See what was registered"))

    def _working(self, job_id, result_label: str) -> dict:
        job = self._job(job_id)
        if job is None:
            return {"progress": None, "is_open": False}
        progress = job_progress_context(job, self.request.user) | {"result_label": result_label}
        return {"progress": progress, "is_open": job.is_open}

    def _refused(self) -> dict:
        return {"reason": refusal_text(self.imported.refusal, self.imported.refusal_params)}

    def _faulty(self) -> dict:
        return self._lists(ERROR) | {"title": tables.errors_title(self.imported.error_count)}

    def _checked(self) -> dict:
        imported, plan = self.imported, self.imported.plan
        failed = self._job(imported.apply_job_id)
        return self._lists("") | {
            "figures": tables.figures(imported),
            "sheets": tables.sheets_table(plan),
            "conflicts": tables.conflicts_table(plan["conflicts"]) if plan["conflicts"] else None,
            "conflict_count": sum(sheet["conflicts"] for sheet in plan["sheets"]),
            "conflicts_shown": len(plan["conflicts"]),
            "failure": failed.error_text if failed and failed.error else "",
            "changes_nothing": not any(
                sheet["new"] or sheet["changed"] or sheet["conflicts"] for sheet in plan["sheets"]
            ),
            "confirm_label": confirm_label(plan),
        }

    def _applied(self) -> dict:
        imported = self.imported
        return self._lists("") | {
            "figures": tables.figures(imported),
            "sheets": tables.sheets_table(imported.plan),
            "programme_url": reverse("dashboards:programme", args=[imported.programme_id]),
        }

    def _lists(self, first: str) -> dict:
        """The tabs, and the table of the one that is chosen; `first` is the one shown without a choice."""
        lists = (
            {ERROR: (_("To be corrected"), self.imported.error_count)}
            if self.imported.error_count
            else {"": (_("Overview"), None)}
        )
        plan = self.imported.plan
        lists["changes"] = (_("Changes"), len(plan.get("changes", ())))
        lists["vanished"] = (_("No longer in the file"), len(plan.get("vanished", ())))
        lists["notices"] = (_("Please check"), self.imported.notice_count)
        lists["gaps"] = (_("Not known yet"), self.imported.gap_count)
        shown = self.request.GET.get("show", first)
        shown = shown if shown in lists else first
        tabs = [
            Tab(f"{label} ({count})" if count is not None else label, f"?show={name}" if name else "?", name == shown)
            for name, (label, count) in lists.items()
            if count != 0
        ]
        page = Paginator(self._items(shown), PAGE_SIZE).get_page(self.request.GET.get("page"))
        return {
            "tabs": tabs if len(tabs) > 1 else [],
            "shown": shown,
            "page_obj": page,
            "table": self._table(shown, lists[shown][0], page.object_list),
        }

    def _items(self, shown: str) -> list:
        levels = {ERROR: ERROR, "gaps": GAP, "notices": NOTICE}
        if shown in levels:
            found = map(Finding.from_json, self.imported.findings)
            return [finding for finding in found if finding.level == levels[shown]]
        return self.imported.plan.get(shown, []) if shown else []

    def _table(self, shown: str, caption: str, items: list):
        if not shown:
            return None
        if shown == "changes":
            return tables.changes_table(caption, items)
        if shown == "vanished":
            return tables.vanished_table(items)
        return tables.findings_table(caption, items)


@dataclass(frozen=True)
class Tab:
    """What the component `tabs` asks for."""

    label: str
    url: str
    current: bool


def confirm_label(plan: dict) -> str:
    """The button says how much it does."""
    rows = sum(sheet["new"] + sheet["changed"] for sheet in plan["sheets"])
    if not rows:
        return _("Register what is ticked")
    return ngettext("Register %(number)s row", "Register %(number)s rows", rows) % {"number": rows}


class ConfirmView(ImportMixin, ConfirmedMixin, View):
    """Register what was looked at, with the file's value where it was ticked."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        form = ConfirmForm(request.POST, conflicts=self.imported.plan.get("conflicts", []))
        if not form.is_valid():
            flash.error(request, _("The list of changes is no longer the same. Please look at it again."))
            return HttpResponseRedirect(address(self.imported))
        try:
            confirm_import(
                imported=self.imported, taken=form.cleaned_data["take"], actor=request.user, now=timezone.now()
            )
        except ImportNotReady:
            flash.info(request, _("This import was confirmed already, or has to be checked first."))
        return HttpResponseRedirect(address(self.imported))


class CheckView(ImportMixin, View):
    """Compare the same file with the portal once more."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        try:
            check_again(imported=self.imported, actor=request.user)
        except ImportNotReady:
            flash.info(request, _("This import is registered already. Upload the file again to compare it."))
            return HttpResponseRedirect(address(self.imported))
        return HttpResponseRedirect(reverse("jobs:progress", args=[self.imported.check_job_id]))
