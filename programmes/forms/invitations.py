"""Inviting somebody who is not on the list, and what an invited person enters."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import Document
from accounts.models import User
from common.forms import PortalFormMixin
from programmes.enums import SeatRole
from programmes.models import Seat
from programmes.services.invitations import NewAccount


class SeatForm(PortalFormMixin, forms.ModelForm):
    """Somebody of the secretariat, or an adviser."""

    submit_label = _("Save and go on to the invitation")

    class Meta:
        model = Seat
        fields = ["role", "name_ja", "name_en", "name_kana", "title", "email"]

    def __init__(self, *args, leads: bool, **kwargs):
        super().__init__(*args, **kwargs)
        # The words of the model serve programmes and companies, too; these are people.
        self.fields["name_ja"].label = _("Name (Japanese)")
        self.fields["name_en"].label = _("Name (English)")
        self.fields["name_kana"].label = _("Name (kana)")
        roles = [SeatRole.ADVISER, SeatRole.MEMBER, SeatRole.LEADER] if leads else [SeatRole.ADVISER]
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"), choices=[(role.value, role.label) for role in roles], widget=forms.RadioSelect
        )
        if not leads:
            self.fields["role"].help_text = _("Members of the secretariat are named by its leaders.")
        self.fields["email"].help_text = _("One's own address, which nobody else reads: one signs in with it.")

    def clean(self):
        values = super().clean()
        if not self.errors and not values["name_ja"].strip() and not values["name_en"].strip():
            raise ValidationError({"name_ja": _("Please enter a name, in Japanese or in English.")})
        return values


class AgreementForm(PortalFormMixin, forms.Form):
    """A tick for each document; `documents` are pairs of what it is and the address of its text."""

    submit_label = _("Accept the invitation")
    show_needs = False

    def __init__(self, *args, documents: list[tuple[Document, str]], **kwargs):
        super().__init__(*args, **kwargs)
        for document, url in documents:
            text = _("I have read and agree to: {document}")
            self.fields[f"agree_{document}"] = forms.BooleanField(
                label=format_html(
                    str(text).replace("{document}", "{}"),
                    format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', url, document.label),
                ),
                error_messages={
                    "required": format_lazy(
                        _("Please read, and tick that you agree: {document}"), document=document.label
                    )
                },
            )


class NewAccountForm(AgreementForm):
    """What somebody enters who has no account yet: name, language, and a password of their own."""

    submit_label = _("Accept and make the account")

    name_ja = forms.CharField(label=_("Name (Japanese)"), required=False, max_length=100)
    name_en = forms.CharField(label=_("Name (English)"), required=False, max_length=100)
    language = forms.ChoiceField(
        label=_("Language of pages and mails"), choices=User.Language.choices, widget=forms.RadioSelect
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters. Several words in a row are easier to remember than signs."),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, address: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.address = address

    def clean(self):
        values = super().clean()
        if not values.get("name_ja", "").strip() and not values.get("name_en", "").strip():
            self.add_error("name_ja", _("Please enter your name, in Japanese or in English."))
        password, again = values.get("password"), values.get("password_again")
        if password:
            person = User(email=self.address, name_ja=values.get("name_ja", ""), name_en=values.get("name_en", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        if password and again and password != again:
            self.add_error("password_again", _("The two passwords differ. Please enter the same one twice."))
        return values

    def account(self) -> NewAccount:
        names = ("name_ja", "name_en", "language", "password")
        return NewAccount(**{name: self.cleaned_data[name] for name in names})
