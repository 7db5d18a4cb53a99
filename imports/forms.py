"""The shape of what the importer is given."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin, UploadField

from .importing.planning import ALL
from .importing.reading import limits


class UploadForm(PortalFormMixin, forms.Form):
    """One workbook. What is inside is looked at by the worker, never here."""

    file = UploadField(label=_("Excel workbook"), extensions=(".xlsx",), max_bytes=limits.FILE_BYTES, max_length=200)

    submit_label = _("Upload and check")
    show_needs = False


class ConfirmForm(forms.Form):
    """Which conflicts the file wins. Empty is the usual answer: what the portal says is kept."""

    take = forms.TypedMultipleChoiceField(required=False)

    def __init__(self, *args, conflicts: list[dict], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["take"].choices = [(ALL, ALL), *((conflict["id"], "") for conflict in conflicts)]
