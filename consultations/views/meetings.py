"""One consultation: what it is prepared from, its entry for calendars, and what advisers leave for each other."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from audit import services as audit
from common.components import with_query
from companies.enums import AccessKind
from consultations import permissions, workflow
from consultations.enums import State, Transition
from consultations.forms.minutes import HandOverForm
from consultations.models import Consultation, HandOverNote
from consultations.queries import minutes as queries
from consultations.rendering import minutes as drawn
from consultations.rendering.calendar import consultation_calendar
from consultations.services.handing_over import leave_note
from policies.enums import Language
from policies.queries import languages_of, suggestions_behind
from policies.rendering.advice import advice_rows
from programmes.models import Assignment
from programmes.rendering import Tab
from programmes.views import CompanyPageMixin

MOST_ITEMS = 30


class MeetingMixin(CompanyPageMixin):
    """Loads a consultation of the company through the door."""

    tab = "consultations:company"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            seen = Consultation.objects.visible_to(request.user).filter(company=self.company)
            related = ("adviser__user", "enrolment", "programme", "company")
            self.consultation = get_object_or_404(seen.select_related(*related), pk=kwargs["consultation_id"])

    @cached_property
    def is_writer(self) -> bool:
        """Whether the person gave it and is assigned; `permissions.can_write` asks the database the same."""
        gave_it = self.consultation.adviser.user_id == self.request.user.pk
        return gave_it and AccessKind.ADVISER in self.places.standings

    def address(self, name: str) -> str:
        return reverse(f"consultations:{name}", args=[self.company.pk, self.consultation.pk])

    def get_context_data(self, **kwargs):
        own = {
            "consultation": self.consultation,
            "title": drawn.title(self.consultation),
            "is_writer": self.is_writer,
            "list_url": reverse("consultations:company", args=[self.company.pk]),
        }
        return super().get_context_data(**own, **kwargs)


class ContentMixin(MeetingMixin):
    """A page with content: there for the company and its assigned advisers, not there for anybody else."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated and not self.places.standings & {AccessKind.MEMBER, AccessKind.ADVISER}:
            raise Http404

    def log_look(self, obj) -> None:
        """Tell the company's log that somebody from outside looks at a text of it."""
        if not self.is_member:
            audit.log_look(
                actor=self.request.user,
                obj=obj,
                now=self.now,
                company_id=self.company.pk,
                programme_id=self.consultation.programme_id,
            )


class PrepareView(ContentMixin, TemplateView):
    """What the consultation is about, what changed in the draft, what is open, and what was agreed before."""

    template_name = "consultations/prepare.html"

    def get_context_data(self, **kwargs):
        user, consultation = self.request.user, self.consultation
        names = [row.person.name for row in queries.participants(user, consultation)]
        topics = queries.topics_of(user, consultation)
        shared = queries.latest_minutes(user, consultation)
        notes = list(queries.hand_over_notes(user, self.company.pk))
        items = list(queries.open_items(user, consultation)[: MOST_ITEMS + 1])
        before = [each.pk for each in queries.earlier(user, consultation)]
        agreed = [each for each in queries.tasks_of(user, before) if each.item]
        wanted = set(topics.items) if topics else set()
        return super().get_context_data(
            terms=drawn.meeting_terms(consultation, names=names, now=self.now),
            joining_url=drawn.joining_url(consultation, now=self.now),
            topics=topics,
            sections=drawn.section_titles(topics.sections, self._catalogue) if topics else [],
            wanted=[item for item in items if str(item.pk) in wanted],
            rows=advice_rows(items[:MOST_ITEMS], suggestions_behind(items), today=self.day),
            has_more_items=len(items) > MOST_ITEMS,
            agreed=drawn.task_views(agreed, today=self.day),
            minutes=[
                (each, drawn.passages(each, with_changes=False), drawn.title(each.consultation)) for each in shared
            ],
            notes=notes,
            own_note=next((note for note in notes if note.author_id == user.pk), None),
            can_record=self._can_record(),
            is_ahead=consultation.state == State.BOOKED and consultation.starts_at > self.now,
            **self._changes(),
            **kwargs,
        )

    @cached_property
    def kept(self):
        return queries.kept_revision(self.request.user, self.consultation)

    @property
    def _catalogue(self) -> str | None:
        return self.kept.cycle.catalogue if self.kept else None

    def _can_record(self) -> bool:
        return self.is_writer and self.consultation.state == State.BOOKED and self.consultation.starts_at <= self.now

    def _changes(self) -> dict:
        """Return the kept draft beside the text asked for, or beside the one of the consultation before."""
        if self.kept is None:
            return {}
        self.log_look(self.kept)
        language = self.request.GET.get("language")
        language = language if language in languages_of(self.kept.content) else Language.JA
        bases = queries.bases(self.request.user, self.consultation)
        asked = self.request.GET.get("since")
        base = bases.looked if asked == "looked" and bases.looked else bases.consulted or bases.looked
        changes = drawn.changes_between(base, self.kept, language=language) if base else None
        query = self.request.GET
        tabs = [
            Tab(_("Since the consultation before"), with_query(query, since="consultation"), base == bases.consulted),
            Tab(_("Since you last looked"), with_query(query, since="looked"), base == bases.looked),
        ]
        is_both = bases.consulted and bases.looked and bases.consulted != bases.looked
        return {
            "kept": self.kept,
            "kept_url": reverse("policies:version", args=[self.company.pk, self.kept.pk]),
            "changes": changes,
            "since": tabs if is_both else [],
            "languages": [
                Tab(name, with_query(query, language=code), code == language)
                for code, name in (("ja", "日本語"), ("en", "English"))
                if code in languages_of(self.kept.content)
            ],
        }


class RecordView(MeetingMixin, View):
    """Say that the consultation was held, or that the company did not come."""

    http_method_names = ["post", "options"]

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not permissions.can_record(request.user, self.consultation):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        came = request.POST.get("came")
        if came not in ("yes", "no"):
            messages.error(request, _("Please choose whether the consultation took place."))
            return HttpResponseRedirect(self._back())
        transition = Transition.HOLD if came == "yes" else Transition.MISS
        try:
            workflow.move(consultation=self.consultation, transition=transition, actor=request.user, now=self.now)
        except workflow.TransitionRefused as refused:
            messages.error(request, str(refused))
        else:
            recorded = _("Recorded: the consultation was held."), _("Recorded: the company did not come.")
            messages.success(request, recorded[came == "no"])
        return HttpResponseRedirect(self._back())

    def _back(self) -> str:
        is_reader = self.places.standings & {AccessKind.MEMBER, AccessKind.ADVISER}
        return self.address("prepare") if is_reader else reverse("consultations:company", args=[self.company.pk])


class CalendarView(MeetingMixin, View):
    """The entry for calendars: adds the consultation, moves it there, or takes it out."""

    def get(self, request, *args, **kwargs):
        content = consultation_calendar(self.consultation, now=self.now)
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="consultation.ics"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


class HandOverNoteView(CompanyPageMixin, FormView):
    """The note that an adviser leaves for whoever advises the company beside or after them."""

    template_name = "consultations/hand_over.html"
    form_class = HandOverForm
    tab = "consultations:company"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            own = Assignment.objects.visible_to(request.user).on(self.day).filter(company=self.company)
            self.assignment = own.filter(adviser__user_id=request.user.pk).order_by("-starts_on", "pk").first()

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and (self.assignment is None or self.is_member):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def back_url(self) -> str:
        return reverse("consultations:company", args=[self.company.pk])

    @cached_property
    def note(self) -> HandOverNote | None:
        notes = queries.hand_over_notes(self.request.user, self.company.pk)
        return notes.filter(assignment=self.assignment).first()

    def get_initial(self):
        return {"text": self.note.text} if self.note else {}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.back_url
        return form

    def form_valid(self, form):
        try:
            note = leave_note(assignment=self.assignment, text=form.cleaned_data["text"], actor=self.request.user)
        except ValidationError as error:
            form.add_error("text", error)
            return self.form_invalid(form)
        messages.success(self.request, _("The note is saved.") if note else _("The note was taken away."))
        return HttpResponseRedirect(self.back_url)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        others = queries.hand_over_notes(self.request.user, self.company.pk).exclude(assignment=self.assignment)
        return super().get_context_data(others=others, back_url=self.back_url, **kwargs)
