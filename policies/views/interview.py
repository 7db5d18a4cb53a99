"""The interview, and what its answers change in a text that is already there."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.generic import FormView, TemplateView

from policies.composing import placeholders
from policies.forms.interview import InterviewForm, RecomposePost
from policies.queries import interview as queries
from policies.queries import working_content
from policies.rendering.interview import changes_by_kind
from policies.services import NotEditable, set_english
from policies.services import interview as deeds

from .drafting import DraftingMixin


class InterviewView(DraftingMixin, FormView):
    """About twelve plain questions on one page. None has to be answered; what was answered is kept."""

    template_name = "policies/interview.html"

    def get_form(self, form_class=None):
        interview = queries.interview_of(self.cycle)
        return InterviewForm(
            self.request.POST if self.request.method == "POST" else None,
            catalogue=self.catalogue,
            asks_english=self.cycle.has_english,
            answers=interview.answers if interview else {},
        )

    def form_valid(self, form):
        try:
            return HttpResponseRedirect(self._keep_and_go_on(form))
        except (NotEditable, ValidationError) as refusal:
            form.add_error(None, str(refusal) if isinstance(refusal, NotEditable) else refusal)
            return self.form_invalid(form)

    @transaction.atomic
    def _keep_and_go_on(self, form) -> str:
        """Keep the answers; then compose, or show first what would change where there is a text already."""
        actor = self.request.user
        deeds.answer_interview(cycle=self.cycle, answers=form.answers(), actor=actor)
        if self.request.POST.get("do") == "save":
            messages.success(self.request, gettext("Your answers are kept. Nothing was composed yet."))
            return self.request.path
        if form.cleaned_data["has_english"] != self.cycle.has_english:
            self.cycle.has_english = form.cleaned_data["has_english"]
            set_english(cycle=self.cycle, has_english=self.cycle.has_english, actor=actor)
        if queries.has_text(self.cycle):
            return reverse("policies:recompose", args=[self.company.pk])
        deeds.compose_draft(cycle=self.cycle, actor=actor, now=self.now)
        messages.success(self.request, self._first_draft_is_there())
        return reverse("policies:company", args=[self.company.pk])

    def _first_draft_is_there(self) -> str:
        content = working_content(self.cycle)
        number = sum(
            len(placeholders(paragraph["ja"])) for section in content["sections"] for paragraph in section["paragraphs"]
        )
        if not number:
            return gettext("The first draft is there. Read it section by section and put it into your own words.")
        return ngettext(
            "The first draft is there. %(number)s place is left to fill in, marked ［ ］.",
            "The first draft is there. %(number)s places are left to fill in, marked ［ ］.",
            number,
        ) % {"number": number}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "read_only": self.is_read_only,
            "parts": list(context["form"].parts()),
            "has_text": queries.has_text(self.cycle),
        }


class RecomposeView(DraftingMixin, TemplateView):
    """What the answers would change in the text as it is. Paragraphs that people edited stay unless chosen otherwise."""

    template_name = "policies/recompose.html"

    def get(self, request, *args, **kwargs):
        self.interview = queries.interview_of(self.cycle)
        if self.interview is None:
            return HttpResponseRedirect(reverse("policies:interview", args=[self.company.pk]))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        changes = queries.planned_changes(self.cycle, self.interview.answers)
        seen = deeds.fingerprints(queries.composed_rows(self.cycle))
        return (
            super().get_context_data(**kwargs)
            | changes_by_kind(self.catalogue, self.cycle, changes, seen)
            | {"read_only": self.is_read_only}
        )

    def post(self, request, *args, **kwargs):
        """Make the changes that need no asking, and those that were taken."""
        sent = RecomposePost(request.POST)
        home = reverse("policies:company", args=[self.company.pk])
        if queries.interview_of(self.cycle) is None:
            return HttpResponseRedirect(reverse("policies:interview", args=[self.company.pk]))
        try:
            done = deeds.compose_draft(
                cycle=self.cycle, actor=request.user, now=self.now, taken=sent.taken, shown=sent.shown
            )
        except NotEditable as refusal:
            messages.error(request, str(refusal))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            home = request.path
        else:
            self._say(done.total(), left=len(sent.taken) - sum(done[kind] for kind in ("ask_change", "ask_remove")))
        return HttpResponseRedirect(home)

    def _say(self, number: int, *, left: int) -> None:
        sentence = ngettext("%(number)s paragraph was changed.", "%(number)s paragraphs were changed.", number)
        messages.success(self.request, sentence % {"number": number})
        if left > 0:
            sentence = ngettext(
                "%(number)s paragraph was left as it is, because somebody changed it meanwhile.",
                "%(number)s paragraphs were left as they are, because somebody changed them meanwhile.",
                left,
            )
            messages.warning(self.request, sentence % {"number": left})
