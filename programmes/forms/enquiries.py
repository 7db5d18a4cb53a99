"""Forms of enquiries: a question, and a word in a thread."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PortalFormMixin
from programmes.models import Programme
from programmes.models.enquiries import MOST_TEXT

from .survey import StorableText


class _ProgrammeChoice(forms.ModelChoiceField):
    def label_from_instance(self, programme: Programme) -> str:
        return programme.name


class AskForm(PortalFormMixin, forms.Form):
    """A question to the secretariat; where a company takes part in several programmes, to which one."""

    submit_label = _("Send to the secretariat")

    programme = _ProgrammeChoice(label=_("Programme"), queryset=Programme.objects.none())
    subject = StorableText(label=pgettext_lazy("enquiry", "What it is about"), max_length=120)
    text = StorableText(
        label=_("Your question"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MOST_TEXT,
        help_text=_("Your company and the secretariat can read it; advisers and other companies cannot."),
    )

    def __init__(self, *args, programmes: list[Programme], **kwargs):
        super().__init__(*args, **kwargs)
        self.only = programmes[0] if len(programmes) == 1 else None
        if self.only:
            del self.fields["programme"]
        else:
            self.fields["programme"].queryset = Programme.objects.filter(pk__in=[each.pk for each in programmes])

    @property
    def chosen_programme(self) -> Programme:
        return self.only or self.cleaned_data["programme"]


class ReplyForm(PortalFormMixin, forms.Form):
    """A further word."""

    submit_label = _("Send")
    text = StorableText(
        label=pgettext_lazy("enquiry", "Your words"), widget=forms.Textarea(attrs={"rows": 5}), max_length=MOST_TEXT
    )
