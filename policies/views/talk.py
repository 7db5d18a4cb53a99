"""What the company and its advisers say about a text: suggested wording and comments, on one page by section."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from common.components import Chip
from policies import queries, services
from policies.enums import ThreadKind
from policies.forms.discussion import AttachForm, WordingForm
from policies.rendering import discussion as rendering
from policies.workflow import turn_of

from .rounds import RoundMixin

REFUSALS = (services.AnswerRefused, services.NotEditable, services.PassageMissing)


class TalkMixin(RoundMixin):
    """A page for both sides: those who write the text and those who advise on it."""

    for_members = False

    def get_context_data(self, **kwargs):
        return super().get_context_data(titles=rendering.section_titles(self.cycle), **kwargs)


class CardsMixin(TalkMixin):
    """Draws the cards, as a page or as the part of it that a deed changed."""

    template_name = "policies/discussion/discussion.html"

    def get_template_names(self):
        return ["policies/discussion/_answer.html"] if self.request.htmx else [self.template_name]

    @property
    def shows_all(self) -> bool:
        return self.request.GET.get("show") == "all"

    def talk(self, *, also: str = "") -> rendering.Talk:
        """Return the cards that are to be shown, and the one with the id `also` whatever its state."""
        titles = rendering.section_titles(self.cycle)
        suggestions = list(queries.suggestions_of(self.cycle))
        threads = list(queries.comments_of(self.cycle))
        about = [row.paragraph_id for row in (*suggestions, *threads) if row.paragraph_id]
        passages = queries.passages(self.cycle, about)
        cards = [
            *rendering.suggestion_cards(
                suggestions,
                passages,
                titles,
                reader=self.request.user,
                answers=self.is_member,
                is_editable=self.cycle.is_editable,
            ),
            *rendering.comment_cards(threads, passages, titles),
        ]
        return rendering.talk(cards, titles, is_shown=lambda card: self.is_shown(card) or card.id == also)

    def is_shown(self, card: rendering.Card) -> bool:
        """What was settled today stays where it was, to be undone; what was settled before, only on request."""
        return self.shows_all or card.is_open or rendering.is_of_today(card.settled_at, self.day)

    def get_context_data(self, **kwargs):
        acted, wrong = kwargs.pop("acted", ""), kwargs.get("wrong", "")
        talk = self.talk(also=wrong)
        context = super().get_context_data(talk=talk, **kwargs)
        page = reverse("policies:discussion", args=[self.company.pk])
        return context | {
            "chips": [
                Chip(label=_("Open"), url=page, active=not self.shows_all),
                Chip(label=_("Also answered and resolved"), url=f"{page}?show=all", active=self.shows_all),
            ],
            "query": "?show=all" if self.shows_all else "",
            "page_url": page,
            "not_editable": "" if self.cycle.is_editable or not self.is_member else turn_of(self.cycle.state),
            "focus": talk.after(acted) if acted else "",
            "acted": acted,
        }

    # --- Answers to a deed -----------------------------------------------------------------------------------------------

    def done(self, sentence: str, *, card_id: str):
        """Say what was done: in the part of the page that changed, or on the page itself."""
        if self.request.htmx:
            return self.render_to_response(self.get_context_data(acted=card_id, said=sentence))
        messages.success(self.request, sentence)
        page = reverse("policies:discussion", args=[self.company.pk])
        query = "?show=all" if self.shows_all else ""
        return HttpResponseRedirect(f"{page}{query}#{card_id}")

    def refused(self, error: Exception, *, card_id: str, typed: str = "", status: int = 409):
        """Say why not, where it was tried, with what was typed."""
        sentence = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        deed = self.request.POST.get("deed", "")
        context = self.get_context_data(wrong=card_id, sentence=sentence, deed=deed)
        card = next((card for card in context["talk"].cards if card.id == card_id), None)
        # Where there is a field for it the text goes on standing there; else it is shown to be copied.
        is_in_field = card is not None and card.is_open and deed in ("decline", "reply")
        context |= {"typed": typed, "copied": ""} if is_in_field else {"typed": "", "copied": typed}
        return self.render_to_response(context, status=status)


class DiscussionView(CardsMixin, TemplateView):
    """Suggested wording and comments by section, each with what may be done about it."""


class DeedsMixin(CardsMixin):
    """A POST names one of `deeds`, and each of those makes one call to a service."""

    deeds: dict[str, str] = {}
    card_id = ""

    def post(self, request, *args, **kwargs):
        name = self.deeds.get(request.POST.get("deed", ""))
        if name is None:
            return HttpResponseRedirect(reverse("policies:discussion", args=[self.company.pk]))
        typed = request.POST.get("text", "")
        try:
            return getattr(self, name)(typed)
        except REFUSALS as error:
            return self.refused(error, card_id=self.card_id, typed=typed)
        except ValidationError as error:
            return self.refused(error, card_id=self.card_id, typed=typed, status=422)


class SuggestionView(DeedsMixin, TemplateView):
    """One suggestion with its texts: where it is edited, and where it is answered from the page of all."""

    deeds = {"use": "use", "decline": "decline", "undo": "undo", "withdraw": "withdraw", "edit": "edit"}

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            given = queries.suggestions_of(self.cycle).select_related("author", "answered_by", "paragraph__cycle")
            self.suggestion = get_object_or_404(given, pk=kwargs["suggestion_id"])
            self.card_id = f"suggestion-{self.suggestion.pk}"
            self.deed = {"suggestion": self.suggestion, "actor": request.user, "now": self.now}

    def left(self) -> str:
        return rendering.left_sentence(queries.open_suggestions(self.cycle).count())

    def use(self, typed: str):
        services.accept_suggestion(**self.deed)
        return self.done(_("Taken over. %(left)s") % {"left": self.left()}, card_id=self.card_id)

    def decline(self, typed: str):
        services.decline_suggestion(**self.deed, reason=typed)
        return self.done(_("Not used. %(left)s") % {"left": self.left()}, card_id=self.card_id)

    def undo(self, typed: str):
        services.undo_answer(**self.deed)
        return self.done(_("The answer was undone. %(left)s") % {"left": self.left()}, card_id=self.card_id)

    def withdraw(self, typed: str):
        services.withdraw_suggestion(**self.deed)
        return self.done(_("The suggestion was withdrawn."), card_id=self.card_id)

    # --- The page of one ----------------------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        return self.one(self.wording())

    def wording(self, data=None) -> WordingForm:
        return WordingForm(data, suggestion=self.suggestion, present=queries.present_text(self.suggestion))

    def one(self, form: WordingForm, *, lost: services.Saved | None = None, status: int = 200):
        form.cancel_url = f"{reverse('policies:discussion', args=[self.company.pk])}#{self.card_id}"
        card = next(card for card in self.talk_of_all().cards if card.id == self.card_id)
        context = TalkMixin.get_context_data(self, card=card, form=form, lost=lost)
        return render(self.request, "policies/discussion/suggestion.html", context, status=status)

    def talk_of_all(self) -> rendering.Talk:
        titles = rendering.section_titles(self.cycle)
        suggestions = list(queries.suggestions_of(self.cycle))
        passages = queries.passages(self.cycle, [one.paragraph_id for one in suggestions])
        is_editable = self.cycle.is_editable
        cards = rendering.suggestion_cards(
            suggestions, passages, titles, reader=self.request.user, answers=self.is_member, is_editable=is_editable
        )
        return rendering.talk(cards, titles, is_shown=lambda card: True)

    def edit(self, typed: str):
        """Save own wording. What came too late is kept, and both texts are shown with what was typed."""
        form = self.wording(self.request.POST)
        if not form.is_valid():
            return self.one(form, status=422)
        values = form.cleaned_data
        try:
            saved = services.edit_and_accept(**self.deed, text=values["text"], base_rev=values["base_rev"])
        except ValidationError as error:
            form.add_error("text", error)
            return self.one(form, status=422)
        if saved.is_lost:
            again = self.wording()
            again.initial["text"] = values["text"]
            again.fields["text"].help_text = ""
            return self.one(again, lost=saved, status=409)
        messages.success(self.request, _("Taken over as you edited it. %(left)s") % {"left": self.left()})
        return HttpResponseRedirect(f"{reverse('policies:discussion', args=[self.company.pk])}#{self.card_id}")


class UseAllView(CardsMixin, TemplateView):
    """Take over all suggestions that fit, after they were looked at on one page."""

    template_name = "policies/discussion/use_all.html"
    for_members = True

    def get_template_names(self):
        return [self.template_name]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        cards = [card for card in context["talk"].cards if card.kind == "suggestion" and card.is_open]
        fitting = [card for card in cards if card.may_use and not card.has_rival]
        return context | {"fitting": fitting, "others": len(cards) - len(fitting)}

    def post(self, request, *args, **kwargs):
        wanted = set(request.POST.getlist("suggestion"))
        found = queries.open_suggestions(self.cycle).select_related("author", "answered_by", "paragraph__cycle")
        chosen = [one for one in found if str(one.pk) in wanted]
        try:
            done = services.accept_suggestions(suggestions=chosen, actor=request.user, now=self.now)
        except services.NotEditable as error:
            messages.error(request, str(error))
        else:
            left = rendering.left_sentence(queries.open_suggestions(self.cycle).count())
            words = {"count": len(done), "left": left}
            messages.success(request, _("Taken over: %(count)s. %(left)s") % words)
        return HttpResponseRedirect(reverse("policies:discussion", args=[self.company.pk]))


class ThreadView(DeedsMixin, TemplateView):
    """One thread: replies, the end of the talk, and where a comment is attached again."""

    deeds = {"reply": "reply", "resolve": "resolve", "reopen": "reopen", "attach": "attach"}

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            threads = queries.threads_of(self.cycle).select_related("cycle", "company", "paragraph")
            self.thread = get_object_or_404(threads, pk=kwargs["thread_id"])
            self.card_id = f"thread-{self.thread.pk}"
            self.deed = {"thread": self.thread, "actor": request.user}

    @property
    def is_question(self) -> bool:
        return self.thread.kind == ThreadKind.QUESTION

    def done(self, sentence: str, *, card_id: str):
        if not self.is_question:
            return super().done(sentence, card_id=card_id)
        messages.success(self.request, sentence)
        return HttpResponseRedirect(f"{reverse('policies:questions', args=[self.company.pk])}#{card_id}")

    def refused(self, error: Exception, *, card_id: str, typed: str = "", status: int = 409):
        if not self.is_question:
            return super().refused(error, card_id=card_id, typed=typed, status=status)
        return self.one(self.attach_form(), sentence=" ".join(error.messages), typed=typed, status=status)

    def reply(self, typed: str):
        services.reply(**self.deed, text=typed, now=self.now)
        return self.done(_("Your message is there. The other side was told."), card_id=self.card_id)

    def resolve(self, typed: str):
        services.resolve_thread(**self.deed, now=self.now)
        return self.done(_("Resolved. It is kept and can be opened again."), card_id=self.card_id)

    def reopen(self, typed: str):
        services.reopen_thread(**self.deed, now=self.now)
        return self.done(_("Open again."), card_id=self.card_id)

    # --- The page of one ----------------------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        return self.one(self.attach_form())

    def attach_form(self, data=None) -> AttachForm:
        """Return the form with the paragraphs of the text as it is now, each by its first words."""
        titles = rendering.section_titles(self.cycle)
        self.standing = {str(one.paragraph_id): one for one in queries.standing_texts(self.cycle, self.thread.language)}
        paragraphs = [
            (key, f"{titles.get(one.paragraph.section.code, '')} – {rendering.shortened(one.text, most=60)}")
            for key, one in self.standing.items()
        ]
        form = AttachForm(data, paragraphs=paragraphs, initial={"paragraph": str(self.thread.paragraph_id or "")})
        form.cancel_url = f"{reverse('policies:discussion', args=[self.company.pk])}#{self.card_id}"
        return form

    def one(self, form: AttachForm, *, sentence: str = "", typed: str = "", status: int = 200):
        titles = rendering.section_titles(self.cycle)
        passages = queries.passages(self.cycle, [self.thread.paragraph_id] if self.thread.paragraph_id else [])
        thread = queries.with_posts(queries.threads_of(self.cycle)).get(pk=self.thread.pk)
        card = rendering.comment_cards([thread], passages, titles)[0]
        context = TalkMixin.get_context_data(
            self,
            card=card,
            form=form,
            sentence=sentence,
            wrong=card.id if sentence else "",
            typed=typed,
            is_question=self.is_question,
        )
        return render(self.request, "policies/discussion/thread.html", context, status=status)

    def attach(self, typed: str):
        form = self.attach_form(self.request.POST)
        if self.is_question or not form.is_valid():
            return self.one(form, status=422)
        paragraph = self.standing[form.cleaned_data["paragraph"]].paragraph
        try:
            services.reattach_thread(**self.deed, paragraph=paragraph, quote=form.cleaned_data["quote"])
        except services.PassageMissing as error:
            form.add_error("quote", str(error))
            return self.one(form, status=409)
        messages.success(self.request, _("The comment was attached to the passage."))
        return HttpResponseRedirect(f"{reverse('policies:discussion', args=[self.company.pk])}#{self.card_id}")
