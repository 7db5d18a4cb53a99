"""The form of an announcement: for whom, in both languages, and from when until when it is shown."""

from django import forms
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from programmes.enums import NoticeAudience
from programmes.models.notices import MOST_TEXT

from .survey import StorableText


def _day(label, **kwargs) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def _text(label) -> StorableText:
    return StorableText(label=label, widget=forms.Textarea(attrs={"rows": 6}), max_length=MOST_TEXT, required=False)


class NoticeForm(PortalFormMixin, forms.Form):
    """One language is enough: it is shown to those who read the other, too, and marked."""

    submit_label = _("Publish the announcement")

    audience = forms.ChoiceField(label=_("For whom"), choices=NoticeAudience, widget=forms.RadioSelect)
    title_ja = StorableText(label=_("Title (Japanese)"), max_length=120, required=False)
    title_en = StorableText(label=_("Title (English)"), max_length=120, required=False)
    text_ja = _text(_("Text (Japanese)"))
    text_en = _text(_("Text (English)"))
    visible_from = _day(_("Shown from"))
    visible_until = _day(_("Shown until"), required=False, help_text=_("Empty: until you end it."))
    by_mail = forms.BooleanField(
        label=pgettext_lazy("notice", "Send it by mail, too"),
        required=False,
        help_text=_(
            "To everybody with an account whom it is for, each as they chose: mostly in the one mail of the day."
        ),
    )
    to_addresses = forms.BooleanField(
        label=pgettext_lazy("notice", "Also to people of the companies who have no account"), required=False
    )

    def __init__(self, *args, is_new: bool = True, mailboxes: int = 0, **kwargs):
        super().__init__(*args, **kwargs)
        if is_new:
            words = ngettext(
                "%(count)s address at present, each written to once, also where several people share it.",
                "%(count)s addresses at present, each written to once, also where several people share it.",
                mailboxes,
            )
            self.fields["to_addresses"].help_text = words % {"count": mailboxes}
        else:
            del self.fields["by_mail"], self.fields["to_addresses"]
            self.submit_label = _("Save the announcement")

    def clean(self):
        data = super().clean()
        for name, words in (("title", gettext("Please write a title.")), ("text", gettext("Please write a text."))):
            if not data.get(f"{name}_ja") and not data.get(f"{name}_en") and f"{name}_ja" not in self.errors:
                self.add_error(f"{name}_ja", words)
        first, last = data.get("visible_from"), data.get("visible_until")
        if first and last and last < first:
            self.add_error("visible_until", gettext("It cannot end before it begins."))
        if data.get("to_addresses") and data.get("audience") == NoticeAudience.ADVISERS:
            self.add_error("to_addresses", gettext("Advisers all have accounts: there is no such address."))
        return data

    @property
    def values(self) -> dict:
        """Return the columns of a notice that the form fills."""
        return {name: value for name, value in self.cleaned_data.items() if name != "by_mail"}
