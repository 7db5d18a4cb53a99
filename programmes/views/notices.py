"""What the secretariat says to all: the list, one announcement, writing it, and having read it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView, View

from common.models import fallback_language
from companies.enums import AccessKind
from jobs.views import job_progress_context
from programmes.forms.notices import NoticeForm
from programmes.models import Notice
from programmes.queries import notices as questions_about
from programmes.rendering import notices as words
from programmes.services import notices as services

from .mixins import ProgrammeMixin

PAGE_SIZE = 30


class NoticesView(ProgrammeMixin, ListView):
    """All announcements that the person may see; the secretariat's with how many have read each."""

    template_name = "programmes/notices/notices.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        found = questions_about.notices(self.request.user, self.programme)
        return questions_about.with_reads(found) if self.manages else found

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = list(context["page_obj"].object_list)
        if self.manages:
            counts = questions_about.reached_counts(self.programme, today=self.day)
            return context | {"table": words.notices_table(rows, counts, today=self.day)}
        return context | {"cards": rows}


class NoticeMixin(ProgrammeMixin):
    """One announcement, through its door."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = questions_about.notices(request.user, self.programme).select_related("created_by", "job")
            self.notice: Notice = get_object_or_404(found, pk=kwargs["notice_id"])

    def to_notice(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("programmes:notice", args=[self.programme.pk, self.notice.pk]))


class NoticeView(NoticeMixin, TemplateView):
    """The announcement, with the button by which whoever it is for says that they have read it."""

    template_name = "programmes/notices/notice.html"

    def get_context_data(self, **kwargs):
        notice = self.notice
        context = super().get_context_data(
            notice=notice,
            title_language=fallback_language(notice, "title"),
            text_language=fallback_language(notice, "text"),
            **kwargs,
        )
        if self.manages:
            counts = questions_about.reached_counts(self.programme, today=self.day)
            read = notice.reads.count()
            context["terms"] = words.notice_terms(notice, read=read, reached=counts[notice.audience], today=self.day)
            if notice.job:
                context |= self._results()
        return context

    def _results(self) -> dict:
        """Return what became of each mail: to accounts as they chose, and to addresses without one."""
        user, query, show = self.request.user, self.request.GET, self.request.GET.get("show", "")
        told = questions_about.messages_of(user, self.notice)
        letters = questions_about.letters_of(user, self.notice)
        rows = words.results(told, letters, questions_about.letter_results(self.notice))
        page = Paginator(words.shown(rows, show=show), PAGE_SIZE).get_page(query.get("page"))
        return {
            "chips": words.result_chips(rows, show=show, query=query),
            "page_obj": page,
            "table": words.results_table(page.object_list),
            "is_mailed": True,
            "progress": None if self.notice.job.state == "done" else job_progress_context(self.notice.job, user),
            "is_working": self.notice.job.is_open,
        }


class ReadNoticeView(NoticeMixin, View):
    """Keep that the person has read it."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        services.read_notice(notice=self.notice, actor=request.user, now=self.now)
        messages.success(request, _("Thank you. It is noted that you have read it."))
        return self.to_notice()


class NewNoticeView(ProgrammeMixin, FormView):
    """Say something to all."""

    template_name = "programmes/notices/form.html"
    form_class = NoticeForm
    audience = (AccessKind.SECRETARIAT,)

    def get_initial(self):
        return {"audience": "companies", "visible_from": self.day}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"mailboxes": questions_about.mailbox_count(self.programme, today=self.day)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("programmes:notices", args=[self.programme.pk])
        return form

    def form_valid(self, form):
        notice = Notice(programme=self.programme, **form.values)
        services.publish_notice(notice=notice, by_mail=form.cleaned_data["by_mail"], actor=self.request.user)
        messages.success(self.request, _("The announcement is saved."))
        return HttpResponseRedirect(reverse("programmes:notice", args=[self.programme.pk, notice.pk]))


class EditNoticeView(NoticeMixin, FormView):
    """Correct an announcement, or end it by its last day."""

    template_name = "programmes/notices/form.html"
    form_class = NoticeForm
    audience = (AccessKind.SECRETARIAT,)

    def get_initial(self):
        names = ("audience", "title_ja", "title_en", "text_ja", "text_en", "visible_from", "visible_until")
        return {name: getattr(self.notice, name) for name in names}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"is_new": False}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("programmes:notice", args=[self.programme.pk, self.notice.pk])
        return form

    def form_valid(self, form):
        services.change_notice(notice=self.notice, values=form.values, actor=self.request.user)
        messages.success(self.request, _("The announcement is saved."))
        return self.to_notice()
