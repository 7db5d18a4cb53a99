"""Whose trail an address asks for, who may read it, and what of it: shared by the pages and the files of the trail."""

from functools import cached_property
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from audit import queries, rendering
from audit.enums import Kind
from audit.forms import TrailForm
from companies.enums import AccessKind
from companies.models import Company
from policies.enums import State
from policies.forms.cohort import PlainSelect
from policies.queries.trail import accounts_of_company, accounts_of_programme
from programmes.views import CompanyPageMixin, ProgrammeMixin


class TrailMixin:
    """A trail narrowed by its address. What is read of it is decided by the database; here, what the page is of."""

    with_company = False

    def events(self) -> QuerySet:
        """Return all of what the page is of."""
        raise NotImplementedError

    def account_events(self) -> QuerySet:
        """Return signing in of those whom the page is of, which belongs to no company and no programme."""
        raise NotImplementedError

    def companies(self) -> dict[UUID, str] | None:
        """Return the companies to choose from, by id; None where there is no choice."""
        return None

    def address(self, name: str) -> str:
        """Return the address of that name, in which {} stands for whose trail it is."""
        raise NotImplementedError

    @cached_property
    def form(self) -> TrailForm:
        return TrailForm(self.request.GET, companies=self.companies(), select=PlainSelect)

    @cached_property
    def found(self) -> QuerySet:
        is_of_accounts = self.form.value("kind") == Kind.SIGN_IN
        return self.form.find(self.account_events() if is_of_accounts else self.events())

    @cached_property
    def person(self) -> str:
        """Return the name of the person whom the address asks for, as the trail has it."""
        actor_id = self.form.value("person")
        if not actor_id:
            return ""
        return self.found.values_list("actor_label", flat=True).first() or ""

    def lines(self, events) -> list[rendering.Line]:
        companies, states = self.form.companies or {}, dict(State.choices)
        return [rendering.line(event, companies=companies, states=states) for event in events]


class CompanyTrailMixin(TrailMixin, CompanyPageMixin):
    """What concerns a company's own data: for its managers, because it tells what colleagues did and when."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.places.is_company_manager(self.company.pk):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def events(self):
        return queries.of_company(self.company.pk)

    def account_events(self):
        return queries.of_accounts(accounts_of_company(self.company))

    def address(self, name):
        return reverse(name.format("company"), args=[self.company.pk])

    @property
    def of(self) -> str:
        return self.company.name

    @property
    def code(self) -> str:
        return self.company.name


class ProgrammeTrailMixin(TrailMixin, ProgrammeMixin):
    """What happened in a programme, without content: for its secretariat."""

    audience = (AccessKind.SECRETARIAT,)
    with_company = True

    def events(self):
        return queries.of_programme(self.programme.pk)

    def account_events(self):
        return queries.of_accounts(accounts_of_programme(self.programme))

    def companies(self):
        listed = Company.objects.visible_to(self.request.user).filter(enrolments__programme=self.programme).distinct()
        return {company.pk: company.name for company in listed.order_by("name_kana", "pk")}

    def address(self, name):
        return reverse(name.format("programme"), args=[self.programme.pk])

    @property
    def of(self) -> str:
        return self.programme.name

    @property
    def code(self) -> str:
        return self.programme.code


class OwnTrailMixin(TrailMixin, LoginRequiredMixin):
    """What a person did, and what happened to their account: for that person."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.now = timezone.now()
        self.day = timezone.localdate(self.now)

    def events(self):
        return queries.of_person(self.request.user)

    def account_events(self):
        return queries.of_accounts([self.request.user.pk])

    def address(self, name):
        return reverse(name.format("own"))

    @property
    def of(self) -> str:
        return str(self.request.user)

    @property
    def code(self) -> str:
        return gettext("mine")
