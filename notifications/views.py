"""The mailbox of the demo, where every mail lands that the portal sends."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.views.generic import TemplateView

from .queries import letter_files, read_letter

PAGE = 20


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
