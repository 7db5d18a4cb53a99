"""A session: when, where, its programme and who speaks."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel, in_language
from jobs.models import StoredFile
from programmes.enums import (
    AgendaKind,
    Audience,
    MaterialKind,
    Method,
    Mode,
    ObserverKind,
    Registration,
    SessionKind,
    SessionState,
    Strand,
)

from .programme import Programme, Seat


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Sessions of the person's programmes; drafts only for the secretariat."""
        planned = ~Q(state=SessionState.DRAFT) | Q(programme__in=Programme.objects.managed_by(user))
        return self.filter(planned, programme__in=Programme.objects.visible_to(user))

    def standing(self):
        """Sessions that are announced and take place or took place."""
        return self.filter(state=SessionState.PUBLISHED)


class Session(IdentifiedModel):
    """A seminar, workshop or meeting. Times are UTC in the database and Asia/Tokyo on screen."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="sessions")
    code = models.CharField(_("code"), max_length=20)
    order = models.PositiveSmallIntegerField(default=0)
    strand = models.CharField(_("strand"), max_length=20, choices=Strand)
    kind = models.CharField(_("kind"), max_length=10, choices=SessionKind)
    title_ja = models.CharField(_("title (Japanese)"), max_length=200, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    method = models.CharField(_("method"), max_length=10, choices=Method)
    method_note_ja = models.CharField(_("note on the method (Japanese)"), max_length=100, blank=True)
    method_note_en = models.CharField(_("note on the method (English)"), max_length=100, blank=True)
    venue_ja = models.CharField(_("venue (Japanese)"), max_length=200, blank=True)
    venue_en = models.CharField(_("venue (English)"), max_length=200, blank=True)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience, default=Audience.ALL)
    # A session that was brought in from a workbook is known to everybody already.
    state = models.CharField(
        _("state"), max_length=10, choices=SessionState, default=SessionState.PUBLISHED, editable=False
    )
    published_at = models.DateTimeField(null=True, editable=False)
    # Rises with every change that calendars have to know (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Empty is "no limit". Registration ends when the session begins unless it ends before.
    capacity_onsite = models.PositiveIntegerField(_("places on site"), null=True, blank=True)
    capacity_online = models.PositiveIntegerField(_("places online"), null=True, blank=True)
    registration_ends_at = models.DateTimeField(_("registration until"), null=True, blank=True)
    preparation_ja = models.TextField(_("what to prepare (Japanese)"), max_length=2000, blank=True)
    preparation_en = models.TextField(_("what to prepare (English)"), max_length=2000, blank=True)
    # Percent of the session's length that counts as taking part online.
    online_share = models.PositiveSmallIntegerField(_("minimum share online (%)"), default=50)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="programmes_session_code_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="programmes_session_ends_after_start"),
            models.CheckConstraint(condition=Q(state__in=SessionState.values), name="programmes_session_state"),
            models.CheckConstraint(
                condition=Q(online_share__gte=1, online_share__lte=100), name="programmes_session_online_share"
            ),
            models.CheckConstraint(
                condition=Q(registration_ends_at__isnull=True) | Q(registration_ends_at__lte=F("starts_at")),
                name="programmes_session_registration_ends_before",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def venue(self) -> str:
        return in_language(self, "venue")

    @property
    def preparation(self) -> str:
        return in_language(self, "preparation")

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The ways in which one can take part."""
        return {Method.ONSITE: (Mode.ONSITE,), Method.ONLINE: (Mode.ONLINE,)}.get(
            self.method, (Mode.ONSITE, Mode.ONLINE)
        )

    @property
    def closes_at(self):
        """When registration ends."""
        return self.registration_ends_at or self.starts_at

    def capacity(self, mode: str) -> int | None:
        """Return how many places there are in a mode; None is no limit."""
        return self.capacity_onsite if mode == Mode.ONSITE else self.capacity_online


class AgendaItem(IdentifiedModel):
    """An item of a session's programme, in order."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="agenda")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=AgendaKind)
    title_ja = models.CharField(_("title (Japanese)"), max_length=300, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)
    # Both or none; the pilot's workbook has no times within a session.
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["order"]
        constraints = [
            # Checked at the end, so that two items can change places.
            models.UniqueConstraint(
                fields=["session", "order"],
                name="programmes_agendaitem_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                name="programmes_agendaitem_times_in_order",
            ),
            ExclusionConstraint(
                name="programmes_agendaitem_no_overlap",
                expressions=[
                    ("session", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at",
                            "ends_at",
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(starts_at__isnull=False),
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self):
        return in_language(self, "title")


class Speaker(IdentifiedModel):
    """A speaker of an agenda item, with name and title as on the day."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="speakers")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    title_ja = models.CharField(_("title (Japanese)"), max_length=300, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["order"]
        constraints = [
            models.CheckConstraint(condition=~Q(name_ja="") | ~Q(name_en=""), name="programmes_speaker_has_a_name"),
        ]

    def __str__(self):
        return in_language(self, "name")


class ArrivalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the secretariat, and for those who are registered in the mode it is for."""
        own = models.Exists(
            Session.objects.filter(
                pk=OuterRef("session"),
                attendances__person__user=user.pk,
                attendances__registration=Registration.REGISTERED,
                attendances__planned_mode=OuterRef("mode"),
            )
        )
        return self.filter(Q(programme__in=Programme.objects.managed_by(user)) | own)


class Arrival(IdentifiedModel):
    """How to get into a session in one mode: the joining link, or the map and the way to the room.

    Row-level security gives it to the secretariat and to those who are registered in this mode, and to nobody else.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="arrivals")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    mode = models.CharField(max_length=10, choices=Mode)
    url = models.URLField(_("link"), max_length=500, blank=True)
    note_ja = models.TextField(_("directions (Japanese)"), max_length=2000, blank=True)
    note_en = models.TextField(_("directions (English)"), max_length=2000, blank=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("way in")
        verbose_name_plural = _("ways in")
        constraints = [models.UniqueConstraint(fields=["session", "mode"], name="programmes_arrival_once")]

    def __str__(self):
        return f"{self.session_id} {self.mode}"

    @property
    def note(self) -> str:
        return in_language(self, "note")


class FacilitatorQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(session__in=Session.objects.visible_to(user))


class Facilitator(IdentifiedModel):
    """An adviser who leads group work at a session."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="facilitators")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="facilitations")

    objects = FacilitatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("facilitator")
        verbose_name_plural = _("facilitators")
        constraints = [models.UniqueConstraint(fields=["session", "seat"], name="programmes_facilitator_once")]

    def __str__(self):
        return str(self.seat)


class MaterialQuerySet(models.QuerySet):
    def visible_to(self, user, *, today=None):
        """What everybody may see from its day on, up to `today`; the secretariat sees it before."""
        shown = Q(visible_from__isnull=True) | Q(visible_from__lte=today or timezone.localdate())
        managed = Q(programme__in=Programme.objects.managed_by(user))
        return self.filter(shown | managed, session__in=Session.objects.visible_to(user))


class Material(IdentifiedModel):
    """Something to read or to watch: a file, a link or a recording, from a day on."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="materials")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=MaterialKind)
    title_ja = models.CharField(_("title (Japanese)"), max_length=200, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    visible_from = models.DateField(_("visible from"), null=True, blank=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title_ja="") | ~Q(title_en=""), name="programmes_material_has_a_title"),
            models.CheckConstraint(
                condition=Q(kind=MaterialKind.FILE, file__isnull=False, url="")
                | (~Q(kind=MaterialKind.FILE) & Q(file__isnull=True) & ~Q(url="")),
                name="programmes_material_is_file_or_link",
            ),
        ]

    def __str__(self):
        return in_language(self, "title")


class ObserverQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.managed_by(user))


class Observer(IdentifiedModel):
    """Somebody who looks on: of the ILO, a ministry, a member company. Registered apart and never counted."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="observers")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=ObserverKind)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    organisation_ja = models.CharField(_("organisation (Japanese)"), max_length=200, blank=True)
    organisation_en = models.CharField(_("organisation (English)"), max_length=200, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    attended = models.BooleanField(_("attended"), null=True)

    objects = ObserverQuerySet.as_manager()

    class Meta:
        verbose_name = _("observer")
        verbose_name_plural = _("observers")
        ordering = ["kind", "organisation_ja", "name_ja", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name_ja="") | ~Q(name_en=""), name="programmes_observer_has_a_name"),
        ]

    def __str__(self):
        return in_language(self, "name")


class PhotoQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those to whose showing everybody in them agreed; the secretariat sees the others, too."""
        shown = Q(has_consent=True) | Q(programme__in=Programme.objects.managed_by(user))
        return self.filter(shown, session__in=Session.objects.visible_to(user))


class Photo(IdentifiedModel):
    """A photograph of a session: drawn anew by the portal, without what the camera wrote into it."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="photos")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    caption_ja = models.CharField(_("caption (Japanese)"), max_length=200, blank=True)
    caption_en = models.CharField(_("caption (English)"), max_length=200, blank=True)
    alt_ja = models.CharField(_("what it shows (Japanese)"), max_length=300, blank=True)
    alt_en = models.CharField(_("what it shows (English)"), max_length=300, blank=True)
    # Those who are shown agreed to it; without that it is kept for the secretariat alone.
    has_consent = models.BooleanField(_("those shown agreed"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(caption_ja="") | ~Q(caption_en=""), name="programmes_photo_has_caption"
            ),
            models.CheckConstraint(condition=~Q(alt_ja="") | ~Q(alt_en=""), name="programmes_photo_has_alt"),
        ]

    def __str__(self):
        return in_language(self, "caption")
