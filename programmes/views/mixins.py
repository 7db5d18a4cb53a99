"""What the pages of programmes share: loading through the door, guarding, paging."""

from functools import cached_property

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.utils import timezone

from companies.enums import AccessKind
from companies.views import CompanyMixin
from programmes import queries, rendering
from programmes.models import Programme

PAGE_SIZE = 50


def places_of(request) -> queries.Places:
    """Return where the person of this request may act; asked once a request, for the frame and the page alike."""
    if not hasattr(request, "places"):
        company_id = request.resolver_match.kwargs.get("company_id") if request.resolver_match else None
        request.places = queries.places(request.user, company_id=company_id)
    return request.places


class CountedPaginator(Paginator):
    """Pages of a list whose length the page has counted already, for its chips."""

    def __init__(self, *args, count: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.known_count = count

    @cached_property
    def count(self) -> int:
        return self.known_count


class ProgrammeMixin(LoginRequiredMixin):
    """Loads the programme in the address through the door, and guards the page.

    `audience` names the kinds of seat the page is for; empty is everybody who takes part. A programme of others is not
    there (404); the page of another role is refused (403).
    """

    audience: tuple[AccessKind, ...] = ()

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.programme = get_object_or_404(Programme.objects.visible_to(request.user), pk=kwargs["programme_id"])
            self.places = places_of(request)
            self.manages = self.places.manages(self.programme.pk)
            self.now = timezone.now()
            self.day = timezone.localdate(self.now)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_for_this_person():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_for_this_person(self) -> bool:
        kinds = {place.kind for place in self.places.in_programme(self.programme.pk)}
        return not self.audience or bool(kinds.intersection(self.audience))

    def get_context_data(self, **kwargs):
        as_of = rendering.as_of_line(self.day)
        own = {"programme": self.programme, "manages": self.manages, "as_of": as_of}
        return super().get_context_data(lead=f"{self.programme.name} · {as_of}", **own, **kwargs)

    def scope_line(self) -> str:
        return rendering.scope_line(manages=self.manages, advises=self.places.advises(self.programme.pk))


class CompanyPageMixin(CompanyMixin):
    """A page of one company: what the person is to it, its tabs for those from outside, and the way back to their list."""

    tab = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.places = places_of(request)
            self.now = timezone.now()
            self.day = timezone.localdate(self.now)
            self.is_member = self.places.is_member(self.company.pk)

    def get_context_data(self, **kwargs):
        own = {
            "is_member": self.is_member,
            "is_company_manager": self.places.is_company_manager(self.company.pk),
            "as_of": rendering.as_of_line(self.day),
            "today": self.day,
        }
        if not self.is_member:
            own["tabs"] = rendering.company_tabs(self.company.pk, here=self.tab)
        return super().get_context_data(**own, **kwargs)
