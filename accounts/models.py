"""Who can sign in. An account knows no company: what it may see hangs on seats and memberships elsewhere."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from common.models import IdentifiedModel, in_language

from .catalogue import Document


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Create an account; without a password it signs in by a code sent to its address."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(IdentifiedModel, AbstractBaseUser):
    """Someone who can sign in, in whichever roles they hold."""

    class Language(models.TextChoices):
        JAPANESE = "ja", _("Japanese")
        ENGLISH = "en", _("English")

    email = models.EmailField(_("e-mail address"), unique=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.JAPANESE)
    is_active = models.BooleanField(default=True)
    # The account that command-line work is done and audited as. It cannot sign in.
    is_operator = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_once"),
            models.UniqueConstraint(
                fields=["is_operator"], condition=models.Q(is_operator=True), name="accounts_user_one_operator"
            ),
        ]

    def __str__(self):
        return self.name or self.email

    @property
    def name(self) -> str:
        """The name in the reader's language, or the other one."""
        return in_language(self, "name")

    def get_full_name(self):
        return str(self)


class Acceptance(IdentifiedModel):
    """That a person agreed to one version of a document, and when. Written once, changed never."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="acceptances")
    document = models.CharField(max_length=10, choices=Document)
    version = models.CharField(max_length=20)
    accepted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["accepted_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "document", "version"], name="accounts_acceptance_once_a_version"),
            models.CheckConstraint(
                condition=models.Q(document__in=Document.values), name="accounts_acceptance_document"
            ),
        ]

    def __str__(self):
        return f"{self.document} {self.version}"
