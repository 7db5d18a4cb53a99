"""What the secretariat enters when a company joins, withdraws or comes back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayField
from companies.forms import CompanyNamesForm

from .assignment import RefusableMixin


class WithdrawForm(RefusableMixin, forms.Form):
    submit_label = _("Record the withdrawal")
    submit_look = "danger"

    withdrawn_on = DayField(
        label=_("Withdrawn on"),
        help_text=_("From this day on the company is not counted any more. Figures of earlier days stay."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The company and its advisers read this."),
    )


class ReturnForm(RefusableMixin, forms.Form):
    submit_label = _("Record the return")

    returned_on = DayField(
        label=_("Takes part again from"),
        help_text=_("Figures of the days in between stay without the company."),
    )


class EnrolForm(RefusableMixin, CompanyNamesForm):
    """A company that is known, or the name of a new one."""

    submit_label = _("Enrol the company")
    field_order = ("company", "name_ja", "name_en", "name_kana", "corporate_number", "code", "joined_on")

    company = forms.ModelChoiceField(
        label=_("Company that is known"),
        queryset=None,
        required=False,
        empty_label=_("A new company, entered below"),
        help_text=_("Companies of your other programmes. Their people and policies stay with them."),
    )
    code = forms.CharField(
        label=_("Company code"),
        max_length=20,
        help_text=_("Reports name companies by it. It is used once a programme."),
    )
    joined_on = DayField(label=_("Taking part since"))

    new = ("name_ja", "name_en", "name_kana", "corporate_number")

    def __init__(self, *args, companies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies
        self.fields["company"].label_from_instance = lambda company: company.name

    def clean(self):
        values = super().clean()
        if self.errors:
            return values
        is_named = values["name_ja"] or values["name_en"]
        if values["company"] is None and not is_named:
            self.add_error("name_ja", _("Please choose a company, or write the name of a new one."))
        if values["company"] is not None and is_named:
            self.add_error("company", _("Please choose a company or enter a new one, not both."))
        return values

    def new_company(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.new}
