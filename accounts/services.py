"""Deeds on accounts. They know no tenant; who may sign in where is decided by memberships and seats."""

from allauth.account.models import EmailAddress

from .models import User

OPERATOR_EMAIL = "operator@portal.invalid"


def system_operator() -> User:
    """Return the account that command-line work is audited as, making it the first time. It cannot sign in."""
    operator = User.objects.filter(is_operator=True).first()
    if operator is None:
        operator = User.objects.create_user(
            OPERATOR_EMAIL, is_operator=True, name_ja="システム管理者", name_en="System operator"
        )
    return operator


def open_account(
    *,
    email: str,
    name_ja: str = "",
    name_en: str = "",
    language: str = User.Language.JAPANESE,
    password: str | None = None,
) -> User:
    """Return the account with this address, made now when there is none; its address counts as verified.

    The caller has made sure that the address is the person's (an invitation, or an operator's word). A password is
    set only on a new account.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = User.objects.create_user(email, password, name_ja=name_ja, name_en=name_en, language=language)
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user


def choose_language(*, user: User, language: str) -> None:
    """Remember the language that the person reads, for pages and e-mails."""
    user.language = language
    user.save(update_fields=["language"])
