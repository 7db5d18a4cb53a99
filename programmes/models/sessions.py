"""A session: when, where, its programme and who speaks."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel, in_language
from programmes.enums import AgendaKind, Method, SessionKind, Strand

from .programme import Programme


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(programme__in=Programme.objects.visible_to(user))


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

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="programmes_session_code_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="programmes_session_ends_after_start"),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def venue(self) -> str:
        return in_language(self, "venue")


class AgendaItem(IdentifiedModel):
    """An item of a session's programme, in order."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="agenda")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=AgendaKind)
    title_ja = models.CharField(_("title (Japanese)"), max_length=300, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["session", "order"], name="programmes_agendaitem_order_once")]

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
