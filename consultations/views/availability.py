"""When an adviser has time: hours, exceptions, absences, conflicts, and what companies see of it."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from common import dates
from companies.enums import AccessKind
from companies.models import Company
from consultations import permissions, queries, rendering, services
from consultations.forms import AbsenceForm, ConflictForm, ExceptionForm, HoursForm, PracticeForm
from consultations.forms.availability import WEEKDAYS
from consultations.models import Absence, DayException, WeeklyHours
from consultations.rendering.overview import names
from programmes.models import Conflict, Enrolment, Seat
from programmes.views import ProgrammeMixin

PREVIEW = timedelta(weeks=4)
FORMS = {"practice": PracticeForm, "hours": HoursForm, "exception": ExceptionForm, "absence": AbsenceForm}
ROWS = {"hours": WeeklyHours, "exception": DayException, "absence": Absence}


class AdvisersView(ProgrammeMixin, TemplateView):
    """The advisers of the programme with a way to the times of each; an adviser goes straight to the own ones."""

    template_name = "consultations/availability/advisers.html"
    audience = (AccessKind.SECRETARIAT, AccessKind.ADVISER)

    def get(self, request, *args, **kwargs):
        if not self.manages:
            own = self.seats().filter(user_id=request.user.pk).first()
            if own is None:
                raise Http404
            return HttpResponseRedirect(reverse("consultations:availability", args=[self.programme.pk, own.pk]))
        return super().get(request, *args, **kwargs)

    def seats(self):
        seats = Seat.objects.visible_to(self.request.user).filter(programme=self.programme)
        return seats.current().advising().order_by("name_kana", "email")

    def get_context_data(self, **kwargs):
        held = queries.held_by(self.request.user, self.programme)
        since, until = self.day, self.day + PREVIEW
        found = queries.calendars(self.seats(), since=since, until=until)
        return super().get_context_data(
            table=rendering.advisers_table(found, held, programme_id=self.programme.pk, today=self.day), **kwargs
        )


class AvailabilityView(ProgrammeMixin, TemplateView):
    """One adviser's page. Every row is added and removed by a button of its own; nothing is dragged."""

    template_name = "consultations/availability/adviser.html"
    audience = (AccessKind.SECRETARIAT, AccessKind.ADVISER)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            seats = Seat.objects.visible_to(request.user).filter(programme=self.programme).current().advising()
            self.seat = get_object_or_404(seats, pk=kwargs["seat_id"])

    def is_for_this_person(self) -> bool:
        return super().is_for_this_person() and permissions.can_keep_hours(self.request.user, self.seat)

    def url(self, part: str = "") -> str:
        page = reverse("consultations:availability", args=[self.programme.pk, self.seat.pk])
        return f"{page}#{part}" if part else page

    def companies(self):
        enrolments = Enrolment.objects.visible_to(self.request.user).filter(programme=self.programme)
        companies = Company.objects.visible_to(self.request.user).filter(pk__in=enrolments.values("company"))
        return companies.order_by("name_kana", "pk")

    def make_form(self, kind: str, data=None):
        if kind == "conflict":
            return ConflictForm(data, prefix=kind, companies=self.companies())
        options = {"prefix": kind}
        if kind == "practice":
            options["instance"] = services.practice_of(self.seat)
        elif kind == "absence":
            others = Seat.objects.visible_to(self.request.user).filter(programme=self.programme).current().advising()
            options["others"] = others.exclude(pk=self.seat.pk).order_by("name_kana", "email")
        return FORMS[kind](data, **options)

    def get_context_data(self, **kwargs):
        wrong = kwargs.pop("wrong", None)
        forms = {kind: self.make_form(kind) for kind in (*FORMS, "conflict")}
        if wrong:
            forms[wrong[0]] = wrong[1]
        user, until = self.request.user, self.day + PREVIEW
        calendar = queries.calendar_of(self.seat, since=self.day, until=until)
        booked = list(queries.booked_from(user, self.seat, now=self.now))
        return super().get_context_data(
            seat=self.seat,
            forms=forms,
            wrong_form=wrong[1] if wrong else None,
            is_own=self.seat.user_id == user.pk,
            hours=[(row.pk, self.hours_line(row)) for row in self.rows(WeeklyHours)],
            exceptions=[(row.pk, self.exception_line(row)) for row in self.rows(DayException).filter(on__gte=self.day)],
            absences=[
                (row.pk, self.absence_line(row))
                for row in queries.with_unassigned(self.rows(Absence).filter(ends_on__gte=self.day)).select_related(
                    "stand_in"
                )
            ],
            conflicts=self.conflicts(),
            preview=rendering.preview_days(self.free(calendar), [c for c in booked if self.is_near(c)]),
            fallen=self.fallen(booked),
            **kwargs,
        )

    def rows(self, model):
        return model.objects.visible_to(self.request.user).filter(seat=self.seat)

    def hours_line(self, row: WeeklyHours) -> str:
        return f"{WEEKDAYS[row.weekday]} {rendering.hours_label(row.starts, row.ends)} {row.get_method_display()}"

    def exception_line(self, row: DayException) -> str:
        day = dates.long_date(row.on)
        if row.is_closed:
            return _("%(day)s: no consultations") % {"day": day}
        return f"{day} {rendering.hours_label(row.starts, row.ends)} {row.get_method_display()}"

    def absence_line(self, row: Absence) -> str:
        line = _("%(first)s to %(last)s") % {
            "first": dates.long_date(row.starts_on),
            "last": dates.long_date(row.ends_on),
        }
        if row.stand_in:
            stand_in = _("Stand-in: %(name)s") % {"name": row.stand_in.name}
            line = f"{line} {stand_in}"
            if row.unassigned:
                line = f"{line} {self.still_to_assign(row)}"
        return line

    def still_to_assign(self, row: Absence) -> str:
        """Say that the stand-in can be booked only by companies to which the secretariat assigned them."""
        return _("The secretariat has still to assign the stand-in to: %(companies)s") % {
            "companies": names(row.unassigned)
        }

    def conflicts(self) -> list:
        rows = Conflict.objects.visible_to(self.request.user).filter(seat=self.seat).standing()
        return [(row.pk, row.company.name, row.reason) for row in rows.select_related("company")]

    def is_near(self, consultation) -> bool:
        return consultation.starts_at < queries.midnight(self.day + PREVIEW)

    def free(self, calendar):
        until = self.day + PREVIEW
        taken = queries.taken([self.seat.pk], since=self.day, until=until)
        terms = queries.Terms(self.day, until, self.programme.consultation_minutes, self.now)
        return list(queries.free_days([calendar], taken, terms))

    def fallen(self, booked: list) -> list[tuple[str, str]]:
        """Say which booked consultations lie outside the hours as they are now. Nobody cancels them but people."""
        if not booked:
            return []
        last = max(self.day, booked[-1].starts_at.date() + timedelta(days=1))
        calendar = queries.calendar_of(self.seat, since=self.day, until=last)
        return [
            (
                rendering.fallen_out_line(each),
                reverse("consultations:booked", args=[each.company_id, each.pk]),
            )
            for each in booked
            if not queries.is_within_hours(calendar, each.starts_at, each.ends_at)
        ]

    def post(self, request, *args, **kwargs):
        kind, _colon, pk = request.POST.get("remove", "").partition(":")
        if kind:
            return self.remove(kind, pk)
        kind = request.POST.get("deed", "")
        if kind not in (*FORMS, "conflict"):
            return self.render_to_response(self.get_context_data(), status=422)
        form = self.make_form(kind, request.POST)
        if kind != "practice" and kind != "conflict":
            form.instance.seat, form.instance.programme = self.seat, self.programme
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(wrong=(kind, form)), status=422)
        try:
            self.save(kind, form)
        except ValidationError as error:
            form.add_error(None, error)
            return self.render_to_response(self.get_context_data(wrong=(kind, form)), status=422)
        messages.success(request, _("Saved. What is booked already stays as it is."))
        return HttpResponseRedirect(self.url(f"part-{kind}"))

    def save(self, kind: str, form) -> None:
        user = self.request.user
        if kind == "practice":
            services.set_practice(practice=form.save(commit=False), actor=user)
        elif kind == "conflict":
            values = form.cleaned_data
            services.declare_conflict(seat=self.seat, company=values["company"], reason=values["reason"], actor=user)
        else:
            services.add_times(row=form.save(commit=False), actor=user)

    def remove(self, kind: str, pk: str):
        try:
            pk = services.read_operation(pk)
        except ValueError as error:
            raise Http404 from error
        user = self.request.user
        if kind == "conflict":
            rows = Conflict.objects.visible_to(user).filter(seat=self.seat).standing()
            services.withdraw_conflict(conflict=get_object_or_404(rows, pk=pk), actor=user, now=self.now)
        elif kind in ROWS:
            services.remove_times(row=get_object_or_404(self.rows(ROWS[kind]), pk=pk), actor=user)
        else:
            raise Http404
        messages.success(self.request, _("Removed. What is booked already stays as it is."))
        return HttpResponseRedirect(self.url(f"part-{kind}"))
