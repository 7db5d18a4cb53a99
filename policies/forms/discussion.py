"""Forms of the talk about a text: own wording, questions, where a comment belongs, answers to advice."""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from companies.models import Person
from policies.enums import ActionSource, ActionState
from policies.models import MAX_POST_CHARACTERS, ActionItem, ParagraphText, Suggestion
from policies.services import check_text

MAX_REV = 2**31 - 1
"""The largest number that the column holds."""


def text_area(*, rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PlainText(forms.CharField):
    """Words of several lines as the portal keeps them; what cannot be kept is refused at the field."""

    def __init__(self, *, rows: int, **kwargs):
        super().__init__(widget=text_area(rows=rows), **kwargs)
        # Django's own check of NUL does not say what to do about it; `check_text` does.
        self.validators = [one for one in self.validators if "Null" not in type(one).__name__]

    def to_python(self, value):
        return check_text(super().to_python(value))


class WordingForm(PortalFormMixin, forms.Form):
    """The paragraph as the company wants it, written with a suggestion beside it."""

    submit_label = _("Save and mark as taken over")
    show_needs = False

    text = PlainText(rows=8, label=_("Your wording"), required=False, strip=False)
    base_rev = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MAX_REV)
    deed = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, suggestion: Suggestion, present: ParagraphText, **kwargs):
        is_outdated = present.text != suggestion.base_text
        start = {
            "text": present.text if is_outdated else suggestion.text,
            "base_rev": present.rev,
            "deed": "edit",
        }
        super().__init__(*args, initial=start, **kwargs)
        self.fields["text"].help_text = (
            _("It starts from the paragraph as it is now. The suggestion stands above.")
            if is_outdated
            else _("It starts from the suggested wording.")
        )
        self.fields["text"].widget.attrs["lang"] = suggestion.language


class QuestionForm(PortalFormMixin, forms.Form):
    """A question to the other side, outside any review."""

    submit_label = _("Ask the question")
    form_id = "ask"

    section_code = forms.ChoiceField(label=_("What it is about"), required=False)
    text = PlainText(
        rows=5,
        label=_("Your question"),
        max_length=MAX_POST_CHARACTERS,
        help_text=_("Your company and its advisers read it. The secretariat does not."),
    )
    answer_by = forms.DateField(
        label=_("Answer wanted by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave it empty when there is no hurry."),
    )

    def __init__(self, *args, titles: Mapping[str, str], today: date, **kwargs):
        super().__init__(*args, auto_id="ask_%s", **kwargs)
        self.today = today
        self.fields["section_code"].choices = [("", _("The whole text, or something else")), *titles.items()]

    def clean_answer_by(self):
        day = self.cleaned_data["answer_by"]
        if day and day < self.today:
            raise ValidationError(_("This day is past. Please choose today or a later day."))
        return day


class AttachForm(PortalFormMixin, forms.Form):
    """Where in the present text a comment belongs, whose own passage is gone."""

    submit_label = _("Attach the comment here")

    paragraph = forms.ChoiceField(label=_("Paragraph"), widget=forms.RadioSelect)
    quote = PlainText(
        rows=2,
        label=_("Words that it is about"),
        required=False,
        help_text=_("Copy them from the paragraph. Leave it empty when it is about the whole paragraph."),
    )

    def __init__(self, *args, paragraphs: Iterable[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["paragraph"].choices = list(paragraphs)


class ItemForm(PortalFormMixin, forms.Form):
    """The company's answer to one piece of advice: what was done, who sees to it, and by when."""

    submit_label = _("Save the answer")

    state = forms.ChoiceField(
        label=_("What was done"),
        choices=[
            (ActionState.OPEN, _("Not answered yet")),
            (ActionState.DONE, _("Followed")),
            (ActionState.DECLINED, _("Not followed")),
        ],
        widget=forms.RadioSelect,
    )
    answer = PlainText(
        rows=4,
        label=_("Your answer"),
        required=False,
        max_length=MAX_POST_CHARACTERS,
        help_text=_("What you did, or why you do not follow the advice. Your adviser reads it."),
    )
    owner = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who sees to it"), required=False, empty_label=_("Nobody yet")
    )
    due_on = forms.DateField(label=_("By when"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, item: ActionItem, people, **kwargs):
        start = {"state": item.state, "answer": item.answer, "owner": item.owner_id, "due_on": item.due_on}
        super().__init__(*args, initial=start, **kwargs)
        self.fields["owner"].queryset = people
        if item.source == ActionSource.SUGGESTION or item.state == ActionState.WITHDRAWN:
            # Answered beside the text, or not to be answered any more.
            del self.fields["state"], self.fields["answer"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("state") == ActionState.DECLINED and not cleaned.get("answer"):
            self.add_error("answer", _("Please give the reason why the advice is not followed."))
        return cleaned
