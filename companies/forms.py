"""What lists of companies share, a company's profile, and its people."""

import json
import re
import unicodedata

import jaconv
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.components import with_query
from common.forms import PortalFormMixin

from .enums import MemberRole, PersonLevel
from .validators import (
    complete_corporate_number,
    normalise_corporate_number,
    normalise_kana,
    normalise_phone,
    normalise_postal_code,
    validate_corporate_number,
    validate_kana,
    validate_phone,
    validate_postal_code,
)


class ListForm(forms.Form):
    """The state of a list as its address tells it. An address that somebody mistyped shows the list without it."""

    def value(self, name: str):
        """Return the value of a field, or None where it is empty or wrong."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def kept(self, *, without: str) -> list[tuple[str, str]]:
        """Return what else the address says, as hidden fields of the form that changes one field of it."""
        return [(name, self.data[name]) for name in self.fields if name != without and self.data.get(name)]


class CompanySearchForm(ListForm):
    """A search by name in either language, kana of any kind, or corporate number."""

    company = "company"  # how the list's rows name their company
    filters = ("q", "state")

    q = forms.CharField(
        label=_("Company's name"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )

    def kept_for_search(self) -> list[tuple[str, str]]:
        return self.kept(without="q")

    def clear_url(self) -> str:
        """Return the address of the whole list, or "" where nothing narrows it."""
        if not any(self.value(name) for name in self.filters):
            return ""
        return with_query(self.data, **dict.fromkeys(self.filters))

    def search(self, rows: QuerySet) -> QuerySet:
        words = self.value("q")
        if not words:
            return rows
        kana = jaconv.hira2kata(jaconv.h2z(words))
        prefix = f"{self.company}__"
        return rows.filter(
            Q(**{f"{prefix}name_ja__icontains": words})
            | Q(**{f"{prefix}name_en__icontains": words})
            | Q(**{f"{prefix}name_kana__icontains": kana})
            | Q(**{f"{prefix}corporate_number": words})
        )


# --- The profile --------------------------------------------------------------------------------------------------------


class WrittenField(forms.CharField):
    """A text that is brought into one form before it is looked at: full-width, hyphens and kana of any kind are welcome."""

    def __init__(self, *, normalise, **kwargs):
        super().__init__(**kwargs)
        self.normalise = normalise

    def to_python(self, value):
        value = super().to_python(value)
        return self.normalise(value) if value else value


class CorporateNumberField(WrittenField):
    """Says which number it would be where somebody copied the twelve digits of the register."""

    def __init__(self, **kwargs):
        super().__init__(normalise=normalise_corporate_number, validators=[validate_corporate_number], **kwargs)

    def run_validators(self, value):
        if whole := complete_corporate_number(value):
            words = _("This has 12 digits, as in the register of companies. The corporate number would be %(number)s.")
            raise ValidationError(words, code="corporate_number_twelve", params={"number": whole})
        super().run_validators(value)


class WholeNumberField(forms.IntegerField):
    """A number as people write it: full-width, with commas."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def to_python(self, value):
        if isinstance(value, str):
            value = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", value))
        return super().to_python(value)


def clean_base(form) -> dict:
    """Return what the person had before them. Nonsense counts as nothing, so that every change is compared."""
    try:
        found = json.loads(form.cleaned_data["base"])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class CompanyNamesForm(forms.Form):
    """By what a company is known: its names, and its number."""

    name_ja = forms.CharField(label=pgettext_lazy("company", "Name (Japanese)"), max_length=200, required=False)
    name_en = forms.CharField(label=pgettext_lazy("company", "Name (English)"), max_length=200, required=False)
    name_kana = WrittenField(
        label=_("Name (kana)"),
        normalise=normalise_kana,
        validators=[validate_kana],
        max_length=200,
        required=False,
        help_text=_("Hiragana or katakana, without the legal form. Lists are sorted by it."),
    )
    corporate_number = CorporateNumberField(
        label=_("Corporate number"),
        required=False,
        help_text=_("13 digits. Leave it empty where the company has none, as abroad."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class ProfileForm(PortalFormMixin, CompanyNamesForm):
    """A company's profile, and the one that whoever fills it in had before them."""

    submit_label = _("Save the profile")

    postal_code = WrittenField(
        label=_("Postal code"),
        normalise=normalise_postal_code,
        validators=[validate_postal_code],
        required=False,
        help_text=_("7 digits, with or without the hyphen."),
    )
    prefecture = forms.CharField(label=_("Prefecture"), max_length=50, required=False)
    address_ja = forms.CharField(label=_("Address (Japanese)"), max_length=300, required=False)
    address_en = forms.CharField(label=_("Address (English)"), max_length=300, required=False)
    phone = WrittenField(
        label=_("Telephone"), normalise=normalise_phone, validators=[validate_phone], max_length=30, required=False
    )
    website = forms.URLField(label=_("Website"), max_length=300, required=False, assume_scheme="https")
    industry = forms.CharField(label=_("Industry"), max_length=100, required=False)
    employees = WholeNumberField(label=_("Employees"), min_value=0, max_value=10_000_000, required=False)
    capital = WholeNumberField(
        label=_("Capital (10,000 yen)"), min_value=0, max_value=1_000_000_000, required=False,
        help_text=_("1,000 for 10 million yen."),
    )  # fmt: skip
    buyer = forms.CharField(label=_("Buyer"), max_length=200, required=False)
    note = forms.CharField(
        label=_("Why it is corrected"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The company reads this together with what was changed."),
    )
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, corrects: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not corrects:
            del self.fields["buyer"], self.fields["note"]

    clean_base = clean_base

    def clean(self):
        values = super().clean()
        if not self.errors and not values.get("name_ja") and not values.get("name_en"):
            self.add_error("name_ja", _("Please write the company's name in Japanese or in English."))
        return values

    def profile(self) -> dict:
        """Return the values of the profile alone."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("base", "note")}


# --- People -------------------------------------------------------------------------------------------------------------


class ContactForm(PortalFormMixin, forms.Form):
    """Somebody of a company, and what whoever fills it in had before them."""

    submit_label = _("Save the contact")

    name_ja = forms.CharField(label=_("Name (Japanese)"), max_length=100, required=False)
    name_kana = WrittenField(
        label=pgettext_lazy("person", "Name (kana)"),
        normalise=normalise_kana,
        validators=[validate_kana],
        max_length=100,
        required=False,
        help_text=_("Hiragana or katakana. Lists and name cards are sorted by it."),
    )
    name_en = forms.CharField(
        label=_("Name (English)"), max_length=100, required=False, help_text=_("Used in English reports.")
    )
    title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("Several people may have the same address, where they share a mailbox. It may be empty."),
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=PersonLevel.choices,
        widget=forms.RadioSelect,
        help_text=_("For which sessions somebody is meant. What they may do here is another matter."),
    )
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    clean_base = clean_base

    def clean(self):
        values = super().clean()
        if not self.errors and not values.get("name_ja") and not values.get("name_en"):
            self.add_error("name_ja", _("Please write the name in Japanese or in English."))
        return values

    def contact(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("base", "role")}


RIGHTS = (("", _("None: stands in lists and can be registered")), *MemberRole.choices)
RIGHTS_HELP = _(
    "Staff write the policy and register people. Managers decide as well who may do what, and record what top management "
    "decided."
)


class NewPersonForm(ContactForm):
    """Somebody new, with rights for those who may give them."""

    submit_label = _("Add the person")

    role = forms.ChoiceField(
        label=_("Rights"), choices=RIGHTS, required=False, widget=forms.RadioSelect, help_text=RIGHTS_HELP
    )

    def __init__(self, *args, gives_rights: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not gives_rights:
            del self.fields["role"]


class RightsForm(PortalFormMixin, forms.Form):
    submit_label = _("Save the rights")

    role = forms.ChoiceField(
        label=_("Rights"), choices=RIGHTS, required=False, widget=forms.RadioSelect, help_text=RIGHTS_HELP
    )


class LeaveForm(PortalFormMixin, forms.Form):
    """Somebody leaves; who follows them is a choice."""

    submit_label = _("Record that the person left")
    submit_look = "danger"

    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=None,
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Gets the rights of who leaves and, where one of the company's people does this, the open tasks."),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = people
        self.fields["successor"].label_from_instance = lambda person: (
            f"{person.name} ({person.title})" if person.title else person.name
        )
