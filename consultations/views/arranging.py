"""Advisers and the secretariat book for a company and put off; the company puts off what it booked."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from consultations import permissions, queries, rendering, services
from consultations.forms import ArrangeForm, SlotForm
from consultations.services import BookingRefused
from programmes.models import Seat

from .booking import BookingMixin, MeetingMixin, booked_url


class _ChoosingView(BookingMixin, TemplateView):
    """A page on which a time is chosen at once: those that are offered, and for staff another one as well."""

    moving = None

    def choice(self) -> queries.Choice:
        return queries.choice(
            self.enrolment, now=self.now, since=self.since(), with_notice=self.is_member, moving=self.moving
        )

    def make_form(self, choice, data=None):
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        choice = kwargs.pop("choice", None) or self.choice()
        form = kwargs.pop("form", None) or self.make_form(choice)
        return super().get_context_data(
            form=form,
            days=rendering.slot_days(choice, chosen=form["slot"].value() or ""),
            next_url=f"?from={choice.next_from}" if choice.next_from else "",
            first_url="?" if self.since() else "",
            has_adviser=bool(choice.calendars),
            **kwargs,
        )

    def adviser(self, pk) -> Seat | None:
        return Seat.objects.visible_to(self.request.user).filter(pk=pk, programme=self.enrolment.programme_id).first()

    def post(self, request, *args, **kwargs):
        choice = self.choice()
        form = self.make_form(choice, request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, choice=choice), status=422)
        adviser_id, starts_at = form.cleaned_data["slot"]
        adviser = self.adviser(adviser_id)
        if adviser is None:
            form.add_error("slot", _("Please choose one of the times below"))
            return self.render_to_response(self.get_context_data(form=form, choice=choice), status=422)
        slot = next((s for _day, slots in choice.days for s in slots if s.key == form["slot"].value()), None)
        try:
            return HttpResponseRedirect(self.save(form.cleaned_data, adviser, starts_at, slot))
        except BookingRefused as error:
            form.add_error("slot", str(error))
            return self.render_to_response(self.get_context_data(form=form, choice=self.choice()), status=409)


class ArrangeView(_ChoosingView):
    """An adviser or the secretariat books for the company, if need be outside the hours."""

    template_name = "consultations/booking/arrange.html"
    for_members = False

    def is_for_this_person(self) -> bool:
        if self.is_member or self.enrolment is None:
            return not self.is_member
        return permissions.can_book(self.request.user, self.enrolment)

    def make_form(self, choice, data=None) -> ArrangeForm:
        return ArrangeForm(data, choice=choice, people=self.people, initial={"method": "online"})

    def get(self, request, *args, **kwargs):
        if self.enrolment is None:
            return self.render_to_response(BookingMixin.get_context_data(self))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        left = queries.remaining(self.enrolment)
        operation = self.request.POST.get("operation") or uuid4()
        return super().get_context_data(
            left=left, enrolment=self.enrolment, operation=operation, is_other=True, **kwargs
        )

    def post(self, request, *args, **kwargs):
        if self.enrolment is None:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def save(self, values: dict, adviser: Seat, starts_at, slot) -> str:
        try:
            operation = services.read_operation(self.request.POST.get("operation", ""))
        except ValueError:
            operation = uuid4()
        booked = services.book(
            enrolment=self.enrolment,
            adviser=adviser,
            starts_at=starts_at,
            method=values["method"],
            operation=operation,
            actor=self.request.user,
            now=self.now,
            people=values.get("people", ()),
        )
        messages.success(self.request, _("The consultation is booked. Everybody who comes is told."))
        return booked_url(booked)


class MoveView(MeetingMixin, _ChoosingView):
    """The same consultation at another time."""

    template_name = "consultations/booking/move.html"

    @property
    def moving(self):
        return self.consultation.pk

    def make_form(self, choice, data=None):
        form_class = SlotForm if self.is_member else ArrangeForm
        options = {} if self.is_member else {"is_move": True, "initial": {"method": self.consultation.method}}
        form = form_class(data, choice=choice, **options)
        form.submit_label = _("Put it off to this time")
        return form

    def is_possible(self) -> bool:
        return self.is_open and (not self.is_member or self.now <= services.deadline(self.consultation))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            is_possible=self.is_possible(),
            deadline=services.deadline(self.consultation),
            is_other=not self.is_member,
            **kwargs,
        )

    def save(self, values: dict, adviser: Seat, starts_at, slot) -> str:
        method = values.get("method") or (slot.mode(self.consultation.method) if slot else self.consultation.method)
        if not permissions.can_arrange(self.request.user, self.consultation):
            raise PermissionDenied
        moved = services.put_off(
            consultation=self.consultation,
            adviser=adviser,
            starts_at=starts_at,
            method=method,
            actor=self.request.user,
            now=self.now,
            reason=values.get("reason", ""),
        )
        messages.success(
            self.request,
            _("It was put off to %(when)s. Everybody who comes is told.") % {"when": rendering.when(moved)},
        )
        return booked_url(moved)
