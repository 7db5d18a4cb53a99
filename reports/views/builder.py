"""Writing a report: its outline, its blocks, its figures with their rows, the preview, the check, and the way to the PDF."""

from base64 import b64encode
from collections import Counter
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from audit import services as audit
from common import dates
from common.components import Term
from policies.enums import Settlement
from policies.forms.drafting import SaveForm, SettleForm, json_of
from policies.queries.drafting import names_of
from policies.rendering.drafting import saved_line
from reports.enums import BlockKind, Edition, Language
from reports.forms.builder import AsOfForm, DraftForm, FigureForm, LanguageForm, OverrideForm
from reports.models import BlockSave, BlockText, DraftBlock, FigureOverride, ReportDraft
from reports.queries import blocks as figures_of
from reports.queries import builder as queries
from reports.queries import one_moment, report_figures
from reports.queries.blocks_rows import figure_rows
from reports.queries.throwing_away import loss_of_draft
from reports.rendering import blocks as words
from reports.rendering import builder as rendering
from reports.rendering import checking, document
from reports.rendering import wording as w
from reports.services import builder as services
from reports.services import request_report
from reports.services.throwing_away import BeingIssued, throw_away_draft

from .reports import SecretariatMixin

UNREADABLE, LATE = 422, 409


class DraftMixin(SecretariatMixin):
    """Loads a draft of the programme through the door; others are not there."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            drafts = ReportDraft.objects.visible_to(request.user).filter(programme=self.programme)
            self.draft = get_object_or_404(
                drafts.select_related("programme", "created_by"), pk=kwargs["report_draft_id"]
            )

    def go(self, name: str = "draft", *more) -> HttpResponseRedirect:
        return HttpResponseRedirect(rendering.address(self.draft, name, *more))

    def get_context_data(self, **kwargs):
        return super().get_context_data(draft=self.draft, draft_url=rendering.address(self.draft), **kwargs)


class DraftsView(SecretariatMixin, FormView):
    """Reports that are being written, and a form to begin one."""

    template_name = "reports/builder/drafts.html"
    form_class = DraftForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "programme": self.programme}

    def get_initial(self):
        last = min(self.programme.ends_on, timezone.localdate())
        return {"edition": Edition.PUBLIC, "as_of": max(last, self.programme.starts_on)}

    def form_valid(self, form):
        with one_moment():
            draft = services.found_draft(
                programme=self.programme, actor=self.request.user, now=self.now, **form.cleaned_data
            )
        return HttpResponseRedirect(rendering.address(draft))

    def get_context_data(self, **kwargs):
        drafts = ReportDraft.objects.visible_to(self.request.user).filter(programme=self.programme)
        drafts = drafts.select_related("created_by").defer("figures")
        return super().get_context_data(
            table=rendering.drafts_table(drafts) if drafts else None,
            list_url=reverse("reports:list", args=[self.programme.pk]),
            **kwargs,
        )


class DraftView(DraftMixin, TemplateView):
    """The outline: every block with how it stands, and what can be done with the whole."""

    template_name = "reports/builder/draft.html"

    def get_context_data(self, **kwargs):
        draft = self.draft
        lost = Counter(save.block.key for save in queries.lost_saves(draft))
        standing = rendering.Standing(
            rows=queries.block_rows(draft),
            texts=queries.texts_of(draft),
            lost_texts=lost,
            lost_choices=queries.lost_choices(draft),
        )
        return super().get_context_data(
            tables=rendering.outline_tables(draft, standing),
            terms=_terms(draft),
            urls={
                name: rendering.address(draft, name)
                for name in (
                    "draft_preview",
                    "draft_figures",
                    "refresh_draft",
                    "check_draft",
                    "draft_pdf",
                    "throw_away_draft",
                )
            },
            languages=Language.choices,
            list_url=reverse("reports:drafts", args=[self.programme.pk]),
            **kwargs,
        )


def _terms(draft: ReportDraft) -> list[Term]:

    return [
        Term(label=_("Figures as of"), value=dates.long_date(draft.as_of)),
        Term(label=_("Figures read"), value=dates.date_and_time(draft.read_at)),
        Term(label=_("Edition"), value=draft.get_edition_display()),
        Term(label=_("Begun by"), value=str(draft.created_by)),
    ]


class ThrowAwayDraftView(DraftMixin, TemplateView):
    """What would go with a draft, and the press that throws it away."""

    template_name = "reports/builder/throw_away.html"

    def post(self, request, *args, **kwargs):
        try:
            throw_away_draft(draft=self.draft, actor=request.user)
        except BeingIssued:
            return self.render_to_response(self.get_context_data(is_being_issued=True), status=LATE)
        messages.success(request, _("The draft was thrown away."))
        return HttpResponseRedirect(reverse("reports:drafts", args=[self.programme.pk]))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            terms=_terms(self.draft), lines=rendering.loss_lines(loss_of_draft(self.draft)), **kwargs
        )


# --- One block ------------------------------------------------------------------------------------------------------------


class BlockMixin(DraftMixin):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = DraftBlock.objects.visible_to(request.user).filter(draft=self.draft)
            self.row = get_object_or_404(rows, pk=kwargs["block_id"])
            self.row.draft = self.draft


class BlockView(BlockMixin, TemplateView):
    """The editor of one block: texts in both languages, quotes, photographs, or figures to look at."""

    def get_template_names(self):
        return [f"reports/builder/block_{self.row.kind}.html"]

    def post(self, request, *args, **kwargs):
        answer = {BlockKind.NARRATIVE: self._post_texts, BlockKind.DATA: self.go}.get(self.row.kind, self._post_choices)
        return answer()

    # Texts

    def _post_texts(self):
        deed, _colon, language = self.request.POST.get("do", "").partition(":")
        if language in Language.values and deed in ("automatic", "looked"):
            act = services.back_to_automatic if deed == "automatic" else services.text_looked_at
            act(block=self.row, language=language, actor=self.request.user)
            return self._again()
        sent, wrong, late = {}, {}, False
        for language in Language.values:
            key = f"{self.row.pk}-{language}"
            if f"text-{key}" not in self.request.POST:
                continue
            text = self.request.POST[f"text-{key}"]
            base = self.request.POST.get(f"rev-{key}", "")
            try:
                saved = services.save_text(
                    block=self.row,
                    language=language,
                    text=text,
                    base_rev=int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 0,
                    operation=uuid4(),
                    actor=self.request.user,
                )
                late = late or saved.is_lost
            except ValidationError as error:
                sent[language], wrong[language] = text, " ".join(error.messages)
        if wrong:
            return self.render_to_response(self.get_context_data(typed=sent, wrong=wrong), status=UNREADABLE)
        if late:
            messages.error(self.request, _("Somebody changed this text meanwhile. Both texts are kept: choose one."))
            return self._again()
        messages.success(self.request, saved_line(self.now))
        return self.go() if deed == "save" else self._again()

    def _again(self):
        return self.go("draft_block", self.row.pk)

    # Quotes and photographs

    def _post_choices(self):
        if self.request.POST.get("do") == "automatic":
            services.choose_automatically(block=self.row, actor=self.request.user)
            return self._again()
        offers = self._offers()
        chosen = [each for each in offers if self.request.POST.get(f"print-{each.pk}")]
        chosen.sort(key=self._order_of)
        choices = [
            services.Choice(
                each,
                text_ja=self._typed(each, "ja"),
                text_en=self._typed(each, "en"),
            )
            for each in chosen
        ]
        try:
            services.choose(block=self.row, choices=choices, actor=self.request.user)
        except ValidationError as error:
            wrong = self._wrong_choice(choices)
            return self.render_to_response(
                self.get_context_data(said=" ".join(error.messages), wrong_choice=wrong), status=UNREADABLE
            )
        messages.success(self.request, _("Your choice is saved."))
        return self.go()

    def _order_of(self, each) -> int:
        typed = self.request.POST.get(f"order-{each.pk}", "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 999

    def _typed(self, each, language: str) -> str:
        text = self.request.POST.get(f"text-{each.pk}-{language}", "").replace("\r\n", "\n").replace("\x00", "").strip()
        return "" if text == _standing_words(each, language).strip() else text[:2000]

    def _wrong_choice(self, choices) -> str:
        for choice in choices:
            if self.row.kind == BlockKind.PHOTOS:
                continue
            for language in ("ja", "en"):
                text = getattr(choice, f"text_{language}")
                if text and not services.is_shortening(text, _standing_words(choice.of, language)):
                    return f"{choice.of.pk}-{language}"
        return ""

    def _offers(self) -> list:
        comments, remarks, photos = queries.permitted(self.draft)
        code = self.row.key.partition(".")[2]
        found = photos.values() if self.row.kind == BlockKind.PHOTOS else [*comments.values(), *remarks.values()]
        return [each for each in found if each.session.code == code]

    # What is shown

    def get_context_data(self, **kwargs):
        by_key = {block.key: block for block in figures_of.blocks(self.draft.figures)}
        block = by_key.get(self.row.key)
        label = words.block_label(block, self.draft.figures) if block else self.row.key
        draw = {BlockKind.NARRATIVE: self._texts, BlockKind.DATA: self._figures}.get(self.row.kind, self._choices)
        own = draw(block, **{key: kwargs.pop(key, None) for key in ("typed", "wrong", "said", "wrong_choice")})
        return super().get_context_data(label=label, row=self.row, **own, **kwargs)

    def _texts(self, block, *, typed, wrong, **_more) -> dict:
        texts = queries.block_texts(self.row)
        late = {}
        for save in queries.lost_saves(self.draft, self.row):
            late.setdefault(save.language, save)
        names = names_of([text.updated_by_id for text in texts.values()])
        boxes = []
        for language in Language.values:
            text = texts.get(language)
            by = names.get(text.updated_by_id, "") if text else ""
            boxes.append(
                rendering.text_box(
                    self.draft,
                    self.row,
                    language,
                    text=text,
                    late=(late[language], by) if language in late else None,
                    typed=(typed or {}).get(language),
                    error=(wrong or {}).get(language, ""),
                )
            )
        return {
            "boxes": boxes,
            "offered": rendering.offered(
                self.draft, queries.printed_figures(self.draft), subject=block.subject if block else ""
            ),
            "errors": [(box.error, f"#t-{box.key}") for box in boxes if box.error],
        }

    def _figures(self, block, **_more) -> dict:
        return {"figures_url": rendering.address(self.draft, "draft_figures")}

    def _choices(self, block, *, said, wrong_choice, **_more) -> dict:
        picks = {pick.feedback_id or pick.remark_id or pick.photo_id: pick for pick in self.row.picks.all()}
        offers, is_back = self._offers(), bool(said)
        first = queries.words_of(self.draft)
        automatic = set(first.feedback_ids) | set(first.remark_ids)
        cards = []
        for number, each in enumerate(
            sorted(offers, key=lambda each: picks[each.pk].order if each.pk in picks else 99), 1
        ):
            pick = picks.get(each.pk)
            is_printed = bool(pick) if self.row.is_chosen else each.pk in automatic
            if is_back:
                is_printed = bool(self.request.POST.get(f"print-{each.pk}"))
            cards.append(
                {
                    "pk": each.pk,
                    "of": each,
                    "number": number,
                    "is_printed": is_printed,
                    "by": _who(each),
                    "texts": [
                        {
                            "key": f"{each.pk}-{language}",
                            "language": language,
                            "label": rendering.LANGUAGES[language],
                            "value": self.request.POST.get(f"text-{each.pk}-{language}", "")
                            if is_back
                            else (getattr(pick, f"text_{language}") if pick else "") or _standing_words(each, language),
                            "is_wrong": wrong_choice == f"{each.pk}-{language}",
                        }
                        for language in ("ja", "en")
                        if self.row.kind == BlockKind.PHOTOS or _standing_words(each, language)
                    ],
                }
            )
        return {
            "cards": cards,
            "lost": queries.lost_choices(self.draft).get(self.row.key, 0),
            "said": said,
            "wrong_choice": wrong_choice,
            "errors": [(said, f"#t-{wrong_choice}" if wrong_choice else "#choices")] if said else [],
        }


def _standing_words(each, language: str) -> str:
    """Return the words of a quote or the caption of a photograph where it was taken from."""
    name = {"Feedback": "comment", "Remark": "text", "Photo": "caption"}[type(each).__name__]
    return getattr(each, f"{name}_{language}")


def _who(each) -> str:
    kind = type(each).__name__
    if kind == "Remark":
        return str(each.speaker)
    if kind == "Feedback":
        return each.company.name if each.consent == "company" and each.company else _("without a name")
    return ""


class SaveBlockView(BlockMixin, View):
    """Save one text while it is being written."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        form = SaveForm(json_of(request))
        if self.row.kind != BlockKind.NARRATIVE or not form.is_valid():
            return _said(_("This could not be read. Please load the page again."), status=UNREADABLE)
        try:
            saved = services.save_text(block=self.row, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            return _said(" ".join(error.messages), status=UNREADABLE)
        return _answer(saved, self.draft, request, now=self.now)


def _said(sentence: str, *, status: int, **more) -> JsonResponse:
    return JsonResponse({"said": sentence, **more}, status=status)


def _answer(saved: services.SavedBlock, draft: ReportDraft, request, *, now) -> JsonResponse:
    """Say what became of a text: saved, or both texts side by side."""
    if saved.is_lost:
        by = names_of([saved.text.updated_by_id]).get(saved.text.updated_by_id, "")
        saved.save.block.draft = draft
        context = {
            "conflict": rendering.late_conflict(saved.save, saved.text, draft, by=by),
            "url": rendering.address(draft, "block_conflict", saved.save.pk),
        }
        html = render_to_string("reports/builder/_conflict.html", context, request)
        sentence = _("Somebody changed this text meanwhile. Look at both texts.")
        return _said(sentence, status=LATE, html=html, rev=saved.text.rev)
    return _said(saved_line(now), status=200, rev=saved.save.rev)


class BlockConflictView(DraftMixin, TemplateView):
    """A text that came too late beside the one that stands, to choose between them."""

    template_name = "reports/builder/conflict.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            saves = BlockSave.objects.visible_to(request.user).filter(draft=self.draft, outcome="lost")
            self.save = get_object_or_404(saves.select_related("block"), pk=kwargs["block_save_id"])
            self.save.draft = self.save.block.draft = self.draft

    def present(self) -> BlockText:
        found = queries.block_texts(self.save.block).get(self.save.language)
        found = found or BlockText(block=self.save.block, language=self.save.language)
        found.block = self.save.block
        return found

    def post(self, request, *args, **kwargs):
        if request.content_type == "application/json":
            return self._in_place(SettleForm(json_of(request)))
        deed = request.POST.get("do", "").partition(":")[0]
        if deed not in Settlement.values:
            return HttpResponseRedirect(request.path)
        base = request.POST.get(f"against-{self.save.pk}", "")
        form = SettleForm(
            {
                "choice": deed,
                "text": request.POST.get(f"merged-{self.save.pk}", ""),
                "base_rev": base,
                "operation": uuid4(),
            }
        )
        if not form.is_valid():
            return HttpResponseRedirect(request.path)
        try:
            saved = services.settle(save=self.save, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(request.path)
        if saved and saved.is_lost:
            messages.error(request, _("Somebody changed it once more. Please look at both texts again."))
            return self.go("block_conflict", saved.save.pk)
        messages.success(request, _("It is settled. Both texts stay in the history."))
        return self.go("draft_block", self.save.block_id)

    def _in_place(self, form):
        if not form.is_valid():
            return _said(_("This could not be read. Please load the page again."), status=UNREADABLE)
        try:
            saved = services.settle(save=self.save, actor=self.request.user, **form.cleaned_data)
        except ValidationError as error:
            return _said(" ".join(error.messages), status=UNREADABLE)
        if saved:
            return _answer(saved, self.draft, self.request, now=self.now)
        present = self.present()
        text = (
            present.text
            if present.is_edited
            else words.automatic_text(self.save.block.key, self.draft.figures, self.save.language)
        )
        return _said(_("The other text stays."), status=200, rev=present.rev, text=text)

    def get_context_data(self, **kwargs):
        present = self.present()
        by = names_of([present.updated_by_id]).get(present.updated_by_id, "")
        return super().get_context_data(
            conflict=rendering.late_conflict(
                self.save, present, self.draft, by=by, is_own=self.save.author_id == self.request.user.pk
            ),
            url=self.request.path,
            block_url=rendering.address(self.draft, "draft_block", self.save.block_id),
            is_settled=bool(self.save.settled),
            **kwargs,
        )


# --- Preview and figures --------------------------------------------------------------------------------------------------


class PreviewView(DraftMixin, TemplateView):
    """The report as it will be printed, by the same template; every number leads to its rows."""

    template_name = "reports/builder/preview.html"

    def get_context_data(self, **kwargs):
        language = LanguageForm(self.request.GET).value(get_language() or "ja")
        draft = self.draft
        figures = queries.printed_figures(draft)
        written = queries.written_by_people(draft, language)
        photos = {
            str(photo.file_id): reverse("programmes:photo", args=[draft.programme_id, photo.session_id, photo.pk])
            for chosen in queries.photos_of(draft).values()
            for photo, _pick in chosen
        }
        with translation.override(language), w.marking(rendering.linked(draft, figures)):
            page = document.page_context(figures, written=written)
            _show_pictures(page, photos)
            body = render_to_string("reports/document/_body.html", page)
        if draft.edition == Edition.INTERNAL:
            audit.log_look(actor=self.request.user, obj=draft, programme_id=draft.programme_id, now=self.now)
        return super().get_context_data(body=body, language=language, languages=Language.choices, **kwargs)


def _show_pictures(page: dict, photos: dict[str, str]) -> None:
    """Let charts and photographs be seen in a browser: charts as data, photographs at their addresses."""

    for chart in page["charts"].values():
        chart["src"] = f"data:image/svg+xml;base64,{b64encode(chart['svg']).decode()}"
    for activity in page["activities"]:
        for session in activity.get("sessions", ()):
            for photo in session["photos"]:
                photo["src"] = photos.get(photo["src"].removeprefix("asset:photo-"), "")


class FiguresView(DraftMixin, TemplateView):
    """All figures; with `?of=`, the rows that one counts, and a form to print another value."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.figures = queries.printed_figures(self.draft)
            self.name = FigureForm(request.GET).value()
            if self.name and self.name not in figures_of.values(self.figures):
                raise Http404

    def get_template_names(self):
        return ["reports/builder/figure.html" if self.name else "reports/builder/figures.html"]

    @property
    def override(self) -> FigureOverride | None:
        return queries.overrides_by_figure(self.draft).get(self.name)

    def post(self, request, *args, **kwargs):
        if not self.name:
            return self.go("draft_figures")
        if request.POST.get("do") == "take_back":
            services.take_back_value(draft=self.draft, figure=self.name, actor=request.user)
            messages.success(request, _("The computed value is printed again."))
            return HttpResponseRedirect(request.get_full_path())
        form = OverrideForm(request.POST)
        if form.is_valid():
            try:
                services.enter_value(draft=self.draft, figure=self.name, actor=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error("value", " ".join(error.messages))
            else:
                messages.success(request, _("This value is printed, with its reason."))
                return HttpResponseRedirect(request.get_full_path())
        return self.render_to_response(self.get_context_data(form=form), status=UNREADABLE)

    def get_context_data(self, **kwargs):
        if not self.name:
            overrides = queries.overrides_by_figure(self.draft)
            table = rendering.figures_table(self.draft, self.figures, overrides)
            return super().get_context_data(table=table, **kwargs)
        computed, override = figures_of.values(self.draft.figures).get(self.name), self.override
        rows = figure_rows(self.programme, self.name, as_of=self.draft.as_of, edition=self.draft.edition)
        label = words.figure_label(self.name, self.figures)
        form = kwargs.pop("form", None) or OverrideForm(initial=_initial(override))
        form.cancel_url = rendering.address(self.draft, "draft_figures")
        can_enter = self.name in figures_of.can_be_entered(self.draft.figures)
        return super().get_context_data(
            label=label,
            computed=computed,
            printed=figures_of.values(self.figures)[self.name],
            override=override,
            is_outdated=len(rows or ()) != computed,
            rows=len(rows or ()),
            table=rendering.rows_table(rows, label) if rows else None,
            form=form if can_enter else None,
            figures_url=rendering.address(self.draft, "draft_figures"),
            **kwargs,
        )


def _initial(override: FigureOverride | None) -> dict:
    if override is None:
        return {}
    return {"value": override.value, "reason_ja": override.reason_ja, "reason_en": override.reason_en}


class RefreshView(DraftMixin, TemplateView):
    """What reading the figures again would change, before it is done; also for another day or edition."""

    template_name = "reports/builder/refresh.html"

    def get_form(self) -> AsOfForm:
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        present = {"edition": self.draft.edition, "as_of": self.draft.as_of}
        form = AsOfForm(asked if "as_of" in asked else present, programme=self.programme)
        form.cancel_url = rendering.address(self.draft)
        return form

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=UNREADABLE)
        services.read_figures_again(draft=self.draft, actor=request.user, now=self.now, **form.cleaned_data)
        messages.success(request, _("The draft has the figures of now. Look at what is marked “To check”."))
        return self.go()

    def get_context_data(self, **kwargs):
        form = kwargs.pop("form", None) or self.get_form()
        found, asked = None, None
        if form.is_valid():
            asked = form.cleaned_data
            with one_moment():
                after = report_figures(self.programme, now=self.now, **asked)
            found = figures_of.differences(self.draft.figures, after)
        return super().get_context_data(
            form=form,
            asked=asked,
            is_same=found == [],
            table=rendering.differences_table(found, self.draft.figures) if found else None,
            **kwargs,
        )


# --- The check and the PDF --------------------------------------------------------------------------------------------------


class CheckView(DraftMixin, TemplateView):
    """What differs between texts and figures, and between parts of the report, before it is issued."""

    template_name = "reports/builder/check.html"

    def get_context_data(self, **kwargs):
        rows = {key: row.pk for key, row in queries.block_rows(self.draft).items()}
        found = checking.check_draft(
            self.draft.figures, queries.printed_figures(self.draft), queries.texts_of(self.draft)
        )
        return super().get_context_data(
            table=checking.findings_table(
                found,
                self.draft.figures,
                lambda key: rendering.address(self.draft, "draft_block", rows[key]) if key in rows else "",
            )
            if found
            else None,
            count=len(found),
            **kwargs,
        )


class DraftPdfView(DraftMixin, View):
    """Ask for the PDF of the draft in a language."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        language = request.POST.get("language", "")
        if language not in Language.values:
            return self.go()
        names = figures_of.placeholder_names(self.draft.figures)
        texts = queries.texts_of(self.draft, language)
        if any(figures_of.text_problems(text.text, names) for text in texts.values()):
            messages.error(request, _("Some placeholders cannot be filled. Mend the parts marked “To check” first."))
            return self.go()
        report, _created = request_report(
            programme=self.programme,
            language=language,
            edition=self.draft.edition,
            as_of=self.draft.as_of,
            actor=request.user,
            draft=self.draft,
        )
        return HttpResponseRedirect(reverse("reports:report", args=[self.programme.pk, report.pk]))
