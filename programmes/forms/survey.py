"""Forms of surveys: the one that people answer, and those with which the secretariat plans it."""

from datetime import datetime, time

from crispy_forms.layout import Hidden
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from common.middleware import is_storable
from programmes.catalogue.questions import MOST_CHOICES, Question, Words, choices_of
from programmes.enums import Consent, QuestionKind
from programmes.services.survey import Reply

MOST_WORDS = 2000


class StorableText(forms.CharField):
    """Words that can be kept: a NUL character or half a character is refused at the field, in a sentence."""

    def clean(self, value):
        if isinstance(value, str) and not is_storable(value):
            raise ValidationError(_("This text holds a character that cannot be kept. Please write it again."))
        return super().clean(value.replace("\r\n", "\n") if isinstance(value, str) else value)


def _words(*, rows: int = 3, **kwargs) -> StorableText:
    return StorableText(widget=forms.Textarea(attrs={"rows": rows}), max_length=MOST_WORDS, **kwargs)


CONSENTS = {
    Consent.NONE: _("No, please do not quote it"),
    Consent.ANONYMOUS: _("Yes, without my name and without the company (“a participant”)"),
    Consent.COMPANY: _("Yes, with the name of the company and without my name"),
}


def _consents(*wanted: Consent) -> list[tuple[str, str]]:
    return [(consent.value, CONSENTS[consent]) for consent in wanted]


def allowed_consents(*, is_anonymous: bool) -> tuple[Consent, ...]:
    """Return what can be chosen: where no company is kept, none can be named."""
    return (Consent.NONE, Consent.ANONYMOUS) if is_anonymous else (Consent.NONE, Consent.ANONYMOUS, Consent.COMPANY)


def narrower_consents(present: str) -> tuple[Consent, ...]:
    """Return what is left after the survey has closed: what was agreed to, and less."""
    order = (Consent.NONE, Consent.ANONYMOUS, Consent.COMPANY)
    return order[: order.index(Consent(present)) + 1]


class AnswerForm(PortalFormMixin, forms.Form):
    """The questions of a survey in their order, one's own words, and apart from them whether these may be quoted."""

    submit_label = _("Send the answers")

    def __init__(self, *args, questions: list[Question], is_anonymous: bool, answers: dict, comment: str, consent: str):
        self.questions = questions
        initial = {f"q_{code}": value for code, value in answers.items()}
        super().__init__(*args, initial=initial | {"comment": comment, "consent": consent or Consent.NONE})
        for question in questions:
            self.fields[f"q_{question.code}"] = _question_field(question)
        self.fields["comment"] = _words(
            label=_("What you would like to say, in your own words"),
            rows=4,
            required=False,
            help_text=_("Only these words are meant by the next question."),
        )
        self.fields["consent"] = forms.ChoiceField(
            label=_("May these words be quoted in the programme's report?"),
            choices=_consents(*allowed_consents(is_anonymous=is_anonymous)),
            widget=forms.RadioSelect,
            help_text=_("You can take this back later with the same link. “No” has no disadvantage whatever."),
        )

    def clean(self):
        if not self.errors and not self._answers() and not self.cleaned_data.get("comment"):
            raise ValidationError(_("Please answer at least one question."))
        return self.cleaned_data

    def _answers(self) -> dict:
        """Return what was answered, by the code of the question; what stayed empty is left out."""
        given = {question: self.cleaned_data.get(f"q_{question.code}") for question in self.questions}
        return {
            question.code: int(value) if question.kind == QuestionKind.SCALE else value
            for question, value in given.items()
            if value
        }

    def reply(self) -> Reply:
        return Reply(self._answers(), self.cleaned_data["comment"], self.cleaned_data["consent"])


def _question_field(question: Question) -> forms.Field:
    if question.kind == QuestionKind.TEXT:
        return _words(label=question.text, required=question.is_required)
    if question.kind == QuestionKind.SCALE:
        choices = [(str(value), str(value)) for value in question.values]
    else:
        choices = [(choice.code, str(choice.text)) for choice in question.choices]
    if not question.is_required:
        # A circle that was filled cannot be emptied again without one for "nothing".
        choices.append(("", pgettext_lazy("answer", "I would rather not say")))
    return forms.ChoiceField(
        label=question.text, choices=choices, required=question.is_required, widget=forms.RadioSelect
    )


class ConsentForm(PortalFormMixin, forms.Form):
    """Whether one's own words may still be quoted."""

    consent = forms.ChoiceField(
        label=_("May your words be quoted in the programme's report?"), widget=forms.RadioSelect
    )
    submit_label = _("Save my choice")

    def layout_objects(self):
        # Tells the choice from answers that were sent too late to the same address.
        return ["consent", Hidden("deed", "consent")]

    def __init__(self, *args, allowed: tuple[Consent, ...], present: str, **kwargs):
        super().__init__(*args, **(kwargs | {"initial": {"consent": present}}))
        self.fields["consent"].choices = _consents(*allowed)


# --- Planning ---------------------------------------------------------------------------------------------------------


class SurveyForm(PortalFormMixin, forms.Form):
    """Whether answers have names, and until which day they are taken."""

    is_anonymous = forms.TypedChoiceField(
        label=_("With or without names"),
        choices=[("yes", _("Without names")), ("no", _("With names"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        help_text=_(
            "Stands above the first question, and cannot be changed once the first invitation has been sent. Without"
            " names: nobody can say who answered what, answers are shown after the survey has closed and from three"
            " answers on. With names: the secretariat and the person's own company read who said what."
        ),
    )
    closes_on = forms.DateField(
        label=_("Open until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Until then everybody can change their answers."),
    )
    submit_label = _("Save the survey")

    def __init__(self, *args, now: datetime, is_begun: bool = True, is_opened: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now
        if is_opened:
            del self.fields["is_anonymous"]
            self.submit_label = _("Change the day")
        elif not is_begun:
            self.submit_label = _("Make the survey with the usual questions")

    def clean_closes_on(self):
        day = self.cleaned_data["closes_on"]
        if day < timezone.localdate(self.now):
            raise ValidationError(_("This day has passed. Please choose today or a later day."))
        return day

    @property
    def closes_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["closes_on"], time(23, 59)))


class QuestionForm(PortalFormMixin, forms.Form):
    """One question of a survey, in one or both languages."""

    kind = forms.ChoiceField(label=_("How it is answered"), choices=QuestionKind, widget=forms.RadioSelect)
    text_ja = StorableText(label=_("Question (Japanese)"), max_length=300, required=False)
    text_en = StorableText(label=_("Question (English)"), max_length=300, required=False)
    choices_ja = _words(
        label=_("Choices (Japanese), one a line"), required=False, help_text=_("Only for “One of several”.")
    )
    choices_en = _words(
        label=_("Choices (English), one a line"), required=False, help_text=_("In the same order as in Japanese.")
    )
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)
    submit_label = _("Save the question")

    @staticmethod
    def initial_of(question: Question) -> dict:
        return {
            "kind": question.kind,
            "text_ja": question.text.ja,
            "text_en": question.text.en,
            "choices_ja": "\n".join(choice.text.ja for choice in question.choices),
            "choices_en": "\n".join(choice.text.en for choice in question.choices),
            "is_required": question.is_required,
        }

    def clean(self):
        data = self.cleaned_data
        if not self.errors and not data["text_ja"] and not data["text_en"]:
            self.add_error("text_ja", gettext("Please write the question in at least one language."))
        if data.get("kind") == QuestionKind.CHOICE and not self.errors:
            self._check_choices(_lines(data["choices_ja"]), _lines(data["choices_en"]))
        return data

    def _check_choices(self, ja: list[str], en: list[str]) -> None:
        if max(len(ja), len(en)) < 2:
            self.add_error("choices_ja", gettext("Please write at least two choices, one a line."))
        elif max(len(ja), len(en)) > MOST_CHOICES:
            self.add_error("choices_ja", gettext("At most %(most)s choices fit.") % {"most": MOST_CHOICES})
        elif ja and en and len(ja) != len(en):
            self.add_error("choices_en", gettext("There are not as many choices as in Japanese."))
        elif any(len(line) > 200 for line in (*ja, *en)):
            self.add_error("choices_ja", gettext("A choice has at most 200 characters."))

    def question(self, code: str) -> Question:
        data = self.cleaned_data
        is_choice = data["kind"] == QuestionKind.CHOICE
        return Question(
            code=code,
            kind=data["kind"],
            text=Words(data["text_ja"], data["text_en"]),
            choices=choices_of(_lines(data["choices_ja"]), _lines(data["choices_en"])) if is_choice else (),
            is_required=data["is_required"],
        )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
