"""Work that is done outside the request: what is to be done (Job), who is told (Outbox), what came of it (StoredFile).

The rows are the truth. The broker only carries bells, and may lose every one of them.
"""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel


def in_words(sentence: str, params: dict) -> str:
    """Return a sentence kept as msgid and parameters in the reader's language.

    A parameter that is `{"ja": …, "en": …}` gives the reader's one, or the other when that is empty.
    """
    if not sentence:
        return ""
    language = "ja" if (get_language() or "ja").startswith("ja") else "en"
    values = {
        name: (value.get(language) or next(filter(None, value.values()), "")) if isinstance(value, dict) else value
        for name, value in params.items()
    }
    return gettext(sentence) % values if values else gettext(sentence)


class OutboxQuerySet(models.QuerySet):
    def open(self):
        """What is not done and not given up."""
        return self.filter(done_at=None, dead_at=None)

    def due(self):
        """What the relay is to ring now. The database's clock decides, the same for everyone."""
        return self.open().filter(due_at__lte=Now())

    def done(self) -> int:
        """Record, in the transaction of the effect, that it happened; a bell rung again after this does nothing."""
        return self.filter(done_at=None).update(done_at=Now(), last_error="")


class Outbox(IdentifiedModel):
    """A bell: "run this task". Written in the transaction of the deed, rung by the relay until somebody answers.

    No row-level policy guards it, because the relay acts for nobody; so it names ids only and no tenant.
    """

    key = models.CharField(max_length=200, unique=True)
    task = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    actor_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When it is rung next; at first: not before this.
    due_at = models.DateTimeField(db_default=Now())
    # How often it was rung without an answer.
    attempts = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("outbox entry")
        verbose_name_plural = _("outbox entries")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None, dead_at=None), name="jobs_outbox_due"),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="jobs_outbox_done"),
        ]

    def __str__(self):
        return f"{self.task} {self.key}"


class _Among(Func):
    """True when the row's id is among those that a predicate of row-level security gives for who acts."""

    template = "%(expressions)s = ANY ((SELECT app.%(predicate)s())::uuid[])"
    output_field = models.BooleanField()

    def __init__(self, column: str, predicate: str):
        super().__init__(F(column), predicate=predicate)


def within_reach(owner: str, user_id) -> Q:
    """The rule of who sees a job or a file, as the policies in the migration say it.

    What belongs to a company: who sees its records, or only who sees its content. What belongs to a programme alone:
    who manages it, and who asked while still belonging to it. What belongs to neither: who asked. So access ends for
    the one who asked too when their seat or membership ends.
    """
    return (
        Q(company_id=None, programme_id=None, **{owner: user_id})
        | Q(_Among("company_id", "companies"), is_content=False)
        | Q(_Among("company_id", "content_companies"), is_content=True)
        | Q(_Among("programme_id", "managed_programmes"), company_id=None)
        | Q(_Among("programme_id", "programmes"), company_id=None, **{owner: user_id})
    )


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The door. `user` is who acts in this transaction."""
        return self.filter(within_reach("requested_by_id", user.pk)) if user.is_authenticated else self.none()

    def open(self):
        return self.filter(state__in=Job.OPEN)

    def held(self, job_id, attempt: int):
        """The job while this attempt still has it: no write of an attempt that lost its lease reaches a row."""
        return self.filter(pk=job_id, state=Job.State.RUNNING, attempt=attempt)


class Job(IdentifiedModel):
    """Something slow that a person asked for, and how far it is."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to start")
        RUNNING = "running", _("Working")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class ErrorKind(models.TextChoices):
        REFUSED = "refused", _("Something in the request has to be put right")
        FAILED = "failed", _("The portal could not do it")

    OPEN = (State.QUEUED, State.RUNNING)

    kind = models.CharField(max_length=40)
    # Sentences are kept as msgid and parameters, and read in the reader's language.
    title = models.CharField(max_length=200)
    title_params = models.JSONField(default=dict, blank=True)
    params = models.JSONField(default=dict, blank=True)
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="jobs")
    programme_id = models.UUIDField(null=True, blank=True)
    company_id = models.UUIDField(null=True, blank=True)
    is_content = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    dedupe_key = models.CharField(max_length=250, blank=True)
    # How often it was asked for: the first time, and each "try again". Each has attempts of its own.
    round = models.PositiveSmallIntegerField(default=1)
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    lease_until = models.DateTimeField(null=True, blank=True)

    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=200, blank=True)
    step_params = models.JSONField(default=dict, blank=True)

    error_kind = models.CharField(max_length=10, choices=ErrorKind, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=400, blank=True)
    error_params = models.JSONField(default=dict, blank=True)
    # A path of the portal, such as "/reports/…/": where the result is.
    result_url = models.CharField(max_length=300, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(state__in=["queued", "running"]) & ~Q(dedupe_key=""),
                name="jobs_job_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="jobs_job_running_has_lease"
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(error="")) | (~Q(state="failed") & Q(error="")),
                name="jobs_job_failure_has_words",
            ),
        ]
        indexes = [
            models.Index(fields=["programme_id", "kind", "-created_at"], name="jobs_job_programme"),
            models.Index(fields=["company_id", "kind", "-created_at"], name="jobs_job_company"),
            models.Index(fields=["requested_by", "-created_at"], name="jobs_job_asked"),
            models.Index(fields=["lease_until"], condition=Q(state__in=["queued", "running"]), name="jobs_job_open"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def bell_key(self) -> str:
        """The key of the outbox row that starts the present round."""
        return f"job:{self.pk}:{self.round}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def title_text(self) -> str:
        """What it is, in the reader's language."""
        return in_words(self.title, self.title_params)

    @property
    def step_text(self) -> str:
        """What it is doing now, in the reader's language."""
        return in_words(self.step, self.step_params)

    @property
    def error_text(self) -> str:
        """Why it failed, in the reader's language; with the number to quote when it was not the person's to mend."""
        if not self.error:
            return ""
        words = in_words(self.error, self.error_params)
        if self.error_kind == self.ErrorKind.FAILED:
            words += " " + gettext("If it happens again, tell us this number: %(number)s") % {"number": self.number}
        return words

    @property
    def number(self) -> str:
        """The number that people read out and that stands in the log: the beginning of the id."""
        return str(self.pk)[:8]


class StoredFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The door. `user` is who acts in this transaction."""
        return self.filter(within_reach("created_by_id", user.pk)) if user.is_authenticated else self.none()


class StoredFile(IdentifiedModel):
    """A file that the portal keeps. Its bytes lie under a name made of their sha256 and are never changed."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=150)
    company_id = models.UUIDField(null=True, blank=True)
    programme_id = models.UUIDField(null=True, blank=True)
    is_content = models.BooleanField(default=False)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="stored_files")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [
            models.Index(fields=["company_id"], name="jobs_file_company"),
            models.Index(fields=["programme_id"], name="jobs_file_programme"),
        ]

    def __str__(self):
        return self.name


class Heartbeat(models.Model):
    """When a process that has no page of its own last said that it is well."""

    process = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self):
        return f"{self.process} {self.at:%H:%M:%S}"
