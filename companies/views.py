"""What pages of one company share."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404

from .models import Company


class CompanyMixin(LoginRequiredMixin):
    """Loads the company in the address through the door; somebody else's company is not there: 404.

    The middleware has narrowed the request to this company already, so nothing of another one can reach the page.
    """

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.company = get_object_or_404(Company.objects.visible_to(request.user), pk=kwargs["company_id"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(company=self.company, **kwargs)
