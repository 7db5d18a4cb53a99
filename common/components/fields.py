"""How a form field is drawn: which kind of control it is, and what is said around it."""

from django import forms
from django.forms.boundfield import BoundField


def target_id(field: BoundField) -> str:
    """Return the id to jump to: the control, the first of several options, or the group around several controls."""
    kind = _kind(field.field.widget)
    if kind == "options":
        return next((option.id_for_label for option in field.subwidgets), f"div_{field.auto_id}")
    return f"div_{field.auto_id}" if kind == "group" else field.id_for_label


def describe(field: BoundField, *, needs: bool, with_help: bool = True) -> dict:
    """Return what the field's template needs. The control carries the ids of its help and its error."""
    widget = field.field.widget
    return {
        "field": field,
        "kind": _kind(widget),
        "control": _control(field, widget),
        "needs": needs,
        "help_text": field.help_text if with_help else "",
        "max_bytes": widget.attrs.get("data-max-bytes"),
    }


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "options"
    if isinstance(widget, forms.CheckboxInput):
        return "option"
    if widget.use_fieldset:
        return "group"
    return "file" if isinstance(widget, forms.FileInput) else "single"


def _control(field: BoundField, widget: forms.Widget) -> str:
    """Return the control itself, with Bootstrap's class beside the widget's own, and without a placeholder.

    A placeholder vanishes when one types and is too faint to read: what it would say belongs in the help text.
    """
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "" if _kind(widget) == "options" else field.as_widget()
    bootstrap = "form-select" if isinstance(widget, forms.Select) else "form-control"
    classes = f"{bootstrap} {widget.attrs.get('class', '')}".strip()
    return field.as_widget(attrs={"class": classes, "placeholder": False})
