"""The secretariat's side of registration: who has said what, registering for a company, and observers."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView

from companies.enums import AccessKind
from companies.models import Person
from programmes import queries, services
from programmes.enums import SessionState
from programmes.forms.registration import CompanySearchForm, ObserverForm, RegistrationFilterForm
from programmes.models import Observer, Session
from programmes.rendering import registration as cards
from programmes.rendering.session_tabs import session_tabs

from .mixins import PAGE_SIZE, ProgrammeMixin
from .registration import ApologyMixin, RegisteringMixin


class DeskMixin(ProgrammeMixin):
    """A page of the secretariat about the registrations of one announced session."""

    audience = (AccessKind.SECRETARIAT,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            announced = sessions.exclude(state=SessionState.DRAFT).select_related("programme")
            self.session = get_object_or_404(announced, pk=kwargs["session_id"])

    def get_context_data(self, **kwargs):
        own = {
            "session": self.session,
            "tabs": session_tabs(self.session, here="programmes:registrations"),
            "registrations_url": self.list_url,
        }
        return super().get_context_data(**own, **kwargs)

    @cached_property
    def session_day(self):
        return timezone.localdate(self.session.starts_at)

    @cached_property
    def list_url(self) -> str:
        return reverse("programmes:registrations", args=[self.programme.pk, self.session.pk])

    @cached_property
    def register_url(self) -> str:
        return reverse("programmes:register_for", args=[self.programme.pk, self.session.pk])


class RegistrationsView(DeskMixin, ListView):
    """Who has said what to a session, with search and filters; each line leads to where it is changed."""

    template_name = "programmes/registration/registrations.html"
    paginate_by = PAGE_SIZE

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.form = RegistrationFilterForm(request.GET)

    def get_queryset(self):
        chosen = self.form.chosen
        return queries.registrations(
            self.request.user, self.session, search=chosen["q"], standing=chosen["standing"], mode=chosen["mode"]
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        taken, numbers = queries.places_taken([self.session]), queries.waiting_numbers([self.session])
        chosen, query = self.form.chosen, self.request.GET
        rows = context["page_obj"].object_list
        return context | {
            "filter_form": self.form,
            "figures": cards.registration_figures(self.session, taken),
            "chips": cards.registration_chips(
                query, standing=chosen["standing"], mode=chosen["mode"], session=self.session
            ),
            "table": cards.registrations_table(rows, session=self.session, numbers=numbers, query=query),
            "register_url": self.register_url,
        }


class RegisterForView(RegisteringMixin, DeskMixin, TemplateView):
    """Registering for a company, for those who telephone: first the company, then the same buttons as it has itself."""

    template_name = "programmes/registration/register_for.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.company = None
        if request.user.is_authenticated and request.GET.get("company"):
            self.company = self._company(request.GET["company"])

    def _company(self, company_id: str):
        try:
            wanted = UUID(company_id)
        except ValueError:
            raise Http404 from None
        return get_object_or_404(self.companies, pk=wanted)

    @cached_property
    def companies(self):
        return queries.companies_for(self.request.user, self.session, day=self.session_day)

    def post(self, request, *args, **kwargs):
        if "newcomer" in request.POST and self.company is None:
            raise Http404
        return super().post(request, *args, **kwargs)

    def find_person(self) -> Person:
        people = Person.objects.visible_to(self.request.user).select_related("company")
        person = get_object_or_404(people.filter(company__in=self.companies), pk=self.person_id())
        self.company = person.company
        return person

    @property
    def page_url(self) -> str:
        return f"{self.register_url}?company={self.company.pk}"

    def desk(self) -> cards.Desk:
        return cards.Desk("secretariat", self.company.pk)

    def get_context_data(self, **kwargs):
        kwargs.setdefault("card", None)
        context = super().get_context_data(**kwargs)
        if self.company:
            card = context["card"] or self.card(self.desk())
            return context | {"company": self.company, "card": card} | self.newcomer(card, context.get("form"))
        form = CompanySearchForm(self.request.GET or None)
        page = Paginator(form.narrowed(self.companies), PAGE_SIZE).get_page(self.request.GET.get("page"))
        table = cards.companies_table(page.object_list, session=self.session)
        return context | {"filter_form": form, "page_obj": page, "table": table}


class ApologiseForView(ApologyMixin, DeskMixin, FormView):
    """An apology that was telephoned to the secretariat."""

    @cached_property
    def back_url(self) -> str:
        return cards.change_url(self.session, self.row.company_id, self.row.person_id)


class ObserversView(DeskMixin, FormView):
    """Who looks on at a session, apart from those who take part, and one more."""

    template_name = "programmes/registration/observers.html"
    form_class = ObserverForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"session": self.session}

    def form_valid(self, form):
        services.keep_observer(observer=form.save(commit=False), actor=self.request.user)
        messages.success(self.request, _("The observer is saved."))
        return HttpResponseRedirect(self.observers_url)

    @cached_property
    def observers_url(self) -> str:
        return reverse("programmes:observers", args=[self.programme.pk, self.session.pk])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        observers = list(queries.observers(self.request.user, self.session))
        table = cards.observers_table(observers, session=self.session) if observers else None
        return context | {"table": table, "observers_url": self.observers_url}


class ObserverView(ObserversView):
    """One observer: changed, or taken off the list."""

    template_name = "programmes/registration/observer.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            observers = queries.observers(request.user, self.session)
            self.observer = get_object_or_404(observers, pk=kwargs["observer_id"])

    def get_form_kwargs(self):
        instance = Observer.objects.visible_to(self.request.user).get(pk=self.observer.pk)
        return super().get_form_kwargs() | {"instance": instance}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.observers_url
        return form

    def post(self, request, *args, **kwargs):
        if "remove" not in request.POST:
            return super().post(request, *args, **kwargs)
        services.remove_observer(observer=self.observer, actor=request.user)
        messages.success(request, _("The observer is taken off the list."))
        return HttpResponseRedirect(self.observers_url)
