"""Where a copy of a session, or of a whole plan, goes, and when it takes place."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import DayField, PortalFormMixin
from programmes.models import Programme, Session

from .planning import ClockField

MOST_WEEKS = 520
_SPEAKERS = _("Copy the speakers, too")
_SPEAKERS_HELP = _("Their names and titles are those of the earlier day. Check them before you publish.")


class CopySessionForm(PortalFormMixin, forms.Form):
    """A copy of one session on another day."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    code = forms.CharField(
        label=_("Code of the copy"),
        max_length=20,
        required=False,
        help_text=_("Empty: the same, with a number behind it where that is taken."),
    )
    held_on = DayField(label=_("Day of the copy"))
    begins = ClockField(label=_("From"))
    with_speakers = forms.BooleanField(label=_SPEAKERS, required=False, help_text=_SPEAKERS_HELP)

    submit_label = _("Copy the session")
    cancel_label = _("Go back without copying")

    def __init__(self, *args, session: Session, programmes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes
        self.initial.setdefault("programme", session.programme_id)
        self.initial.setdefault("begins", timezone.localtime(session.starts_at).time())

    @property
    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["held_on"], self.cleaned_data["begins"]))


class CopyPlanForm(PortalFormMixin, forms.Form):
    """All sessions of a programme, some weeks later, in another one."""

    target = forms.ModelChoiceField(label=_("To which programme"), queryset=Programme.objects.none())
    weeks = forms.IntegerField(
        label=_("Weeks later"),
        required=False,
        min_value=-MOST_WEEKS,
        max_value=MOST_WEEKS,
        help_text=_("Empty: as many whole weeks as come nearest to the years between the programmes. Weekdays stay."),
    )
    with_speakers = forms.BooleanField(label=_SPEAKERS, required=False, help_text=_SPEAKERS_HELP)

    submit_label = _("Copy the plan")
    cancel_label = _("Go back without copying")

    def __init__(self, *args, programmes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = programmes
