"""What an adviser types: judgements, comments, wording, the words that go with a returned review, own phrases and pace."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from common.models import in_language
from policies.catalogue import catalogue
from policies.enums import Decision, Judgement
from policies.models import MAX_POST_CHARACTERS, Capacity, Phrase
from policies.queries import judged_requirements
from policies.services import check_text
from programmes.models import Seat

from .fields import checked_lines


class JudgementForm(PortalFormMixin, forms.Form):
    """What the adviser says of one requirement."""

    submit_label = _("Save as a draft")

    judgement = forms.ChoiceField(
        label=_("Judgement"), choices=Judgement.choices, widget=forms.RadioSelect, required=False
    )
    advice = checked_lines(
        label=_("Advice"),
        required=False,
        help_text=_("What the company should do, in plain words. It answers each piece of advice."),
    )


class CommentForm(PortalFormMixin, forms.Form):
    """A comment on a passage, a section, or the whole. Drawn by its own template, so that it can be saved while typing."""

    submit_label = _("Save the comment as a draft")
    form_id = "comment"

    quote = checked_lines(
        rows=2,
        label=_("The words it is about"),
        required=False,
        help_text=_("Copied from the paragraph. Empty: the whole paragraph."),
    )
    text = checked_lines(rows=4, label=_("Comment"), max_length=MAX_POST_CHARACTERS)
    thread = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, has_quote: bool = True, language: str = "ja", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["quote"].widget.attrs["lang"] = language
        if not has_quote:
            del self.fields["quote"]


class SuggestionForm(PortalFormMixin, forms.Form):
    """The wording of a whole paragraph, begun from a copy of the company's."""

    submit_label = _("Save the wording as a draft")
    form_id = "wording"

    text = checked_lines(
        rows=8,
        label=_("Your wording for this paragraph"),
        help_text=_("It begins as a copy of the paragraph. The company sees what you changed and decides."),
    )
    reason = checked_lines(
        rows=3, label=_("Reason"), required=False, help_text=_("Why it is better, in one or two sentences.")
    )

    def __init__(self, *args, language: str = "ja", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["lang"] = language


class ReturnForm(PortalFormMixin, forms.Form):
    """One decision and the covering words; a policy with open requirements is marked as reviewed only for a reason."""

    submit_label = _("Return the review")

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (Decision.CHANGES, _("Please change: the company changes the text and submits it again")),
            (Decision.ENDORSED, _("Reviewed: the text can go to top management")),
            (Decision.COMMENTS, _("Comments only: no decision, the company goes on writing")),
        ],
        widget=forms.RadioSelect,
    )
    reason = checked_lines(
        rows=2,
        label=_("Reason, where you choose “Reviewed” although requirements are open"),
        required=False,
        max_length=2_000,
    )
    text = checked_lines(
        rows=5,
        label=_("Covering words"),
        required=False,
        max_length=5_000,
        help_text=_("The company reads them first, in the portal. They are not in the e-mail."),
    )

    def __init__(self, *args, has_open_requirements: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_open_requirements = has_open_requirements
        if not has_open_requirements:
            del self.fields["reason"]

    def clean(self):
        data = super().clean()
        if self.has_open_requirements and data.get("decision") == Decision.ENDORSED and not data.get("reason"):
            words = _("Not every requirement is met. Please give the reason why the policy is marked as reviewed.")
            self.add_error("reason", ValidationError(words))
        return data


class SeatField(forms.ModelChoiceField):
    """One of the advisers who may take something over."""

    def label_from_instance(self, seat: Seat) -> str:
        return seat.name


class HandOverForm(PortalFormMixin, forms.Form):
    """To whom an unreturned review goes."""

    submit_label = _("Hand the review over")

    successor = SeatField(
        label=_("Hand it to"), queryset=Seat.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = seats


class ReassignForm(PortalFormMixin, forms.Form):
    """Who is to answer a submission instead."""

    submit_label = _("Give it to this adviser")

    adviser = SeatField(label=_("Adviser"), queryset=Seat.objects.none(), widget=forms.RadioSelect, empty_label=None)

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["adviser"].queryset = seats


class PhraseForm(PortalFormMixin, forms.ModelForm):
    """Wording that an adviser uses again."""

    submit_label = _("Save the phrase")
    form_id = "phrase"

    title = forms.CharField(
        label=_("Title of the phrase"),
        max_length=100,
        help_text=_("By what you find it again: “contact point, telephone”."),
    )
    text = checked_lines(rows=4, label=_("Wording"), max_length=5_000)
    requirement = forms.ChoiceField(label=_("Used for"), required=False)

    class Meta:
        model = Phrase
        fields = ("title", "requirement", "text")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = judged_requirements(catalogue())
        self.fields["requirement"].choices = [
            ("", _("All requirements")),
            *((one.code, in_language(one, "title")) for one in found),
        ]

    def clean_title(self):
        return check_text(self.cleaned_data["title"])


class CapacityForm(PortalFormMixin, forms.ModelForm):
    """How fast the adviser answers."""

    submit_label = _("Save")

    business_days = forms.IntegerField(
        label=_("Business days for a review"),
        min_value=1,
        max_value=60,
        help_text=_("From the day a company submits. Weekends and public holidays do not count."),
    )
    reviews_a_week = forms.IntegerField(
        label=_("Reviews a week"),
        min_value=1,
        max_value=50,
        help_text=_("When more would be due in one week, later submissions get a later date."),
    )

    class Meta:
        model = Capacity
        fields = ("business_days", "reviews_a_week")
