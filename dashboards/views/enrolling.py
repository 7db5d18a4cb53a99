"""A company joins a programme, withdraws, and may come back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from companies.enums import AccessKind
from dashboards.queries import enrolling as queries
from dashboards.rendering import enrolling as drawn
from dashboards.rendering.following import tabs
from policies.services.enrolling import enrol_company, next_code
from programmes.forms.enrolment import EnrolForm, ReturnForm, WithdrawForm
from programmes.models import Interruption
from programmes.services import enrolment as services
from programmes.views import ProgrammeMixin

from .assigning import RefusingMixin
from .following import EnrolmentMixin


class EnrolView(RefusingMixin, ProgrammeMixin, FormView):
    """One more company; many at once come with a workbook."""

    template_name = "dashboards/enrolling/enrol.html"
    audience = (AccessKind.SECRETARIAT,)
    form_class = EnrolForm

    def get_initial(self):
        return {"code": next_code(self.programme), "joined_on": max(self.day, self.programme.starts_on)}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"companies": queries.known_companies(self.request.user, self.programme)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("dashboards:companies", args=[self.programme.pk])
        return form

    def save(self, form) -> None:
        values = form.cleaned_data
        self.enrolment = enrol_company(
            programme=self.programme,
            company=values["company"],
            values=form.new_company(),
            code=values["code"],
            joined_on=values["joined_on"],
            actor=self.request.user,
        )
        messages.success(self.request, _("%(name)s takes part.") % {"name": self.enrolment.company.name})

    def get_success_url(self):
        return reverse("dashboards:following", args=[self.programme.pk, self.enrolment.company_id])


class EnrolmentView(EnrolmentMixin, TemplateView):
    """Since when the company takes part; its withdrawal, its return, and the days in between."""

    template_name = "dashboards/enrolling/enrolment.html"

    def make_form(self, deed: str, data=None):
        if deed == "return":
            return ReturnForm(data, initial={"returned_on": self.day}, prefix=deed)
        initial = {
            "withdrawn_on": self.enrolment.withdrawn_on or self.day,
            "reason": self.enrolment.withdrawal_reason,
        }
        return WithdrawForm(data, initial=initial, prefix=deed)

    def post(self, request, *args, **kwargs):
        deed = request.POST.get("deed", "")
        if deed not in ("withdraw", "return"):
            return self.render_to_response(self.get_context_data(), status=422)
        form = self.make_form(deed, request.POST)
        if form.is_valid():
            try:
                self.save(deed, form.cleaned_data)
            except ValidationError as error:
                form.refuse(error)
            else:
                return HttpResponseRedirect(self.page_url)
        return self.render_to_response(self.get_context_data(wrong=(deed, form)), status=422)

    def save(self, deed: str, values: dict) -> None:
        actor = self.request.user
        if deed == "withdraw":
            services.withdraw_company(enrolment=self.enrolment, actor=actor, **values)
            messages.success(self.request, _("The withdrawal was recorded."))
        else:
            services.return_company(enrolment=self.enrolment, actor=actor, **values)
            messages.success(self.request, _("The return was recorded."))

    def get_context_data(self, **kwargs):
        wrong = kwargs.pop("wrong", None)
        forms = {deed: self.make_form(deed) for deed in ("withdraw", "return")}
        if wrong:
            forms[wrong[0]] = wrong[1]
        away = Interruption.objects.visible_to(self.request.user).filter(enrolment=self.enrolment)
        return super().get_context_data(
            tabs=tabs(self.enrolment, here=""),
            withdraw=forms["withdraw"],
            returning=forms["return"],
            wrong_form=wrong[1] if wrong else None,
            terms=drawn.terms(self.enrolment, day=self.day),
            events=drawn.away(away.select_related("recorded_by").order_by("-withdrawn_on")),
            left_over=drawn.left_over_lines(queries.left_over(self.enrolment, now=self.now)),
            **kwargs,
        )
