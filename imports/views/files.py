"""The files of the importer: the template, the upload as it was, the upload with remarks."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.generic import View

from jobs.models import StoredFile
from jobs.services import FILE_TYPES
from jobs.views import FILE_POLICY, file_response

from .mixins import ImporterMixin, ImportMixin


class TemplateView(ImporterMixin, View):
    """The workbook to fill in, in the reader's language."""

    def get(self, request, *args, **kwargs):
        from imports.importing.reading.blank import blank_workbook  # noqa: PLC0415 - openpyxl only where it is asked for

        response = HttpResponse(blank_workbook(), content_type=FILE_TYPES[".xlsx"])
        name = _("spp-programme")
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
        response["Content-Security-Policy"] = FILE_POLICY
        response["Cache-Control"] = "private, no-store"
        return response


class FileView(ImportMixin, View):
    """The workbook as it was uploaded."""

    def get(self, request, *args, **kwargs):
        return self.hand_out(self.imported.file_id)

    def hand_out(self, file_id):
        if file_id is None:
            raise Http404
        return file_response(get_object_or_404(StoredFile.objects.visible_to(self.request.user), pk=file_id))


class RemarksView(FileView):
    """The workbook with a remark at every cell that needs one."""

    def get(self, request, *args, **kwargs):
        return self.hand_out(self.imported.annotated_id)
