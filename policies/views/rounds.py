"""What pages of a company's present round share."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from companies.enums import AccessKind, MemberRole
from policies import queries
from programmes.views import CompanyPageMixin


class RoundMixin(CompanyPageMixin):
    """Loads the round that the company is at. Its content is there for members and assigned advisers, for others it is not.

    `for_members` keeps a page for those who write: advisers know that it exists and are refused.
    """

    tab = "policies:company"
    for_members = True
    for_managers = False

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            if not self.places.standings & {AccessKind.MEMBER, AccessKind.ADVISER}:
                raise Http404
            self.cycle = queries.present_cycle(request.user, self.company)
            if self.cycle is None:
                raise Http404

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_for_this_person():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_for_this_person(self) -> bool:
        if self.for_managers:
            return self.is_manager
        return self.is_member or not self.for_members

    @property
    def is_manager(self) -> bool:
        """Whether the person may record what top management decided; `permissions.can_decide` asks the database the same."""
        mine = [place for place in self.places.all if place.kind == AccessKind.MEMBER and place.id == self.company.pk]
        return any(place.role == MemberRole.MANAGER for place in mine)

    def get_context_data(self, **kwargs):
        return super().get_context_data(cycle=self.cycle, **kwargs)
