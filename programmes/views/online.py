"""Attendance from the list of an online meeting, and one person's attendance by hand."""

from collections import Counter

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext
from django.views.generic import FormView, TemplateView, View

from common.components import Term
from programmes.forms.online import CorrectionForm, LineForm, OnlineListForm, line_number
from programmes.importing.online import ListRefused
from programmes.models import Attendance
from programmes.queries import online as queries
from programmes.rendering import online as rendering
from programmes.rendering import presence
from programmes.rendering.door import sentences_in_a_row
from programmes.services import door as attendance_deeds
from programmes.services import online as deeds

from .door import SessionMixin
from .mixins import PAGE_SIZE, CountedPaginator


class OnlineListsView(SessionMixin, FormView):
    """Upload a list of this session's online meeting; the lists there are."""

    template_name = "programmes/online/lists.html"
    form_class = OnlineListForm
    tab_name = "programmes:online_list"

    def get_initial(self):
        return {"share": self.session.online_share}

    def form_valid(self, form):
        file, share = form.cleaned_data["file"], form.cleaned_data["share"]
        try:
            kept = deeds.keep_list(
                session=self.session, name=file.name, content=file.read(), share=share, actor=self.request.user
            )
        except ListRefused as refusal:
            for sentence in rendering.problem_list(refusal.problems):
                form.add_error("file", sentence)
            return self.form_invalid(form)
        return HttpResponseRedirect(self.address("online_preview", kept.pk))

    def get_context_data(self, **kwargs):
        lists = list(queries.online_lists(self.request.user, self.session))
        table = rendering.lists_table(lists, address=lambda pk: self.address("online_preview", pk))
        own = {"table": table, "lists": lists, "close_url": self.address("close_attendance")}
        return super().get_context_data(**own, **kwargs)


class OnlineListMixin(SessionMixin):
    """Loads the list in the address through its door."""

    tab_name = "programmes:online_list"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            lists = queries.online_lists(request.user, self.session)
            self.online_list = get_object_or_404(lists, pk=kwargs["list_id"])

    def to_preview(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.address("online_preview", self.online_list.pk))

    def say_confirmed(self) -> HttpResponseRedirect:
        words = gettext("This list was imported already. Attendance is now changed person by person.")
        messages.warning(self.request, words)
        return self.to_preview()


class OnlinePreviewView(OnlineListMixin, TemplateView):
    """What would come of each line. Nobody is registered before the import is confirmed."""

    template_name = "programmes/online/preview.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.form = None

    def post(self, request, *args, **kwargs):
        number = line_number(request.POST)
        if number is None or number >= len(self.lines):
            raise Http404
        self.form = self.line_form(number, request.POST)
        if not self.form.is_valid():
            return self.get(request, *args, **kwargs)
        try:
            deeds.decide_line(
                online_list=self.online_list,
                number=number,
                person_id=self.form.person_id,
                reason=self.form.cleaned_data["reason"],
                actor=request.user,
            )
        except deeds.ListConfirmed:
            return self.say_confirmed()
        messages.success(request, gettext("Decided. Nothing is registered yet."))
        return self.to_preview()

    @cached_property
    def lines(self) -> list[deeds.Line]:
        return deeds.lines_of(self.online_list)

    def line_form(self, number: int, data=None) -> LineForm:
        line = self.lines[number]
        expected, others = queries.people_to_choose(self.request.user, self.session)
        alike = [person for person in (*expected, *others) if str(person.pk) in line.candidates]
        groups = [
            (gettext("People of this name or address"), alike),
            (gettext("On the list of this session"), expected),
            (gettext("Others of the companies that take part"), others),
        ]
        form = LineForm(data, groups=groups, initial={"person": line.person, "reason": line.reason})
        form.cancel_url = self.address("online_preview", self.online_list.pk)
        return form

    def get_context_data(self, **kwargs):
        user, chosen = self.request.user, self.request.GET.get("state", "")
        minutes = deeds.needed(self.online_list, self.session)
        verdicts = deeds.verdicts(self.lines, session=self.session, minutes=minutes)
        rows = queries.attendance_by_person(user, self.session)
        sorted_lines = [
            (number, line, rendering.state_of(line, verdicts.get(line.person), rows.get(line.person)))
            for number, line in enumerate(self.lines)
        ]
        counts = Counter(state for _number, _line, state in sorted_lines)
        # Several lines may be one person, who is counted once.
        heaps = Counter({(line.person or number, state) for number, line, state in sorted_lines})
        people_in = Counter(state for _who, state in heaps)
        shown = [each for each in sorted_lines if not chosen or each[2] == chosen]
        page = CountedPaginator(shown, PAGE_SIZE, count=len(shown)).get_page(self.request.GET.get("page"))
        is_open = self.online_list.confirmed_at is None
        people = queries.people_by_id(user, [line.person for _number, line, _state in page.object_list if line.person])
        own = {
            "online_list": self.online_list,
            "is_open": is_open,
            "figures": rendering.preview_figures(people_in),
            "chips": rendering.state_chips(counts, chosen=chosen),
            "page_obj": page,
            "table": rendering.preview_table(page.object_list, people=people, decide=is_open, query=chosen),
            "open_lines": counts["open"],
            "to_register": people_in["present"],
            "minutes": minutes,
            "list_url": self.address("online_list"),
            "confirm_url": self.address("online_confirm", self.online_list.pk),
            "discard_url": self.address("online_discard", self.online_list.pk),
            **self.deciding(is_open),
        }
        return super().get_context_data(**own, **kwargs)

    def deciding(self, is_open: bool) -> dict:
        """Return the form for the line in the address, while there is anything to decide."""
        number = line_number(self.request.POST or self.request.GET)
        if not is_open or number is None or number >= len(self.lines):
            return {}
        line = self.lines[number]
        return {
            "form": self.form or self.line_form(number),
            "line_number": number + 1,
            "line_name": " / ".join(line.entry.names) or line.entry.email,
            "line_terms": [
                Term(label=gettext("In the list"), value=" / ".join(line.entry.names)),
                Term(label=gettext("E-mail address"), value=line.entry.email or gettext("none")),
                Term(
                    label=pgettext("length of time", "Minutes"), value=f"{line.entry.minutes} {rendering.times(line)}"
                ),
                Term(label=gettext("Why"), value=rendering.why(line)),
            ],
        }


class ConfirmOnlineView(OnlineListMixin, View):
    """Import the list: the one deed that registers people."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        try:
            done = deeds.confirm_list(online_list=self.online_list, actor=request.user, now=self.now)
        except deeds.ListConfirmed:
            return self.say_confirmed()
        except attendance_deeds.DoorClosed:
            messages.error(request, gettext("Nobody is received at this session: it is a draft or was cancelled."))
            return self.to_preview()
        words = [gettext("Imported: %(present)s took part online.") % {"present": done.present}]
        if done.short:
            words.append(gettext("%(count)s were there too shortly and stay not known.") % {"count": done.short})
        if done.onsite:
            words.append(gettext("%(count)s stay on site, where they were received.") % {"count": done.onsite})
        if done.open:
            words.append(gettext("%(count)s lines were not decided and register nobody.") % {"count": done.open})
        messages.success(request, sentences_in_a_row(words))
        return self.to_preview()


class DiscardOnlineView(OnlineListMixin, View):
    """Throw away a list that was not imported."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        try:
            deeds.discard_list(online_list=self.online_list, actor=request.user)
        except deeds.ListConfirmed:
            return self.say_confirmed()
        messages.success(request, gettext("The list was thrown away. Nothing was registered."))
        return HttpResponseRedirect(self.address("online_list"))


class CloseAttendanceView(SessionMixin, TemplateView):
    """Write down that everybody of whom nothing is known did not come."""

    template_name = "programmes/online/close.html"
    tab_name = "programmes:online_list"

    def post(self, request, *args, **kwargs):
        try:
            absent = attendance_deeds.close_attendance(session=self.session, actor=request.user)
        except attendance_deeds.DoorClosed:
            messages.error(request, gettext("Nobody is received at this session: it is a draft or was cancelled."))
        else:
            messages.success(request, gettext("Closed: %(count)s did not come.") % {"count": absent})
        return HttpResponseRedirect(self.address("outcome"))

    def get_context_data(self, **kwargs):
        unknown = Attendance.objects.visible_to(self.request.user).filter(session=self.session, attended__isnull=True)
        own = {"count": unknown.registered().count(), "is_over": self.session.ends_at <= self.now}
        return super().get_context_data(outcome_url=self.address("outcome"), **own, **kwargs)


class CorrectAttendanceView(SessionMixin, FormView):
    """One person's attendance by hand, with a reason."""

    template_name = "programmes/online/correct.html"
    form_class = CorrectionForm
    tab_name = "programmes:outcome"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Attendance.objects.visible_to(request.user).filter(session=self.session)
            self.row = get_object_or_404(
                rows.select_related("person", "company", "session"), pk=kwargs["attendance_id"]
            )

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"session": self.session}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address("outcome")
        return form

    def get_initial(self):
        row = self.row
        known = {True: CorrectionForm.CAME, False: CorrectionForm.ABSENT, None: CorrectionForm.UNKNOWN}
        return {
            "attended": known[row.attended],
            "mode": row.actual_mode or row.planned_mode,
            "is_late": row.is_late,
            "left_early": row.left_early,
            "reason": row.note,
        }

    def form_valid(self, form):
        try:
            attendance_deeds.correct_attendance(
                attendance=self.row, correction=form.correction, actor=self.request.user
            )
        except attendance_deeds.DoorClosed:
            messages.error(self.request, gettext("Nobody is received at this session: it is a draft or was cancelled."))
        else:
            messages.success(
                self.request, gettext("The attendance of %(name)s is saved.") % {"name": self.row.person.name}
            )
        return HttpResponseRedirect(self.address("outcome"))

    def get_context_data(self, **kwargs):
        row = self.row
        terms = [
            Term(label=gettext("Name"), value=row.person.name),
            Term(label=gettext("Company"), value=row.company.name),
            Term(label=gettext("Planned"), value=row.get_planned_mode_display()),
            Term(label=gettext("Now"), value=presence(row)),
        ]
        if row.minutes_online is not None:
            terms.append(Term(label=gettext("Minutes online, by the list"), value=row.minutes_online))
        return super().get_context_data(terms=terms, row=row, **kwargs)
