"""Surveys: the page that people answer by link, and the pages with which the secretariat plans, asks and reads."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.generic import FormView, TemplateView

from audit import services as audit
from common.dates import date_and_time, long_date
from common.views.links import GONE, LinkView
from companies.enums import AccessKind
from programmes.catalogue.questions import MOST_QUESTIONS, moved, new_code, read_questions
from programmes.forms.survey import (
    AnswerForm,
    ConsentForm,
    QuestionForm,
    SurveyForm,
    narrower_consents,
)
from programmes.models import Session
from programmes.queries import survey as questions_about
from programmes.rendering import survey as words
from programmes.services import survey as services
from programmes.services.survey_links import answer_key, survey_token_hash

from .mixins import PAGE_SIZE, CountedPaginator, ProgrammeMixin


class SurveyLinkView(LinkView):
    """The survey of one person, by the link that was sent to them. GET shows; POST keeps what they answered.

    No session, no trail and no address is tied to an answer. Whoever is signed in gets the same page.
    """

    limit = "survey"
    unknown_template = "programmes/survey/unknown.html"

    def find(self, token: str) -> questions_about.Door | None:
        return questions_about.survey_door(survey_token_hash(token), answer_key(token))

    def limit_key(self) -> None:
        """Count by network address: a count by invitation would keep the minute in which somebody answered."""

    def get(self, request, token):
        return self._show(self._form() if self.door.is_open else None, self._consent_form())

    def post(self, request, token):
        if request.POST.get("deed") == "consent":
            return self._change_consent(token)
        if not self.door.is_open:
            return self._show(None, self._consent_form(), is_late=True)
        form = self._form(request.POST)
        if not form.is_valid():
            return self._show(form, None)
        return self._done(services.answer_survey(token=token, reply=form.reply()), "answers")

    def _change_consent(self, token: str):
        form = self._consent_form(self.request.POST)
        if form is None or not form.is_valid():
            return self._show(self._form() if self.door.is_open else None, form)
        return self._done(services.change_consent(token=token, consent=form.cleaned_data["consent"]), "consent")

    def _done(self, outcome: services.Outcome, what: str):
        if outcome == services.Outcome.KEPT:
            return HttpResponseRedirect(f"{self.request.path}?kept={what}")
        self.door = questions_about.survey_door(
            survey_token_hash(self.kwargs["token"]), answer_key(self.kwargs["token"])
        )
        if outcome == services.Outcome.CLOSED:
            return self._show(None, self._consent_form(), is_late=True)
        return self.unknown()

    def _form(self, data=None) -> AnswerForm:
        door = self.door
        form = AnswerForm(
            data,
            questions=door.questions,
            is_anonymous=door.is_anonymous,
            answers=door.answers,
            comment=door.comment,
            consent=door.consent,
        )
        if door.has_answered:
            form.submit_label = _("Change the answers")
        return form

    def _consent_form(self, data=None) -> ConsentForm | None:
        """Return the question after the closing, for who has something that could be quoted."""
        if not self.door.feedback_id or not self.door.comment or self.door.is_open:
            return None
        present = self.door.consent
        return ConsentForm(data, allowed=narrower_consents(present), present=present)

    def _show(self, form, consent_form, *, is_late: bool = False):
        door = self.door
        context = {
            "door": door,
            "form": form or consent_form,
            "is_late": is_late,
            "kept": self.request.GET.get("kept", "") if self.request.method == "GET" else "",
            "until": date_and_time(door.closes_at),
            "day": words.day_of(door),
            "fewest": questions_about.FEWEST,
            "uses": words.uses(door.uses),
        }
        if form is not None:
            return self.answer("programmes/survey/answer.html", context)
        is_gone = is_late or not door.feedback_id
        return self.answer("programmes/survey/closed.html", context, GONE if is_gone else 200)


# --- The secretariat --------------------------------------------------------------------------------------------------


class SurveyMixin(ProgrammeMixin):
    """A page of the secretariat about the survey of one session."""

    audience = (AccessKind.SECRETARIAT,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            self.session = sessions.filter(pk=kwargs["session_id"]).first()
            if self.session is None:
                raise Http404
            self.survey = questions_about.survey_of(request.user, self.session)

    @property
    def questions(self):
        return read_questions(self.survey.questions)

    def address(self, name: str = "survey") -> str:
        return reverse(f"programmes:{name}", args=[self.programme.pk, self.session.pk])

    def back(self, name: str = "survey") -> HttpResponseRedirect:
        return HttpResponseRedirect(self.address(name))

    def refuse(self, error: Exception) -> HttpResponseRedirect:
        messages.error(self.request, str(error))
        return self.back()

    def get_context_data(self, **kwargs):
        tabs = words.survey_tabs(self.session)
        return super().get_context_data(session=self.session, survey=self.survey, tabs=tabs, **kwargs)


class NeedsSurveyMixin(SurveyMixin):
    """The same where there is nothing to show without a survey: the way goes back to where one is made."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.is_for_this_person() and self.survey is None:
            return self.back()
        return super().dispatch(request, *args, **kwargs)


class SurveyView(SurveyMixin, FormView):
    """The survey of a session: made, set, and while it is open how many have answered and who has not."""

    template_name = "programmes/survey/survey.html"
    form_class = SurveyForm

    def get_initial(self):
        if self.survey is None:
            closes_at = services.proposed_closing(self.session, now=self.now)
            return {"is_anonymous": "yes", "closes_on": timezone.localdate(closes_at)}
        is_anonymous = "yes" if self.survey.is_anonymous else "no"
        return {"is_anonymous": is_anonymous, "closes_on": timezone.localdate(self.survey.closes_at)}

    def get_form_kwargs(self):
        survey = self.survey
        own = {"now": self.now, "is_begun": survey is not None, "is_opened": bool(survey and survey.opened_at)}
        return super().get_form_kwargs() | own

    def form_valid(self, form):
        actor, closes_at = self.request.user, form.closes_at
        is_anonymous = form.cleaned_data.get("is_anonymous", True)
        try:
            if self.survey is None:
                services.begin_survey(session=self.session, is_anonymous=is_anonymous, closes_at=closes_at, actor=actor)
                messages.success(self.request, _("The survey has its usual questions. Change them as you like."))
            else:
                services.change_survey(
                    survey=self.survey, is_anonymous=is_anonymous, closes_at=closes_at, actor=actor, now=self.now
                )
                messages.success(self.request, _("The survey is saved."))
        except services.SurveyRefused as error:
            return self.refuse(error)
        return self.back()

    def get_context_data(self, **kwargs):
        survey = self.survey
        context = super().get_context_data(**kwargs)
        if survey is None:
            return context
        state = words.survey_state(survey, now=self.now)
        progress = questions_about.survey_progress(survey)
        missing = questions_about.not_answered(survey)
        page = CountedPaginator(missing, PAGE_SIZE, count=progress.missing).get_page(self.request.GET.get("page"))
        return context | {
            "state": state,
            "figures": words.progress_figures(progress) if survey.opened_at else [],
            "questions": words.question_lines(self.questions),
            "may_add": len(survey.questions) < MOST_QUESTIONS,
            "to_invite": questions_about.not_invited(survey).count(),
            "page_obj": page,
            "missing": words.missing_table(page.object_list, now=self.now, rest=services.REST) if page else None,
            "until": date_and_time(survey.closes_at),
            "reminded_on": long_date(services.reminded_on(survey)) if services.reminded_on(survey) >= self.day else "",
            "fewest": questions_about.FEWEST,
        }


class SurveyQuestionView(NeedsSurveyMixin, FormView):
    """One question, new or named by `?code=`. After the first invitation there is nothing to write here."""

    template_name = "programmes/survey/question.html"
    form_class = QuestionForm

    @property
    def code(self) -> str:
        return self.request.POST.get("code") or self.request.GET.get("code", "")

    @property
    def question(self):
        return next((question for question in self.questions if question.code == self.code), None)

    def get_initial(self):
        return QuestionForm.initial_of(self.question) if self.question else {"kind": "scale"}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address()
        return form

    def form_valid(self, form):
        questions, own = self.questions, self.question
        new = form.question(own.code if own else new_code(questions))
        after = [new if question == own else question for question in questions] if own else [*questions, new]
        try:
            services.set_questions(survey=self.survey, questions=after, actor=self.request.user)
        except services.SurveyRefused as error:
            return self.refuse(error)
        messages.success(self.request, _("The question is saved."))
        return self.back()

    def get_context_data(self, **kwargs):
        return super().get_context_data(code=self.question.code if self.question else "", **kwargs)


class SurveyOrderView(NeedsSurveyMixin, View):
    """Moves a question or takes it out, and back to the list."""

    http_method_names = ("post", "options")

    def post(self, request, **kwargs):
        questions, code, deed = self.questions, request.POST.get("code", ""), request.POST.get("deed", "")
        if code not in {question.code for question in questions}:
            return self.back()
        if deed == "remove":
            after = [question for question in questions if question.code != code]
        else:
            after = moved(questions, code, {"up": -1, "down": 1}.get(deed, 0))
        try:
            services.set_questions(survey=self.survey, questions=after, actor=request.user)
        except services.SurveyRefused as error:
            return self.refuse(error)
        return self.back()


class InviteView(NeedsSurveyMixin, TemplateView):
    """Asks once more before links are sent, because what stands above the questions is settled with the first one."""

    template_name = "programmes/survey/invite.html"

    def get_context_data(self, **kwargs):
        count = questions_about.not_invited(self.survey).count()
        return super().get_context_data(
            count=count, until=date_and_time(self.survey.closes_at), fewest=questions_about.FEWEST, **kwargs
        )

    def post(self, request, **kwargs):
        try:
            asked = services.invite(survey=self.survey, actor=request.user, now=self.now)
        except services.SurveyRefused as error:
            return self.refuse(error)
        messages.success(request, words.asked_words(asked.reached, asked.unreachable))
        return self.back()


class RemindView(NeedsSurveyMixin, View):
    """Reminds those who have not answered, and says how many it wrote to."""

    http_method_names = ("post", "options")

    def post(self, request, **kwargs):
        try:
            asked = services.remind(survey=self.survey, actor=request.user, now=self.now)
        except services.SurveyRefused as error:
            return self.refuse(error)
        reached = ngettext("%(count)s person was reminded.", "%(count)s people were reminded.", asked.reached)
        messages.success(request, reached % {"count": asked.reached})
        return self.back()


class SurveyAnswersView(NeedsSurveyMixin, TemplateView):
    """What the answers come to: figures and words. Reading words of people is written down as a look."""

    template_name = "programmes/survey/answers.html"

    def get_context_data(self, **kwargs):
        results = questions_about.survey_results(self.request.user, self.survey)
        if results.answers and not results.is_hidden:
            audit.log_look(actor=self.request.user, obj=self.survey, programme_id=self.programme.pk, now=self.now)
        progress = questions_about.survey_progress(self.survey)
        return super().get_context_data(
            results=results,
            waiting=words.waiting_words(self.survey, results, now=self.now),
            tallies=[words.tally(each) for each in results.tallies],
            figures=words.progress_figures(progress),
            comments=[words.said(each) for each in results.comments],
            **kwargs,
        )


class SurveyCsvView(NeedsSurveyMixin, View):
    """The same as a file: a line a person where answers have names, a line a value or a comment where they have none."""

    http_method_names = ("get", "head", "options")

    def get(self, request, **kwargs):
        results = questions_about.survey_results(request.user, self.survey)
        if results.answers and not results.is_hidden:
            audit.log_look(actor=request.user, obj=self.survey, programme_id=self.programme.pk, now=self.now)
        content = words.answers_csv(results)
        name = f"survey-{self.session.code}.csv".lower()
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
