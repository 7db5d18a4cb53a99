"""Checking the whole text, handing it to the adviser, the receipt, and taking it back."""

from functools import cached_property

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from policies import queries, rendering, services
from policies.enums import EvidenceKind, Transition
from policies.forms import SubmissionForm
from policies.workflow import TRANSITIONS, TransitionRefused, turn_of

from .rounds import RoundMixin


class CheckView(RoundMixin, FormView):
    """The whole text in order with what is to be mended; errors keep it here, advice does not."""

    template_name = "policies/check.html"
    form_class = SubmissionForm

    @cached_property
    def gate(self) -> queries.Gate:
        return queries.gate_of(self.cycle)

    @property
    def is_time(self) -> bool:
        return self.cycle.state in TRANSITIONS[Transition.SUBMIT].sources

    def get(self, request, *args, **kwargs):
        if not self.is_time and queries.open_submission(self.cycle):
            return HttpResponseRedirect(reverse("policies:submitted", args=[self.company.pk]))
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"asks_expertise": self.gate.lacks_expertise}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("policies:company", args=[self.company.pk])
        return form

    def form_valid(self, form):
        try:
            self._submit(form)
        except services.NotReady:
            del self.gate
            return self.render_to_response(self.get_context_data(form=form))
        except TransitionRefused as refused:
            # The second of two presses, or of two people: the first one's receipt is the answer.
            if queries.open_submission(self.cycle) is None:
                messages.error(self.request, str(refused))
                return HttpResponseRedirect(reverse("policies:company", args=[self.company.pk]))
        return HttpResponseRedirect(reverse("policies:submitted", args=[self.company.pk]))

    @transaction.atomic
    def _submit(self, form) -> None:
        """What was said of the expertise is recorded only together with the submission."""
        actor, said = self.request.user, form.expertise
        if said:
            services.record_evidence(cycle=self.cycle, kind=EvidenceKind.EXPERTISE, actor=actor, **said)
        services.submit(
            cycle=self.cycle, actor=actor, now=self.now, today=self.day, message=form.cleaned_data["message"]
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.is_time:
            return context | {"turn": turn_of(self.cycle.state)}
        found, company_id = self.gate, self.company.pk
        return context | {
            "gate": found,
            "errors": rendering.remark_items(found.errors, found, company_id),
            "advice": rendering.remark_items(found.advice, found, company_id)
            + rendering.stale_items(found, company_id),
            "parts": rendering.checked_parts(found, company_id),
            "expertise": rendering.evidence_lines(found.expertise),
            "has_english": self.cycle.has_english,
            "open_talk": len(found.suggestions) + len(found.threads),
            "was_sent": self.request.method == "POST",
        }


class SubmittedView(RoundMixin, TemplateView):
    """The receipt: number, who answers by when, what happens next. It can be kept as a bookmark."""

    template_name = "policies/submitted.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        submission = queries.last_submission(self.cycle)
        if submission is None:
            raise Http404
        return context | {
            "submission": submission,
            "advisers": rendering.who_answers(submission, queries.adviser_users(self.company.pk, self.day)),
            "due_on": rendering.day_in_words(submission.due_on),
            "may_withdraw": self.cycle.state in TRANSITIONS[Transition.WITHDRAW].sources,
        }


class WithdrawView(RoundMixin, TemplateView):
    """The question before a submission is taken back."""

    template_name = "policies/withdraw.html"

    def get_context_data(self, **kwargs):
        is_time = self.cycle.state in TRANSITIONS[Transition.WITHDRAW].sources
        context = super().get_context_data(**kwargs)
        return context | {"is_time": is_time, "turn": turn_of(self.cycle.state)}

    def post(self, request, *args, **kwargs):
        try:
            services.withdraw(cycle=self.cycle, actor=request.user, now=self.now, today=self.day)
        except TransitionRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The submission was taken back. You can edit the text and submit it again."))
        return HttpResponseRedirect(reverse("policies:company", args=[self.company.pk]))
