"""Minutes: written by the adviser while the page saves by itself, read and answered by the company."""

from collections.abc import Mapping
from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from companies.models import Person
from consultations import workflow
from consultations.enums import State
from consultations.forms.minutes import ChangeForm, ObjectionForm, PeopleForm, SaveForm, TaskForm, json_of
from consultations.models import Minutes, Task
from consultations.queries import minutes as queries
from consultations.rendering import minutes as drawn
from consultations.services import minutes as deeds
from consultations.services import set_participants
from consultations.services.printing import request_minutes_pdf
from jobs.models import Job
from jobs.views import JobFileMixin, job_progress_context

from .meetings import ContentMixin

UNREADABLE, LATE, LOCKED, REFUSED = 422, 409, 423, 403


def said(sentence: str, *, status: int, **more) -> JsonResponse:
    """Answer a page that saves by itself, with a sentence that it shows as it is."""
    return JsonResponse({"said": sentence, **more}, status=status)


def sentences(error: ValidationError) -> str:
    return " ".join(error.messages)


class WriterMixin(ContentMixin):
    """For the adviser who gave the consultation; the company and other advisers know that there is such a page."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_writer:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def people(self):
        """Who of the company can have been there, or can see to a task."""
        seen = Person.objects.visible_to(self.request.user).filter(company=self.company)
        return seen.order_by("name_kana", "name_ja", "name_en", "pk")


class MinutesView(ContentMixin, TemplateView):
    """The minutes: the adviser's to write until they are shared, the company's to read and to answer from then on."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.minutes = queries.own_minutes(request.user, self.consultation)
            if self.is_writing:
                return WriteMinutesView.as_view()(request, *args, **kwargs)
            if request.method == "POST" and not self.is_member:
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def is_shared(self) -> bool:
        return self.minutes is not None and self.minutes.shared_at is not None

    @property
    def is_writing(self) -> bool:
        can_be_written = self.consultation.state in (State.BOOKED, State.HELD)
        return self.is_writer and not self.is_shared and can_be_written

    def get_template_names(self):
        return ["consultations/minutes.html" if self.is_shared else "consultations/no_minutes.html"]

    def get_context_data(self, *, form=None, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.is_shared:
            return context
        user, minutes = self.request.user, self.minutes
        self.log_look(minutes)
        names = [row.person.name for row in queries.participants(user, self.consultation)]
        tasks = [each for each in queries.tasks_of(user, [self.consultation.pk]) if each.item]
        own_jobs = queries.minutes_jobs(user, self.consultation).filter(requested_by=user)
        job = own_jobs.first()
        return context | {
            "minutes": minutes,
            "terms": drawn.meeting_terms(self.consultation, names=names, now=self.now),
            "passages": drawn.passages(minutes),
            "badge": drawn.minutes_badge(minutes),
            "history": drawn.minutes_history(minutes),
            "tasks": drawn.task_views(tasks, today=self.day),
            "note": queries.own_note(user, self.consultation),
            "form": form or ObjectionForm(),
            "progress": job_progress_context(job, user) if job and job.state != Job.State.CANCELLED else None,
            "is_working": bool(job and job.is_open),
        }

    def post(self, request, *args, **kwargs):
        """Take the company's answer to the minutes that it had before it."""
        form = ObjectionForm(request.POST)
        is_objection = request.POST.get("do") == "object"
        rev = request.POST.get("rev", "")
        if is_objection and not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=UNREADABLE)
        given = {
            "consultation": self.consultation,
            "rev": int(rev) if rev.isascii() and rev.isdigit() else -1,
            "actor": request.user,
            "now": self.now,
        }
        try:
            if is_objection:
                deeds.object_to_minutes(text=form.cleaned_data["objection"], **given)
                messages.success(request, _("Your adviser was told what is not right."))
            else:
                deeds.confirm_minutes(**given)
                messages.success(request, _("You confirmed the minutes."))
        except deeds.ChangedMeanwhile:
            messages.error(request, _("The minutes were changed meanwhile. Please read them again."))
        except deeds.NotWritable as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(self.address("minutes"))


class WriteMinutesView(WriterMixin, TemplateView):
    """The page to write on, on a phone as well: passages, who was there, tasks, and one act that shares all of it."""

    template_name = "consultations/write_minutes.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.minutes = queries.own_minutes(request.user, self.consultation)
            self.typed, self.wrong, self.conflicts = {}, {}, {}

    @cached_property
    def start(self) -> str:
        """What the company asked for when it booked, as the first words of the minutes."""
        topics = queries.topics_of(self.request.user, self.consultation)
        if topics is None:
            return ""
        kept = queries.kept_revision(self.request.user, self.consultation)
        titles = drawn.section_titles(topics.sections, kept.cycle.catalogue if kept else None)
        return "\n".join([*(f"・{title}" for title in titles), *filter(None, [topics.questions])])

    def get_context_data(self, *, task_form=None, errors=(), **kwargs):
        user, consultation = self.request.user, self.consultation
        before = [each.pk for each in queries.earlier(user, consultation)]
        earlier = [each for each in queries.tasks_of(user, before) if each.item]
        told = {"typed": self.typed, "errors": self.wrong, "conflicts": self.conflicts}
        return super().get_context_data(
            minutes=self.minutes,
            boxes=drawn.boxes(consultation, self.minutes, start=self.start, **told),
            note=drawn.note_box(consultation, queries.own_note(user, consultation), **told),
            people=[(person, person.pk in self.present) for person in self.people],
            task_form=task_form or TaskForm(people=self.people),
            tasks=drawn.task_views(queries.tasks_of(user, [consultation.pk]), today=self.day),
            earlier=drawn.task_views(earlier, today=self.day),
            terms=drawn.meeting_terms(consultation, names=[], now=self.now)[:3],
            has_begun=consultation.starts_at <= self.now,
            is_booked=consultation.state == State.BOOKED,
            errors=errors,
            **kwargs,
        )

    @cached_property
    def present(self) -> set:
        return {row.person_id for row in queries.participants(self.request.user, self.consultation)}

    # --- What the form brings ------------------------------------------------------------------------------------------

    def post(self, request, *args, **kwargs):
        """Save everything that the page holds, then do what the button says."""
        do, _colon, which = request.POST.get("do", "save").partition(":")
        task_form = TaskForm(request.POST, people=self.people)
        try:
            self._save()
        except deeds.NotWritable as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(self.address("minutes"))
        errors = [(sentence, f"#t-{name}") for name, sentence in self.wrong.items()]
        errors += [(_("Choose between the two texts."), f"#c-{name}") for name in self.conflicts]
        is_late = bool(self.conflicts)
        if not errors and (do == "add" or task_form.says_something):
            errors += self._add_task(task_form)
        if not errors and do == "remove":
            self._remove_task(which)
        if not errors and do == "share":
            errors += self._share()
        if errors:
            self.minutes = queries.own_minutes(request.user, self.consultation)
            context = self.get_context_data(task_form=task_form if task_form.is_bound else None, errors=errors)
            return self.render_to_response(context, status=LATE if is_late else UNREADABLE)
        places = {"add": "#tasks", "remove": "#tasks"}
        return HttpResponseRedirect(f"{self.address('minutes')}{places.get(do, '')}")

    def _save(self) -> None:
        post = self.request.POST
        for name in (*deeds.PASSAGES, deeds.NOTE):
            if f"text-{name}" in post:
                self._save_passage(name, post[f"text-{name}"], post.get(f"rev-{name}", ""))
        chosen = PeopleForm(post, people=self.people)
        if "has-people" in post and chosen.is_valid():
            people = chosen.cleaned_data["people"]
            set_participants(consultation=self.consultation, people=people, actor=self.request.user)

    def _save_passage(self, name: str, text: str, rev: str) -> None:
        text = text.replace("\r\n", "\n")
        try:
            saved = deeds.save_passage(
                consultation=self.consultation,
                passage=name,
                text=text,
                base_rev=int(rev) if rev.isascii() and rev.isdigit() else 0,
                operation=None,
                actor=self.request.user,
            )
        except ValidationError as error:
            self.typed[name], self.wrong[name] = text, sentences(error)
            return
        if saved.is_lost:
            self.typed[name] = text
            self.conflicts[name] = drawn.conflict(self.consultation, name, mine=text, theirs=saved.text, rev=saved.rev)

    def _add_task(self, form: TaskForm) -> list[tuple[str, str]]:
        if not form.is_valid():
            return [(sentence, f"#id_{name}") for name, found in form.errors.items() for sentence in found]
        values = form.cleaned_data
        try:
            deeds.add_task(
                consultation=self.consultation,
                text=values["task_text"],
                owner=values["task_owner"],
                due_on=values["task_due"],
                actor=self.request.user,
                now=self.now,
            )
        except ValidationError as error:
            form.add_error("task_text", error)
            return [(sentences(error), "#id_task_text")]
        return []

    def _remove_task(self, which: str) -> None:
        own = Task.objects.visible_to(self.request.user).filter(consultation=self.consultation)
        task = own.select_related("consultation__adviser").filter(pk__in=_ids(which)).first()
        if task:
            deeds.remove_task(task=task, actor=self.request.user, now=self.now)

    def _share(self) -> list[tuple[str, str]]:
        try:
            deeds.share_minutes(consultation=self.consultation, actor=self.request.user, now=self.now)
        except (ValidationError, workflow.TransitionRefused) as refused:
            return [(sentences(refused) if isinstance(refused, ValidationError) else str(refused), "#t-matters")]
        count = (
            Task.objects.visible_to(self.request.user)
            .filter(consultation=self.consultation, shared_at__isnull=False)
            .count()
        )
        messages.success(self.request, drawn.shared_sentence(self.company.name, count))
        return []


def _ids(value: str) -> list:
    """Return the id that a button brought, as a list; none for what is no id."""
    try:
        return [Task._meta.pk.to_python(value)]
    except ValidationError:
        return []


class SaveMinutesView(WriterMixin, View):
    """Save one passage while it is being written; `?passage=` names it. Refusals are sentences, in JSON."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        form, name = SaveForm(json_of(request)), request.GET.get("passage", "")
        if not form.is_valid() or name not in (*deeds.PASSAGES, deeds.NOTE):
            return said(_("This could not be read. Please load the page again."), status=UNREADABLE)
        values = form.cleaned_data
        try:
            if values["choice"] == "theirs":
                return self._keep_theirs(name)
            return self._answer(name, values)
        except deeds.NotWritable as refusal:
            return said(str(refusal), status=LOCKED)
        except ValidationError as error:
            return said(sentences(error), status=UNREADABLE)

    def _answer(self, name: str, values: Mapping) -> JsonResponse:
        saved = deeds.save_passage(
            consultation=self.consultation,
            passage=name,
            text=values["text"],
            base_rev=values["base_rev"],
            operation=values["operation"],
            follows=values["follows"],
            actor=self.request.user,
        )
        if not saved.is_lost:
            return said(drawn.saved_sentence(timezone.now()), status=200, rev=saved.rev)
        conflict = drawn.conflict(self.consultation, name, mine=values["text"], theirs=saved.text, rev=saved.rev)
        html = render_to_string("consultations/_conflict.html", {"conflict": conflict}, self.request)
        sentence = _("Somebody changed this passage meanwhile. Look at both texts.")
        return said(sentence, status=LATE, html=html, rev=saved.rev)

    def _keep_theirs(self, name: str) -> JsonResponse:
        if name == deeds.NOTE:
            row, column = queries.own_note(self.request.user, self.consultation), "text"
        else:
            row, column = queries.own_minutes(self.request.user, self.consultation), name
        text, rev = (getattr(row, column), row.revs.get(name, {}).get("rev", 0)) if row else ("", 0)
        return said(_("The other text stays."), status=200, rev=rev, text=text)


class ChangeMinutesView(WriterMixin, FormView):
    """Change minutes that are shared: the company is told, sees what was changed, and confirms again."""

    template_name = "consultations/change_minutes.html"
    form_class = ChangeForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.is_writer:
            self.minutes = queries.own_minutes(request.user, self.consultation)
            if self.minutes is None or self.minutes.shared_at is None:
                return HttpResponseRedirect(self.address("minutes"))
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {name: getattr(self.minutes, name) for name in deeds.PASSAGES} | {"rev": self.minutes.rev}

    def get_form_kwargs(self):
        most = {name: Minutes._meta.get_field(name).max_length for name in deeds.PASSAGES}
        titles = [(name, label, most[name]) for name, label in drawn.passage_titles().items()]
        return super().get_form_kwargs() | {"titles": titles}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address("minutes")
        return form

    def post(self, request, *args, **kwargs):
        do, _colon, which = request.POST.get("do", "").partition(":")
        if do in ("add", "remove"):
            return self._change_tasks(do, which)
        return super().post(request, *args, **kwargs)

    def _change_tasks(self, do: str, which: str):
        form = TaskForm(self.request.POST, people=self.people)
        try:
            if do == "remove":
                own = Task.objects.visible_to(self.request.user).filter(consultation=self.consultation)
                task = get_object_or_404(own.select_related("consultation__adviser"), pk__in=_ids(which))
                deeds.remove_task(task=task, actor=self.request.user, now=self.now)
            elif form.is_valid():
                values = form.cleaned_data
                deeds.add_task(
                    consultation=self.consultation,
                    text=values["task_text"],
                    owner=values["task_owner"],
                    due_on=values["task_due"],
                    actor=self.request.user,
                    now=self.now,
                )
        except deeds.NotWritable as refused:
            messages.error(self.request, str(refused))
        except ValidationError as error:
            form.add_error("task_text", error)
        if do == "add" and form.errors:
            errors = [(sentence, f"#id_{name}") for name, found in form.errors.items() for sentence in found]
            fresh = self.form_class(initial=self.get_initial(), titles=self.get_form_kwargs()["titles"])
            fresh.cancel_url = self.address("minutes")
            context = self.get_context_data(form=fresh, task_form=form, errors=errors)
            return self.render_to_response(context, status=UNREADABLE)
        return HttpResponseRedirect(f"{self.request.path}#tasks")

    def form_valid(self, form):
        values = form.cleaned_data
        try:
            deeds.change_minutes(
                consultation=self.consultation,
                passages={name: values[name] for name in deeds.PASSAGES},
                base_rev=values["rev"],
                actor=self.request.user,
                now=self.now,
            )
        except deeds.ChangedMeanwhile:
            form.add_error(
                None, _("The minutes were changed in another window. Copy your words and load the page again.")
            )
            return self.render_to_response(self.get_context_data(form=form), status=LATE)
        except deeds.NotWritable as refused:
            form.add_error(None, str(refused))
            return self.render_to_response(self.get_context_data(form=form), status=LATE)
        messages.success(self.request, _("The minutes are changed, and the company was told."))
        return HttpResponseRedirect(self.address("minutes"))

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=UNREADABLE)

    def get_context_data(self, *, task_form=None, errors=(), **kwargs):
        tasks = queries.tasks_of(self.request.user, [self.consultation.pk])
        return super().get_context_data(
            tasks=drawn.task_views(tasks, today=self.day),
            task_form=task_form or TaskForm(people=self.people),
            errors=errors,
            objection=self.minutes.objection if self.minutes.is_disputed else "",
            **kwargs,
        )


class MinutesPdfView(ContentMixin, View):
    """Ask for the PDF; how far it is stands on the page of the minutes."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        minutes = queries.own_minutes(request.user, self.consultation)
        if minutes is None or minutes.shared_at is None:
            raise Http404
        request_minutes_pdf(
            consultation=self.consultation, minutes=minutes, language=get_language()[:2], actor=request.user
        )
        return HttpResponseRedirect(f"{self.address('minutes')}#pdf")


class MinutesFileView(JobFileMixin, ContentMixin, View):
    """Hand the PDF out."""

    def jobs(self):
        return queries.minutes_jobs(self.request.user, self.consultation)
