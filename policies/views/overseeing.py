"""The secretariat's hand on a review that does not move: who is at it since when, and nothing of the text."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from policies import queries, services
from policies.forms import ReassignForm
from policies.models import Review, Submission
from policies.rendering import reviews as drawn
from policies.workflow import TransitionRefused
from programmes.views import CompanyPageMixin


class ReviewCourseView(CompanyPageMixin, FormView):
    """When a text was submitted, who answers it by when; the secretariat gives it to another adviser, or lifts a review."""

    template_name = "policies/review/course.html"
    form_class = ReassignForm
    tab = "policies:company"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.cycle = queries.present_cycle(request.user, self.company)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            if not any(self.places.manages(place.id) for place in self.places.taking_part):
                raise PermissionDenied
            if self.cycle is None or not self.places.manages(self.cycle.programme_id):
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def submission(self) -> Submission | None:
        # Without its text, which is not the secretariat's to read.
        waiting = Submission.objects.visible_to(self.request.user).waiting().filter(cycle=self.cycle)
        return waiting.select_related("adviser", "cycle__company").first()

    @cached_property
    def review(self) -> Review | None:
        return queries.open_review(self.cycle)

    def get_form_kwargs(self):
        seats = queries.assigned_seats(self.company.pk, self.cycle.programme_id, day=self.day)
        return super().get_form_kwargs() | {"seats": seats}

    def get_initial(self):
        return {"adviser": self.submission.adviser_id if self.submission else None}

    def post(self, request, *args, **kwargs):
        if self.submission is None:
            messages.error(request, _("Nothing waits for an adviser any more."))
            return HttpResponseRedirect(self.own_url)
        if "lift" in request.POST:
            return self._lift()
        return super().post(request, *args, **kwargs)

    @property
    def own_url(self) -> str:
        return reverse("policies:review_course", args=[self.company.pk])

    def _lift(self):
        try:
            services.lift_review(cycle=self.cycle, actor=self.request.user, now=self.now, today=self.day)
        except TransitionRefused as refused:
            messages.error(self.request, str(refused))
        else:
            messages.success(self.request, _("The review was lifted. An adviser of the company may begin it again."))
        return HttpResponseRedirect(self.own_url)

    def form_valid(self, form):
        adviser = form.cleaned_data["adviser"]
        try:
            services.reassign_submission(
                submission=self.submission, adviser=adviser, actor=self.request.user, now=self.now, today=self.day
            )
        except ValidationError as error:
            form.add_error("adviser", error)
            return self.form_invalid(form)
        except (services.NotReviewable, TransitionRefused) as ended:
            messages.error(self.request, str(ended))
            return HttpResponseRedirect(self.own_url)
        messages.success(self.request, _("%(name)s was asked to review it.") % {"name": adviser.name})
        return HttpResponseRedirect(self.own_url)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(cycle=self.cycle, submission=self.submission, review=self.review, **kwargs)
        terms = drawn.course_terms(self.submission, self.review) if self.submission else []
        return context | {"terms": terms, "has_advisers": bool(context["form"].fields["adviser"].queryset)}
