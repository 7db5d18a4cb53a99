"""Forms of registration: an apology with its reason and deputy, observers, and the secretariat's filters."""

import re
from collections.abc import Iterable
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from companies.enums import PersonLevel
from companies.models import Person
from companies.validators import normalise_kana
from programmes.enums import Audience, Mode, Registration
from programmes.models import Observer, Session
from programmes.services import Newcomer
from programmes.validators import is_japanese


class _NamedChoice(forms.ModelChoiceField):
    def label_from_instance(self, person: Person) -> str:
        return _named(person)


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


_KANA = re.compile("[ァ-ヺーヽヾ・ ]+")


class NewcomerForm(PortalFormMixin, forms.Form):
    """Somebody of a company who is not in the portal yet, entered and registered with one press."""

    submit_label = _("Enter and register")
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=100)
    kana = forms.CharField(
        label=pgettext_lazy("visitor", "Name (kana)"),
        max_length=100,
        help_text=_("The reception finds people by it. A name in Latin letters needs none."),
    )
    title = forms.CharField(label=_("Department and job title"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("For the confirmation, reminders and the survey. Without one the company passes them on."),
    )
    is_another = forms.BooleanField(label=_("This is somebody else of the same name"), required=False)

    def __init__(self, data=None, *, session: Session):
        super().__init__(data, auto_id="newcomer_%s", initial={"id": uuid4()})
        self.session = session
        modes = [(mode, Mode(mode).label) for mode in session.modes]
        self.fields["mode"] = forms.ChoiceField(
            label=_("Mode"), choices=modes, widget=forms.RadioSelect, initial=modes[0][0] if len(modes) == 1 else None
        )
        # Only asked once somebody of the same name is known.
        self._asked = self.fields.pop("is_another")
        if data and data.get("is_another"):
            self._ask_who()

    def full_clean(self):
        # Drawn as needed, because nearly everybody has one; `clean` knows who needs none.
        self.fields["kana"].required = False
        super().full_clean()
        self.fields["kana"].required = True

    def _ask_who(self) -> None:
        self.fields["is_another"] = self._asked
        self.order_fields(["id", "name", "is_another"])

    def clean(self):
        values = super().clean()
        kana = values.get("kana", "")
        if kana and not _KANA.fullmatch(normalise_kana(kana)):
            self.add_error("kana", ValidationError(_("Please write the reading in kana."), code="kana"))
        elif not kana and is_japanese(values.get("name", "")):
            self.add_error("kana", ValidationError(_("Please give the reading in kana."), code="required"))
        return values

    @property
    def newcomer(self) -> Newcomer:
        values = self.cleaned_data
        level = PersonLevel.WORKING if self.session.audience == Audience.ALL else self.session.audience
        return Newcomer(
            values["id"] or uuid4(), values["name"], values["kana"], values["email"], values["title"], level
        )

    @property
    def is_somebody_else(self) -> bool:
        return self.cleaned_data.get("is_another", False)

    def say_listed(self, people: Iterable[Person]) -> None:
        """Say who of that name is there already, and ask whether this is somebody else."""
        self._ask_who()
        named = pgettext("between names", ", ").join(_named(person) for person in people)
        words = gettext("On the list already: %(people)s. Please register them there, if that is who you mean.")
        self.add_error("name", ValidationError(words % {"people": named}, code="listed"))


def _named(person: Person) -> str:
    return f"{person.name}({person.title})" if person.title else person.name


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
