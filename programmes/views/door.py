"""The list at the door: the page, and what its devices send and ask."""

from datetime import datetime
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.generic import TemplateView, View

from companies.enums import AccessKind
from jobs.views import JobFileMixin
from programmes.enums import DoorOutcome, SessionState
from programmes.forms.door import WalkInForm, batch_of, page_id, plain_tap
from programmes.models import Session
from programmes.queries import door as queries
from programmes.queries.closing import session_jobs
from programmes.rendering import door as rendering
from programmes.rendering.door_papers import BADGES, LIST
from programmes.rendering.session_tabs import session_tabs
from programmes.services import door as deeds
from programmes.services.door_papers import request_paper

from .mixins import ProgrammeMixin

UNREADABLE, CLOSED, TAKEN = 422, 423, 409


def words_of(answer: deeds.Answer, deed: str) -> str:
    return rendering.said(outcome=answer.outcome, deed=deed, row=answer.attendance, registration=answer.registration)


class SessionMixin(ProgrammeMixin):
    """A page of one session, for the secretariat."""

    audience = (AccessKind.SECRETARIAT,)
    tab_name = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            self.session = get_object_or_404(sessions, pk=kwargs["session_id"])

    def address(self, name: str, *args) -> str:
        return reverse(f"programmes:{name}", args=[self.programme.pk, self.session.pk, *args])

    def get_context_data(self, **kwargs):
        own = {"session": self.session, "session_url": self.address("session")}
        return super().get_context_data(session_tabs=session_tabs(self.session, here=self.tab_name), **own, **kwargs)


class DoorMixin(SessionMixin):
    """What page and devices share: whose list it is, who may be received, how many are there."""

    def companies(self):
        day = timezone.localdate(self.session.starts_at)
        return queries.companies_taking_part(self.request.user, self.session, on=day)

    def counts_html(self, counts):
        user = self.request.user
        over = {mode: queries.over_capacity(user, self.session, mode) for mode in self.session.modes}
        return rendering.door_counts(self.session, counts, over=over)


class DoorView(DoorMixin, TemplateView):
    """The list for a tablet. Every tap is a plain form, too, so that the page works without JavaScript."""

    template_name = "programmes/door/door.html"
    tab_name = "programmes:door"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        asked = request.GET if request.method in ("GET", "HEAD") else request.POST
        self.query = asked.get("q", "")[:100].strip()
        self.wanted = asked.get("tab", "")
        self.form = None

    @property
    def tab(self) -> str:
        if self.wanted == rendering.AWAY:
            return self.wanted
        return deeds.default_mode(self.session, self.wanted)

    def post(self, request, *args, **kwargs):
        try:
            done = self.tapped() if "receive" not in request.POST else self.received()
        except deeds.DoorClosed:
            messages.error(request, gettext("Nobody is received at this session: it is a draft or was cancelled."))
            done = True
        except deeds.OperationTaken:
            messages.error(request, gettext("Not recorded. Please load the page again."))
            done = True
        if not done:
            return self.get(request, *args, **kwargs)
        query = urlencode({"tab": self.tab, **({"q": self.query} if self.query else {})})
        return HttpResponseRedirect(f"{self.address('door')}?{query}")

    def tapped(self) -> bool:
        pressed = plain_tap(self.request.POST)
        if pressed is None:
            messages.error(self.request, gettext("Not recorded. Please load the page again."))
            return True
        mode = deeds.default_mode(self.session, self.tab)
        tap = deeds.Tap(pressed.operation, pressed.attendance_id, pressed.deed, mode, self.now)
        (answer,) = deeds.record_taps(session=self.session, taps=[tap], actor=self.request.user)
        self.tell(answer, pressed.deed)
        return True

    def received(self) -> bool:
        self.form = WalkInForm(self.request.POST, companies=self.companies())
        page = page_id(self.request.POST)
        if not self.form.is_valid() or page is None:
            return False
        mode = deeds.default_mode(self.session, self.tab)
        visitor = self.form.visitor(id=page, mode=mode, happened_at=self.now)
        try:
            answer = deeds.receive_visitor(session=self.session, visitor=visitor, actor=self.request.user)
        except deeds.SeveralOfThatName:
            self.form.add_error("kana", rendering.several_of_that_name())
            return False
        self.tell(answer, "")
        return True

    def tell(self, answer: deeds.Answer, deed: str) -> None:
        sentence = words_of(answer, deed)
        if sentence:
            good = answer.outcome in (DoorOutcome.DONE, DoorOutcome.ALREADY)
            (messages.success if good else messages.warning)(self.request, sentence)

    def get_context_data(self, **kwargs):
        user, session = self.request.user, self.session
        rows = list(queries.door_rows(user, session))
        counts = queries.door_counts(user, session)
        form = self.form or WalkInForm(companies=self.companies())
        own = {
            "form": form,
            "tab": self.tab,
            "mode": deeds.default_mode(session, self.tab),
            "query": self.query,
            "rows": rendering.door_list(rows, tab=self.tab, query=self.query),
            "is_empty": not rows,
            "counts": self.counts_html(counts),
            "parts": rendering.door_tabs(session, counts, here=self.tab, url=self.address("door")),
            "page_key": uuid4(),
            "operations_url": self.address("door_operations"),
            "cursor": last.isoformat() if (last := max((row.changed_at for row in rows), default=None)) else "",
            "modes": " ".join(session.modes),
            "day_line": rendering.day_line(session, self.now),
            "paper_url": self.address("print_paper"),
            "is_closed": session.state != SessionState.PUBLISHED,
        }
        return super().get_context_data(**own, **kwargs)


class DoorOperationsView(DoorMixin, View):
    """What devices at the door send and ask: GET what changed since, POST a batch of taps and the same answer with them."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, *args, **kwargs):
        return self.answer(request.GET.get("since", ""))

    def post(self, request, *args, **kwargs):
        batch = batch_of(request.body, now=self.now)
        if batch is None:
            return JsonResponse({"said": gettext("Not recorded. Please load the page again.")}, status=UNREADABLE)
        try:
            answers = self.recorded(batch)
        except deeds.DoorClosed:
            words = gettext("Nobody is received at this session: it is a draft or was cancelled.")
            return JsonResponse({"said": words}, status=CLOSED)
        except deeds.OperationTaken:
            return JsonResponse({"said": gettext("Not recorded. Please load the page again.")}, status=TAKEN)
        return self.answer(request.GET.get("since", ""), answers=answers)

    def recorded(self, batch) -> list[dict]:
        user, deed_of = self.request.user, {tap.id: tap.deed for tap in batch.taps}
        answers = deeds.record_taps(session=self.session, taps=batch.taps, actor=user)
        found = [_told(answer, words_of(answer, deed_of[answer.id])) for answer in answers]
        found += [self.received(visitor) for visitor in batch.visitors]
        unread = gettext("Not recorded: what the device sent cannot be read.")
        return found + [{"id": each, "outcome": DoorOutcome.REFUSED, "said": unread} for each in batch.unreadable]

    def received(self, parts: dict) -> dict:
        form = WalkInForm(parts.pop("fields"), companies=self.companies())
        if not form.is_valid():
            words = " ".join(sentence for errors in form.errors.values() for sentence in errors)
            return {"id": str(parts["id"]), "outcome": DoorOutcome.REFUSED, "said": words}
        try:
            answer = deeds.receive_visitor(session=self.session, visitor=form.visitor(**parts), actor=self.request.user)
        except deeds.SeveralOfThatName:
            words = rendering.several_of_that_name()
            return {"id": str(parts["id"]), "outcome": DoorOutcome.REFUSED, "said": words}
        return _told(answer, words_of(answer, ""))

    def answer(self, since: str, **more) -> JsonResponse:
        user, session = self.request.user, self.session
        rows = list(queries.door_rows(user, session, since=_moment(since)))
        counts = queries.door_counts(user, session)
        last = max((row.changed_at for row in rows), default=None)
        labels = [part.label for part in rendering.door_tabs(session, counts, here="", url="")]
        data = {
            "rows": [{"id": str(row.pk), "html": rendering.door_row(row, tab="")} for row in rows],
            "counts": self.counts_html(counts),
            "parts": labels,
            "cursor": last.isoformat() if last else since,
            # The session may have been signed in anew meanwhile, in another window.
            "token": get_token(self.request),
        }
        response = JsonResponse(data | more)
        response["Cache-Control"] = "private, no-store"
        return response


def _told(answer: deeds.Answer, words: str) -> dict:
    return {"id": str(answer.id), "outcome": answer.outcome, "said": words}


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


class PrintPaperView(SessionMixin, View):
    """Ask for the list or for badges as PDF, and go to where one sees it being made."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        paper = request.POST.get("paper", "")
        if paper not in (LIST, BADGES):
            raise Http404
        job = request_paper(session=self.session, paper=paper, actor=request.user)
        return HttpResponseRedirect(reverse("jobs:progress", args=[job.pk]))


class PaperView(JobFileMixin, SessionMixin, View):
    """Hand the printed list or the badges out."""

    def jobs(self):
        return session_jobs(self.request.user, self.session, kind=queries.PAPER_KIND)
