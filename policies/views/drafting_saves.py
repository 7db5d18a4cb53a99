"""Texts on their own: what a page saves while one types, texts that came too late, and everything that was ever saved."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import ListView, TemplateView, View

from companies.views import CompanyMixin
from policies import permissions, services
from policies.enums import SaveOutcome, Settlement
from policies.forms.drafting import HistoryForm, SaveForm, SectionPost, SettleForm, json_of
from policies.models import Paragraph, ParagraphSave
from policies.queries import drafting as queries
from policies.rendering import drafting as rendering
from policies.services import NotEditable
from policies.services import drafting as deeds

from .drafting import DraftingMixin, SectionMixin

UNREADABLE, LATE, LOCKED, REFUSED = 422, 409, 423, 403


def said(sentence: str, *, status: int, **more) -> JsonResponse:
    """Answer a page that saves by itself, with a sentence that it shows as it is."""
    return JsonResponse({"said": sentence, **more}, status=status)


class AnswersInWords:
    """What a page sends by itself: refusals are sentences for the reader, in JSON. An ended session leads to sign-in."""

    def post(self, request, *args, **kwargs):
        try:
            return self.answer(json_of(request))
        except NotEditable as refusal:
            return said(str(refusal), status=LOCKED)
        except PermissionDenied:
            return said(gettext("Only people of the company write here."), status=REFUSED)
        except ValidationError as error:
            return said(" ".join(error.messages), status=UNREADABLE)

    def options(self, request, *args, **kwargs):
        if not permissions.can_edit(request.user, self.cycle):
            raise PermissionDenied
        return super().options(request, *args, **kwargs)

    def valid(self, form) -> dict:
        """Return the form's values. Raises ValidationError with everything that is wrong, to those who may write."""
        if form.is_valid():
            return form.cleaned_data
        if not permissions.can_edit(self.request.user, self.cycle):
            raise PermissionDenied
        raise ValidationError([message for errors in form.errors.values() for message in errors])


class SaveView(AnswersInWords, CompanyMixin, View):
    """Save one text of a paragraph while it is being written."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            own = Paragraph.objects.visible_to(request.user).filter(company=self.company)
            self.paragraph = get_object_or_404(own.select_related("cycle"), pk=kwargs["paragraph_id"])
            self.cycle = self.paragraph.cycle

    def answer(self, data: dict) -> JsonResponse:
        values, now = self.valid(SaveForm(data)), timezone.now()
        saved = services.save_paragraph(paragraph=self.paragraph, actor=self.request.user, now=now, **values)
        return answer_of(saved, paragraph=self.paragraph, now=now, request=self.request)


class SaveNewView(AnswersInWords, SectionMixin, View):
    """Save the first text of a section, where there was no paragraph yet."""

    def answer(self, data: dict) -> JsonResponse:
        values = self.valid(SaveForm(data))
        section = services.begin_sections(cycle=self.cycle, actor=self.request.user)[self.entry.code]
        section.cycle = self.cycle
        text, language = values["text"], values["language"]
        saved = deeds.begin_paragraph(
            section=section, language=language, text=text, operation=values["operation"], actor=self.request.user
        )
        paragraph = saved.save.paragraph
        paragraph.cycle = self.cycle
        address = reverse("policies:save", args=[self.company.pk, paragraph.pk])
        return answer_of(saved, paragraph=paragraph, now=self.now, request=self.request, address=address)


def answer_of(saved: services.Saved, *, paragraph: Paragraph, now, request, **more) -> JsonResponse:
    """Say what became of a text: saved, or both texts side by side."""
    if saved.is_lost:
        _save, present = queries.save_with_present(paragraph.cycle, saved.save.pk)
        by = queries.names_of([present.updated_by_id]).get(present.updated_by_id, "")
        found = rendering.conflict(saved.save, present, by=by)
        context = {
            "conflict": found,
            "key": f"{paragraph.pk}-{saved.save.language}",
            "company_id": paragraph.company_id,
        }
        html = render_to_string("policies/_conflict.html", context, request)
        sentence = gettext("Somebody changed this paragraph meanwhile. Look at both texts.")
        return said(sentence, status=LATE, html=html, rev=saved.rev, save=str(saved.save.pk))
    # Not the present rev: to a repeated save it would name one whose text its writer has never seen.
    more |= {"rev": saved.save.rev, "paragraph": str(paragraph.pk)}
    if paragraph.cycle.has_english:
        more["stale"] = queries.is_stale(paragraph)
    if paragraph.removed_at:
        sentence = gettext("Saved, but the paragraph was taken out meanwhile. It stands under “Paragraphs taken out”.")
    else:
        sentence = rendering.saved_line(now)
    return said(sentence, status=200, **more)


class ConflictView(DraftingMixin, TemplateView):
    """A text that came too late beside the one that stands, to choose between them."""

    template_name = "policies/conflict.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = queries.save_with_present(self.cycle, kwargs["save_id"])
            if found is None or found[0].outcome != SaveOutcome.LOST:
                raise Http404
            self.save, self.present = found

    def post(self, request, *args, **kwargs):
        if request.content_type == "application/json":
            return self._answer(SettleForm(json_of(request)))
        post = SectionPost(request.POST)
        deed = post.deed()
        if not deed.is_settlement:
            return HttpResponseRedirect(request.path)
        text = post.merged(self.save.pk) if deed.name == Settlement.MERGED else self.save.text
        try:
            saved = self._settle(deed.name, text, post.base_of_choice(self.save.pk), uuid4())
        except (NotEditable, ValidationError) as error:
            sentence = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            return self.render_to_response(
                self.get_context_data(merged=rendering.in_text_area(text), errors=[(sentence, f"#m-{self.save.pk}")]),
                status=UNREADABLE,
            )
        if saved and saved.is_lost:
            messages.error(request, gettext("Somebody changed it once more. Please look at both texts again."))
            return HttpResponseRedirect(reverse("policies:conflict", args=[self.company.pk, saved.save.pk]))
        messages.success(request, gettext("It is settled. Both texts stay in the history."))
        return HttpResponseRedirect(self._section_url())

    def _answer(self, form: SettleForm) -> JsonResponse:
        """Answer a page that settles in place."""
        if not form.is_valid():
            return said(gettext("This could not be read. Please load the page again."), status=UNREADABLE)
        values = form.cleaned_data
        try:
            saved = self._settle(values["choice"], values["text"], values["base_rev"], values["operation"])
        except NotEditable as refusal:
            return said(str(refusal), status=LOCKED)
        except ValidationError as error:
            return said(" ".join(error.messages), status=UNREADABLE)
        if saved:
            return answer_of(saved, paragraph=self.save.paragraph, now=self.now, request=self.request)
        return said(
            gettext("The other text stays."), status=200, rev=self.present.rev, text=self.present.text, stale=False
        )

    def _settle(self, choice, text, base_rev, operation):
        self.save.cycle = self.save.paragraph.cycle = self.cycle
        return deeds.settle_save(
            save=self.save,
            choice=Settlement(choice),
            text=text,
            base_rev=base_rev,
            operation=operation,
            actor=self.request.user,
            now=self.now,
        )

    def _section_url(self) -> str:
        url = reverse("policies:section", args=[self.company.pk, self.save.paragraph.section.code])
        return f"{url}#p-{self.save.paragraph_id}"

    def get_context_data(self, **kwargs):
        by = queries.names_of([self.present.updated_by_id]).get(self.present.updated_by_id, "")
        is_own = self.save.author_id == self.request.user.pk
        context = {
            "conflict": rendering.conflict(self.save, self.present, by=by, is_own=is_own),
            "key": f"{self.save.paragraph_id}-{self.save.language}",
            "section_url": self._section_url(),
            "title": rendering.section_title(self.catalogue.section(self.save.paragraph.section.code)),
            "settled": getattr(self.save, "settled", None),
            "read_only": self.is_read_only,
        }
        return super().get_context_data(**context, **kwargs)


class HistoryView(DraftingMixin, ListView):
    """Every text that was ever saved, with who and when; of one section or of all."""

    template_name = "policies/history.html"
    paginate_by = 100

    def get_queryset(self):
        self.code = HistoryForm(self.request.GET).value()
        found = queries.saves(self.cycle)
        return found.filter(paragraph__section__code=self.code) if self.code else found

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        saves = list(context["page_obj"].object_list)
        names = queries.names_of({save.author_id for save in saves})
        return context | {
            "entries": rendering.history_entries(saves, names=names, version=self.cycle.catalogue),
            "chips": rendering.section_chips(self.catalogue, chosen=self.code, query=self.request.GET),
            "has_english": self.cycle.has_english,
            "lost": list(queries.lost_saves(self.cycle).select_related("paragraph__section")),
            "read_only": self.is_read_only,
        }


class RestoreSaveView(DraftingMixin, View):
    """Make an earlier text the present one again."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            own = ParagraphSave.objects.visible_to(request.user).filter(cycle=self.cycle)
            self.save = get_object_or_404(own.select_related("paragraph__section", "cycle"), pk=kwargs["save_id"])
            self.save.paragraph.cycle = self.cycle

    def post(self, request, *args, **kwargs):
        try:
            deeds.restore_save(save=self.save, actor=request.user, now=self.now)
        except (NotEditable, ValidationError) as error:
            messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
            return HttpResponseRedirect(reverse("policies:history", args=[self.company.pk]))
        messages.success(request, gettext("The earlier text stands again. What it replaced is in the history."))
        url = reverse("policies:section", args=[self.company.pk, self.save.paragraph.section.code])
        return HttpResponseRedirect(f"{url}#p-{self.save.paragraph_id}")
