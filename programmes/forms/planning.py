"""The plan of a session, on one page: what, when, where, for how many, and how to get there."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.forms import A_YEAR, FIRST_YEAR, LAST_YEAR, DayField, PortalFormMixin
from programmes.enums import Mode, SessionState
from programmes.models import Seat, Session
from programmes.services.planning import Plan, WayIn

MOST_PLACES = 10_000
_WEB_ADDRESS = URLValidator(schemes=("http", "https"))


class ClockField(forms.TimeField):
    """A time of day."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


class MomentField(forms.DateTimeField):
    """A day of this century with a time."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValidationError(A_YEAR)


class AddressField(forms.URLField):
    """The address of a web page; https where nothing is said."""

    default_validators = [_WEB_ADDRESS]

    def __init__(self, **kwargs):
        super().__init__(assume_scheme="https", max_length=500, **kwargs)


def lines(value: str) -> str:
    """Return a text of several lines with the line ends of the portal."""
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(label, *, rows: int = 3, **kwargs) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class SessionForm(PortalFormMixin, forms.ModelForm):
    """Everything about a session but its agenda and its materials. A day and two times, as sessions are of one day."""

    held_on = DayField(label=_("Day"))
    begins = ClockField(label=_("From"))
    ends = ClockField(label=_("Until"))
    registration_ends_at = MomentField(
        label=_("Registration until"), required=False, help_text=_("Empty: until the session begins.")
    )
    capacity_onsite = forms.IntegerField(
        label=_("Places on site"), required=False, min_value=0, max_value=MOST_PLACES, help_text=_("Empty: no limit.")
    )
    capacity_online = forms.IntegerField(
        label=_("Places online"), required=False, min_value=0, max_value=MOST_PLACES, help_text=_("Empty: no limit.")
    )
    online_share = forms.IntegerField(
        label=_("Minimum share online (%)"),
        min_value=1,
        max_value=100,
        help_text=_("Who was in the online meeting for less of the session's length is not counted as present."),
    )
    preparation_ja = _text(_("What to prepare (Japanese)"))
    preparation_en = _text(_("What to prepare (English)"))
    onsite_url = AddressField(label=_("Link to the map"), required=False)
    onsite_note_ja = _text(_("Directions (Japanese)"), rows=2)
    onsite_note_en = _text(_("Directions (English)"), rows=2)
    online_url = AddressField(label=_("Joining link"), required=False)
    online_note_ja = _text(
        _("Note on joining (Japanese)"), rows=2, help_text=_("For example the number and the password of the meeting.")
    )
    online_note_en = _text(_("Note on joining (English)"), rows=2)
    facilitators = forms.ModelMultipleChoiceField(
        label=_("Facilitators"),
        queryset=Seat.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Advisers of the programme who lead the group work."),
    )

    submit_label = _("Save the session")

    # The parts of the page, each with its heading and its fields.
    PARTS = (
        (_("What it is"), ("code", "audience", "strand", "kind", "title_ja", "title_en")),
        (_("When and how"), ("held_on", "method", "begins", "ends", "method_note_ja", "method_note_en")),
        (
            _("On site"),
            ("venue_ja", "venue_en", "capacity_onsite", "onsite_url", "onsite_note_ja", "onsite_note_en"),
        ),
        (_("Online"), ("online_url", "capacity_online", "online_note_ja", "online_note_en", "online_share")),
        (_("For participants"), ("preparation_ja", "preparation_en", "registration_ends_at", "facilitators")),
    )

    class Meta:
        model = Session
        fields = [
            "code",
            "strand",
            "kind",
            "title_ja",
            "title_en",
            "method",
            "method_note_ja",
            "method_note_en",
            "venue_ja",
            "venue_en",
            "audience",
            "capacity_onsite",
            "capacity_online",
            "registration_ends_at",
            "preparation_ja",
            "preparation_en",
            "online_share",
        ]
        help_texts = {
            "code": _("Short, for lists and milestones: for example S3. It stays once the session is published."),
            "method_note_ja": _("For example: mainly face-to-face"),
        }

    def __init__(self, *args, advisers, ways_in=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["facilitators"].queryset = advisers
        # Sessions are of one day; one that was brought in otherwise keeps the number of its days.
        self.extra_days = timedelta(0)
        if not self.instance._state.adding:
            self.fields["code"].disabled = self.instance.state != SessionState.DRAFT
            self._begin_with_the_session(ways_in)

    def _begin_with_the_session(self, ways_in) -> None:
        session = self.instance
        start, end = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
        self.extra_days = end.date() - start.date()
        self.initial |= {
            "held_on": start.date(),
            "begins": start.time(),
            "ends": end.time(),
            "facilitators": [facilitator.seat_id for facilitator in session.facilitators.all()],
        }
        for way in ways_in:
            self.initial |= {
                f"{way.mode}_url": way.url,
                f"{way.mode}_note_ja": way.note_ja,
                f"{way.mode}_note_en": way.note_en,
            }

    def parts(self):
        """The headings of the page, each with its fields."""
        return [(heading, [self[name] for name in names]) for heading, names in self.PARTS]

    def clean(self):
        data = super().clean()
        if not data.get("title_ja") and not data.get("title_en") and not self.errors.keys() & {"title_ja", "title_en"}:
            self.add_error("title_ja", _("Please give the title in at least one language."))
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends <= begins and not self.extra_days:
            self.add_error(
                "ends", _("The end must come after the start, on the same day. For another day, make another session.")
            )
        day, until = data.get("held_on"), data.get("registration_ends_at")
        if day and begins and until and until > _moment(day, begins):
            self.add_error("registration_ends_at", _("Registration has to end before the session begins."))
        return data

    def plan(self) -> Plan:
        """Return what the secretariat says. Only of a valid form."""
        data = self.cleaned_data
        values = {name: data[name] for name in self.Meta.fields}
        values |= {name: lines(data[name]) for name in ("preparation_ja", "preparation_en")}
        values["starts_at"] = _moment(data["held_on"], data["begins"])
        values["ends_at"] = _moment(data["held_on"] + self.extra_days, data["ends"])
        ways = [
            WayIn(
                mode,
                data[f"{mode}_url"],
                lines(data[f"{mode}_note_ja"]),
                lines(data[f"{mode}_note_en"]),
            )
            for mode in Mode
        ]
        return Plan(values, ways, list(data["facilitators"]))


def _moment(day, clock) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
