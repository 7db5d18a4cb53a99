"""What the secretariat does about many companies at once: they were ticked in the matrix, or are all that it found.

The list posts the ticked companies, or `all`, and its own address as `list`. From the first page on the choice is a list
of ids in one field, so that what is done is what was counted, whatever happens to the list meanwhile.
"""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.generic import FormView

from companies.enums import AccessKind
from policies.forms.cohort import CohortForm
from programmes.forms.following import ChargeAllForm, ExtendAllForm
from programmes.forms.mailings import ids_of
from programmes.models import Enrolment, MilestoneKind
from programmes.queries import following as queries
from programmes.services import following as services
from programmes.views import ProgrammeMixin

# A list may be longer than what can be ticked on one page of it.
MOST = 10_000


def chosen_ids(request, programme, *, today) -> list[UUID]:
    """Return the ids of the companies that a list posts, or that an address names (`?company=`), as they came."""
    if "all" in request.POST:
        form = CohortForm(QueryDict(request.POST.get("list", "")))
        listed = form.listed(request.user, programme, day=form.day(today), today=today)
        return list(listed.values_list("company_id", flat=True)[:MOST])
    ticked = [*request.GET.getlist("company"), *request.POST.getlist("company")]
    return ids_of([*ticked, *request.POST.get("companies", "").split(",")][:MOST])


def as_field(ids: Iterable[UUID]) -> str:
    """Return ids as the one field in which they go along."""
    return ",".join(map(str, ids))


def list_url(request, programme) -> str:
    """Return the list that the choice was made in, with its filters."""
    query = QueryDict(request.POST.get("list", "")).urlencode()
    url = reverse("dashboards:companies", args=[programme.pk])
    return f"{url}?{query}" if query else url


def back_without_choice(request, programme) -> HttpResponseRedirect:
    """Go back to a list in which nothing was ticked, and say what to do."""
    messages.error(request, _("No company was chosen. Please tick the companies first, or all of the list."))
    return HttpResponseRedirect(list_url(request, programme))


class ChosenView(ProgrammeMixin, FormView):
    """A form about companies chosen from the list. The first POST brings the choice, the second the answers."""

    http_method_names = ["post", "options"]
    audience = (AccessKind.SECRETARIAT,)
    asks = ""  # a field that only the form itself sends

    @cached_property
    def enrolments(self) -> list[Enrolment]:
        """The chosen companies that take part today, by name."""
        ids = chosen_ids(self.request, self.programme, today=self.day)
        found = Enrolment.objects.visible_to(self.request.user).filter(programme=self.programme, company__in=ids)
        return list(found.as_of(self.day).select_related("company").order_by("company__name_kana", "code"))

    def post(self, request, *args, **kwargs):
        if not self.enrolments:
            return back_without_choice(request, self.programme)
        if self.asks not in request.POST:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if self.asks not in self.request.POST:
            kwargs.pop("data", None)
            kwargs.pop("files", None)
        return kwargs

    def get_initial(self):
        ids = as_field(each.company_id for each in self.enrolments)
        return {"companies": ids, "list": self.request.POST.get("list", "")}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.get_success_url()
        return form

    def get_success_url(self):
        return list_url(self.request, self.programme)

    def get_context_data(self, **kwargs):
        return super().get_context_data(chosen=[each.company for each in self.enrolments], **kwargs)


class ChargeChosenView(ChosenView):
    """One of the secretariat in charge of all of them."""

    template_name = "dashboards/chosen/charge.html"
    form_class = ChargeAllForm
    asks = "seat"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"seats": queries.secretaries(self.programme.pk)}

    def form_valid(self, form):
        count = services.put_all_in_charge(
            enrolments=self.enrolments, seat=form.chosen_seat, actor=self.request.user, today=self.day
        )
        said = ngettext(
            "Changed who is in charge of %(count)s company.", "Changed who is in charge of %(count)s companies.", count
        )
        so_already = len(self.enrolments) - count
        same = ngettext("For %(count)s it was so already.", "For %(count)s it was so already.", so_already)
        messages.success(self.request, _said((said, count), (same, so_already)))
        return super().form_valid(form)


class ExtendChosenView(ChosenView):
    """One longer deadline for all of them, with one reason."""

    template_name = "dashboards/chosen/extend.html"
    form_class = ExtendAllForm
    asks = "due_on"

    def get_form_kwargs(self):
        kinds = MilestoneKind.objects.visible_to(self.request.user).filter(programme=self.programme)
        return super().get_form_kwargs() | {"kinds": kinds}

    def form_valid(self, form):
        try:
            done = services.extend_deadlines(
                enrolments=self.enrolments,
                kind=form.milestone,
                due_on=form.cleaned_data["due_on"],
                reason=form.cleaned_data["reason"],
                actor=self.request.user,
                today=self.day,
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        given = ngettext(
            "The deadline was extended for %(count)s company.",
            "The deadline was extended for %(count)s companies.",
            done.given,
        )
        reached = ngettext("%(count)s had reached it already.", "%(count)s had reached it already.", done.reached)
        as_long = ngettext("%(count)s had as long already.", "%(count)s had as long already.", done.as_long)
        messages.success(self.request, _said((given, done.given), (reached, done.reached), (as_long, done.as_long)))
        return super().form_valid(form)


def _said(first: tuple[str, int], *others: tuple[str, int]) -> str:
    """Return sentences with their numbers; after the first, those that count nothing are left out."""
    sentences = [first, *(each for each in others if each[1])]
    between = "" if (get_language() or "ja").startswith("ja") else " "
    return between.join(words % {"count": f"{count:,}"} for words, count in sentences)
