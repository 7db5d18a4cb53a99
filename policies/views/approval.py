"""The company's side of top management's decision: where it stands, asking, calling off, and the signed paper."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from jobs.models import StoredFile
from jobs.services import FileRefused
from jobs.views import file_response
from policies import queries, rendering, services
from policies.forms import ApprovalRequestForm, PaperForm
from policies.workflow import TransitionRefused, turn_of

from .rounds import RoundMixin


class _DecisionMixin(RoundMixin):
    """Pages that make sense only while top management may decide; otherwise they say whose turn it is."""

    @property
    def is_time(self) -> bool:
        return services.may_be_decided(self.cycle)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"is_time": self.is_time, "turn": "" if self.is_time else turn_of(self.cycle.state)}

    def to_approval(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.approval_url)

    @property
    def approval_url(self) -> str:
        return reverse("policies:approval", args=[self.company.pk])


class ApprovalView(_DecisionMixin, TemplateView):
    """What was asked, what came of it, and what can be done now. Advisers read along."""

    template_name = "policies/approval.html"
    for_members = False

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        requests = list(queries.requests_of(self.cycle))
        open_one = next((one for one in requests if one.decided_at is None and one.cancelled_at is None), None)
        return context | {
            "open": rendering.request_card(open_one, now=self.now, may_be_decided=self.is_time) if open_one else None,
            "decision": rendering.decision_card(requests),
            "events": rendering.request_events(requests),
            "may_ask": self.is_member and self.is_time,
            "may_record_paper": self.is_manager and self.is_time,
            "is_reviewed": self.cycle.is_reviewed,
        }


class RequestApprovalView(_DecisionMixin, FormView):
    """Asking: the answer to the POST is the one page that ever shows the link."""

    template_name = "policies/request_approval.html"
    form_class = ApprovalRequestForm

    def get_form_kwargs(self):
        people = queries.may_be_asked(self.request.user, self.company)
        return super().get_form_kwargs() | {"people": people}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.approval_url
        return form

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.is_time:
            return context
        found = queries.gate_of(self.cycle)
        return context | {
            "remarks": rendering.remark_items(found.errors, found, self.company.pk),
            "is_reviewed": self.cycle.is_reviewed,
            "differs": queries.differs_from_reviewed(self.cycle, found.content),
            "has_open": queries.open_request(self.cycle) is not None,
            "link_days": services.LINK_DAYS,
        }

    def form_valid(self, form):
        try:
            asked = self._ask(form)
        except TransitionRefused as refused:
            messages.error(self.request, str(refused))
            return self.to_approval()
        except ValidationError as error:
            form.add_error(None if hasattr(error, "error_dict") else "approver", error)
            return self.form_invalid(form)
        address = settings.PORTAL_URL + reverse("policies:approve", args=[asked.token])
        return self.response_class(
            request=self.request,
            template=["policies/approval_link.html"],
            context={
                "company": self.company,
                "approval_url": self.approval_url,
                "address": address,
                "qr": rendering.qr_code(address, title=_("Link to the page for the decision, as a QR code")),
                "paper": rendering.paper(asked.request.revision),
                "request_card": rendering.request_card(asked.request, now=self.now, may_be_decided=True),
                "is_mailed": asked.is_mailed,
            },
        )

    @transaction.atomic
    def _ask(self, form) -> services.Asked:
        """Ask; somebody who is named here is added only together with the request."""
        actor = self.request.user
        approver = form.chosen or services.name_approver(cycle=self.cycle, actor=actor, **form.named)
        return services.request_approval(cycle=self.cycle, approver=approver, actor=actor, now=self.now)


class CancelApprovalView(_DecisionMixin, TemplateView):
    """The question before a link is made void."""

    template_name = "policies/cancel_approval.html"

    def post(self, request, *args, **kwargs):
        services.cancel_approval(cycle=self.cycle, actor=request.user, now=self.now)
        messages.success(request, _("The request was called off. Its link does nothing any more."))
        return self.to_approval()

    def get_context_data(self, **kwargs):
        return super().get_context_data(has_open=queries.open_request(self.cycle) is not None, **kwargs)


class PaperView(_DecisionMixin, FormView):
    """The signed paper instead of the link: exactly the text shown, and the scan that proves it."""

    template_name = "policies/paper.html"
    form_class = PaperForm
    for_managers = True

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"people": queries.people_of(self.request.user, self.company)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.approval_url
        return form

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.is_time:
            return context
        content, revision = self._text()
        sha256 = services.digest(content)
        context["form"].initial["sha256"] = sha256
        return context | {"paper": rendering.paper_of(content, sha256=sha256, revision=revision)}

    def _text(self):
        """Return what is to be signed: the text that was asked about, else the working copy as it is now."""
        asked = queries.open_request(self.cycle)
        return (asked.revision.content, asked.revision) if asked else (queries.working_content(self.cycle), None)

    def form_valid(self, form):
        try:
            services.approve_on_paper(
                cycle=self.cycle,
                approver=form.cleaned_data["approver"],
                answer=form.answer(),
                scan=form.upload,
                sha256=form.cleaned_data["sha256"],
                actor=self.request.user,
                now=self.now,
            )
        except TransitionRefused as refused:
            messages.error(self.request, str(refused))
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except FileRefused as refused:
            form.add_error("scan", rendering.refusal_words(refused.code))
            return self.form_invalid(form)
        else:
            messages.success(self.request, _("The approval is recorded. The policy can be published now."))
        return self.to_approval()


class SheetView(_DecisionMixin, TemplateView):
    """The text to be signed on paper: the exact words, their hash, and a line for the signature. Holds no link."""

    template_name = "policies/approval_sheet.html"
    for_members = False

    def get(self, request, *args, **kwargs):
        self.shown = queries.requests_of(self.cycle).filter(cancelled_at=None).first()
        if self.shown is None:
            return self.to_approval()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        card = rendering.request_card(self.shown, now=self.now, may_be_decided=self.is_time)
        return context | {"paper": rendering.paper(self.shown.revision), "request_card": card}


class ProofView(RoundMixin, View):
    """A file that shows what was recorded: the scan of a signature, the sheet of an evening's dialogue."""

    for_members = False

    def get(self, request, *args, **kwargs):
        files = StoredFile.objects.visible_to(request.user).filter(company_id=self.company.pk, is_content=True)
        return file_response(get_object_or_404(files, pk=kwargs["file_id"]))
