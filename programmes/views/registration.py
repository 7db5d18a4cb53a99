"""A company's sessions: who comes and how, on cards by date; one press a person, with and without JavaScript."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from companies.models import Person
from programmes import queries, rendering, services
from programmes.enums import Registration
from programmes.forms.registration import ApologyForm, NewcomerForm
from programmes.models import Attendance, Session
from programmes.queries import certificates as certificate_queries
from programmes.queries import survey as survey_queries
from programmes.rendering import registration as cards
from programmes.rendering.survey import survey_line

from .mixins import CompanyPageMixin

CONFLICT = 409


def gather(user, company, sessions: list[Session], *, today) -> cards.Told:
    """Return what the cards of these sessions say of one company, in a constant number of statements."""
    return cards.Told(
        people=list(queries.people_of(user, company)),
        attendances=queries.own_attendances(user, company, sessions),
        taken=queries.places_taken(sessions),
        numbers=queries.waiting_numbers(sessions),
        ways_in=queries.ways_in(user, sessions),
        materials=queries.materials(user, sessions, today=today),
        reader_id=user.pk,
    )


class RegisteringMixin:
    """Presses on the buttons of a person's line: one deed, then the card again, or the page that asks for the reason.

    The view knows `session` and says by `desk()` who acts, by `card()` what is drawn and by `page_url` where it stands.
    """

    template_of_card = "programmes/registration/_card.html"

    def post(self, request, *args, **kwargs):
        if "newcomer" in request.POST:
            return self._enter()
        person = self.find_person()
        choice = request.POST.get("choice", "")
        if choice == cards.ABSENT and self._has_place(person):
            return self._go(self.desk().apology(self.session, person.pk))
        try:
            self._do(person, choice)
        except services.RegistrationRefused as refused:
            return self._answer(person, trouble=str(refused), status=CONFLICT)
        return self._answer(person)

    def _enter(self):
        """Enter somebody who is not listed, and register them; what was chosen for others is kept already."""
        form = NewcomerForm(self.request.POST, session=self.session)
        if not form.is_valid():
            return self._ask_again(form)
        try:
            row = services.register_newcomer(
                session=self.session,
                company=self.company,
                newcomer=form.newcomer,
                mode=form.cleaned_data["mode"],
                is_another=form.is_somebody_else,
                actor=self.request.user,
            )
        except services.ListedAlready as listed:
            form.say_listed(listed.people)
            return self._ask_again(form)
        except services.RegistrationRefused as refused:
            form.add_error(None, str(refused))
            return self._ask_again(form)
        is_waiting = row.registration == Registration.WAITING
        done = (
            _("%(name)s is entered and waits for a place.") if is_waiting else _("%(name)s is entered and registered.")
        )
        messages.success(self.request, done % {"name": row.person.name})
        return HttpResponseRedirect(f"{self.page_url}#p-{self.session.pk}-{row.person_id}")

    def _ask_again(self, form: NewcomerForm):
        return self.render_to_response(self.get_context_data(form=form))

    def newcomer(self, card: cards.SessionCard, form: NewcomerForm | None) -> dict:
        """Return the form for somebody who is not listed, where people can be registered, and where it is sent."""
        if form is None and not card.action:
            return {}
        return {"form": form or NewcomerForm(session=self.session), "newcomer_url": f"{self.page_url}#newcomer"}

    def find_person(self) -> Person:
        """Return the person of the company that the press is about; others are not there."""
        return get_object_or_404(queries.people_of(self.request.user, self.company), pk=self.person_id())

    def person_id(self) -> UUID | None:
        try:
            return UUID(self.request.POST.get("person", ""))
        except ValueError:
            return None

    def _has_place(self, person) -> bool:
        rows = Attendance.objects.visible_to(self.request.user).filter(session=self.session, person=person)
        return rows.filter(registration__in=cards.IN).exists()

    def _do(self, person, choice: str) -> None:
        values = {"session": self.session, "person": person, "actor": self.request.user}
        if choice == cards.ABSENT:
            services.apologise(reason="", **values)
        else:
            services.register(mode=choice, **values)

    def _answer(self, person, *, trouble: str = "", status: int = 200):
        """Answer with the card alone where htmx asked; else with the page, which a success reaches by a redirect."""
        is_list = self.request.POST.get("from") == "list"
        desk = cards.Desk(self.desk().kind, self.company.pk, latest=person.pk, trouble=trouble, is_list=is_list)
        if self.request.htmx:
            return render(self.request, self.template_of_card, {"card": self.card(desk)}, status=status)
        if trouble:
            return self.render_to_response(self.get_context_data(card=self.card(desk)), status=status)
        page = self.list_url if is_list else self.page_url
        return HttpResponseRedirect(f"{page}#p-{self.session.pk}-{person.pk}")

    def _go(self, url: str):
        if self.request.htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    def card(self, desk: cards.Desk) -> cards.SessionCard:
        session = Session.objects.visible_to(self.request.user).get(pk=self.session.pk)
        told = gather(self.request.user, self.company, [session], today=self.day)
        return cards.session_card(session, told, desk=desk, now=self.now)


class CompanySessionsView(CompanyPageMixin, TemplateView):
    """The sessions of a company's programmes: those to come as cards to register on, those held with who came."""

    template_name = "programmes/company_sessions.html"
    tab = "programmes:company_sessions"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user = self.request.user
        taking_part = [place.id for place in self.places.taking_part]
        sessions = list(Session.objects.visible_to(user).filter(programme__in=taking_part))
        coming = [session for session in sessions if session.ends_at > self.now]
        told = gather(user, self.company, sessions, today=self.day)
        desk = cards.Desk("company" if self.is_member else "", self.company.pk, is_list=True)
        past = [session for session in sessions if session.ends_at <= self.now]
        return context | {
            "cards": [cards.session_card(session, told, desk=desk, now=self.now) for session in coming],
            "past": self.past_table(past, told) if past else None,
        }

    def past_table(self, past: list[Session], told: cards.Told):
        """The sessions held, with the survey and the certificates; what the survey says of its reader is theirs alone."""
        user, by_session = self.request.user, _by_session(told)
        surveys = {survey.session_id: survey for survey in survey_queries.opened_surveys(user, past)}
        own = survey_queries.own_surveys()
        certificates = certificate_queries.certificates_by_session(user, self.company.pk)
        lines = {
            session.pk: survey_line(surveys[session.pk], own.get(session.pk), session=session, now=self.now)
            for session in past
            if session.pk in surveys and any(row.attended for row in by_session.get(session.pk, ()))
        }
        afterwards = {
            session.pk: rendering.Afterwards(lines.get(session.pk, ""), certificates.get(session.pk, 0))
            for session in past
        }
        page = reverse("programmes:company_certificates", args=[self.company.pk])
        return rendering.own_sessions_table(past, by_session, afterwards, certificates_url=page)


def _by_session(told: cards.Told) -> dict[UUID, list[Attendance]]:
    return {session_id: list(rows.values()) for session_id, rows in told.rows.items()}


class CompanySessionMixin(CompanyPageMixin):
    """A page of one session for the people of a company that takes part. Others who see the company are refused."""

    now: datetime

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            taking_part = [place.id for place in self.places.taking_part]
            sessions = Session.objects.visible_to(request.user).filter(programme__in=taking_part)
            self.session = get_object_or_404(sessions.select_related("programme"), pk=kwargs["session_id"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_member:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(session=self.session, list_url=self.list_url, **kwargs)

    @cached_property
    def list_url(self) -> str:
        return reverse("programmes:company_sessions", args=[self.company.pk])

    @cached_property
    def page_url(self) -> str:
        return reverse("programmes:register", args=[self.company.pk, self.session.pk])

    def desk(self) -> cards.Desk:
        return cards.Desk("company", self.company.pk)


class RegisterView(RegisteringMixin, CompanySessionMixin, TemplateView):
    """One session on a page of its own, where mails lead; and the address that every press on a card goes to."""

    template_name = "programmes/registration/register.html"

    def get_context_data(self, **kwargs):
        kwargs.setdefault("card", None)
        context = super().get_context_data(**kwargs)
        context["card"] = context["card"] or self.card(self.desk())
        return context | self.newcomer(context["card"], context.get("form"))


class ApologyMixin:
    """Why somebody does not come, and who comes instead; or that the registration was a mistake.

    The view knows `session`, `company` and `back_url`.
    """

    template_name = "programmes/registration/apologise.html"
    form_class = ApologyForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Attendance.objects.visible_to(request.user).filter(session=self.session)
            self.row = get_object_or_404(rows.select_related("person", "company"), person=kwargs["person_id"])

    def get_form_kwargs(self):
        people = queries.may_deputise(self.request.user, self.row)
        return super().get_form_kwargs() | {"deputies": people if self.row.registration in cards.IN else people.none()}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.back_url
        return form

    def post(self, request, *args, **kwargs):
        if "withdraw" not in request.POST:
            return super().post(request, *args, **kwargs)
        return self._try(self.get_form(), services.withdraw, _("The registration was taken back."))

    def form_valid(self, form):
        done = _("The apology is noted.")
        return self._try(form, services.apologise, done, **form.cleaned_data)

    def _try(self, form, deed, done: str, **values):
        try:
            deed(session=self.session, person=self.row.person, actor=self.request.user, **values)
        except services.RegistrationRefused as refused:
            form.is_bound or form.full_clean()
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        messages.success(self.request, done)
        return HttpResponseRedirect(self.back_url)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            row=self.row,
            standing=cards.standing_badge(self.row),
            when=rendering.when(self.session),
            has_place=self.row.registration in cards.IN,
            back_url=self.back_url,
            **kwargs,
        )


class ApologiseView(ApologyMixin, CompanySessionMixin, FormView):
    """The company's own page for it."""

    @cached_property
    def back_url(self) -> str:
        return f"{self.list_url}#p-{self.session.pk}-{self.row.person_id}"
