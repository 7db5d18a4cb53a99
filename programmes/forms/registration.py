"""Forms of registration: an apology with its reason and deputy, observers, and the secretariat's filters."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from companies.models import Person
from programmes.enums import Mode, Registration
from programmes.models import Observer, Session


class _NamedChoice(forms.ModelChoiceField):
    def label_from_instance(self, person: Person) -> str:
        return f"{person.name}({person.title})" if person.title else person.name


class ApologyForm(PortalFormMixin, forms.Form):
    """Why somebody does not come, and who of the company comes in their place."""

    submit_label = _("Send the apology")
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A few words. Your company, its advisers and the secretariat can read it."),
    )
    deputy = _NamedChoice(
        label=_("Deputy"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("Nobody comes instead"),
        help_text=_("The deputy takes over this place, also where a session is full."),
    )

    def __init__(self, *args, deputies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = deputies
        if not deputies.exists():
            del self.fields["deputy"]


class ObserverForm(PortalFormMixin, forms.ModelForm):
    """Somebody who looks on."""

    submit_label = _("Save the observer")

    class Meta:
        model = Observer
        fields = ("kind", "name_ja", "name_en", "organisation_ja", "organisation_en", "mode")

    def __init__(self, *args, session: Session, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.session, self.instance.programme = session, session.programme
        modes = [(mode, Mode(mode).label) for mode in session.modes]
        self.fields["mode"] = forms.ChoiceField(label=_("Mode"), choices=modes, widget=forms.RadioSelect)

    def clean(self):
        values = super().clean()
        if not values.get("name_ja") and not values.get("name_en"):
            self.add_error("name_ja", _("Please give the name, in Japanese or in English."))
        return values


class CompanySearchForm(forms.Form):
    """Finds a company by its name in kanji, kana or romaji."""

    q = forms.CharField(label=_("Company"), max_length=100, required=False)
    kept_for_search = ()

    def narrowed(self, companies):
        words = self.cleaned_data["q"].split() if self.is_valid() else []
        for word in words[:5]:
            named = Q(name_ja__icontains=word) | Q(name_en__icontains=word) | Q(name_kana__icontains=word)
            companies = companies.filter(named)
        return companies


class RegistrationFilterForm(forms.Form):
    """Search and filters of the list; what is not among the choices is not asked for."""

    q = forms.CharField(label=_("Name or company"), max_length=100, required=False)
    standing = forms.ChoiceField(choices=Registration, required=False)
    mode = forms.ChoiceField(choices=Mode, required=False)

    @property
    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    @property
    def kept_for_search(self) -> list[tuple[str, str]]:
        """What a new search leaves as it is."""
        return [(name, value) for name, value in self.chosen.items() if name != "q" and value]

    @property
    def clear_url(self) -> str:
        return "?"
