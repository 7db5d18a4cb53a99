"""The choice of a place."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PlaceForm(forms.Form):
    """Where somebody wants to act: one of their own places."""

    place = forms.ChoiceField(error_messages={"required": _("Please choose where you want to work.")})

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [(place.key, place.key) for place in places]
