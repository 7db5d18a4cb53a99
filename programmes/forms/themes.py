"""Which themes a programme has, until when their steps are to be taken, and that a company took one."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.forms import DayField, PortalFormMixin
from common.models import in_language
from programmes.catalogue.themes import THEMES, Theme
from programmes.models import MilestoneKind


@dataclass(frozen=True)
class Part:
    """A theme on the page: whether the programme has it, and a day for each of its steps."""

    theme: Theme
    use: BoundField
    days: list[BoundField]


class ThemesForm(PortalFormMixin, forms.Form):
    """Every theme of the catalogue, with a deadline for each step; a day left out is no deadline."""

    submit_label = _("Save the themes")

    def __init__(self, *args, kinds: list[MilestoneKind], **kwargs):
        super().__init__(*args, **kwargs)
        known = {kind.code: kind for kind in kinds}
        has = {kind.theme for kind in kinds}
        for theme in THEMES:
            self.fields[theme.code] = forms.BooleanField(
                label=in_language(theme, "name"),
                help_text=in_language(theme, "definition"),
                required=False,
                initial=theme.code in has,
            )
            for step in theme.steps:
                kind = known.get(step.code)
                self.fields[step.code] = DayField(
                    label=gettext("“%(name)s” by") % {"name": in_language(kind or step, "name")},
                    help_text=in_language(kind or step, "definition"),
                    required=False,
                    initial=kind.due_on if kind else None,
                )

    @property
    def parts(self) -> list[Part]:
        return [Part(theme, self[theme.code], [self[step.code] for step in theme.steps]) for theme in THEMES]

    @property
    def codes(self) -> set[str]:
        return {theme.code for theme in THEMES if self.cleaned_data[theme.code]}

    @property
    def due(self) -> dict[str, date | None]:
        return {step.code: self.cleaned_data[step.code] for theme in THEMES for step in theme.steps}


class StepForm(PortalFormMixin, forms.Form):
    """That a company took a step: when, and what shows it."""

    reached_on = DayField(label=_("Reached on"))
    note = forms.CharField(
        label=_("What shows it"),
        max_length=300,
        help_text=_(
            "For example a document with its date, or a public address. The company and its advisers can read it."
        ),
    )

    submit_label = _("Record the step")
