"""Who a session belongs to."""

from allauth.account.auth_backends import AuthenticationBackend

from .queries import with_needs


class Backend(AuthenticationBackend):
    """allauth's, which also loads, in the same statement, whether the person's seats need a second factor."""

    def get_user(self, user_id):
        user = with_needs().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
