"""Letters of the secretariat to many companies: begun, looked at, tried out, sent, followed, called off."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, ListView, TemplateView, View

from common import dates
from companies.enums import AccessKind
from companies.models import Company
from dashboards.queries.reminding import asks_of, owing
from dashboards.views.chosen import as_field, back_without_choice, chosen_ids
from jobs.views import job_progress_context
from notifications.services import first_moment
from programmes.forms.mailings import MailingForm, about_of, ids_of
from programmes.models import Mailing
from programmes.queries import mailings as questions_about
from programmes.rendering import mailings as words
from programmes.rendering.letters import draft_letter
from programmes.services import mailings as services
from programmes.views import PAGE_SIZE, ProgrammeMixin


class DeskMixin(ProgrammeMixin):
    """A page of the secretariat's letters."""

    audience = (AccessKind.SECRETARIAT,)

    @property
    def list_url(self) -> str:
        return reverse("dashboards:mailings", args=[self.programme.pk])

    def to(self, mailing: Mailing, name: str = "mailing", *, query: str = "") -> HttpResponseRedirect:
        return HttpResponseRedirect(words.mailing_url(mailing, name) + query)


class MailingMixin(DeskMixin):
    """One letter, through its door, and who would get it."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = questions_about.mailings(request.user, self.programme).select_related("job")
            self.mailing = get_object_or_404(found, pk=kwargs["mailing_id"])
            self.mailing.programme = self.programme

    @cached_property
    def letters(self) -> list[questions_about.Candidate]:
        """Everybody whom the draft could reach, as things stand now."""
        user = self.request.user
        owed = owing(user, self.mailing, today=self.day, now=self.now)
        return questions_about.candidates(user, self.mailing, owed, today=self.day)

    def get_context_data(self, **kwargs):
        return super().get_context_data(mailing=self.mailing, about=words.about(self.mailing), **kwargs)

    def sent_already(self) -> HttpResponseRedirect:
        messages.info(self.request, _("This letter has been sent. It cannot be changed any more."))
        return self.to(self.mailing)


class MailingsView(DeskMixin, ListView):
    """All letters of the programme, the newest first."""

    template_name = "dashboards/mailings/mailings.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        found = questions_about.mailings(self.request.user, self.programme)
        return found.select_related("job").annotate(addresses=Count("recipients"))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"table": words.mailings_table(context["page_obj"].object_list)}


class MailingFormView(DeskMixin, FormView):
    """What a letter asks, in which tone, with which words of one's own."""

    template_name = "dashboards/mailings/form.html"
    form_class = MailingForm

    def get_form_kwargs(self):
        user, programme = self.request.user, self.programme
        return super().get_form_kwargs() | {
            "sessions": questions_about.sessions_to_ask(user, programme, now=self.now),
            "milestones": questions_about.milestones_to_ask(user, programme, today=self.day),
            "asks": asks_of(programme),
        }

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.list_url
        return form

    def chosen(self) -> list[Company]:
        """Return the companies that were chosen from a list."""
        return list(Company.objects.visible_to(self.request.user).filter(pk__in=self.company_ids))

    def get_context_data(self, **kwargs):
        return super().get_context_data(chosen=self.chosen(), chosen_ids=as_field(self.company_ids), **kwargs)


class NewMailingView(MailingFormView):
    """Begin a letter: to all that it is true of, or to companies chosen from a list (`?company=<id>`, once for each).

    A list may send its choice by POST, too, since thousands of ids do not fit into an address: what comes without an
    answer to "what is asked" is a beginning, not a mistake.
    """

    @cached_property
    def company_ids(self):
        ids = chosen_ids(self.request, self.programme, today=self.day)
        return questions_about.enrolled_ids(self.request.user, self.programme, ids, today=self.day) if ids else []

    @property
    def is_begun_in_a_list(self) -> bool:
        return "about" not in self.request.POST and bool({"company", "list"} & set(self.request.POST))

    def post(self, request, *args, **kwargs):
        if self.is_begun_in_a_list and not self.company_ids:
            return back_without_choice(request, self.programme)
        if self.is_begun_in_a_list:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)

    def get_initial(self):
        return {"tone": "polite"}

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if self.is_begun_in_a_list:
            kwargs.pop("data", None)
            kwargs.pop("files", None)
        return kwargs

    def form_valid(self, form):
        mailing = Mailing(programme=self.programme, company_ids=self.company_ids, **form.values)
        return self.to(services.draft_mailing(mailing=mailing, actor=self.request.user))


class EditMailingView(MailingMixin, MailingFormView):
    """Change a draft."""

    @property
    def company_ids(self):
        return self.mailing.company_ids

    def get_initial(self):
        names = ("tone", "words_ja", "words_en", "with_recent")
        return {name: getattr(self.mailing, name) for name in names} | {"about": about_of(self.mailing)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = words.mailing_url(self.mailing)
        return form

    def get(self, request, *args, **kwargs):
        return self.sent_already() if self.mailing.is_sent else super().get(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            services.change_mailing(mailing=self.mailing, values=form.values, actor=self.request.user)
        except services.AlreadySent:
            return self.sent_already()
        return self.to(self.mailing)


class MailingView(MailingMixin, TemplateView):
    """A draft: who gets it, who not and why, and how it reads. A letter that was sent: what became of it."""

    def get_template_names(self):
        return [f"dashboards/mailings/{'sent' if self.mailing.is_sent else 'draft'}.html"]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | (self._sent() if self.mailing.is_sent else self._draft())

    def _draft(self) -> dict:
        query, show = self.request.GET, self.request.GET.get("show", "")
        found = words.shown(self.letters, show=show)
        page = Paginator(found, PAGE_SIZE).get_page(query.get("page"))
        return {
            "figures": words.draft_figures(self.letters),
            "chips": words.draft_chips(self.letters, show=show, query=query),
            "page_obj": page,
            "rows": words.choices(page.object_list, self.mailing),
            "samples": self._samples(),
            "can_send": any(letter.is_written_to for letter in self.letters),
            "terms": words.mailing_terms(self.mailing, self._chosen()),
            "here": query.urlencode(),
        }

    def _samples(self) -> list[words.Sample]:
        samples = []
        for number, letter in enumerate(words.sampled(self.letters)):
            subject, text = draft_letter(self.mailing, letter, actor=self.request.user)
            to = f"{words.people_names(letter)} <{letter.address}>"
            samples.append(words.Sample(number, letter.company.name, to, letter.language, subject, text))
        return samples

    def _chosen(self) -> list[Company]:
        if not self.mailing.company_ids:
            return []
        return list(Company.objects.visible_to(self.request.user).filter(pk__in=self.mailing.company_ids))

    def _sent(self) -> dict:
        query, show = self.request.GET, self.request.GET.get("show", "")
        rows = list(questions_about.recipients(self.request.user, self.mailing))
        results = questions_about.results(self.mailing)
        found = [row for row in rows if words.result_of(row, results) == show] if show in words.RESULTS else rows
        page = Paginator(found, PAGE_SIZE).get_page(query.get("page"))
        states = {words.result_of(row, results) for row in rows}
        return {
            "chips": words.result_chips(rows, results, show=show, query=query),
            "page_obj": page,
            "table": words.results_table(self.mailing, page.object_list, results),
            "terms": words.mailing_terms(self.mailing, self._chosen()),
            "is_called_off": bool(self.mailing.called_off_at),
            "progress": None
            if self.mailing.called_off_at or self.mailing.job.state == "done"
            else job_progress_context(self.mailing.job, self.request.user),
            "is_working": self.mailing.job.is_open,
            "can_be_called_off": not self.mailing.called_off_at and bool(states & {"waiting", "queued"}),
            "leaves_at": self._leaves_at(states),
        }

    def _leaves_at(self, states: set[str]) -> str:
        """Return when what waits leaves, where that is not at once."""
        moment = first_moment(self.now) if "queued" in states else None
        return dates.date_and_time(moment) if moment else ""


class ChooseView(MailingMixin, View):
    """Take over who of the people shown gets the letter; then go on looking, or on to sending."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        shown, chosen = (ids_of(request.POST.getlist(name)[:PAGE_SIZE]) for name in ("shown", "send"))
        try:
            services.choose_people(mailing=self.mailing, shown=shown, chosen=chosen, actor=request.user)
        except services.AlreadySent:
            return self.sent_already()
        if "go_on" in request.POST:
            return self.to(self.mailing, "send_mailing")
        messages.success(request, _("Your choice is saved."))
        here = request.POST.get("here", "")
        return self.to(self.mailing, query=f"?{here}" if here else "")


class TrialView(MailingMixin, View):
    """Send one of the letters shown to oneself."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        if self.mailing.is_sent:
            return self.sent_already()
        samples = words.sampled(self.letters)
        number = request.POST.get("sample", "0")
        if not number.isdecimal() or int(number) >= len(samples):
            messages.info(request, _("The letter changed meanwhile. Please look at it again."))
            return self.to(self.mailing)
        services.send_trial(mailing=self.mailing, candidate=samples[int(number)], actor=request.user)
        messages.success(request, _("A trial is on its way to %(address)s.") % {"address": request.user.email})
        return self.to(self.mailing)


class SendMailingView(MailingMixin, TemplateView):
    """The last look before it goes: how many addresses, at how many companies, and when."""

    template_name = "dashboards/mailings/send.html"

    def get(self, request, *args, **kwargs):
        return self.sent_already() if self.mailing.is_sent else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        written = [letter for letter in self.letters if letter.is_written_to]
        moment = first_moment(self.now)
        return super().get_context_data(
            count=len(written),
            companies=len({letter.company.pk for letter in written}),
            leaves_at=dates.date_and_time(moment) if moment else "",
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        if self.mailing.is_sent:
            return self.to(self.mailing)
        try:
            services.send_mailing(mailing=self.mailing, letters=self.letters, actor=request.user, now=self.now)
        except services.NobodyToWriteTo:
            messages.info(request, _("Nobody is left to write to."))
        return self.to(self.mailing)


class CallOffView(MailingMixin, TemplateView):
    """The question before a letter is stopped."""

    template_name = "dashboards/mailings/call_off.html"

    def post(self, request, *args, **kwargs):
        count = services.call_off(mailing=self.mailing, actor=request.user, now=self.now)
        said = ngettext("%(count)s letter does not go.", "%(count)s letters do not go.", count)
        messages.success(request, said % {"count": count})
        return self.to(self.mailing)


class DiscardMailingView(MailingMixin, TemplateView):
    """The question before a draft is thrown away."""

    template_name = "dashboards/mailings/discard.html"

    def get(self, request, *args, **kwargs):
        return self.sent_already() if self.mailing.is_sent else super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        try:
            services.discard_mailing(mailing=self.mailing, actor=request.user)
        except services.AlreadySent:
            return self.sent_already()
        messages.success(request, _("The draft is thrown away."))
        return HttpResponseRedirect(self.list_url)
