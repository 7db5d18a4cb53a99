"""Next year's programme: everything proposed and open to change, then one question, then one deed."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from companies.enums import AccessKind
from dashboards.rendering import rollover as drawn
from policies.queries import present_state
from policies.services.next_programme import make_next_programme
from programmes.forms.rollover import NextProgrammeForm
from programmes.models import MilestoneKind, Programme
from programmes.queries import reached_milestones
from programmes.queries import rollover as queries
from programmes.services.rollover import MadeAlready
from programmes.views import ProgrammeMixin

CHECK, MAKE = "check", "make"


class NextProgrammeView(ProgrammeMixin, TemplateView):
    """What will be made, with dates to change; a press asks once more, and the next one makes it.

    Nothing is kept between the steps but the form itself, which the question carries along.
    """

    template_name = "programmes/rollover/form.html"
    audience = (AccessKind.SECRETARIAT,)

    def get(self, request, *args, **kwargs):
        return self._form_page(self._form())

    def post(self, request, *args, **kwargs):
        made = queries.next_programme(request.user, self.programme)
        if made:
            return self._made_already(made)
        form, step = self._form(request.POST), request.POST.get("step", "")
        if step not in (CHECK, MAKE):
            # Another choice of companies, or back from the question: nobody has asked yet whether all is right.
            form.full_clean()
            form._errors = ErrorDict()
            return self._form_page(form)
        if not form.is_valid():
            return self._form_page(form)
        return self._make(form) if step == MAKE else self._question(form)

    def _form(self, data=None) -> NextProgrammeForm:
        user = self.request.user
        self.kinds = list(MilestoneKind.objects.visible_to(user).filter(programme=self.programme))
        form = NextProgrammeForm(
            data,
            initial=queries.next_values(self.programme) | {"which": queries.EVERYBODY},
            sessions=queries.proposed_sessions(user, self.programme),
            milestones=queries.proposed_milestones(user, self.programme),
            kinds=self.kinds,
        )
        form.cancel_url = reverse("dashboards:programme", args=[self.programme.pk])
        return form

    def _candidates(self, form: NextProgrammeForm) -> list:
        which = str(form["which"].value() or "")
        found = queries.candidates(self.request.user, self.programme, which=which, day=self.day)
        return list(found.annotate(state=present_state(), reached=reached_milestones(self.day)).order_by("code", "pk"))

    def _going_on(self, form: NextProgrammeForm) -> list:
        return queries.left_out(self._candidates(form), self._without())

    def _without(self) -> set[UUID]:
        """Return the companies that were ticked to be left out."""
        return {pk for text in self.request.POST.getlist("without") if (pk := _uuid(text))}

    def _form_page(self, form: NextProgrammeForm):
        context = self.get_context_data(
            form=form,
            made=queries.next_programme(self.request.user, self.programme),
            table=drawn.candidates_table(self._candidates(form), self.kinds, without=self._without()),
            has_plan=bool(form.sessions),
        )
        return self.render_to_response(context)

    def _question(self, form: NextProgrammeForm):
        going_on = self._going_on(form)
        plan = form.plan(each.company_id for each in going_on)
        context = self.get_context_data(
            terms=drawn.plan_terms(plan),
            lists=drawn.plan_lists(plan, form, going_on),
            kept=[
                (name, value)
                for name, values in self.request.POST.lists()
                if name not in ("csrfmiddlewaretoken", "step")
                for value in values
            ],
        )
        self.template_name = "programmes/rollover/check.html"
        return self.render_to_response(context)

    def _make(self, form: NextProgrammeForm):
        going_on = self._going_on(form)
        plan = form.plan(each.company_id for each in going_on)
        try:
            programme = make_next_programme(source=self.programme, plan=plan, actor=self.request.user)
        except MadeAlready as made:
            if made.programme is None:
                form.add_error(None, str(made))
                return self._form_page(form)
            return self._made_already(made.programme)
        except ValidationError as error:
            form.add_error(None, error)
            return self._form_page(form)
        messages.success(self.request, _made(len(plan.sessions), len(going_on)))
        return HttpResponseRedirect(reverse("dashboards:programme", args=[programme.pk]))

    def _made_already(self, programme: Programme):
        messages.info(self.request, str(MadeAlready(programme)))
        return HttpResponseRedirect(reverse("dashboards:programme", args=[programme.pk]))


def _made(sessions: int, companies: int) -> str:
    return " ".join(
        [
            _("The programme is made."),
            ngettext("%(count)s session is a draft.", "%(count)s sessions are drafts.", sessions) % {"count": sessions},
            ngettext("%(count)s company goes on.", "%(count)s companies go on.", companies) % {"count": companies},
        ]
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
