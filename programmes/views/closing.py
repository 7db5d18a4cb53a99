"""The closing meeting: what a company presents, the secretariat's running order, the slides, and what was said."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from common import archives
from companies.enums import AccessKind
from jobs.models import Job
from jobs.services import FileRefused
from jobs.views import JobFileMixin, file_response, job_progress_context
from programmes.forms.closing import PresentationForm, RemarkForm, RunningOrderForm
from programmes.models import MeetingRemark, Presentation, Session
from programmes.queries import closing as queries
from programmes.rendering import closing as rendering
from programmes.rendering.session_tabs import session_tabs
from programmes.services import closing as services

from .mixins import CompanyPageMixin, ProgrammeMixin


def shown_job(user, job: Job | None) -> dict | None:
    """Return the progress of a job that a page shows; one that was called off is not shown."""
    return job_progress_context(job, user) if job and job.state != Job.State.CANCELLED else None


# --- A company's side -------------------------------------------------------------------------------------------------


class PresentationMixin(CompanyPageMixin):
    """Loads the meeting and what the company entered for it. The company writes, and so does the secretariat for it."""

    tab = "programmes:company_sessions"
    for_writers = False

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).select_related("programme")
            self.session = get_object_or_404(sessions, pk=kwargs["session_id"])
            self.enrolment = queries.own_enrolment(request.user, company_id=self.company.pk, session=self.session)
            if self.enrolment is None:
                raise Http404
            self.manages = self.places.manages(self.session.programme_id)
            self.presentation = queries.presentation_of(request.user, session=self.session, enrolment=self.enrolment)

    def dispatch(self, request, *args, **kwargs):
        needs_writer = self.for_writers or (request.method == "POST" and hasattr(self, "post"))
        if request.user.is_authenticated and needs_writer and not self.may_write:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_write(self) -> bool:
        return self.is_member or self.manages

    @property
    def is_open(self) -> bool:
        return services.may_still_change(self.session, manages=self.manages, now=self.now)

    @property
    def page_url(self) -> str:
        return reverse("programmes:presentation", args=[self.company.pk, self.session.pk])

    @property
    def back_url(self) -> str:
        if self.is_member:
            return reverse("programmes:company_sessions", args=[self.company.pk])
        name = "programmes:closing" if self.manages else "programmes:session"
        return reverse(name, args=[self.session.programme_id, self.session.pk])

    def to_page(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.page_url)


class PresentationView(PresentationMixin, FormView):
    """The three topics to write and, once the meeting has begun, to read, with what was asked and said."""

    template_name = "programmes/closing/presentation.html"
    form_class = PresentationForm

    def get_initial(self):
        row = self.presentation
        words = {name: getattr(row, name) for name in services.WORDS} if row else {"language": "ja"}
        return words | {"seen": services.state_of(row)}

    def get_form_kwargs(self):
        has_slides = bool(self.presentation and self.presentation.slides_id)
        return super().get_form_kwargs() | {"has_slides": has_slides}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.back_url
        return form

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, row = self.request.user, self.presentation
        job = queries.latest_job(user, kind=queries.SLIDES_KIND, params={"presentation": str(row.pk)}) if row else None
        progress = shown_job(user, job)
        if progress:
            progress |= {"result_label": _("Download the slides")}
        has_begun = self.now >= self.session.starts_at
        rows = list(queries.remarks(user, self.session, company_id=self.company.pk)) if has_begun else []
        return context | {
            "session": self.session,
            "back_url": self.back_url,
            "back_label": _("Sessions") if self.is_member else self.session.title,
            "is_writing": self.may_write and self.is_open,
            "may_draw": self.may_write and row is not None and row.topics > 0,
            "has_begun": has_begun,
            "terms": rendering.presentation_terms(row, self.session),
            "topics": rendering.topics(row),
            "language": row.language if row else "",
            "own_slides": row.slides if row else None,
            "slides_url": rendering.slides_url(row) if row else "",
            "saved": rendering.saved_line(row),
            "until": rendering.until_line(self.session, now=self.now),
            "said": rendering.said(rows),
            "progress": progress,
            "is_working": bool(job and job.is_open),
        }

    def form_valid(self, form):
        try:
            services.save_presentation(
                session=self.session,
                enrolment=self.enrolment,
                words=form.words,
                seen=form.cleaned_data["seen"],
                slides=form.upload,
                drop_slides=form.cleaned_data.get("drop_slides", False),
                actor=self.request.user,
                now=self.now,
            )
        except services.NotNow:
            messages.error(self.request, rendering.until_line(self.session, now=self.now))
            return self.to_page()
        except services.Overtaken as overtaken:
            return self.show_both(form, overtaken.presentation)
        except archives.FileRefused as refused:
            form.add_error("slides", rendering.refusal_words(refused.code, **refused.params))
            return self.form_invalid(form)
        except FileRefused as refused:
            form.add_error("slides", rendering.refusal_words(refused.code))
            return self.form_invalid(form)
        messages.success(self.request, _("Saved. You can go on changing it."))
        return self.to_page()

    def show_both(self, form, saved: Presentation):
        """Keep what was typed in the form, and show beside it what somebody else saved meanwhile."""
        form.data = form.data.copy()
        form.data["seen"] = services.state_of(saved)
        form.add_error(
            None,
            _(
                "Somebody else saved this meanwhile. Their words are shown below; save again to put yours in their place."
            ),
        )
        self.presentation = saved
        context = self.get_context_data(form=form) | {"meanwhile": rendering.topics(saved)}
        return self.render_to_response(context, status=409)


class PresentationSlidesView(PresentationMixin, View):
    """Hands out the slides that the company uploaded."""

    http_method_names = ("get", "head", "options")

    def get(self, request, *args, **kwargs):
        if self.presentation is None or self.presentation.slides is None:
            raise Http404
        return file_response(self.presentation.slides)


class MakeSlidesView(PresentationMixin, View):
    """Asks for slides drawn from the topics as they stand now."""

    http_method_names = ("post", "options")
    for_writers = True

    def post(self, request, *args, **kwargs):
        if self.presentation is None or not self.presentation.topics:
            messages.error(request, _("Please write and save at least one topic first."))
            return self.to_page()
        names = {"ja": self.company.name_ja, "en": self.company.name_en}
        services.request_slides(presentation=self.presentation, company_names=names, actor=request.user)
        return HttpResponseRedirect(f"{self.page_url}#slides")


class SlidesFileView(JobFileMixin, PresentationMixin, View):
    """Hands out slides that the portal drew for the company."""

    def jobs(self):
        return Job.objects.visible_to(self.request.user).filter(kind=queries.SLIDES_KIND, company_id=self.company.pk)


# --- The secretariat's side -------------------------------------------------------------------------------------------


class ClosingMixin(ProgrammeMixin):
    """Loads a session of the programme, for the secretariat."""

    audience = (AccessKind.SECRETARIAT,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            self.session = get_object_or_404(sessions, pk=kwargs["session_id"])
            # Its own programme, which the page has loaded already.
            self.session.programme = self.programme

    def address(self, name: str, *ids) -> str:
        return reverse(f"programmes:{name}", args=[self.programme.pk, self.session.pk, *ids])

    def to(self, name: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.address(name))

    def get_context_data(self, **kwargs):
        tabs = session_tabs(self.session, here="programmes:closing")
        return super().get_context_data(session=self.session, tabs=tabs, **kwargs)


class ClosingView(ClosingMixin, TemplateView):
    """Who presents in which order, who has entered what, who is missing, and the one file of slides."""

    template_name = "programmes/closing/closing.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        slots = queries.running_order(user, self.session)
        form = kwargs.pop("form", None) or RunningOrderForm(slots=slots)
        job = queries.latest_job(user, kind=queries.ALL_SLIDES_KIND, params={"session": str(self.session.pk)})
        progress = shown_job(user, job)
        if progress:
            progress |= {"result_label": _("Download the slides of all")}
        lines = rendering.lines(slots, self.session, key=form.key)
        return super().get_context_data(
            form=form,
            rows=[(line, form[line.key]) for line in lines],
            figures=rendering.closing_figures(slots),
            terms=rendering.meeting_terms(self.session),
            missing=_(", ").join(slot.enrolment.company.name for slot in slots if slot.is_missing),
            has_any=any(not slot.is_missing for slot in slots),
            progress=progress,
            is_working=bool(job and job.is_open),
            **kwargs,
        )


class RunningOrderView(ClosingView):
    """Takes the numbers of all companies, or one step of one company. Nothing is shuffled, and nothing needs dragging."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        form = RunningOrderForm(request.POST, slots=queries.running_order(request.user, self.session))
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        # Numbers that were typed before a step was pressed hold, too.
        services.set_running_order(session=self.session, numbers=form.numbers, actor=request.user)
        if step := request.POST.get("step", ""):
            return self.move(*step.partition(":")[::2])
        messages.success(request, _("The running order was saved."))
        return self.to("closing")

    def move(self, direction: str, enrolment: str) -> HttpResponseRedirect:
        try:
            enrolment_id = UUID(enrolment)
        except ValueError:
            raise Http404 from None
        if direction not in ("up", "down"):
            raise Http404
        services.move_presentation(
            session=self.session, enrolment_id=enrolment_id, up=direction == "up", actor=self.request.user
        )
        return HttpResponseRedirect(f"{self.address('closing')}#company-{enrolment_id}")


class AllSlidesView(ClosingMixin, View):
    """Asks for one file with the slides of all companies."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        services.request_all_slides(session=self.session, actor=request.user)
        return HttpResponseRedirect(f"{self.address('closing')}#slides")


class AllSlidesFileView(JobFileMixin, ClosingMixin, View):
    """Hands out the one file with the slides of all companies."""

    def jobs(self):
        return queries.session_jobs(self.request.user, self.session, kind=queries.ALL_SLIDES_KIND)


class RemarksView(ClosingMixin, FormView):
    """A fast form for the meeting, made for a telephone: who is on stage stays chosen from one remark to the next."""

    template_name = "programmes/closing/remarks.html"
    form_class = RemarkForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.slots = queries.running_order(request.user, self.session)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"slots": self.slots}

    def get_initial(self):
        return {"kind": "question", "company": self.request.GET.get("company", "")}

    def get_context_data(self, **kwargs):
        rows = queries.remarks(self.request.user, self.session)
        talks = rendering.talks(
            self.slots, queries.remarks_by_company(rows), change=lambda row: self.address("meeting_remark", row.pk)
        )
        return super().get_context_data(talks=talks, **kwargs)

    def form_valid(self, form):
        remark = services.record_remark(session=self.session, actor=self.request.user, **form.remark)
        messages.success(self.request, _("Written down."))
        return HttpResponseRedirect(f"{self.address('meeting_remarks')}?company={remark.company_id or ''}")


class RemarkView(RemarksView):
    """One remark, to be worded anew or taken away."""

    template_name = "programmes/closing/remark.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = MeetingRemark.objects.visible_to(request.user).filter(session=self.session)
            self.remark = get_object_or_404(rows.select_related("session"), pk=kwargs["remark_id"])

    def get_initial(self):
        row = self.remark
        return {"company": str(row.company_id or ""), "kind": row.kind, "said_by": row.said_by, "text": row.text}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.submit_label = _("Save the remark")
        form.cancel_url = self.address("meeting_remarks")
        return form

    def get_context_data(self, **kwargs):
        return FormView.get_context_data(
            self, session=self.session, programme=self.programme, remark=self.remark, **kwargs
        )

    def form_valid(self, form):
        services.change_remark(remark=self.remark, actor=self.request.user, **form.remark)
        messages.success(self.request, _("The remark was saved."))
        return self.to("meeting_remarks")


class DeleteRemarkView(RemarkView):
    """The question before a remark is taken away, and the deed."""

    template_name = "programmes/closing/delete_remark.html"

    def get_context_data(self, **kwargs):
        (said,) = rendering.said([self.remark])
        return super().get_context_data(said=said, **kwargs)

    def post(self, request, *args, **kwargs):
        services.delete_remark(remark=self.remark, actor=request.user)
        messages.success(request, _("The remark was taken away."))
        return self.to("meeting_remarks")
