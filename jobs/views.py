"""How far a job is, and the way a kept file leaves the portal."""

import contextlib

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from .models import Job, StoredFile
from .permissions import can_steer
from .services import JobNotOpen, cancel_job, open_stored, retry_job

FILE_POLICY = "sandbox; default-src 'none'"


def job_progress_context(job: Job, user) -> dict:
    """Return the arguments of the component `job_progress` for a job, for this page and for others that show one."""
    failed = job.state in (Job.State.FAILED, Job.State.CANCELLED)
    return {
        "id": f"job-{job.number}",
        "title": job.title_text,
        "state": "failed" if failed else job.state,
        "step": job.step_text,
        "done": job.steps_done,
        "total": job.steps_total,
        "poll_url": reverse("jobs:progress", args=[job.pk]),
        "result_url": job.result_url,
        "result_label": _("Open the result"),
        "reason": job.error_text or (job.get_state_display() if failed else ""),
        "retry_url": reverse("jobs:retry", args=[job.pk]) if failed and can_steer(user, job) else "",
    }


class JobMixin(LoginRequiredMixin):
    """Load the job through the door; one that is not in sight is not there."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.job = get_object_or_404(Job.objects.visible_to(request.user), pk=kwargs["job_id"])


class SteerMixin(JobMixin):
    http_method_names = ["post", "options"]

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not can_steer(request.user, self.job):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def to_progress(self, job: Job) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("jobs:progress", args=[job.pk]))


class ProgressView(JobMixin, TemplateView):
    """A page of its own; for htmx the component alone; for programs the facts as JSON."""

    def get_template_names(self):
        return ["jobs/_progress.html"] if self.request.htmx else ["jobs/progress.html"]

    def get_context_data(self, **kwargs):
        job, user = self.job, self.request.user
        cancel_url = reverse("jobs:cancel", args=[job.pk]) if job.is_open and can_steer(user, job) else ""
        # Where the page that asks is ours, it still shows the button that the job's end has made void.
        asked_by_page = self.request.htmx and self.request.htmx.current_url_abs_path == self.request.path
        return super().get_context_data(
            job=job,
            progress=job_progress_context(job, user),
            cancel_url=cancel_url,
            nothing_to_call_off=asked_by_page and not job.is_open,
            **kwargs,
        )

    def get(self, request, *args, **kwargs):
        if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
            response = JsonResponse(self._facts())
        else:
            response = super().get(request, *args, **kwargs)
        patch_vary_headers(response, ["Accept", "HX-Request"])
        return response

    def _facts(self) -> dict:
        job = self.job
        return {
            "id": str(job.pk),
            "state": job.state,
            "step": job.step_text,
            "done": job.steps_done,
            "total": job.steps_total,
            "error": job.error_text,
            "result_url": job.result_url,
        }


class RetryView(SteerMixin, View):
    def post(self, request, *args, **kwargs):
        try:
            job = retry_job(job=self.job, actor=request.user)
        except JobNotOpen:
            # Someone else pressed first: show how far that one is.
            job = self.job
        return self.to_progress(job)


class CancelView(SteerMixin, View):
    def post(self, request, *args, **kwargs):
        with contextlib.suppress(JobNotOpen):
            cancel_job(job=self.job, actor=request.user)
        return self.to_progress(self.job)


def result_file(user, job: Job | None) -> StoredFile | None:
    """Return what came of a job, while it is kept."""
    if job is None or job.state != Job.State.DONE or not job.params.get("file"):
        return None
    return StoredFile.objects.visible_to(user).filter(pk=job.params["file"]).first()


class JobFileMixin:
    """Hands out the file that came of a job. Stands before the mixin that loads what the job is about."""

    http_method_names = ["get", "head", "options"]

    def jobs(self) -> QuerySet[Job]:
        """Return the jobs whose file this address may hand out, through the door of whoever asks."""
        raise NotImplementedError

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.file = result_file(request.user, get_object_or_404(self.jobs(), pk=kwargs["job_id"]))
            if self.file is None:
                raise Http404

    def get(self, request, *args, **kwargs):
        return file_response(self.file)


def file_response(stored: StoredFile) -> FileResponse:
    """Hand out a file that the caller loaded through its own door: as an attachment that no browser runs or keeps."""
    response = FileResponse(
        open_stored(stored), as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
