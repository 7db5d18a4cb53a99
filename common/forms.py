"""What every form of the portal shares: one look, one button, and files that say what they may be."""

from functools import cached_property
from pathlib import PurePath
from typing import ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import pretty_name
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

_PLEASE_FILL_IN = _("Please fill in: {field}")
_PLEASE_CHOOSE = _("Please choose: {field}")
_PLEASE_TICK = _("Please tick: {field}")


class FormActs(LayoutObject):
    """The end of a form: its one button, and a way back that changes nothing."""

    def __init__(self, *, submit_label, submit_look="primary", cancel_url="", cancel_label=""):
        self.context = {
            "submit_label": submit_label,
            "submit_look": submit_look,
            "cancel_url": cancel_url,
            "cancel_label": cancel_label,
        }

    def render(self, form, context, template_pack=None, **kwargs):
        return render_to_string("components/_form_acts.html", self.context)


class PortalFormMixin:
    """Mix into a Form or ModelForm and draw it with `{% crispy form %}`.

    The browser does not validate (`novalidate`): errors come from the server, all at once, in the error summary and at
    the field, in the same words. `static/js/forms.js` keeps the Enter of a conversion and a second press from sending.

    submit_label  verb and object of the one button; required
    submit_look   primary, or danger for what cannot be undone
    cancel_url    where "go back" leads; set it in the view, "" leaves it out
    show_needs    False leaves 必須 and 任意 out, where every field is the same
    form_id       id of the form, when a button stands outside of it
    """

    submit_label = None
    submit_look = "primary"
    cancel_url = ""
    cancel_label = _("Go back without saving")
    show_needs = True
    form_id = ""
    names_fields = True

    def full_clean(self):
        """Validate, with messages that name their field. Here and not at the start: forms set labels when they begin."""
        for name, field in self.fields.items():
            _name_what_is_missing(field, field.label or pretty_name(name))
        super().full_clean()

    def layout_objects(self) -> list:
        """Return what is drawn, in order: names of fields, or layout objects of crispy."""
        return list(self.fields)

    @cached_property
    def helper(self) -> FormHelper:
        """Return how crispy draws the form. Raises TypeError when the form does not name its button."""
        if not self.submit_label:
            raise TypeError(f"{type(self).__name__} must name its button: submit_label")
        helper = FormHelper()
        helper.attrs = {"novalidate": True}
        helper.form_id = self.form_id
        acts = FormActs(
            submit_label=self.submit_label,
            submit_look=self.submit_look,
            cancel_url=self.cancel_url,
            cancel_label=self.cancel_label,
        )
        helper.layout = Layout(*self.layout_objects(), acts)
        return helper


def _name_what_is_missing(field: forms.Field, label) -> None:
    """Say which field is empty, unless the form has its own words: "this field" means nothing in the error summary."""
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = format_lazy(_please(field), field=label)


def _please(field: forms.Field):
    if isinstance(field, forms.BooleanField):
        return _PLEASE_TICK
    choose = isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.FileField)
    return _PLEASE_CHOOSE if choose else _PLEASE_FILL_IN


FIRST_YEAR, LAST_YEAR = 2000, 2099
A_YEAR = _("Please check the year.")


class DayField(forms.DateField):
    """A day of this century: a year with a digit too few is a slip, and no calendar knows it."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValidationError(A_YEAR)


class UploadField(forms.FileField):
    """A file of a few kinds and a largest size, said before choosing, checked in the browser and again here.

    Looks at name and size only; what is inside is the business of whoever reads it.
    """

    default_error_messages: ClassVar[dict] = {
        "kind": _("Please choose a file of this kind: %(kinds)s."),
        "too_large": _("This file is too large (%(size)s). Please choose one of %(limit)s or less."),
    }

    def __init__(self, *, extensions: tuple[str, ...], max_bytes: int, **kwargs):
        self.extensions = extensions
        self.max_bytes = max_bytes
        kwargs.setdefault("help_text", _UploadHelp(extensions, max_bytes))
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": ",".join(self.extensions), "data-max-bytes": self.max_bytes}

    def to_python(self, data):
        file = super().to_python(data)
        if file is None:
            return None
        if PurePath(file.name).suffix.lower() not in self.extensions:
            raise ValidationError(
                self.error_messages["kind"], code="kind", params={"kinds": ", ".join(self.extensions)}
            )
        if file.size > self.max_bytes:
            sizes = {"size": filesizeformat(file.size), "limit": filesizeformat(self.max_bytes)}
            raise ValidationError(self.error_messages["too_large"], code="too_large", params=sizes)
        return file


class _UploadHelp:
    """The help of an upload, in the language of the moment it is drawn."""

    def __init__(self, extensions: tuple[str, ...], max_bytes: int):
        self.extensions = extensions
        self.max_bytes = max_bytes

    def __str__(self) -> str:
        values = {"kinds": ", ".join(self.extensions), "limit": filesizeformat(self.max_bytes)}
        return str(_("Kind of file: %(kinds)s. Up to %(limit)s.")) % values
