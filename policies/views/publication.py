"""Publishing, where the published text is found, and the next round."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from policies.enums import Language, State, Transition
from policies.forms.publication import PlacesForm, PublishForm
from policies.queries import approval as approvals
from policies.queries import publication as queries
from policies.queries.gate import stale_translations
from policies.rendering import contents
from policies.rendering import publication as rendering
from policies.rendering import register as register_rendering
from policies.services import next_cycle as rounds
from policies.services import publication as services
from policies.workflow import TransitionRefused, turn_of

from .rounds import RoundMixin


class PublicationMixin(RoundMixin):
    """The round that the company is at, and what stands published: of this round or of the one before."""

    @cached_property
    def publication(self):
        return queries.last_publication(self.cycle)

    @property
    def here(self) -> str:
        return reverse("policies:publication", args=[self.company.pk])

    def back(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.here)


class PublicationView(PublicationMixin, FormView):
    """Choose where to publish and see what everybody will see; afterwards, where it stands and how to change that."""

    template_name = "policies/publication.html"
    for_members = False

    @property
    def is_time(self) -> bool:
        return self.cycle.state == State.APPROVED

    def get_form_class(self):
        return PublishForm if self.is_time else PlacesForm

    def get_initial(self):
        if self.is_time:
            review_on = services.a_year_after(self.day)
            before = self.publication
            places = {"address": before.address, "in_register": before.is_in_register} if before else {}
            return {"in_register": True, "published_on": self.day, "review_on": review_on} | places
        if self.publication is None:
            return {}
        found = self.publication
        return {"address": found.address, "in_register": found.is_in_register, "review_on": found.review_on}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("policies:company", args=[self.company.pk])
        return form

    def post(self, request, *args, **kwargs):
        if not self.is_member:
            raise PermissionDenied
        if not self.is_time and self.publication is None:
            messages.error(request, str(TransitionRefused(Transition.PUBLISH, self.cycle.state)))
            return HttpResponseRedirect(reverse("policies:company", args=[self.company.pk]))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            self._save(form)
        except ValidationError as error:
            for field, words in error.message_dict.items():
                form.add_error(field, words)
        except (services.PublicationRefused, services.CheckRefused) as refused:
            form.add_error(None, str(refused))
        except TransitionRefused as refused:
            # The second of two presses, or of two people: it is published, and the page says so.
            messages.info(self.request, str(refused))
        if form.errors:
            return self.form_invalid(form)
        return self.back()

    def _save(self, form) -> None:
        who_and_when = {"actor": self.request.user, "today": self.day, "now": self.now}
        if self.is_time:
            services.publish(cycle=self.cycle, **who_and_when, **form.places())
            messages.success(self.request, _("The policy is published."))
        else:
            services.change_publication(publication=self.publication, **who_and_when, **form.places())
            messages.success(self.request, _("Your changes are saved."))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        found = self.publication
        context |= {"is_time": self.is_time, "publication": found, "turn": turn_of(self.cycle.state)}
        if self.is_time:
            context |= self._preview()
        if found:
            entry = queries.entry_of(self.company.pk)
            context |= {
                "terms": rendering.publication_terms(found, entry),
                "report": rendering.link_report(found),
                "is_due": rendering.review_is_due(found, self.day) and found.cycle_id == self.cycle.pk,
                "is_present": found.cycle_id == self.cycle.pk,
                "review_on": rendering.review_words(found),
            }
        return context

    def _preview(self) -> dict:
        """What everybody will see: the approved text, and what is in its way."""
        approval = approvals.approved_request(self.cycle)
        if approval is None:
            return {"has_text": False}
        content = contents.read(approval.revision.content)
        stale = stale_translations(self.cycle) if Language.EN in content.languages else ()
        return {
            "has_text": True,
            "approval": approval,
            "revision": approval.revision,
            "texts": register_rendering.texts_of(content),
            "stale": rendering.stale_pairs(stale, approval.revision),
        }


class WithdrawFromRegisterView(PublicationMixin, TemplateView):
    """The question before a text is taken out of the register."""

    template_name = "policies/withdraw_from_register.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated and (self.publication is None or not self.publication.is_in_register):
            raise Http404

    def get_context_data(self, **kwargs):
        return super().get_context_data(publication=self.publication, **kwargs)

    def post(self, request, *args, **kwargs):
        services.withdraw_from_register(publication=self.publication, actor=request.user, today=self.day, now=self.now)
        messages.success(request, _("The policy is withdrawn from the register."))
        return self.back()


class CheckAgainView(PublicationMixin, View):
    """Ask for another check of the address."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        if self.publication is None or not self.publication.address:
            raise Http404
        try:
            services.check_again(publication=self.publication, actor=request.user, now=self.now)
        except services.CheckRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The address is being checked. The result appears here in a moment."))
        return self.back()


class ConfirmEnglishView(PublicationMixin, View):
    """Say that the English of the approved text still says what the Japanese says."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        try:
            services.confirm_english(cycle=self.cycle, actor=request.user)
        except TransitionRefused as refused:
            messages.error(request, str(refused))
        return self.back()


class NextCycleView(PublicationMixin, TemplateView):
    """The question before the next round is begun from the published text."""

    template_name = "policies/next_cycle.html"

    def get_context_data(self, **kwargs):
        is_time = self.cycle.state == State.PUBLISHED and self.cycle.policy.published_revision_id is not None
        context = super().get_context_data(**kwargs)
        return context | {"is_time": is_time, "turn": turn_of(self.cycle.state), "here": self.here}

    def post(self, request, *args, **kwargs):
        try:
            rounds.open_next_cycle(policy=self.cycle.policy, actor=request.user, today=self.day)
        except rounds.NotPublished as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The next version is begun. The published text stays published meanwhile."))
        return HttpResponseRedirect(reverse("policies:company", args=[self.company.pk]))
