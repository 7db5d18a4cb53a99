"""How the advice was handled: every piece of it with the company's answer, on a page and as a PDF."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from common.components import Chip
from companies.models import Person
from jobs.models import Job
from jobs.views import JobFileMixin, job_progress_context
from policies import queries, services
from policies.forms.discussion import ItemForm
from policies.rendering.advice import AdviceRow, advice_rows
from programmes.views import PAGE_SIZE, CountedPaginator

from .rounds import RoundMixin


class AdviceMixin(RoundMixin):
    """A page for both sides; the answers are the company's."""

    for_members = False

    def rows(self, items: list) -> list[AdviceRow]:
        return advice_rows(items, queries.suggestions_behind(items), today=self.day)

    def page_url(self) -> str:
        return reverse("policies:advice", args=[self.company.pk])


class AdviceView(AdviceMixin, TemplateView):
    """All advice, what is not answered first."""

    template_name = "policies/advice/advice.html"

    def get_context_data(self, **kwargs):
        user, only_open = self.request.user, self.request.GET.get("show") == "open"
        counts = queries.action_counts(user, self.company)
        items = queries.action_items(user, self.company)
        if only_open:
            items = items.filter(is_open=True)
        shown = counts["open" if only_open else "all"]
        page = CountedPaginator(items, PAGE_SIZE, count=shown).get_page(self.request.GET.get("page"))
        url = self.page_url()
        job = queries.latest_advice_job(user, self.company)
        return super().get_context_data(
            rows=self.rows(list(page.object_list)),
            page_obj=page,
            counts=counts,
            chips=[
                Chip(label=_("All"), url=url, count=counts["all"], active=not only_open),
                Chip(label=_("Not answered yet"), url=f"{url}?show=open", count=counts["open"], active=only_open),
            ],
            progress=job_progress_context(job, user) if job and job.state != Job.State.CANCELLED else None,
            is_working=bool(job and job.is_open),
            **kwargs,
        )


class AdviceItemView(AdviceMixin, TemplateView):
    """One piece of advice: the company's answer, who sees to it, and by when."""

    template_name = "policies/advice/item.html"
    for_members = True

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            items = queries.action_items(request.user, self.company)
            self.item = get_object_or_404(items, pk=kwargs["item_id"])

    def form(self, data=None) -> ItemForm:
        people = Person.objects.visible_to(self.request.user).staying().filter(company=self.company)
        form = ItemForm(data, item=self.item, people=people.order_by("name_kana", "name_ja", "name_en", "pk"))
        form.cancel_url = f"{self.page_url()}#advice-{self.item.pk}"
        return form

    def get_context_data(self, **kwargs):
        return {"form": self.form()} | super().get_context_data(row=self.rows([self.item])[0], **kwargs)

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            self.save(form.cleaned_data, changed=form.changed_data)
        except services.AnsweredElsewhere as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        except ValidationError as error:
            form.add_error("answer" if "answer" in form.fields else "owner", error)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(request, _("Your answer was saved."))
        return HttpResponseRedirect(f"{self.page_url()}#advice-{self.item.pk}")

    def save(self, values: dict, *, changed: list[str]) -> None:
        """Do what was changed, and nothing else: each is a deed of its own in the trail."""
        user = self.request.user
        if {"state", "answer"}.intersection(changed):
            services.answer_item(
                item=self.item, state=values["state"], answer=values["answer"], actor=user, now=self.now
            )
        if "owner" in changed:
            services.set_owner(item=self.item, owner=values["owner"], actor=user)
        if "due_on" in changed:
            services.set_due(item=self.item, due_on=values["due_on"], actor=user)


class AdvicePdfView(AdviceMixin, View):
    """Ask for the PDF; how far it is stands on the page of the advice."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        services.request_advice_pdf(company=self.company, language=get_language()[:2], actor=request.user)
        return HttpResponseRedirect(f"{self.page_url()}#advice-pdf")


class AdviceFileView(JobFileMixin, AdviceMixin, View):
    """Hand the PDF out."""

    def jobs(self):
        return queries.advice_jobs(self.request.user, self.company)
