"""Somebody's own QR code, and the page that a telephone at the door opens with it."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView

from programmes.forms.door import plain_tap
from programmes.models import Attendance, DoorOperation, Session
from programmes.queries.door import own_attendance
from programmes.rendering import session_terms
from programmes.rendering.check_in import sign
from programmes.rendering.door import door_number
from programmes.rendering.qr import qr_code
from programmes.services import door as deeds

from .mixins import ProgrammeMixin


class OfSessionMixin(ProgrammeMixin):
    """A page of one session for whoever takes part in its programme."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            self.session = get_object_or_404(sessions, pk=kwargs["session_id"])


class TicketView(OfSessionMixin, TemplateView):
    """The person's own code, as large as the screen, with the number for a door that cannot read it."""

    template_name = "programmes/door/ticket.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.row = own_attendance(request.user, self.session)
            if self.row is None:
                raise Http404

    def get_context_data(self, **kwargs):
        row = self.row
        path = reverse("programmes:check_in", args=[self.programme.pk, self.session.pk, row.pk])
        address = self.request.build_absolute_uri(path)
        own = {
            "session": self.session,
            "row": row,
            "terms": session_terms(self.session)[:3],
            "qr": qr_code(address, title=gettext("Your code for the door, as a QR code")),
            "number": door_number(row.pk),
        }
        return super().get_context_data(**own, **kwargs)


class CheckInView(OfSessionMixin, TemplateView):
    """Behind the code: looking writes nothing; the secretariat's button receives the person. Others see that it is a code."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Attendance.objects.visible_to(request.user).filter(session=self.session)
            self.row = get_object_or_404(rows.select_related("person", "company"), pk=kwargs["attendance_id"])

    def get_template_names(self):
        return ["programmes/door/check_in.html" if self.manages else "programmes/door/code.html"]

    def post(self, request, *args, **kwargs):
        if not self.manages:
            raise PermissionDenied
        pressed = plain_tap(request.POST)
        if pressed is None or pressed.attendance_id != self.row.pk:
            messages.error(request, gettext("Not recorded. Please load the page again."))
            return HttpResponseRedirect(request.path)
        mode = deeds.default_mode(self.session)
        tap = deeds.Tap(pressed.operation, self.row.pk, pressed.deed, mode, self.now)
        try:
            deeds.record_taps(session=self.session, taps=[tap], actor=request.user)
        except (deeds.DoorClosed, deeds.OperationTaken):
            messages.error(request, gettext("Not recorded. Please load the page again."))
            return HttpResponseRedirect(request.path)
        return HttpResponseRedirect(f"{request.path}?done={pressed.operation}")

    def done(self) -> DoorOperation | None:
        """Return the press that led here, where there was one."""
        try:
            pressed = UUID(self.request.GET.get("done", ""))
        except ValueError:
            return None
        operations = DoorOperation.objects.visible_to(self.request.user)
        return operations.filter(pk=pressed, attendance=self.row).first()

    def get_context_data(self, **kwargs):
        own = {"session": self.session, "row": self.row}
        if self.manages:
            shown = sign(self.row, self.session, done=self.done(), now=self.now)
            own |= {"sign": shown, "page_key": uuid4()}
        return super().get_context_data(**own, **kwargs)
