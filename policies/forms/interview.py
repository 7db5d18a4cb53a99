"""The interview as a form, made from the questions of the catalogue in the reader's language."""

from collections.abc import Iterator
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PortalFormMixin
from common.models import in_language
from policies.catalogue import Catalogue, Question, QuestionKind

ANSWER_CHARACTERS = 500
YES_NO = (
    ("yes", pgettext_lazy("answer", "Yes")),
    ("no", pgettext_lazy("answer", "No")),
    ("unsure", pgettext_lazy("answer", "I do not know")),
)


class InterviewForm(PortalFormMixin, forms.Form):
    """Every question, none of which has to be answered. `asks_english` adds fields for names and words in English."""

    has_english = forms.BooleanField(
        label=_("Write an English version, too"),
        help_text=_("Only if you need one, for customers abroad. You can add it at any time."),
        required=False,
    )

    submit_label = _("Compose the draft")
    show_needs = False

    def __init__(self, *args, catalogue: Catalogue, asks_english: bool, answers: dict | None = None, **kwargs):
        self.catalogue = catalogue
        self.asks_english = asks_english
        kwargs.setdefault("initial", self._initial(answers or {}))
        super().__init__(*args, **kwargs)
        for question in catalogue.questions:
            self.fields.update(self._fields_of(question))

    def _initial(self, answers: dict) -> dict:
        initial = {"has_english": self.asks_english}
        for code, answer in answers.items():
            if isinstance(answer, dict):
                initial |= {_name(code, language): text for language, text in answer.items()}
            else:
                initial[code] = answer
        return initial

    def _fields_of(self, question: Question) -> dict[str, forms.Field]:
        own = {"label": in_language(question, "title"), "help_text": in_language(question, "help"), "required": False}
        if question.kind == QuestionKind.TEXT:
            fields = {question.code: _text_field(**own)}
            if question.is_bilingual and self.asks_english:
                english = {"label": _("In English: %(question)s") % {"question": own["label"]}, "required": False}
                fields[_name(question.code, "en")] = _text_field(**english)
            return fields
        if question.kind == QuestionKind.SEVERAL:
            choices = [(choice.code, in_language(choice, "label")) for choice in question.choices]
            return {
                question.code: forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **own)
            }
        choices = [(choice.code, in_language(choice, "label")) for choice in question.choices] or YES_NO
        return {question.code: forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **own)}

    def answers(self) -> dict:
        """Return the answers as `policies.composing` takes them."""
        return {
            question.code: self._text_of(question) if question.kind == QuestionKind.TEXT else self._value(question.code)
            for question in self.catalogue.questions
        }

    def _text_of(self, question: Question) -> dict[str, str]:
        """Return a text in both languages; an English one that was not asked for stays what it was."""
        kept = self.initial.get(_name(question.code, "en"), "")
        return {
            language: self.cleaned_data.get(_name(question.code, language), kept if language == "en" else "")
            for language in ("ja", "en")
        }

    def _value(self, code: str):
        return self.cleaned_data.get(code)

    def parts(self) -> Iterator[dict]:
        """Yield the parts of the page: title, and questions with what makes them asked (question, answers)."""
        for part in self.catalogue.question_parts:
            questions = [question for question in self.catalogue.questions if question.part == part.code]
            yield {"title": in_language(part, "title"), "questions": [self._drawn(each) for each in questions]}

    def _drawn(self, question: Question) -> dict:
        names = [name for name in (question.code, _name(question.code, "en")) if name in self.fields]
        condition = next(iter(question.only_if.items()), ("", ()))
        return {"fields": [self[name] for name in names], "asked_by": condition[0], "asked_for": " ".join(condition[1])}


def _name(code: str, language: str) -> str:
    return code if language == "ja" else f"{code}_{language}"


def _text_field(**kwargs) -> forms.CharField:
    return forms.CharField(max_length=ANSWER_CHARACTERS, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)


class RecomposePost:
    """Which of the paragraphs that people edited are to be composed anew.

    Fields: `choice-<paragraph>` (keep or take) and `seen-<paragraph>`, the fingerprint of the texts that were shown.
    """

    def __init__(self, data: QueryDict):
        self.shown = {key: value for name, value in data.items() if (key := _paragraph(name, "seen-")) is not None}
        self.taken = {
            key for name, value in data.items() if value == "take" and (key := _paragraph(name, "choice-")) is not None
        }


def _paragraph(name: str, prefix: str) -> UUID | None:
    if not name.startswith(prefix):
        return None
    try:
        return UUID(name.removeprefix(prefix))
    except ValueError:
        return None
