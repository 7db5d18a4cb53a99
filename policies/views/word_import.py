"""A policy from Word: upload, look at it, say where each part goes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.generic import FormView, View

from common.archives import FileRefused
from policies.forms.word_import import PlacesForm, WordFileForm
from policies.importing import refusal_message, remark_messages
from policies.models import WordImport
from policies.queries import word_import as queries
from policies.services import NotEditable
from policies.services import word_import as deeds

from .drafting import DraftingMixin


class ImportWordView(DraftingMixin, FormView):
    """Choose a Word file. It is read at once (docs/decisions/word-import.md) and shown before anything is written."""

    template_name = "policies/import_word.html"

    def get_form(self, form_class=None):
        is_post = self.request.method == "POST"
        form = WordFileForm(
            self.request.POST if is_post else None,
            self.request.FILES if is_post else None,
            asks_language=self.cycle.has_english,
        )
        form.cancel_url = reverse("policies:company", args=[self.company.pk])
        form.cancel_label = gettext("Go back")
        return form

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        try:
            brought = deeds.bring_word_file(
                cycle=self.cycle, file=file, file_name=file.name, language=form.chosen_language, actor=self.request.user
            )
        except FileRefused as refusal:
            form.add_error("file", refusal_message(refusal))
        except NotEditable as refusal:
            form.add_error(None, str(refusal))
        else:
            return HttpResponseRedirect(reverse("policies:word_import", args=[self.company.pk, brought.pk]))
        return self.form_invalid(form)

    def get_context_data(self, **kwargs):
        waiting = queries.waiting_import(self.request.user, self.cycle)
        return super().get_context_data(**kwargs) | {"read_only": self.is_read_only, "waiting": waiting}


class BroughtMixin(DraftingMixin):
    """One Word file that this person brought and has not decided on; of others and gone ones there is nothing here."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            waiting = WordImport.objects.visible_to(request.user).waiting().filter(cycle=self.cycle)
            self.brought = get_object_or_404(waiting.select_related("cycle"), pk=kwargs["word_import_id"])


class WordImportView(BroughtMixin, FormView):
    """What was read, part by part, each with the section it is to go to. Nothing is taken over before it is confirmed."""

    template_name = "policies/word_import.html"

    def get_form(self, form_class=None):
        data = self.request.POST if self.request.method == "POST" else None
        return PlacesForm(data, catalogue=self.catalogue, parts=self.brought.parts)

    def form_valid(self, form):
        chosen = form.sections()
        if not chosen:
            form.add_error(None, gettext("Please choose a section for at least one part."))
            return self.form_invalid(form)
        try:
            number = deeds.take_over(brought=self.brought, sections=chosen, actor=self.request.user, now=self.now)
        except (NotEditable, ValidationError) as refusal:
            form.add_error(None, str(refusal) if isinstance(refusal, NotEditable) else refusal)
            return self.form_invalid(form)
        sentence = ngettext(
            "%(number)s paragraph was taken over. What stood there before is unchanged.",
            "%(number)s paragraphs were taken over. What stood there before is unchanged.",
            number,
        )
        messages.success(self.request, sentence % {"number": number})
        return HttpResponseRedirect(reverse("policies:company", args=[self.company.pk]))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        fields = [context["form"][f"part-{number}"] for number in range(len(self.brought.parts))]
        return context | {
            "read_only": self.is_read_only,
            "brought": self.brought,
            "remarks": remark_messages(self.brought.remarks),
            "parts": list(zip(self.brought.parts, fields, strict=True)),
            "unplaced": sum(not part["section"] for part in self.brought.parts),
        }


class ThrowAwayView(BroughtMixin, View):
    """Forget the file. It can be uploaded again."""

    def post(self, request, *args, **kwargs):
        try:
            deeds.throw_away(brought=self.brought, actor=request.user)
        except NotEditable as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("policies:import_word", args=[self.company.pk]))
