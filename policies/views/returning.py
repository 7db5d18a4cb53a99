"""How a review leaves an adviser's hands: returned to the company, or handed to another adviser."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView

from policies import queries, services
from policies.enums import Decision
from policies.forms import HandOverForm, ReturnForm
from policies.queries import desk as desks
from policies.rendering import reviews as drawn
from policies.workflow import TransitionRefused

from .reviews import DeskMixin

NEXT, QUEUE = "next", "queue"
REMEMBERED = "return_then"
"""Key of the session for where the adviser went on after the last return."""


class OwnReviewMixin(DeskMixin):
    """A page about the adviser's own open review; without one it leads back to the desk, which says why."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.is_for_this_person() and self.desk.own is None:
            messages.info(request, self.nothing_open())
            return HttpResponseRedirect(self.review_url)
        return super().dispatch(request, *args, **kwargs)

    def nothing_open(self) -> str:
        if self.desk.submission is None and self.desk.returned:
            return _("This review has been returned already.")
        return self.why_not()

    @property
    def queue_url(self) -> str:
        return reverse("dashboards:advising", args=[self.cycle.programme_id])


class ReturnReviewView(OwnReviewMixin, FormView):
    """Exactly what the company will receive, one decision, the covering words; then the next one, or the queue."""

    template_name = "policies/review/return.html"
    form_class = ReturnForm

    @cached_property
    def outcome(self) -> drawn.Outcome:
        return drawn.outcome(self.desk)

    def get_initial(self):
        letter = desks.letter_of(self.desk.own)
        return {"text": letter.text, "reason": letter.reason} if letter else {}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"has_open_requirements": bool(self.outcome.missing)}

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        if "draft" in request.POST or request.htmx:
            return self._keep(form)
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def _keep(self, form) -> HttpResponse:
        """Keep the covering words as a draft while they are typed, whatever else of the form is still open."""
        form.is_valid()
        errors = list(form.errors.get("text", []))
        if self.request.POST.get("reason", "").strip():
            errors += form.errors.get("reason", [])
        if not errors:
            self._write_letter(form)
        if not self.request.htmx:
            return HttpResponseRedirect(self.review_url)
        context = {"errors": errors} if errors else {"sentence": drawn.saved_sentence(self.now)}
        response = render(self.request, "policies/review/_state.html", context, status=422 if errors else 200)
        response["X-Desk"] = "1"
        return response

    def _write_letter(self, form) -> None:
        data = form.cleaned_data
        services.write_letter(
            review=self.desk.own,
            text=data.get("text", ""),
            reason=data.get("reason", ""),
            actor=self.request.user,
        )

    def form_valid(self, form):
        actor = self.request.user
        try:
            self._write_letter(form)
            returned = services.return_review(
                review=self.desk.own,
                decision=Decision(form.cleaned_data["decision"]),
                actor=actor,
                now=self.now,
                today=self.day,
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except (services.NotReviewable, TransitionRefused) as ended:
            messages.error(self.request, str(ended))
            return HttpResponseRedirect(self.review_url)
        told = len(queries.company_users(self.company.pk))
        messages.success(self.request, _returned_sentence(returned, self.company.name, told))
        then = NEXT if self.request.POST.get("then") == NEXT else QUEUE
        self.request.session[REMEMBERED] = then
        next_url = reverse("policies:next_review", args=[self.cycle.programme_id])
        return HttpResponseRedirect(next_url if then == NEXT else self.queue_url)

    def get_context_data(self, **kwargs):
        members = queries.company_users(self.company.pk)
        return super().get_context_data(
            desk=self.desk,
            outcome=self.outcome,
            counts=drawn.counts(self.desk),
            told=len(members),
            mails=drawn.mails(self.desk, members),
            then=self.request.session.get(REMEMBERED, NEXT),
            **kwargs,
        )


def _returned_sentence(returned: services.Returned, company: str, told: int) -> str:
    words = ngettext(
        "The review was returned to %(company)s. %(told)s person was told by e-mail.",
        "The review was returned to %(company)s. %(told)s people were told by e-mail.",
        told,
    )
    return words % {"company": company, "told": told}


class HandOverView(OwnReviewMixin, FormView):
    """To give an unreturned review to another adviser of the company, before one's own time with it ends."""

    template_name = "policies/review/hand_over.html"
    form_class = HandOverForm

    def get_form_kwargs(self):
        seats = queries.assigned_seats(self.company.pk, self.cycle.programme_id, day=self.day)
        return super().get_form_kwargs() | {"seats": seats.exclude(user_id=self.request.user.pk)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.review_url
        return form

    def form_valid(self, form):
        successor = form.cleaned_data["successor"]
        try:
            stayed = services.hand_over_review(
                review=self.desk.own, successor=successor, actor=self.request.user, today=self.day
            )
        except ValidationError as error:
            form.add_error("successor", error)
            return self.form_invalid(form)
        except services.NotReviewable as ended:
            messages.error(self.request, str(ended))
            return HttpResponseRedirect(self.review_url)
        messages.success(self.request, _("The review is in the hands of %(name)s now.") % {"name": successor.name})
        if stayed:
            messages.warning(self.request, _stayed_sentence(stayed))
        return HttpResponseRedirect(self.queue_url)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(counts=drawn.counts(self.desk), **kwargs)
        return context | {"has_others": bool(context["form"].fields["successor"].queryset)}


def _stayed_sentence(stayed: int) -> str:
    return ngettext(
        "%(count)s suggested wording stayed with you, because the other adviser has one for the same paragraph.",
        "%(count)s suggested wordings stayed with you, because the other adviser has one for the same paragraph.",
        stayed,
    ) % {"count": stayed}
