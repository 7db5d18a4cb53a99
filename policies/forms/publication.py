"""Where a policy is published, and when it is looked at again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from policies.validators import MAX_ADDRESS, validate_address

from .fields import CheckedText, PastDay


class Address(CheckedText):
    """The address of a public web page, as people paste it: without https:// it gets that."""

    def to_python(self, value):
        value = (super().to_python(value) or "").strip()
        return f"https://{value}" if value and "://" not in value else value

    def run_validators(self, value):
        super().run_validators(value)
        if value:
            validate_address(value)


class Day(forms.DateField):
    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class PlacesForm(PortalFormMixin, forms.Form):
    """At least one place where everybody can read the policy; which one is the company's choice."""

    in_register = forms.BooleanField(
        label=_("In the public register of this portal"),
        required=False,
        help_text=_("Everybody can find and read it there, with the day of approval, the fingerprint and its history."),
    )
    address = Address(
        label=_("On your own website: the address"),
        required=False,
        max_length=MAX_ADDRESS,
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "url"}),
        help_text=_(
            "The page or PDF where the policy itself is seen, not the top page. The portal checks at once, and every week, "
            "whether it is still there."
        ),
    )
    review_on = Day(
        label=_("When you will look at it again"),
        help_text=_("Once a year is usual. You get a reminder on this day."),
    )

    submit_label = _("Save")

    def places(self) -> dict:
        """What the services want to know of the places."""
        return {name: self.cleaned_data[name] for name in ("address", "in_register", "review_on")}


class PublishForm(PlacesForm):
    """The same for the first time, with the day from which it is published."""

    published_on = PastDay(
        label=_("Published on"), help_text=_("Today, or the day on which you published it yourselves.")
    )

    field_order = ["in_register", "address", "published_on", "review_on"]
    submit_label = _("Publish the policy")
    cancel_label = _("Go back without publishing")

    def clean(self):
        cleaned = super().clean()
        published_on, review_on = cleaned.get("published_on"), cleaned.get("review_on")
        if published_on and review_on and review_on <= published_on:
            self.add_error("review_on", _("The yearly review comes after the publication."))
        return cleaned

    def places(self) -> dict:
        return super().places() | {"published_on": self.cleaned_data["published_on"]}
