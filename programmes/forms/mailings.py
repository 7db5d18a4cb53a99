"""The form of a letter to many: what it asks, in which tone, and what is added to the portal's words."""

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from common.forms import PortalFormMixin
from programmes.enums import MailingAsk, Tone
from programmes.models import Mailing, MilestoneKind, Session
from programmes.models.mailings import MOST_WORDS
from programmes.rendering.mailings import milestone_label, session_label

from .survey import StorableText


def ids_of(values: Iterable[str]) -> list[UUID]:
    """Return what can be ids, each once; anything else in an address is left out."""
    found = {}
    for value in values:
        try:
            found[UUID(value)] = None
        except ValueError:
            continue
    return list(found)


class MailingForm(PortalFormMixin, forms.Form):
    """What is asked and how. The companies that were chosen from a list go along and are shown beside the form."""

    submit_label = _("See who would get it")

    about = forms.ChoiceField(label=pgettext_lazy("letter", "What is asked"))
    tone = forms.ChoiceField(label=_("Tone"), choices=Tone, widget=forms.RadioSelect)
    words_ja = StorableText(
        label=_("Own words (Japanese)"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MOST_WORDS,
        required=False,
        help_text=_(
            "Stands below the portal's own words. Those who read English get it, too, where there is no English."
        ),
    )
    words_en = StorableText(
        label=_("Own words (English)"), widget=forms.Textarea(attrs={"rows": 4}), max_length=MOST_WORDS, required=False
    )
    with_recent = forms.BooleanField(
        label=_("Write to those, too, who were reminded in the last five working days"), required=False
    )

    def __init__(
        self, *args, sessions: Iterable[Session], milestones: Iterable[MilestoneKind], asks: Iterable[str], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.sessions = {f"{MailingAsk.REGISTRATION}:{each.pk}": each for each in sessions}
        self.milestones = {f"{MailingAsk.MILESTONE}:{each.pk}": each for each in milestones}
        self.fields["about"].choices = self._choices(set(asks))

    def _choices(self, asks: set[str]) -> list:
        plain = [(ask, MailingAsk(ask).label) for ask in (MailingAsk.POLICY, MailingAsk.CONSULTATION) if ask in asks]
        sessions = [(key, session_label(each)) for key, each in self.sessions.items()]
        milestones = [(key, milestone_label(each)) for key, each in self.milestones.items()]
        groups = [(MailingAsk.REGISTRATION.label, sessions), (MailingAsk.MILESTONE.label, milestones)]
        return [("", pgettext("reminder", "Please choose")), *plain, *((label, each) for label, each in groups if each)]

    @property
    def values(self) -> dict:
        """Return the columns of a mailing that the form fills."""
        data = self.cleaned_data
        about = data["about"]
        names = ("tone", "words_ja", "words_en", "with_recent")
        return {name: data[name] for name in names} | {
            "ask": about.partition(":")[0],
            "session": self.sessions.get(about),
            "milestone": self.milestones.get(about),
        }


def about_of(mailing: Mailing) -> str:
    """Return the choice of the form that a mailing stands for."""
    subject = mailing.session_id or mailing.milestone_id
    return f"{mailing.ask}:{subject}" if subject else mailing.ask
