"""Who advises whom, as the secretariat arranges it: by adviser, by company, and for the days of an absence."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from companies.enums import AccessKind
from consultations.queries import waiting_stand_ins
from consultations.rendering.overview import stand_in_tasks
from dashboards.queries import assigning as queries
from dashboards.rendering import assigning as drawn
from dashboards.rendering.following import tabs
from programmes.forms.assignment import AssignForm, AssignManyForm, HandOnForm, PeriodForm, StandInForm
from programmes.models import Enrolment
from programmes.queries import assignment as found
from programmes.services import assignment as services
from programmes.views import ProgrammeMixin

from .following import EnrolmentMixin


class AssignmentsView(ProgrammeMixin, TemplateView):
    """What every adviser has to do, what is to be settled, and the companies that have nobody."""

    template_name = "dashboards/assigning/advisers.html"
    audience = (AccessKind.SECRETARIAT,)

    def get_context_data(self, **kwargs):
        user, programme, day = self.request.user, self.programme, self.day
        without = found.without_adviser(user, programme, day=day)
        unsettled = drawn.conflict_tasks(found.in_conflict(user, programme, day=day))
        return super().get_context_data(
            table=drawn.load_table(queries.load(user, programme, now=self.now, day=day)),
            tasks=[*unsettled, *stand_in_tasks(waiting_stand_ins(user, programme, day=day))],
            without=[(each.company.name, each.company_id) for each in without[:20]],
            without_count=without.count(),
            **kwargs,
        )


class RefusingMixin:
    """Shows what a service refused at the field it is about; what was typed stays."""

    def form_valid(self, form):
        try:
            self.save(form)
        except ValidationError as error:
            form.refuse(error)
            return self.form_invalid(form)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class AdviserView(RefusingMixin, ProgrammeMixin, FormView):
    """One adviser: load, companies, conflicts; and companies without an adviser to choose from."""

    template_name = "dashboards/assigning/adviser.html"
    audience = (AccessKind.SECRETARIAT,)
    form_class = AssignManyForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            seats = queries.load(request.user, self.programme, now=self.now, day=self.day)
            self.seat = get_object_or_404(seats, pk=kwargs["seat_id"])

    def get_initial(self):
        return {"starts_on": self.day, "ends_on": self.programme.ends_on}

    def get_form_kwargs(self):
        free = found.without_adviser(self.request.user, self.programme, day=self.day)
        barred = found.conflicted_companies(self.seat)
        return super().get_form_kwargs() | {"enrolments": free.exclude(company__in=barred)}

    def get_success_url(self):
        return drawn.adviser_url(self.seat)

    def save(self, form) -> None:
        values = form.cleaned_data
        given = services.give_adviser(
            adviser=self.seat,
            enrolments=values["companies"],
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            actor=self.request.user,
        )
        words = ngettext("Assigned to %(count)s company.", "Assigned to %(count)s companies.", len(given))
        messages.success(self.request, words % {"count": len(given)})

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user = self.request.user
        own = found.assignments(user, self.programme, day=self.day).filter(adviser=self.seat)
        times = reverse("consultations:availability", args=[self.programme.pk, self.seat.pk])
        return context | {
            "seat": self.seat,
            "figures": drawn.load_figures(self.seat),
            "table": drawn.assignments_table(own, day=self.day, of_company=False),
            "conflicts": [(each.company.name, each.reason) for each in found.conflicts_of(user, self.seat)],
            "times_url": times,
            "conflicts_url": f"{times}#part-conflict",
            "has_free": bool(context["form"].fields["companies"].queryset),
        }


class CompanyAdvisersView(RefusingMixin, EnrolmentMixin, FormView):
    """The advisers of one company, past, present and to come, and the choice of one more."""

    template_name = "dashboards/assigning/company.html"
    form_class = AssignForm

    def get_initial(self):
        return {"starts_on": self.day, "ends_on": self.programme.ends_on}

    def get_form_kwargs(self):
        load = queries.load(self.request.user, self.programme, now=self.now, day=self.day)
        own = {"advisers": found.advisers_for(self.request.user, self.enrolment), "labels": drawn.load_labels(load)}
        return super().get_form_kwargs() | own

    def get_success_url(self):
        return reverse("dashboards:company_advisers", args=[self.programme.pk, self.company.pk])

    def save(self, form) -> None:
        values = form.cleaned_data
        services.give_adviser(
            adviser=values["adviser"],
            enrolments=[self.enrolment],
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            actor=self.request.user,
        )
        messages.success(self.request, _("%(name)s is assigned.") % {"name": values["adviser"].name})

    def get_context_data(self, **kwargs):
        user = self.request.user
        own = found.assignments(user, self.programme, day=self.day).filter(enrolment=self.enrolment)
        table = drawn.assignments_table(own, day=self.day, of_company=True)
        return super().get_context_data(
            tabs=tabs(self.enrolment, here="company_advisers"),
            table=table,
            barred=drawn.barred_lines(found.barred_advisers(user, self.enrolment)),
            **kwargs,
        )


class AssignmentView(EnrolmentMixin, TemplateView):
    """One assignment: other days, a successor, or an end at once."""

    template_name = "dashboards/assigning/assignment.html"
    deeds = ("period", "hand_on", "end")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            own = found.assignments(request.user, self.programme, day=self.day).filter(enrolment=self.enrolment)
            self.assignment = get_object_or_404(own, pk=kwargs["assignment_id"])

    @property
    def list_url(self) -> str:
        return reverse("dashboards:company_advisers", args=[self.programme.pk, self.company.pk])

    @property
    def is_over(self) -> bool:
        return self.assignment.ends_on is not None and self.assignment.ends_on < self.day

    def make_form(self, deed: str, data=None):
        if deed == "period":
            initial = {"starts_on": self.assignment.starts_on, "ends_on": self.assignment.ends_on}
            return PeriodForm(data, initial=initial, prefix=deed)
        others = found.advisers_for(self.request.user, self.enrolment).exclude(pk=self.assignment.adviser_id)
        load = queries.load(self.request.user, self.programme, now=self.now, day=self.day)
        return HandOnForm(
            data,
            initial={"last_day": self.day},
            prefix=deed,
            advisers=others,
            labels=drawn.load_labels(load),
        )

    def post(self, request, *args, **kwargs):
        deed = request.POST.get("deed", "")
        if deed == "end":
            return self.end()
        if deed not in self.deeds:
            return self.render_to_response(self.get_context_data(), status=422)
        form = self.make_form(deed, request.POST)
        if form.is_valid():
            try:
                self.save(deed, form.cleaned_data)
            except ValidationError as error:
                form.refuse(error)
            else:
                return HttpResponseRedirect(self.list_url)
        return self.render_to_response(self.get_context_data(wrong=(deed, form)), status=422)

    def save(self, deed: str, values: dict) -> None:
        actor = self.request.user
        if deed == "period":
            if services.change_period(assignment=self.assignment, actor=actor, **values):
                messages.success(self.request, _("The days were changed."))
            else:
                messages.info(self.request, _("The days are as they were."))
            return
        services.hand_on(assignment=self.assignment, actor=actor, **values)
        words = _("%(old)s until %(day)s, then %(new)s.")
        told = {"old": self.assignment.adviser.name, "new": values["successor"].name}
        messages.success(self.request, words % (told | {"day": drawn.dates.long_date(values["last_day"])}))

    def end(self):
        services.end_now(assignment=self.assignment, actor=self.request.user, today=self.day)
        words = _("The company's pages are closed to %(name)s from now on.")
        messages.success(self.request, words % {"name": self.assignment.adviser.name})
        return HttpResponseRedirect(self.list_url)

    def get_context_data(self, **kwargs):
        wrong = kwargs.pop("wrong", None)
        forms = {deed: self.make_form(deed) for deed in ("period", "hand_on")}
        if wrong:
            forms[wrong[0]] = wrong[1]
        context = super().get_context_data(**kwargs)
        return context | {
            "assignment": self.assignment,
            "forms": forms,
            "wrong_form": wrong[1] if wrong else None,
            "period": drawn.period(self.assignment.starts_on, self.assignment.ends_on),
            "standing": drawn.standing(self.assignment, day=self.day),
            "is_over": self.is_over,
            "left_over": []
            if self.is_over
            else drawn.left_over_lines(queries.left_over(self.assignment, now=self.now)),
            "back_url": self.list_url,
        }


class StandInView(RefusingMixin, ProgrammeMixin, FormView):
    """The companies of an absent adviser, for whom the stand-in is assigned in these days."""

    template_name = "dashboards/assigning/stand_in.html"
    audience = (AccessKind.SECRETARIAT,)
    form_class = StandInForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.absence = get_object_or_404(queries.absences(request.user, self.programme), pk=kwargs["absence_id"])

    def enrolments(self):
        """The companies that the absent adviser has in these days and the stand-in does not."""
        days = {"first": self.absence.starts_on, "last": self.absence.ends_on}
        rows = Enrolment.objects.visible_to(self.request.user).filter(
            programme=self.programme, pk__in=found.overlapping_enrolments(self.absence.seat_id, **days)
        )
        missing = rows.exclude(pk__in=found.overlapping_enrolments(self.absence.stand_in_id, **days))
        return missing.select_related("company").order_by("company__name_kana", "code")

    def get_initial(self):
        return {
            "starts_on": max(self.absence.starts_on, self.day),
            "ends_on": self.absence.ends_on,
            "companies": list(self.free().values_list("pk", flat=True)),
        }

    def free(self):
        return self.enrolments().exclude(company__in=found.conflicted_companies(self.absence.stand_in))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"enrolments": self.free()}

    def get_success_url(self):
        return reverse("dashboards:stand_in", args=[self.programme.pk, self.absence.pk])

    def save(self, form) -> None:
        values = form.cleaned_data
        given = services.give_adviser(
            adviser=self.absence.stand_in,
            enrolments=values["companies"],
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
            actor=self.request.user,
        )
        words = ngettext(
            "%(name)s stands in for %(count)s company.", "%(name)s stands in for %(count)s companies.", len(given)
        )
        messages.success(self.request, words % {"name": self.absence.stand_in.name, "count": len(given)})

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        barred = self.enrolments().filter(company__in=found.conflicted_companies(self.absence.stand_in))
        days = (self.absence.starts_on, self.absence.ends_on)
        return context | {
            "absence": self.absence,
            "days": drawn.period(*days),
            "is_over": self.absence.ends_on < self.day,
            "barred": [each.company.name for each in barred],
            "has_free": bool(context["form"].fields["companies"].queryset),
            "times_url": reverse("consultations:availability", args=[self.programme.pk, self.absence.seat_id]),
        }
