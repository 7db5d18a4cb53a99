"""Files of a policy's texts: ask for one, watch it being made, fetch it, ask again."""

import contextlib
from functools import cached_property
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from common import dates
from common.components import Term
from jobs.models import Job, StoredFile
from jobs.permissions import can_steer
from jobs.services import JobNotOpen, retry_job
from jobs.views import file_response, job_progress_context
from policies import queries
from policies.enums import ExportKind
from policies.forms.versions import ExportForm
from policies.models import Cycle
from policies.queries import EXPORT_KIND, WORKING
from policies.rendering import versions
from policies.rendering.contents import read
from policies.services.exports import request_export

from .versions import ReadersMixin


class ExportView(ReadersMixin, View):
    """Ask for a file of a version, of the working copy, or of the changes between two texts."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        revision, before = self.named("to"), self.named("from")
        cycle = revision.cycle if revision else self.cycle
        if cycle is None:
            raise Http404
        content = read(revision.content if revision else queries.working_content(cycle))
        has_english = "en" in content.languages
        form = ExportForm(request.POST, has_english=has_english, before=str(before.pk) if before else "")
        if not form.is_valid():
            for sentences in form.errors.values():
                messages.error(request, " ".join(sentences))
            return HttpResponseRedirect(self.address("versions"))
        kind = ExportKind(form.cleaned_data["kind"])
        job, _created = request_export(
            cycle=cycle,
            kind=kind,
            languages=form.cleaned_data["languages"],
            revision=revision,
            before=before if kind == ExportKind.TRACKED else None,
            actor=request.user,
        )
        return HttpResponseRedirect(self.address("export_progress", job.pk))

    def named(self, field: str):
        """Return the version that a field names, None for the working copy or none; others are not there."""
        value = self.request.POST.get(field, "")
        if value in ("", WORKING):
            return None
        try:
            return self.revision(UUID(value))
        except ValueError:
            raise Http404 from None


class ExportMixin(ReadersMixin):
    """Loads the job of a file through the doors of jobs and of the round whose text it holds."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.job = self.found()
        return super().dispatch(request, *args, **kwargs)

    def found(self) -> Job:
        jobs = Job.objects.visible_to(self.request.user).filter(kind=EXPORT_KIND, company_id=self.company.pk)
        job = get_object_or_404(jobs.select_related("requested_by"), pk=self.kwargs["job_id"])
        get_object_or_404(Cycle.objects.visible_to(self.request.user), pk=job.params.get("cycle"))
        return job

    def progress(self) -> dict:
        progress = job_progress_context(self.job, self.request.user)
        return progress | {
            "poll_url": self.address("export_poll", self.job.pk),
            "result_label": _("Download the file"),
            "retry_url": self.address("export_retry", self.job.pk) if progress["retry_url"] else "",
        }

    @cached_property
    def file(self) -> StoredFile | None:
        """What came of it, while it is kept."""
        if self.job.state != Job.State.DONE:
            return None
        return StoredFile.objects.visible_to(self.request.user).filter(pk=self.job.params.get("file")).first()


class ExportProgressView(ExportMixin, TemplateView):
    """How far a file is, and what came of it."""

    template_name = "policies/versions/export.html"

    def get_context_data(self, **kwargs):
        job = self.job
        return super().get_context_data(
            progress=self.progress(),
            is_open=job.is_open,
            terms=self.terms(),
            versions_url=self.address("versions"),
            **kwargs,
        )

    def terms(self) -> list[Term]:
        job = self.job
        names = versions.language_names(job.params.get("languages", ()))
        terms = [
            Term(label=_("File"), value=ExportKind(job.params["kind"]).label),
            Term(label=_("Languages of the file"), value=names),
            Term(label=_("Asked for by"), value=f"{job.requested_by} · {dates.date_and_time(job.created_at)}"),
        ]
        if self.file:
            size = filesizeformat(self.file.size)
            terms.append(Term(label=_("Name"), value=f"{self.file.name} · {size}"))
        return terms


class ExportPollView(ExportMixin, TemplateView):
    """The progress component alone, for the page that asks every two seconds; without htmx, the page."""

    template_name = "jobs/_progress.html"

    def get(self, request, *args, **kwargs):
        page = self.address("export_progress", self.job.pk)
        if not request.htmx:
            return HttpResponseRedirect(page)
        response = super().get(request, *args, **kwargs)
        if self.job.state == Job.State.DONE:
            response["HX-Redirect"] = page  # it has more to show now: the file's name and size
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(progress=self.progress(), **kwargs)


class ExportRetryView(ExportMixin, View):
    """Try a failed file again, in the name of who asked for it."""

    http_method_names = ["post", "options"]

    def found(self) -> Job:
        job = super().found()
        if not can_steer(self.request.user, job):
            raise PermissionDenied
        return job

    def post(self, request, *args, **kwargs):
        job = self.job
        # Somebody else pressed first: show how far that one is.
        with contextlib.suppress(JobNotOpen):
            job = retry_job(job=job, actor=request.user)
        return HttpResponseRedirect(self.address("export_progress", job.pk))


class ExportFileView(ExportMixin, View):
    """Hand the file out."""

    def get(self, request, *args, **kwargs):
        if self.file is None:
            raise Http404
        return file_response(self.file)
