"""Writing: the company's policy home, and one section with its paragraphs."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.views.generic import TemplateView, View

from companies.enums import AccessKind
from policies import services
from policies.catalogue import catalogue
from policies.enums import Settlement, Transition
from policies.forms.drafting import Deed, EnglishForm, SectionPost
from policies.models import MAX_SECTION_CHARACTERS, Paragraph
from policies.queries import drafting as queries
from policies.rendering import drafting as rendering
from policies.services import NotEditable
from policies.services import drafting as deeds
from policies.workflow import TransitionRefused, available, move, turn_of
from programmes.views import CompanyPageMixin


class DraftingMixin(CompanyPageMixin):
    """A page of those who write: members of the company, on its present cycle.

    Assigned advisers know that the texts are there (403); to everybody else they are not (404).
    """

    tab = "policies:company"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return
        self.cycle = queries.present_cycle(request.user, self.company)
        if self.cycle is None or not (self.is_member or AccessKind.ADVISER in self.places.standings):
            raise Http404
        self.catalogue = catalogue(self.cycle.catalogue)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_member:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def is_read_only(self) -> str:
        """Return the sentence that says why nothing can be written now, "" where it can."""
        return "" if self.cycle.is_editable else str(NotEditable(self.cycle.state))


class SectionMixin(DraftingMixin):
    """One section of the cycle's catalogue; what the catalogue does not know is not there."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            try:
                self.entry = self.catalogue.section(kwargs["code"])
            except KeyError:
                raise Http404 from None


class SectionView(SectionMixin, TemplateView):
    """One section: its paragraphs to write on, and beside them what helps."""

    template_name = "policies/section.html"

    @property
    def url(self) -> str:
        return reverse("policies:section", args=[self.company.pk, self.entry.code])

    @cached_property
    def section(self):
        """The section's row with its counts; None before anybody wrote in the cycle."""
        return queries.section_row(self.cycle, self.entry.code, self.request.user.pk)

    # --- Saving -----------------------------------------------------------------------------------------------------

    def post(self, request, *args, **kwargs):
        """Save every text of the page, then do what the pressed button asks. What was refused is shown again as typed."""
        self.sent = SectionPost(request.POST)
        deed = self.sent.deed()
        try:
            self.section = services.begin_sections(cycle=self.cycle, actor=request.user)[self.entry.code]
            self.section.cycle = self.cycle
            typed = self._save_texts(deed)
        except NotEditable as refusal:
            self.__dict__.pop("section", None)
            return self._again(self._all_typed(), status=409, refusal=str(refusal))
        if typed:
            self.__dict__.pop("section")
            return self._again(typed, status=409 if any(each.conflict for each in typed.values()) else 422)
        try:
            place = self._do(deed)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            place = ""
        return HttpResponseRedirect(place or self.url)

    def _save_texts(self, deed: Deed) -> dict:
        """Save, settle, mark; return what was not taken over, by paragraph and language ("new" where there is none)."""
        user, settled = self.request.user, self._settle(deed)
        typed = {key: again for key, again in settled.items() if again}
        sent = [each for each in self.sent.sent() if each.key not in settled]
        results = deeds.save_texts(section=self.section, sent=sent, actor=user, now=self.now)
        typed |= {result.sent.key: self._typed(result) for result in results if result.error or result.is_lost}
        typed |= self._begin_paragraph()
        if (is_filled := self.sent.is_filled()) is not None and is_filled != self.section.is_filled:
            services.mark_section(section=self.section, is_filled=is_filled, actor=user)
        return typed

    def _settle(self, deed: Deed) -> dict:
        """Carry out a choice between two texts; return its key, with what to show again where there is anything."""
        found = queries.save_with_present(self.cycle, deed.pk) if deed.is_settlement and deed.pk else None
        if found is None:
            return {}
        save, _present = found
        key = save.paragraph_id, save.language
        text = self.sent.merged(save.pk) if deed.name == Settlement.MERGED else self._text_of(key, save.text)
        try:
            saved = deeds.settle_save(
                save=save,
                choice=Settlement(deed.name),
                text=text,
                base_rev=self.sent.base_of_choice(save.pk),
                operation=uuid4(),
                actor=self.request.user,
                now=self.now,
            )
        except ValidationError as error:
            return {key: rendering.Typed(text, error=" ".join(error.messages))}
        if saved is None or not saved.is_lost:
            return {key: None}
        return {key: rendering.Typed(text, conflict=self._conflict(saved))}

    def _text_of(self, key: tuple[UUID, str], otherwise: str) -> str:
        return self.sent.texts_by_key([key]).get(key, otherwise)

    def _conflict(self, saved) -> rendering.Conflict:
        _save, present = queries.save_with_present(self.cycle, saved.save.pk)
        by = queries.names_of([present.updated_by_id]).get(present.updated_by_id, "")
        return rendering.conflict(saved.save, present, by=by)

    def _typed(self, result) -> rendering.Typed:
        if result.is_lost:
            return rendering.Typed(result.sent.text, conflict=self._conflict(result.saved))
        return rendering.Typed(result.sent.text, error=result.error)

    def _begin_paragraph(self) -> dict:
        """Make a paragraph of what was typed where there was none yet."""
        texts = self.sent.new_texts()
        if not texts:
            return {}
        try:
            services.add_paragraph(section=self.section, texts=texts, actor=self.request.user)
        except ValidationError as error:
            return {
                ("new", code): rendering.Typed(text, error=" ".join(error.messages)) for code, text in texts.items()
            }
        return {}

    def _all_typed(self) -> dict:
        typed = {each.key: rendering.Typed(each.text) for each in self.sent.sent()}
        return typed | {("new", code): rendering.Typed(text) for code, text in self.sent.new_texts().items()}

    def _again(self, typed: dict, *, status: int, refusal: str = ""):
        context = self.get_context_data(typed=typed, refusal=refusal)
        return self.render_to_response(context, status=status)

    # --- What the pressed button asks ---------------------------------------------------------------------------------

    def _do(self, deed: Deed) -> str:
        """Carry out the deed on the paragraphs; return where to go on, "" for this page."""
        if deed.name == "save":
            return self._next_address()
        if deed.name == "add":
            after = self._paragraph(deed.pk) if deed.pk else None
            return self._at(services.add_paragraph(section=self.section, after=after, actor=self.request.user))
        if deed.name == "example":
            return self._insert(deed.of)
        if deed.name in ("remove", "restore", "up", "down", "confirm") and deed.pk:
            return self._change(deed.name, self._paragraph(deed.pk))
        return ""

    def _change(self, name: str, paragraph: Paragraph) -> str:
        user = self.request.user
        if name == "remove":
            services.remove_paragraph(paragraph=paragraph, actor=user, now=self.now)
            messages.success(
                self.request, gettext("The paragraph was taken out. It can be put back under “Paragraphs taken out”.")
            )
            return f"{self.url}#removed"
        if name == "restore":
            services.restore_paragraph(paragraph=paragraph, actor=user)
            messages.success(self.request, gettext("The paragraph is back where it was."))
        elif name == "confirm":
            services.confirm_translation(paragraph=paragraph, actor=user)
        else:
            services.move_paragraph(paragraph=paragraph, is_up=name == "up", actor=user)
        return self._at(paragraph)

    def _insert(self, key: str) -> str:
        example = next((e for e in rendering.examples(self.cycle.catalogue, self.entry.code) if e.key == key), None)
        if example is None:
            return ""
        texts = {"ja": example.text_ja, "en": example.text_en if self.cycle.has_english else ""}
        return self._at(services.add_paragraph(section=self.section, texts=texts, actor=self.request.user))

    def _paragraph(self, pk: UUID) -> Paragraph:
        own = (
            Paragraph.objects.visible_to(self.request.user)
            .filter(section=self.section)
            .select_related("cycle", "section")
        )
        return get_object_or_404(own, pk=pk)

    def _at(self, paragraph: Paragraph) -> str:
        return f"{self.url}#p-{paragraph.pk}"

    def _next_address(self) -> str:
        codes = [section.code for section in self.catalogue.sections]
        place = codes.index(self.entry.code) + 1
        if place == len(codes):
            return reverse("policies:company", args=[self.company.pk])
        return reverse("policies:section", args=[self.company.pk, codes[place]])

    # --- Showing ------------------------------------------------------------------------------------------------------

    def get_context_data(self, *, typed=None, refusal="", **kwargs):
        typed = typed or {}
        found = queries.passages(self.section) if self.section else []
        languages, own = self.cycle.languages, {"company_id": self.company.pk}
        passages = rendering.passage_views(found, languages=languages, typed=typed, **own)
        typed_new = {code: again for (of, code), again in typed.items() if of == "new"}
        context = {
            "cycle": self.cycle,
            "entry": self.entry,
            "section": self.section,
            "title": rendering.section_title(self.entry),
            "place": [section.code for section in self.catalogue.sections].index(self.entry.code) + 1,
            "total": len(self.catalogue.sections),
            "help": rendering.section_help(self.entry),
            "passages": passages,
            "new_boxes": ()
            if passages
            else rendering.new_boxes(code=self.entry.code, languages=languages, typed=typed_new, **own),
            "removed": rendering.removed_passages(found),
            "checklist": rendering.section_checklist(self.cycle, self.entry.code, found),
            "examples": rendering.examples(self.cycle.catalogue, self.entry.code),
            "peers": rendering.peers(queries.peer_texts(self.company.pk, self.entry.code)),
            "lost": self.section.lost if self.section else 0,
            "read_only": refusal or self.is_read_only,
            "errors": rendering.error_items(passages, typed_new),
            "is_filled": self.sent.is_filled()
            if hasattr(self, "sent")
            else bool(self.section and self.section.is_filled),
            "is_last": self.entry.code == self.catalogue.sections[-1].code,
            "limit": f"{MAX_SECTION_CHARACTERS:,}",
            "policy_url": reverse("policies:company", args=[self.company.pk]),
        }
        return super().get_context_data(**context, **kwargs)


class EnglishView(DraftingMixin, View):
    """Begin or leave out the English version. What was written in English stays in the history."""

    def post(self, request, *args, **kwargs):
        form = EnglishForm(request.POST)
        form.is_valid()
        has_english = form.cleaned_data["has_english"]
        try:
            services.set_english(cycle=self.cycle, has_english=has_english, actor=request.user)
        except NotEditable as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                gettext("There is now an English version. It is written beside the Japanese text in each section.")
                if has_english
                else gettext("The English version is left out. What was written in English comes back with it."),
            )
        return HttpResponseRedirect(reverse("policies:company", args=[self.company.pk]))


class ReviseView(DraftingMixin, TemplateView):
    """Edit a reviewed text again: it goes back to drafting, after a question, because the review is then of another text."""

    template_name = "policies/revise.html"

    def get_context_data(self, **kwargs):
        may = Transition.REVISE in available(self.cycle, self.request.user)
        turn = "" if may else turn_of(self.cycle.state)
        return super().get_context_data(turn=turn, home_url=self._home(), **kwargs)

    def post(self, request, *args, **kwargs):
        try:
            move(cycle=self.cycle, transition=Transition.REVISE, actor=request.user, today=self.day)
        except TransitionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, gettext("The text can be edited again. Submit it once more when it is ready."))
        return HttpResponseRedirect(self._home())

    def _home(self) -> str:
        return reverse("policies:company", args=[self.company.pk])
