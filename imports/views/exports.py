"""Taking a whole programme out as a workbook."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.generic import TemplateView, View

from accounts.views import ConfirmedMixin
from companies.enums import AccessKind
from imports.services import request_export
from imports.tasks import EXPORT
from jobs.models import Job
from jobs.views import JobFileMixin, job_progress_context
from programmes.views import ProgrammeMixin


class ExportView(ProgrammeMixin, ConfirmedMixin, TemplateView):
    """What the workbook holds and what it does not, and the button that asks for it."""

    template_name = "imports/export.html"
    audience = (AccessKind.SECRETARIAT,)

    def get_context_data(self, **kwargs):
        user = self.request.user
        latest = Job.objects.visible_to(user).filter(kind=EXPORT, programme_id=self.programme.pk, requested_by=user)
        job = latest.order_by("-created_at").first()
        progress = job_progress_context(job, user) if job and job.state != Job.State.CANCELLED else None
        return super().get_context_data(progress=progress, is_working=bool(job and job.is_open), **kwargs)

    def post(self, request, *args, **kwargs):
        request_export(programme=self.programme, language=get_language()[:2], actor=request.user)
        return HttpResponseRedirect(reverse("imports:export", args=[self.programme.pk]))


class ExportFileView(JobFileMixin, ProgrammeMixin, View):
    """Hand the workbook out: to the whole secretariat of the programme."""

    audience = (AccessKind.SECRETARIAT,)

    def jobs(self):
        return Job.objects.visible_to(self.request.user).filter(kind=EXPORT, programme_id=self.programme.pk)
