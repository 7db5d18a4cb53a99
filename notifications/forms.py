"""The form of one's own message settings."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from common.forms import PortalFormMixin

from .catalogue import TOPICS


class SettingsForm(PortalFormMixin, forms.Form):
    """The language, and for each topic how it arrives; only the ways in which the topic can come are offered."""

    submit_label = pgettext_lazy("message settings", "Save the message settings")
    show_needs = False

    language = forms.ChoiceField(
        label=_("Language"),
        choices=User.Language,
        widget=forms.RadioSelect,
        help_text=pgettext_lazy("message settings", "For pages and mails."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for topic in TOPICS:
            self.fields[f"topic_{topic.code}"] = forms.ChoiceField(
                label=topic.label,
                help_text=topic.help_text,
                choices=[(channel.value, channel.label) for channel in topic.channels],
                widget=forms.RadioSelect,
            )

    @property
    def channels(self) -> dict[str, str]:
        """Return by topic what was chosen."""
        return {topic.code: self.cleaned_data[f"topic_{topic.code}"] for topic in TOPICS}
