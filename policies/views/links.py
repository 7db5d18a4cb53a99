"""Pages that open without signing in, by a word that only its holder knows: deciding on a text, and having read it.

What they show is gathered with the rights of whoever made the link, in their company alone, as plain values; the page
is drawn after those rights have been given back. They keep no session and tell the holder nothing about anybody else.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.utils import timezone

from common.tenancy import acting_as
from common.views.links import GONE, LinkView
from policies import permissions, queries, rendering, services
from policies.forms import AnswerForm, ReceiptForm, answer_initial
from policies.queries import LinkStatus


class PolicyLinkView(LinkView):
    """A link that acts with the rights of whoever made it, in their company alone."""

    unknown_template = "policies/link_unknown.html"

    def find(self, token: str) -> queries.Door | None:
        self.hash = services.token_hash(token)
        return self.open(self.hash)

    def open(self, token_hash: str) -> queries.Door | None:
        raise NotImplementedError

    def rights(self):
        """Act as who made the link, in their company alone, for the block."""
        return acting_as(self.door.user_id, company_id=self.door.company_id)


class ApproveView(PolicyLinkView):
    """One screen, the exact text, and the decision on it. GET shows; the POST uses the link up."""

    limit = "decision"

    def open(self, token_hash):
        return queries.approval_door(token_hash)

    def get(self, request, token):
        with self.rights():
            page = self._page()
        return self._show(page)

    def post(self, request, token):
        with self.rights():
            page = self._page(request.POST)
            if page.get("form") is not None and page["form"].is_valid() and self._decide(page):
                return HttpResponseRedirect(request.path)
        return self._show(page)

    def _decide(self, page: dict) -> bool:
        """Give the answer; True when the page is to be loaded anew, because it or somebody else's was first."""
        try:
            services.decide_by_link(request=self.row, answer=page["form"].answer(), now=self.now)
        except ValidationError as error:
            page["form"].add_error(None, error)
            return False
        except (services.LinkSpent, PermissionDenied):
            return True
        return True

    def _page(self, data=None) -> dict:
        """Return what the page shows: where the link stands, and while it is open the text and the form."""
        self.now = timezone.now()
        self.row = row = queries.request_behind(self.door)
        if row is None or not permissions.can_edit(row.requested_by, row):
            return {"status": "lost"}
        status = queries.link_status(row, may_be_decided=services.may_be_decided(row.cycle), now=self.now)
        page = {"status": str(status), "company_name": row.company.name}
        if status == LinkStatus.DECIDED:
            return page | {"outcome": rendering.outcome_of(row)}
        if status != LinkStatus.OPEN:
            return page
        shown, before = rendering.paper(row.revision), queries.last_approved_text(row.cycle)
        today = timezone.localdate(self.now)
        form = AnswerForm(data, initial=answer_initial(row.approver))
        return page | {
            "form": form,
            "paper": shown,
            "gist": rendering.gist(shown, row.revision.content, before.content if before else None, today=today),
            "card": rendering.request_card(row, now=self.now, may_be_decided=True),
            "is_reviewed": row.cycle.is_reviewed,
            "differs": queries.differs_from_reviewed(row.cycle, row.revision.content),
        }

    def _show(self, page: dict):
        if page["status"] == LinkStatus.OPEN:
            return self.answer("policies/approve.html", page)
        return self.answer("policies/link_spent.html", page, 200 if page["status"] == LinkStatus.DECIDED else GONE)


class ReadView(PolicyLinkView):
    """The approved policy for the staff, and "I have read it": a name, once, and nothing else."""

    limit = "receipt"

    def open(self, token_hash):
        return queries.announcement_door(token_hash)

    def get(self, request, token):
        with self.rights():
            page = self._page()
        return self._show(page)

    def post(self, request, token):
        with self.rights():
            page = self._page(request.POST)
            if page is not None and page["form"].is_valid():
                self._acknowledge(page)
        return self._show(page)

    def _acknowledge(self, page: dict) -> None:
        try:
            receipt, is_new = services.acknowledge(announcement=self.row, name=page["form"].cleaned_data["name"])
        except ValidationError as error:
            page["form"].add_error(None, error)
        else:
            page["receipt"] = rendering.receipt_words(receipt, is_new=is_new)

    def _page(self, data=None) -> dict | None:
        self.row = row = queries.announcement_behind(self.door)
        if row is None or not permissions.can_edit(row.created_by, row):
            return None
        return {"form": ReceiptForm(data), "title": row.title, "paper": rendering.paper(row.revision)}

    def _show(self, page: dict | None):
        if page is None:
            return self.answer("policies/link_spent.html", {"status": "lost"}, GONE)
        return self.answer("policies/read.html", page)
