"""What belongs to an adviser and to no company: own phrases, and how fast they answer."""

from functools import cached_property

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, RedirectView

from companies.enums import AccessKind
from policies import services
from policies.forms import CapacityForm, PhraseForm
from policies.models import Capacity, Phrase
from policies.queries import next_waiting
from policies.rendering import reviews as drawn
from programmes.models import Seat
from programmes.views import ProgrammeMixin, places_of


class PhrasesView(LoginRequiredMixin, FormView):
    """An adviser's own wording: to be added, changed, deleted, and put into a field of the desk."""

    template_name = "policies/review/phrases.html"
    form_class = PhraseForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.advises():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def advises(self) -> bool:
        return any(place.kind == AccessKind.ADVISER for place in places_of(self.request).all)

    @cached_property
    def phrase(self) -> Phrase:
        """The one that is changed, or a new one."""
        asked = self.request.GET.get("phrase")
        if not asked:
            return Phrase(author=self.request.user)
        try:
            return get_object_or_404(Phrase.objects.visible_to(self.request.user), pk=asked)
        except ValidationError:
            raise Http404 from None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.phrase}

    def get_initial(self):
        return {"requirement": self.request.GET.get("requirement", "")}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("policies:phrases") if self.request.GET.get("phrase") else ""
        return form

    def get(self, request, *args, **kwargs):
        if request.htmx:
            requirement = request.GET.get("requirement", "")
            context = {
                "phrases": [one for one in self.phrases() if one.requirement in ("", requirement)],
                "into": request.GET.get("into", ""),
            }
            response = render(request, "policies/review/_picker.html", context)
            response["X-Desk"] = "1"
            return response
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if "delete" in request.POST:
            if not self.phrase._state.adding:
                services.delete_phrase(phrase=self.phrase, actor=request.user)
                messages.success(request, _("The phrase was deleted."))
            return HttpResponseRedirect(reverse("policies:phrases"))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        services.save_phrase(phrase=form.instance, actor=self.request.user)
        messages.success(self.request, _("The phrase was saved."))
        return HttpResponseRedirect(reverse("policies:phrases"))

    def phrases(self):
        return Phrase.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs):
        phrases = drawn.phrase_cards(self.phrases())
        return super().get_context_data(phrases=phrases, is_new=self.phrase._state.adding, **kwargs)


class CapacityView(ProgrammeMixin, FormView):
    """How many business days an adviser takes, and how many reviews a week: the dates of companies follow from it."""

    template_name = "policies/review/capacity.html"
    audience = (AccessKind.ADVISER,)
    form_class = CapacityForm

    @cached_property
    def seat(self) -> Seat:
        seats = Seat.objects.visible_to(self.request.user).current().advising()
        return get_object_or_404(seats, programme=self.programme, user_id=self.request.user.pk)

    def get_form_kwargs(self):
        usual = Capacity(business_days=services.USUAL_BUSINESS_DAYS, reviews_a_week=services.USUAL_REVIEWS_A_WEEK)
        return super().get_form_kwargs() | {"instance": self._stated() or usual}

    def _stated(self) -> Capacity | None:
        return Capacity.objects.visible_to(self.request.user).filter(adviser=self.seat).first()

    @property
    def queue_url(self) -> str:
        return reverse("dashboards:advising", args=[self.programme.pk])

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.queue_url
        return form

    def form_valid(self, form):
        services.set_capacity(seat=self.seat, actor=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Saved. Dates that companies were promised already stay as they are."))
        return HttpResponseRedirect(self.queue_url)


class NextReviewView(ProgrammeMixin, RedirectView):
    """Opens the submission that is due next; the queue where nothing is left to do.

    An address of its own: at a company's address nothing of another company can be seen, not even that it waits.
    """

    audience = (AccessKind.ADVISER,)
    http_method_names = ("get", "head", "options")

    def get_redirect_url(self, *args, **kwargs):
        found = next_waiting(self.request.user, self.programme, day=self.day)
        if found:
            return reverse("policies:review", args=[found.company_id])
        return reverse("dashboards:advising", args=[self.programme.pk])
