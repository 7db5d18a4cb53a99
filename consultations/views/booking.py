"""A company books a consultation in three steps, puts it off, cancels it, or says when it could."""

from datetime import timedelta
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from companies.models import Person
from consultations import permissions, queries, rendering, services
from consultations.enums import State
from consultations.forms import AboutForm, CancelForm, MattersForm, SlotForm, WishForm
from consultations.models import BookingDraft, Change, Consultation, Participant, Topics
from consultations.services import BookingRefused, Matters
from consultations.workflow import TransitionRefused
from policies.queries import names_of
from programmes.enums import Mode
from programmes.views import CompanyPageMixin


class BookingMixin(CompanyPageMixin):
    """A page of booking: the year it is for, and the way back to the company's consultations."""

    tab = "consultations:company"
    for_members = True

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_for_this_person():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_for_this_person(self) -> bool:
        return self.is_member or not self.for_members

    @cached_property
    def enrolment(self):
        return queries.bookable_enrolment(self.request.user, self.company, day=self.day)

    @cached_property
    def people(self) -> list[Person]:
        return queries.people_of(self.request.user, self.company)

    def home_url(self) -> str:
        return reverse("consultations:company", args=[self.company.pk])

    def since(self):
        """The day from which times are shown, as the address says; nonsense is as if there were none."""
        try:
            return parse_date(self.request.GET.get("from", ""))
        except ValueError:
            return None

    def get_context_data(self, **kwargs):
        return super().get_context_data(home_url=self.home_url(), **kwargs)


class AboutView(BookingMixin, TemplateView):
    """The first step. What is entered is kept from here on, under an id that the form brings along."""

    template_name = "consultations/booking/about.html"
    draft = None

    def initial(self, still_open: list[str], items: list) -> dict:
        if self.draft is not None:
            return {
                "sections": self.draft.sections,
                "items": self.draft.items,
                "questions": self.draft.questions,
                "people": self.draft.people,
                "method": self.draft.method,
            }
        own = [person.pk for person in self.people if person.user_id == self.request.user.pk]
        return {"sections": still_open, "items": [key for key, _text in items], "people": own, "method": ""}

    def form(self, data=None) -> AboutForm:
        sections, still_open, items = queries.matters(self.request.user, self.company)
        form = AboutForm(
            data, sections=sections, items=items, people=self.people, initial=self.initial(still_open, items)
        )
        form.cancel_url = self.home_url()
        return form

    def get_context_data(self, **kwargs):
        if self.enrolment is None:
            return super().get_context_data(**kwargs)
        left = queries.remaining(self.enrolment)
        own = {"left": left, "left_line": rendering.left_line(left), "programme": self.enrolment.programme}
        if left:
            own["operation"] = self.draft.pk if self.draft else self.request.POST.get("operation") or uuid4()
            own["form"] = kwargs.pop("form", None) or self.form()
        return super().get_context_data(**own, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.enrolment is None:
            return self.render_to_response(self.get_context_data())
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        values = form.cleaned_data
        draft = services.keep_booking(
            enrolment=self.enrolment,
            operation=self.draft.pk if self.draft else self.operation(),
            actor=request.user,
            sections=values.get("sections", []),
            items=values.get("items", []),
            questions=values["questions"],
            people=[str(person.pk) for person in values.get("people", [])],
            method=values["method"],
        )
        return HttpResponseRedirect(reverse("consultations:book_time", args=[self.company.pk, draft.pk]))

    def operation(self):
        try:
            return services.read_operation(self.request.POST.get("operation", ""))
        except ValueError:
            return uuid4()


class DraftMixin(BookingMixin):
    """A step of a booking that was begun; somebody else's is not there. Booked already, it leads to what was booked."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            drafts = BookingDraft.objects.visible_to(request.user).filter(company=self.company)
            drafts = drafts.select_related("enrolment__programme", "enrolment__company", "adviser")
            self.draft = drafts.filter(pk=kwargs["draft_id"]).first()
            if self.draft is None:
                booked = Consultation.objects.visible_to(request.user).filter(company=self.company)
                self.booked = get_object_or_404(booked, operation=kwargs["draft_id"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.draft is None and self.is_for_this_person():
            return HttpResponseRedirect(booked_url(self.booked))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def enrolment(self):
        return self.draft.enrolment

    def step_url(self, step: str) -> str:
        return reverse(f"consultations:book_{step}", args=[self.company.pk, self.draft.pk])


def booked_url(consultation: Consultation) -> str:
    return reverse("consultations:booked", args=[consultation.company_id, consultation.pk])


class AboutAgainView(DraftMixin, AboutView):
    """The first step once more, as it was entered."""


class TimeView(DraftMixin, TemplateView):
    """The second step: days as headings, a radio button for every time."""

    template_name = "consultations/booking/time.html"

    def choice(self) -> queries.Choice:
        return queries.choice(self.enrolment, now=self.now, since=self.since(), wish=self.draft.method)

    def chosen(self) -> str:
        if self.draft.starts_at is None:
            return ""
        return queries.Slot(self.draft.adviser_id, self.draft.starts_at, self.draft.starts_at, "").key

    def get_context_data(self, **kwargs):
        choice = kwargs.pop("choice", None) or self.choice()
        chosen = kwargs.pop("chosen", None) or self.chosen()
        return super().get_context_data(
            days=rendering.slot_days(choice, chosen=chosen),
            next_url=f"?from={choice.next_from}" if choice.next_from else "",
            first_url="?" if self.since() else "",
            about_url=self.step_url("about"),
            wish_url=reverse("consultations:wish", args=[self.company.pk]) + f"?draft={self.draft.pk}",
            has_adviser=bool(choice.calendars),
            action=self.step_url("time"),
            **{"form": SlotForm(choice=choice)} | kwargs,
        )

    def post(self, request, *args, **kwargs):
        choice = self.choice()
        form = SlotForm(request.POST, choice=choice)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, choice=choice), status=422)
        adviser_id, starts_at = form.cleaned_data["slot"]
        slot, _calendar, _taken = queries.offered_slot(
            self.enrolment, adviser_id=adviser_id, starts_at=starts_at, now=self.now
        )
        if slot is None:
            text = services.why_not_offered(self.enrolment, adviser_id, starts_at, now=self.now)
            form.add_error("slot", text)
            return self.render_to_response(self.get_context_data(form=form, choice=choice), status=409)
        services.keep_time(draft=self.draft, slot=slot, actor=request.user)
        return HttpResponseRedirect(self.step_url("check"))


class CheckView(TimeView):
    """The third step: everything once more, then it is booked. Who comes too late sees other times, with all else kept."""

    template_name = "consultations/booking/check.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.is_for_this_person() and self.draft and self.draft.starts_at is None:
            return HttpResponseRedirect(self.step_url("time"))
        return super().dispatch(request, *args, **kwargs)

    def mode(self) -> str:
        """How it will be: as chosen, else as the adviser offers it at that time."""
        slot = queries.offered_slot(
            self.enrolment, adviser_id=self.draft.adviser_id, starts_at=self.draft.starts_at, now=self.now
        )[0]
        return slot.mode(self.draft.method) if slot else self.draft.method or Mode.ONLINE

    def own_people(self) -> list[Person]:
        return [person for person in self.people if str(person.pk) in self.draft.people]

    def get_context_data(self, **kwargs):
        if "form" in kwargs:
            return super().get_context_data(**kwargs)
        sections, _open, items = queries.matters(self.request.user, self.company)
        draft, length = self.draft, self.enrolment.programme.consultation_minutes
        urls = {"time": self.step_url("time"), "about": self.step_url("about")}
        return BookingMixin.get_context_data(
            self,
            terms=rendering.checked_terms(
                starts_at=draft.starts_at,
                ends_at=draft.starts_at + timedelta(minutes=length),
                adviser=draft.adviser.name,
                method=self.mode(),
                people=self.own_people(),
                urls=urls,
            )
            + rendering.matters_terms(
                [title for code, title in sections if code in draft.sections],
                [text for key, text in items if key in draft.items],
                draft.questions,
                url=urls["about"],
            ),
            time_url=urls["time"],
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        draft = self.draft
        try:
            booked = services.book(
                enrolment=self.enrolment,
                adviser=draft.adviser,
                starts_at=draft.starts_at,
                method=self.mode(),
                operation=draft.pk,
                actor=request.user,
                now=self.now,
                people=self.own_people(),
                matters=Matters(tuple(draft.sections), tuple(draft.items), draft.questions),
            )
        except BookingRefused as error:
            return self.other_times(error)
        return HttpResponseRedirect(f"{booked_url(booked)}?new")

    def other_times(self, error: BookingRefused):
        """Show the times again, with why this one could not be had at the field."""
        choice = self.choice()
        form = SlotForm({"slot": self.chosen()}, choice=choice)
        form.is_valid()
        form.add_error("slot", str(error))
        self.template_name = TimeView.template_name
        return self.render_to_response(self.get_context_data(form=form, choice=choice), status=409)


class WishView(BookingMixin, TemplateView):
    """No time suits: the company writes when it could, and the secretariat sees to it."""

    template_name = "consultations/booking/wish.html"

    def draft(self) -> BookingDraft | None:
        drafts = BookingDraft.objects.visible_to(self.request.user).filter(company=self.company)
        try:
            return drafts.filter(pk=services.read_operation(self.request.GET.get("draft", ""))).first()
        except ValueError:
            return None

    def get_context_data(self, **kwargs):
        draft = self.draft()
        form = kwargs.pop("form", None)
        if form is None and self.enrolment is not None:
            form = WishForm(initial={"operation": uuid4(), "method": draft.method if draft else ""})
        if form is not None:
            form.cancel_url = (
                reverse("consultations:book_time", args=[self.company.pk, draft.pk]) if draft else self.home_url()
            )
        return super().get_context_data(form=form, enrolment=self.enrolment, **kwargs)

    def post(self, request, *args, **kwargs):
        form = WishForm(request.POST)
        if self.enrolment is None or not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        values = form.cleaned_data
        services.wish_for_slot(
            enrolment=self.enrolment,
            text=values["text"],
            method=values["method"],
            operation=values["operation"],
            actor=request.user,
        )
        messages.success(request, _("The secretariat has your wish and will write to you with a time."))
        return HttpResponseRedirect(self.home_url())


class MeetingMixin(BookingMixin):
    """A page about one consultation of the company."""

    for_members = False

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = Consultation.objects.visible_to(request.user).filter(company=self.company)
            found = found.select_related("enrolment__programme", "enrolment__company", "company", "adviser__user")
            self.consultation = get_object_or_404(found, pk=kwargs["consultation_id"])

    @cached_property
    def enrolment(self):
        return self.consultation.enrolment

    @cached_property
    def reads_content(self) -> bool:
        return permissions.can_read_draft(self.request.user, self.consultation)

    @property
    def is_open(self) -> bool:
        return self.consultation.state == State.BOOKED and self.now < self.consultation.starts_at

    def meeting_url(self) -> str:
        return booked_url(self.consultation)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            consultation=self.consultation,
            meeting_url=self.meeting_url(),
            when=rendering.when(self.consultation),
            **kwargs,
        )


class BookedView(MeetingMixin, TemplateView):
    """What is booked, who comes, what it is about, and how it came to be; after booking, the confirmation."""

    template_name = "consultations/booking/booked.html"

    def get_context_data(self, **kwargs):
        meeting, user = self.consultation, self.request.user
        people = [
            row.person
            for row in Participant.objects.visible_to(user).filter(consultation=meeting).select_related("person")
        ]
        changes = list(Change.objects.visible_to(user).filter(consultation=meeting))
        is_in_time = not self.is_member or self.now <= services.deadline(meeting)
        return super().get_context_data(
            is_new="new" in self.request.GET and self.is_open,
            terms=rendering.meeting_terms(meeting, people),
            matters=self.matters() if self.reads_content else None,
            events=rendering.change_events(changes, names_of({change.made_by_id for change in changes})),
            badge=rendering.state_badge(meeting, now=self.now),
            can_move=self.is_open and is_in_time,
            can_cancel=self.is_open or (meeting.state == State.BOOKED and not self.is_member),
            can_write=self.is_open and self.reads_content,
            deadline=services.deadline(meeting),
            is_open=self.is_open,
            reads_content=self.reads_content,
            **kwargs,
        )

    def matters(self) -> list:
        topics = Topics.objects.visible_to(self.request.user).filter(consultation=self.consultation).first() or Topics()
        sections, _open, _items = queries.matters(self.request.user, self.company)
        items = queries.items_named(self.request.user, self.company, topics.items)
        return rendering.matters_terms(
            [title for code, title in sections if code in topics.sections], items, topics.questions
        )


class MattersView(MeetingMixin, TemplateView):
    """What it is about can be changed until it begins."""

    template_name = "consultations/booking/matters.html"

    def is_for_this_person(self) -> bool:
        return self.reads_content

    def form(self, data=None) -> MattersForm:
        user = self.request.user
        sections, _open, items = queries.matters(user, self.company)
        topics = Topics.objects.visible_to(user).filter(consultation=self.consultation).first() or Topics()
        initial = {"sections": topics.sections, "items": topics.items, "questions": topics.questions}
        form = MattersForm(data, sections=sections, items=items, initial=initial)
        form.cancel_url = self.meeting_url()
        return form

    def get_context_data(self, **kwargs):
        return super().get_context_data(is_open=self.is_open, **({"form": self.form()} | kwargs))

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        values = form.cleaned_data
        about = Matters(tuple(values.get("sections", ())), tuple(values.get("items", ())), values["questions"])
        try:
            services.set_matters(consultation=self.consultation, matters=about, actor=request.user, now=self.now)
        except BookingRefused as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(request, _("What the consultation is about was saved."))
        return HttpResponseRedirect(self.meeting_url())


class RefreshView(MeetingMixin, View):
    """Let the consultation be about the draft as it is now."""

    http_method_names = ("post", "options")

    def is_for_this_person(self) -> bool:
        return self.reads_content

    def post(self, request, *args, **kwargs):
        try:
            services.refresh_draft(consultation=self.consultation, actor=request.user, now=self.now)
        except BookingRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The consultation is now about the draft as it is at this moment."))
        return HttpResponseRedirect(self.meeting_url())


class CancelView(MeetingMixin, TemplateView):
    """Cancelling, after saying what it costs."""

    template_name = "consultations/booking/cancel.html"

    def form(self, data=None) -> CancelForm:
        form = CancelForm(data, needs_reason=not self.is_member)
        form.cancel_url = self.meeting_url()
        return form

    def get_context_data(self, **kwargs):
        deadline = services.deadline(self.consultation)
        return super().get_context_data(
            deadline=deadline,
            is_late=self.is_member and self.now > deadline,
            is_possible=self.is_open or (self.consultation.state == State.BOOKED and not self.is_member),
            **({"form": self.form()} | kwargs),
        )

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            services.cancel(
                consultation=self.consultation, actor=request.user, now=self.now, reason=form.cleaned_data["reason"]
            )
        except (BookingRefused, TransitionRefused) as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        except ValidationError as error:
            form.add_error(None, error)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(request, _("The consultation was cancelled. Everybody who was to come is told."))
        return HttpResponseRedirect(self.home_url())
