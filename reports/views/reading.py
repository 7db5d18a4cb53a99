"""The reading round: whom a report was sent to, and the page that their link opens."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from common import dates
from common.tenancy import acting_as
from common.tokens import token_hash
from common.views.links import GONE, LinkView
from programmes.permissions import can_manage
from reports.forms.reading import InviteReaderForm, ReadingForm
from reports.models import ReportReader
from reports.queries import reading as queries
from reports.queries.issuing import issue_of
from reports.queries.reading import ReadingStatus
from reports.rendering import reading as rendering
from reports.services import reading as services

from .issuing import ToIssueMixin


class ReadersView(ToIssueMixin, FormView):
    """Who was asked, what they said of which block, and a form to ask one more."""

    template_name = "reports/reading/readers.html"
    form_class = InviteReaderForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "today": self.day}

    def get_initial(self):
        return {"language": get_language()}

    def get_context_data(self, **kwargs):
        user, issued = self.request.user, issue_of(self.report.pk)
        readers = list(queries.readers_of(user, self.report))
        statuses = {reader.pk: queries.reading_status(reader, issued=issued, today=self.day) for reader in readers}
        context = super().get_context_data(
            report=self.report,
            report_url=self.report_url(),
            readers=readers,
            table=rendering.reader_rows(readers, statuses, self.revoking),
            figures=rendering.reading_figures(readers, statuses),
            said=queries.comments_by_block(user, self.report),
            issued=issued,
            **kwargs,
        )
        context["may_invite"] = self.report.is_ready and not issued
        if not context["may_invite"]:
            context["form"] = None
        return context

    def revoking(self, reader: ReportReader) -> str:
        context = {"url": reverse("reports:revoke_reader", args=[self.programme.pk, self.report.pk, reader.pk])}
        return render_to_string("reports/reading/_revoke.html", context | {"reader": reader}, request=self.request)

    def form_valid(self, form):
        try:
            reader, token = services.invite_reader(report=self.report, actor=self.request.user, **form.cleaned_data)
        except services.HasLink:
            form.add_error("email", _("This person has a link already. End it first to send another."))
            return self.form_invalid(form)
        except services.NotReadable:
            return self.render_to_response(self.get_context_data(form=form))
        # Shown this once: nothing keeps the word of a link.
        fresh = InviteReaderForm(today=self.day, initial={"language": reader.language, "due_on": reader.due_on})
        address = settings.PORTAL_URL + services.reading_path(token)
        return self.render_to_response(self.get_context_data(form=fresh, invited=reader, address=address))


class RevokeReaderView(ToIssueMixin, View):
    """Ends a reader's link; what they said stays."""

    http_method_names = ("post", "options")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.reader = get_object_or_404(queries.readers_of(request.user, self.report), pk=kwargs["reader_id"])

    def post(self, request, *args, **kwargs):
        services.revoke_reader(reader=self.reader, actor=request.user)
        return HttpResponseRedirect(reverse("reports:readers", args=[self.programme.pk, self.report.pk]))


class ReadDraftView(LinkView):
    """The report before it is issued, for one reader without an account. GET shows, POST opens and answers.

    What it shows is gathered with the rights of whoever sent the link, as plain values; when they have left the
    secretariat, the link opens nothing.
    """

    limit = "receipt"
    unknown_template = "reports/reading/unknown.html"

    def find(self, token):
        self.hash = token_hash(token)
        return queries.reading_door(self.hash)

    def get(self, request, token):
        with self.rights():
            page = self.page()
        return self.show(page)

    def post(self, request, token):
        with self.rights():
            is_opening = "open" in request.POST
            page = self.page(None if is_opening else request.POST)
            if page["status"] == ReadingStatus.OPEN and self.is_done(page, is_opening=is_opening):
                return HttpResponseRedirect(request.path + ("" if is_opening else "?kept=1"))
        return self.show(page)

    def rights(self):
        return acting_as(self.door.user_id)

    def is_done(self, page: dict, *, is_opening: bool) -> bool:
        """Do what was pressed; True where the page is to be loaded anew."""
        try:
            if is_opening:
                services.open_by_link(reader=self.reader, now=self.now)
                return True
            form = page.get("form")
            if form is None or not form.is_valid():
                return False
            services.answer_by_link(
                reader=self.reader,
                comments=form.comments,
                headings=form.headings,
                verdict=form.cleaned_data["verdict"],
                reason=form.cleaned_data["reason"],
                now=self.now,
            )
        except services.ReadingClosed:
            # Closed at this very moment: the page says so.
            return True
        return True

    def page(self, data=None) -> dict:
        self.now = timezone.now()
        self.reader = reader = queries.reader_behind(self.door)
        if reader is None or not can_manage(reader.invited_by, reader.programme_id):
            return {"status": "lost"}
        report = reader.report
        issued = issue_of(report.pk)
        status = queries.reading_status(reader, issued=issued, today=timezone.localdate(self.now))
        page = {
            "status": str(status),
            "programme_name": report.programme.name,
            "is_sample": report.programme.is_sample,
            "name": reader.name,
            "inviter": str(reader.invited_by),
            "due_on": dates.long_date(reader.due_on),
            "number": issued.number if issued else "",
            "is_opened": reader.opened_at is not None,
        }
        if status != ReadingStatus.OPEN or not (reader.opened_at or data):
            return page
        blocks = rendering.report_blocks(report)
        said = queries.own_comments(reader)
        initial = {f"block-{key}": text for key, text in said.items()}
        initial |= {"verdict": reader.verdict, "reason": reader.reason}
        form = ReadingForm(data, blocks=blocks, initial=initial)
        return page | {
            "form": form,
            "language": report.language,
            "is_internal": report.edition == "internal",
            "pieces": [(block.html, form[f"block-{block.key}"] if block.key else None) for block in blocks],
            "is_kept": "kept" in self.request.GET and data is None,
        }

    def show(self, page: dict):
        if page["status"] == ReadingStatus.OPEN:
            template = "reports/reading/read.html" if "form" in page else "reports/reading/open.html"
            return self.answer(template, page)
        return self.answer("reports/reading/closed.html", page, GONE)
