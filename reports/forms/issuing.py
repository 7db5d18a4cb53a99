"""Issuing a report, and withdrawing one."""

from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import dates
from common.forms import PortalFormMixin
from reports.models import MAX_NOTE


class IssueForm(PortalFormMixin, forms.Form):
    """What the issue is; and where it corrects an earlier one, which and what."""

    note = forms.CharField(
        label=_("What it is"),
        max_length=MAX_NOTE,
        help_text=_("For the list of the secretariat, for example “Final report as sent to the members”."),
    )
    replaces = forms.ModelChoiceField(
        label=_("Replaces"),
        queryset=None,
        required=False,
        empty_label=_("Nothing: this is a report of its own"),
        help_text=_("A correction gets a number of its own. The earlier one is kept, and both say so."),
    )
    correction = forms.CharField(
        label=_("What was corrected"),
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where it replaces an earlier one."),
    )

    submit_label = _("Issue the report")
    cancel_label = _("Go back without issuing")

    def __init__(self, *args, replaceable, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["replaces"].queryset = replaceable
        self.fields["replaces"].label_from_instance = issue_label

    def clean(self):
        data = super().clean()
        replaces, correction = data.get("replaces"), data.get("correction", "")
        if replaces and not correction:
            self.add_error("correction", ValidationError(gettext("Please say what was corrected.")))
        if correction and not replaces and "replaces" not in self.errors:
            self.add_error("replaces", ValidationError(gettext("Please choose which report this corrects.")))
        return data


def issue_label(issue) -> str:
    return f"{issue.number} · {dates.long_date(issue.as_of)} · {issue.note}"


class WithdrawForm(PortalFormMixin, forms.Form):
    """Why an issue is withdrawn."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the list of the secretariat. Who checks the report sees only that it was withdrawn."),
    )

    submit_label = _("Withdraw the report")
    submit_look = "danger"
    cancel_label = _("Go back without changing anything")


class CompareForm(PortalFormMixin, forms.Form):
    """Two reports to lay beside each other."""

    old = forms.ChoiceField(label=_("Earlier report"))
    new = forms.ChoiceField(label=_("Later report"))

    submit_label = _("Compare the figures")
    show_needs = False

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            self.fields[name].choices = choices

    @cached_property
    def helper(self):
        """A question that changes nothing, whose answer has an address."""
        helper = super().helper
        helper.form_method = "get"
        return helper
