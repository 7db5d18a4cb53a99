"""Dated facts beside the text, staged, and the link by which the staff read the approved policy."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from jobs.services import FileRefused
from policies import queries, rendering, services
from policies.enums import EvidenceKind
from policies.forms import AnnouncementForm, EvidenceForm
from policies.models import Announcement, Evidence

from .rounds import RoundMixin


class _EvidenceMixin(RoundMixin):
    @property
    def evidence_url(self) -> str:
        return reverse("policies:evidence", args=[self.company.pk])

    def to_evidence(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.evidence_url)


class EvidenceView(_EvidenceMixin, TemplateView):
    """What was recorded, by stage: what is due before the submission, and what after the approval. Advisers read along."""

    template_name = "policies/evidence.html"
    for_members = False

    def get_context_data(self, **kwargs):
        decision = queries.approved_request(self.cycle)
        stages = rendering.evidence_stages(
            queries.evidence_of(self.cycle),
            cycle=self.cycle,
            approved_on=decision.decided_on if decision else None,
            announcements=queries.announcements_of(self.cycle),
            may_write=self.is_member,
        )
        may_announce = self.is_member and queries.text_to_announce(self.cycle) is not None
        return super().get_context_data(stages=stages, may_announce=may_announce, **kwargs)


class AddEvidenceView(_EvidenceMixin, FormView):
    template_name = "policies/add_evidence.html"
    form_class = EvidenceForm

    @property
    def kind(self) -> EvidenceKind:
        try:
            return EvidenceKind(self.request.GET.get("kind", EvidenceKind.EXPERTISE))
        except ValueError:
            raise Http404 from None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"kind": self.kind}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.evidence_url
        return form

    def get_context_data(self, **kwargs):
        return super().get_context_data(kind=self.kind, **kwargs)

    def form_valid(self, form):
        said = {name: form.cleaned_data[name] for name in ("happened_on", "who", "text")}
        try:
            services.record_evidence(
                cycle=self.cycle, kind=self.kind, file=form.upload, actor=self.request.user, **said
            )
        except FileRefused as refused:
            form.add_error("file", rendering.refusal_words(refused.code))
            return self.form_invalid(form)
        messages.success(self.request, _("Recorded."))
        return self.to_evidence()


class CancelEvidenceView(_EvidenceMixin, TemplateView):
    """The question before an entry is struck out."""

    template_name = "policies/cancel_evidence.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Evidence.objects.visible_to(request.user).filter(cycle=self.cycle)
            self.evidence = get_object_or_404(rows, pk=kwargs["evidence_id"])

    def get_context_data(self, **kwargs):
        (line,) = rendering.evidence_lines([self.evidence])
        return super().get_context_data(line=line, **kwargs)

    def post(self, request, *args, **kwargs):
        services.cancel_evidence(evidence=self.evidence, actor=request.user, now=self.now)
        messages.success(request, _("The entry is struck out. It stays in the record."))
        return self.to_evidence()


class _LinkSheetMixin(_EvidenceMixin):
    """Answers a POST with the one page that ever shows the new link."""

    def link_sheet(self, announced: services.Announced):
        address = settings.PORTAL_URL + reverse("policies:read", args=[announced.token])
        context = {
            "company": self.company,
            "announcement": announced.announcement,
            "announcement_url": reverse("policies:announcement", args=[self.company.pk, announced.announcement.pk]),
            "address": address,
            "qr": rendering.qr_code(address, title=_("Link to the policy, as a QR code")),
            "paper": rendering.paper(announced.announcement.revision),
        }
        return self.response_class(request=self.request, template=["policies/announcement_link.html"], context=context)


class AnnounceView(_LinkSheetMixin, FormView):
    template_name = "policies/announce.html"
    form_class = AnnouncementForm

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.evidence_url
        return form

    def get_context_data(self, **kwargs):
        return super().get_context_data(is_time=queries.text_to_announce(self.cycle) is not None, **kwargs)

    def form_valid(self, form):
        try:
            announced = services.announce(cycle=self.cycle, title=form.cleaned_data["title"], actor=self.request.user)
        except services.NothingToAnnounce as refused:
            messages.error(self.request, str(refused))
            return self.to_evidence()
        return self.link_sheet(announced)


class _AnnouncementMixin(_LinkSheetMixin):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Announcement.objects.visible_to(request.user).filter(cycle=self.cycle).select_related("revision")
            self.announcement = get_object_or_404(rows, pk=kwargs["announcement_id"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(announcement=self.announcement, **kwargs)

    @property
    def announcement_url(self) -> str:
        return reverse("policies:announcement", args=[self.company.pk, self.announcement.pk])


class AnnouncementView(_AnnouncementMixin, TemplateView):
    """Who said that they have read the policy, and when."""

    template_name = "policies/announcement.html"
    for_members = False

    def get_context_data(self, **kwargs):
        receipts = list(queries.receipts_of(self.announcement))
        table = rendering.receipts_table(receipts)
        return super().get_context_data(
            readers=len(receipts), table=table, terms=rendering.announcement_terms(self.announcement), **kwargs
        )


class RenewAnnouncementView(_AnnouncementMixin, TemplateView):
    """The question before a lost link is replaced."""

    template_name = "policies/renew_announcement.html"

    def post(self, request, *args, **kwargs):
        try:
            announced = services.renew_link(announcement=self.announcement, actor=request.user)
        except services.AnnouncementClosed:
            messages.error(request, _("This link is closed. Please make a new one."))
            return HttpResponseRedirect(self.announcement_url)
        return self.link_sheet(announced)


class CloseAnnouncementView(_AnnouncementMixin, TemplateView):
    """The question before a link is closed."""

    template_name = "policies/close_announcement.html"

    def post(self, request, *args, **kwargs):
        services.close_announcement(announcement=self.announcement, actor=request.user, now=self.now)
        messages.success(request, _("The link is closed. The names that were recorded stay."))
        return HttpResponseRedirect(self.announcement_url)
