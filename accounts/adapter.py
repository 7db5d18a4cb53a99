"""Where the portal differs from allauth: nobody signs up by themselves, and the operator never signs in."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **kwargs):
        if user.is_operator:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)
