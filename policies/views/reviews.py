"""An adviser's desk: the submitted text beside the requirements, and everything that is written there in private."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from audit import services as audit
from companies.enums import AccessKind
from policies import services
from policies.enums import Language
from policies.forms import CommentForm, JudgementForm, SuggestionForm
from policies.models import Paragraph, Review
from policies.queries import desk as desks
from policies.queries import languages_of, open_review, open_submission
from policies.rendering import reviews as drawn
from policies.workflow import TransitionRefused, turn_of

from .rounds import RoundMixin


class DeskMixin(RoundMixin):
    """A page of an assigned adviser about the company's present round; nobody reviews the policy of their own company."""

    for_members = False

    def is_for_this_person(self) -> bool:
        return AccessKind.ADVISER in self.places.standings and not self.is_member

    @cached_property
    def desk(self) -> desks.Desk:
        return desks.desk(self.cycle, self.request.user)

    @property
    def review_url(self) -> str:
        return reverse("policies:review", args=[self.company.pk])

    def why_not(self) -> str:
        """Say why nothing can be written in a review now."""
        if self.desk.submission is None:
            return turn_of(self.cycle.state)
        if self.desk.other:
            return _("Another adviser of the company has begun to review this text.")
        return _("Begin the review first.")


class ReviewView(DeskMixin, TemplateView):
    """The submitted text with what changed since the adviser saw it last, and the requirements beside it."""

    template_name = "policies/review/review.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        desk = self.desk
        if desk.submission is None:
            return context | {"desk": desk, "turn": turn_of(self.cycle.state), "state": self.cycle.state}
        revision = desk.submission.revision
        audit.log_look(
            actor=self.request.user,
            obj=revision,
            now=self.now,
            company_id=self.company.pk,
            programme_id=self.cycle.programme_id,
        )
        language = language_of(self.request, revision.content)
        is_whole = self.request.GET.get("show") == "whole"
        parts, summary = drawn.desk_parts(desk, language=language, is_whole=is_whole)
        return context | {
            "desk": desk,
            "parts": parts,
            "summary": summary,
            "whole": drawn.whole_place(desk, language=language),
            "counts": drawn.counts(desk),
            "shown_language": language,
            "shows": drawn.desk_shows(desk, language=language, is_whole=is_whole, url=self.review_url),
            "facts": drawn.facts(desk, today=self.day),
            "words": drawn.company_words(desk),
        }


def language_of(request, content: dict) -> str:
    """Return the language to show: the one asked for, when the text was submitted in it, else Japanese."""
    asked = request.GET.get("language") or request.POST.get("language")
    return Language.EN if asked == Language.EN and Language.EN in languages_of(content) else Language.JA


class BeginView(DeskMixin, View):
    """Begins the review: from then on the company sees that its text is being reviewed, and nothing of what is written."""

    def post(self, request, *args, **kwargs):
        submission = open_submission(self.cycle)
        if submission is None:
            messages.error(request, turn_of(self.cycle.state))
            return HttpResponseRedirect(self.review_url)
        try:
            services.start_review(submission=submission, actor=request.user, today=self.day, now=self.now)
        except (services.NotReviewable, TransitionRefused) as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(self.review_url)


class DraftView(DeskMixin, FormView):
    """Something that is written in the open review: a page of its own, and fragments of the desk where scripts run.

    What is sent while somebody types is answered with a line that says it is saved; "done" is answered with the card.
    Whatever is refused comes back with the words in the form.
    """

    template_name = "policies/review/write.html"
    fragment_name = "policies/review/_write.html"
    heading = ""

    @cached_property
    def review(self) -> Review | None:
        present = open_review(self.cycle)
        return present if present and present.author_id == self.request.user.pk else None

    def dispatch(self, request, *args, **kwargs):
        if request.method in ("GET", "HEAD") and request.user.is_authenticated and self.is_for_this_person():
            self.load()
            if self.review is None:
                messages.info(request, self.why_not())
                return HttpResponseRedirect(self.review_url)
        return super().dispatch(request, *args, **kwargs)

    def load(self) -> None:
        """Find what is written about. Raises Http404."""

    def post(self, request, *args, **kwargs):
        self.load()
        form = self.get_form()
        if not form.is_valid():
            return self.refused(form, status=422)
        if self.review is None:
            form.add_error(None, self.why_not())
            return self.refused(form, status=409)
        try:
            return self.saved(form)
        except ValidationError as error:
            form.add_error(None, error)
            return self.refused(form, status=422)
        except services.NotReviewable as ended:
            form.add_error(None, str(ended))
            return self.refused(form, status=409)

    def saved(self, form) -> HttpResponse:
        raise NotImplementedError

    @property
    def is_done(self) -> bool:
        """Whether the writer is done, or the text was only sent while they typed."""
        return not self.request.htmx or "done" in self.request.POST

    def refused(self, form, *, status: int) -> HttpResponse:
        if not self.request.htmx:
            response = self.render_to_response(self.get_context_data(form=form))
            response.status_code = status
            return response
        if not self.is_done:
            return self.fragment("_state.html", {"errors": form_errors(form)}, status=status)
        return self.fragment("_write.html", self.get_context_data(form=form), status=status, target=self.slot)

    def fragment(self, name: str, context: dict, *, status: int = 200, target: str = "") -> HttpResponse:
        response = render(self.request, f"policies/review/{name}", context, status=status)
        response["X-Desk"] = "1"
        if target:
            response["HX-Retarget"] = target
        return response

    def get(self, request, *args, **kwargs):
        if request.htmx:
            return self.fragment("_write.html", self.get_context_data())
        return super().get(request, *args, **kwargs)

    def answer(self, place_id: str, *, focus: str) -> HttpResponse:
        """Show what stands at a place of the text now, or go back to it where no script runs."""
        if not self.request.htmx:
            return HttpResponseRedirect(f"{self.review_url}#p-{place_id}")
        # As it is now: what the view had loaded is from before the deed.
        desk = desks.desk(self.cycle, self.request.user)
        context = {
            "place": drawn.one_place(desk, place_id, language=self.language),
            "counts": drawn.counts(desk),
            "focus": focus,
        }
        return self.fragment("_own.html", context, target=f"#own-{place_id}")

    def saved_state(self, **context) -> HttpResponse:
        """Say that what was typed is kept."""
        own = {"sentence": drawn.saved_sentence(self.now), "counts": drawn.counts_of(self.review, self.cycle)}
        return self.fragment("_state.html", own | context)

    @cached_property
    def language(self) -> str:
        submission = self.desk.submission
        return language_of(self.request, submission.revision.content) if submission else Language.JA

    @property
    def slot(self) -> str:
        return f"#slot-{self.place_id}"

    place_id = ""

    def get_context_data(self, **kwargs):
        own = {"place_id": self.place_id, "heading": self.heading, "action": self.request.get_full_path()}
        return super().get_context_data(**own, back_url=f"{self.review_url}#p-{self.place_id}", **kwargs)


def form_errors(form) -> list[str]:
    return [error for errors in form.errors.values() for error in errors]


class VerdictView(DraftView):
    """What the adviser says of one requirement, saved as soon as it is chosen or typed."""

    template_name = "policies/review/verdict.html"
    form_class = JudgementForm

    def load(self):
        code = self.request.GET.get("requirement", "")
        self.requirement = next((one for one in self.desk.requirements if one.code == code), None)
        if self.requirement is None:
            raise Http404
        self.place_id = f"requirement-{code}"

    @property
    def slot(self) -> str:
        return f"#state-{self.requirement.code}"

    def get_initial(self):
        verdict = self.desk.verdicts.get(self.requirement.code)
        return {"judgement": verdict.judgement, "advice": verdict.advice} if verdict else {}

    def saved(self, form):
        verdict = services.record_verdict(
            review=self.review,
            requirement=self.requirement.code,
            actor=self.request.user,
            now=self.now,
            **form.cleaned_data,
        )
        if not self.request.htmx:
            messages.success(self.request, _("Saved as a draft. The company does not see it."))
            return HttpResponseRedirect(f"{self.review_url}#p-{self.place_id}")
        return self.saved_state(
            requirement=self.requirement.code, badge=drawn.judgement_badge(verdict), focus=self.is_done
        )

    def refused(self, form, *, status):
        if self.request.htmx:
            return self.fragment("_state.html", {"errors": form_errors(form)}, status=status)
        return super().refused(form, status=status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(card=drawn.judged(self.desk, self.requirement), **kwargs)


class CommentView(DraftView):
    """A comment on the words of a paragraph, on a paragraph, a section, or the whole; `thread` is one to be changed."""

    form_class = CommentForm

    def load(self):
        data = self.request.GET
        self.present = self._own(data.get("thread") or self.request.POST.get("thread"))
        self.paragraph, self.section = None, ""
        if self.present:
            self.paragraph, self.section = self.present.thread.paragraph, self.present.thread.section_code
        elif data.get("paragraph"):
            self.paragraph = paragraph_of(self.cycle, data["paragraph"], self.request.user)
        elif data.get("section"):
            known = {section.code for section in self.desk.catalogue.sections}
            self.section = data["section"] if data["section"] in known else ""
        if self.paragraph:
            self.place_id = str(self.paragraph.pk)
        else:
            self.place_id = f"section-{self.section}" if self.section else drawn.WHOLE

    def _own(self, thread_id):
        if not thread_id or self.review is None:
            return None
        try:
            return desks.own_comment(self.review, thread_id)
        except ValidationError:
            raise Http404 from None

    @cached_property
    def language(self) -> str:
        if self.present:
            return self.present.thread.language
        return super().language

    @property
    def heading(self) -> str:
        where = drawn.one_place(self.desk, self.place_id, language=self.language).label if self.desk.submission else ""
        return _("Comment: %(where)s") % {"where": where}

    def get_initial(self):
        if self.present:
            return {"text": self.present.text, "quote": self.present.thread.quote, "thread": self.present.thread_id}
        return {"quote": self.request.GET.get("quote", "")}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"has_quote": self.paragraph is not None, "language": self.language}

    def post(self, request, *args, **kwargs):
        if "delete" in request.POST:
            return self._delete()
        return super().post(request, *args, **kwargs)

    def _delete(self):
        self.load()
        if self.present:
            services.delete_comment(thread=self.present.thread, actor=self.request.user)
        return self.answer(self.place_id, focus="place")

    def saved(self, form):
        data, actor = form.cleaned_data, self.request.user
        quote = data.get("quote", "")
        if self.present:
            thread = services.edit_comment(thread=self.present.thread, text=data["text"], quote=quote, actor=actor)
        else:
            thread = services.comment(
                review=self.review,
                text=data["text"],
                actor=actor,
                paragraph=self.paragraph,
                section_code=self.section,
                language=self.language,
                quote=quote,
            )
        if self.is_done:
            return self.answer(self.place_id, focus=f"comment-{thread.pk}")
        return self.saved_state(thread=thread)


class WordingView(DraftView):
    """The adviser's own wording for a paragraph, with what it changes; saved while they type."""

    form_class = SuggestionForm

    def load(self):
        self.paragraph = paragraph_of(self.cycle, self.request.GET.get("paragraph"), self.request.user)
        self.place_id = str(self.paragraph.pk)
        self.submitted = drawn.submitted_text(self.desk, self.place_id, self.language)
        # Who typed while the company took its text back gets the words back, and an answer in words.
        if self.submitted is None and self.review is not None:
            raise Http404
        self.suggestion = desks.own_suggestion(self.review, self.paragraph.pk, self.language) if self.review else None

    @property
    def heading(self) -> str:
        return _("Suggested wording: %(where)s") % {"where": drawn.paragraph_label(self.desk, self.place_id)}

    def get_initial(self):
        if self.suggestion:
            return {"text": self.suggestion.text, "reason": self.suggestion.reason}
        return {"text": self.submitted}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"language": self.language}

    def post(self, request, *args, **kwargs):
        if "delete" in request.POST:
            self.load()
            if self.suggestion:
                services.delete_suggestion(suggestion=self.suggestion, actor=request.user)
            return self.answer(self.place_id, focus="place")
        return super().post(request, *args, **kwargs)

    def saved(self, form):
        text = form.cleaned_data["text"]
        if not self.is_done and text == self.submitted.strip():
            return self.fragment("_state.html", {"sentence": _("Nothing is changed yet."), "preview": ()})
        suggestion = services.suggest(
            review=self.review,
            paragraph=self.paragraph,
            language=self.language,
            actor=self.request.user,
            **form.cleaned_data,
        )
        if self.is_done:
            return self.answer(self.place_id, focus=f"suggestion-{suggestion.pk}")
        return self.saved_state(preview=drawn.own_suggestion_card(suggestion).ops)

    def get_context_data(self, **kwargs):
        preview = drawn.own_suggestion_card(self.suggestion).ops if self.suggestion else ()
        return super().get_context_data(submitted=self.submitted, shows_preview=True, preview=preview, **kwargs)


def paragraph_of(cycle, paragraph_id, user) -> Paragraph:
    """Return a paragraph of the cycle, also one that was taken out since. Raises Http404."""
    try:
        paragraphs = Paragraph.objects.visible_to(user).select_related("section")
        return get_object_or_404(paragraphs, cycle=cycle, pk=paragraph_id or None)
    except ValidationError:
        raise Http404 from None


class NoteView(DeskMixin, View):
    """The adviser's own note on a policy, saved while they type."""

    def post(self, request, *args, **kwargs):
        try:
            services.write_note(cycle=self.cycle, text=request.POST.get("text", ""), actor=request.user)
        except ValidationError as error:
            if request.htmx:
                return self._state({"errors": error.messages}, status=422)
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(f"{self.review_url}#note")
        if request.htmx:
            return self._state({"sentence": drawn.saved_sentence(self.now)})
        return HttpResponseRedirect(f"{self.review_url}#note")

    def _state(self, context: dict, *, status: int = 200) -> HttpResponse:
        response = render(self.request, "policies/review/_state.html", context, status=status)
        response["X-Desk"] = "1"
        return response
