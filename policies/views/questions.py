"""Questions outside a review: asked, answered and closed by the company and its advisers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from policies import queries, services
from policies.forms.discussion import QuestionForm
from policies.rendering import discussion as rendering

from .talk import TalkMixin

QUESTIONS_A_PAGE = 20


class QuestionsView(TalkMixin, TemplateView):
    """All questions, the open ones first, and the form for a new one."""

    template_name = "policies/discussion/questions.html"

    def form(self, data=None) -> QuestionForm:
        titles = rendering.section_titles(self.cycle)
        return QuestionForm(data, titles=titles, today=self.day)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = Paginator(queries.questions_of(self.cycle), QUESTIONS_A_PAGE).get_page(self.request.GET.get("page"))
        listed = rendering.questions(page.object_list, context["titles"], today=self.day)
        return {"form": self.form()} | context | {"page_obj": page, "questions": listed}

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        values = form.cleaned_data
        try:
            thread = services.ask_question(
                cycle=self.cycle,
                text=values["text"],
                section_code=values["section_code"],
                answer_by=values["answer_by"],
                actor=request.user,
                now=self.now,
            )
        except ValidationError as error:
            form.add_error("text", error)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(request, _("Your question was asked, and the other side was told by mail."))
        return HttpResponseRedirect(f"{reverse('policies:questions', args=[self.company.pk])}#thread-{thread.pk}")
