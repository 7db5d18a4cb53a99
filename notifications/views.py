"""What somebody was told, and the mailbox of the demo, where every mail lands that the portal sends."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override, pgettext
from django.views.generic import FormView, ListView, TemplateView, View

from accounts.services import choose_language

from .catalogue import AT_ONCE, DIGEST
from .forms import SettingsForm
from .queries import channels_of, inbox, letter_files, read_letter, reminders_of_days
from .rendering import inbox_items
from .services import FIRST_HOUR, LAST_HOUR, choose_channels, read_messages

PAGE = 20


class InboxView(LoginRequiredMixin, ListView):
    """Everything that the person was told, with where it leads. Looking marks nothing as read; opening does."""

    template_name = "notifications/inbox.html"
    paginate_by = PAGE

    def get_queryset(self):
        self.unread_only = self.request.GET.get("show") == "new"
        return inbox(self.request.user, unread_only=self.unread_only)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, rows = self.request.user, list(context["page_obj"].object_list)
        days = [timezone.localdate(row.created_at) for row in rows if row.kind == DIGEST]
        return context | {
            "items": inbox_items(rows, reminders_of_days(user, days), user=user),
            "unread_only": self.unread_only,
        }


class OpenMessageView(LoginRequiredMixin, View):
    """Mark one message as read and go where it leads, or stay."""

    http_method_names = ["post", "options"]

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.message = get_object_or_404(inbox(request.user), pk=kwargs["message_id"])

    def post(self, request, *args, **kwargs):
        read_messages(ids=[self.message.pk], actor=request.user)
        return HttpResponseRedirect(self.message.path or reverse("notifications:inbox"))


class ReadAllView(LoginRequiredMixin, View):
    """Mark everything as read."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        ids = inbox(request.user, unread_only=True).values_list("pk", flat=True)
        if read_messages(ids=ids, actor=request.user):
            messages.success(request, pgettext("inbox", "All messages are marked as read."))
        return HttpResponseRedirect(reverse("notifications:inbox"))


class SettingsView(LoginRequiredMixin, FormView):
    """One's own message settings: what arrives by mail at once, in the mail of the day or in the portal alone; language."""

    template_name = "notifications/settings.html"
    form_class = SettingsForm

    def get_initial(self):
        chosen = {f"topic_{code}": channel.value for code, channel in channels_of(self.request.user).items()}
        return chosen | {"language": self.request.user.language}

    def get_context_data(self, **kwargs):
        hours = {"first_hour": f"{FIRST_HOUR}:00", "last_hour": f"{LAST_HOUR}:00"}
        return super().get_context_data(exempt=AT_ONCE, address=self.request.user.email, **hours, **kwargs)

    def form_valid(self, form):
        user, language = self.request.user, form.cleaned_data["language"]
        choose_channels(user=user, chosen=form.channels)
        if language != user.language:
            choose_language(user=user, language=language)
        with override(language):
            messages.success(self.request, pgettext("message settings", "Your message settings are saved."))
        response = HttpResponseRedirect(reverse("notifications:settings"))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            httponly=True,
        )
        return response


class MailboxView(TemplateView):
    """All mails, the newest first. Open to everyone who can open the demo, since signing in starts with a mail."""

    template_name = "notifications/mailbox.html"

    def dispatch(self, request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        page = Paginator(letter_files(), PAGE).get_page(self.request.GET.get("page"))
        letters = [read_letter(path) for path in page.object_list]
        return super().get_context_data(page_obj=page, letters=letters, **kwargs)
