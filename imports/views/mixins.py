"""Who may come in, and which import the address names."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from imports.models import Import
from imports.permissions import can_import


class ImporterMixin(LoginRequiredMixin):
    """Pages of secretariats; for everybody else there is nothing here."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not can_import(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class ImportMixin(ImporterMixin):
    """Loads the import through the door before anything is said about rights: what is not in sight is not there."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.imported = get_object_or_404(Import.objects.visible_to(request.user), pk=kwargs["import_id"])
