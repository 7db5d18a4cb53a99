"""One company as the secretariat follows it through the programme: facts, deadlines, a memo; never a text of its policy."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView

from audit import services as audit
from companies import queries as companies
from companies.enums import AccessKind
from consultations.models import Consultation
from dashboards.queries import timeline
from dashboards.queries.homes import ledger_kinds
from dashboards.rendering import following as drawn
from dashboards.rendering import homes
from policies.queries import present_state
from programmes import queries as programmes
from programmes.forms.following import ChargeForm, ExtensionForm, MemoForm
from programmes.models import Enrolment
from programmes.queries import assigned_advisers
from programmes.queries import following as queries
from programmes.queries.addresses import refused_of
from programmes.services import following as services
from programmes.views import ProgrammeMixin

LATEST = 8


class EnrolmentMixin(ProgrammeMixin):
    """Loads a company's part in the programme through the door; the pages are the secretariat's."""

    audience = (AccessKind.SECRETARIAT,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            enrolments = Enrolment.objects.visible_to(request.user).filter(programme=self.programme)
            found = enrolments.select_related("company").annotate(
                state=present_state(), advisers=assigned_advisers(self.day), ledger_kinds=ledger_kinds()
            )
            self.enrolment = get_object_or_404(found, company_id=kwargs["company_id"])
            self.enrolment.programme, self.company = self.programme, self.enrolment.company

    def get_context_data(self, **kwargs):
        context = super().get_context_data(company=self.company, enrolment=self.enrolment, **kwargs)
        return {"back_url": self.page_url} | context

    def deadlines(self):
        return queries.deadlines(
            self.request.user, company_id=self.company.pk, programme_ids=[self.programme.pk], day=self.day
        )

    @property
    def page_url(self) -> str:
        return reverse("dashboards:following", args=[self.programme.pk, self.company.pk])

    def to_page(self, anchor: str = "") -> HttpResponseRedirect:
        return HttpResponseRedirect(self.page_url + anchor)


class FollowingView(EnrolmentMixin, TemplateView):
    """At a glance: where the company stands, who sees to it, what is due, what was noted, and what happened last."""

    template_name = "dashboards/following/overview.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, enrolment = self.request.user, self.enrolment
        kinds = self.deadlines()
        happened = timeline.timeline(user, enrolment)[:LATEST]
        saves = queries.memo_saves(user, enrolment).standing()[:1]
        people = list(companies.people(user, self.company))
        return context | {
            "tabs": drawn.tabs(enrolment, here="following"),
            "terms": drawn.terms(enrolment, queries.in_charge(enrolment, day=self.day)),
            "deadlines": drawn.deadlines_table(kinds, enrolment, day=self.day),
            "memo": next(iter(drawn.memo_texts(saves)), None),
            "events": drawn.events(happened, enrolment, now=self.now),
            "people": homes.people_table(people),
            "refused": refused_of(self.programme, people),
            "years": self._other_years(),
        }

    def _other_years(self) -> list[tuple[str, str]]:
        """Name and address of the company's other programmes that this person sees, the newest first."""
        others = Enrolment.objects.visible_to(self.request.user).filter(company=self.company)
        others = others.exclude(pk=self.enrolment.pk).select_related("programme").order_by("-programme__starts_on")
        company_url = reverse("dashboards:company", args=[self.company.pk])
        return [(each.programme.name, f"{company_url}#year-{each.programme.code}") for each in others]


class TimelineView(EnrolmentMixin, ListView):
    """Everything that happened, the latest first, or one kind of it; messages with whether they arrived."""

    template_name = "dashboards/following/timeline.html"
    paginate_by = 50

    def get_queryset(self):
        asked = self.request.GET.get("show", "")
        self.show = asked if asked in timeline.SHOWS else ""
        return timeline.timeline(self.request.user, self.enrolment, show=self.show)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "tabs": drawn.tabs(self.enrolment, here="timeline"),
            "left_out": drawn.left_out(self.request.GET.get("show", ""), self.show),
            "chips": drawn.timeline_chips(self.show, self.request.GET),
            "events": drawn.events(context["page_obj"].object_list, self.enrolment, now=self.now),
            "about_messages": self.show == timeline.MESSAGES,
        }


class ChargeView(EnrolmentMixin, FormView):
    """Who of the secretariat sees to the company from today."""

    template_name = "dashboards/following/charge.html"
    form_class = ChargeForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"seats": queries.secretaries(self.programme.pk)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.page_url
        return form

    def get_initial(self):
        charge = queries.in_charge(self.enrolment, day=self.day)
        return {"seat": charge.seat_id if charge else None}

    def form_valid(self, form):
        seat = form.cleaned_data["seat"]
        services.put_in_charge(enrolment=self.enrolment, seat=seat, actor=self.request.user, today=self.day)
        if seat:
            messages.success(self.request, _("%(name)s is in charge from today.") % {"name": seat.name})
        else:
            messages.success(self.request, _("Nobody is in charge of this company now."))
        return self.to_page()


class ExtendView(EnrolmentMixin, FormView):
    """A longer deadline for one milestone, or the programme's own again."""

    template_name = "dashboards/following/extend.html"
    form_class = ExtensionForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.kind = get_object_or_404(self.deadlines(), pk=kwargs["kind_id"])

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.page_url
        return form

    def post(self, request, *args, **kwargs):
        if "end" in request.POST:
            return self._end()
        return super().post(request, *args, **kwargs)

    def _end(self):
        user, today = self.request.user, self.day
        if services.end_extension(enrolment=self.enrolment, kind=self.kind, actor=user, today=today):
            messages.success(self.request, _("The programme's deadline holds again."))
        else:
            messages.info(self.request, _("Nothing was extended any more."))
        return self.to_page(f"#m-{self.kind.code}")

    def form_valid(self, form):
        try:
            services.extend_deadline(
                enrolment=self.enrolment,
                kind=self.kind,
                due_on=form.cleaned_data["due_on"],
                reason=form.cleaned_data["reason"],
                actor=self.request.user,
                today=self.day,
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The deadline was extended."))
        return self.to_page(f"#m-{self.kind.code}")

    def get_context_data(self, **kwargs):
        own = {"kind": self.kind, "is_fixed": not self.kind.is_deadline, "terms": drawn.deadline_terms(self.kind)}
        return super().get_context_data(**own, **kwargs)


class MemoView(EnrolmentMixin, FormView):
    """The secretariat's memo. Of two who write at once the first stands; the other text is kept and shown beside it."""

    template_name = "dashboards/following/memo.html"
    form_class = MemoForm
    other = None

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.page_url
        return form

    def get_initial(self):
        standing = queries.memo_saves(self.request.user, self.enrolment).standing().first()
        return {"text": standing.text, "base": standing.number} if standing else {"base": 0}

    def form_valid(self, form):
        saved = services.save_memo(
            enrolment=self.enrolment,
            text=form.cleaned_data["text"],
            base=form.cleaned_data["base"],
            actor=self.request.user,
            now=self.now,
        )
        if saved.other is None:
            messages.success(self.request, _("The memo was saved."))
            return self.to_page("#memo")
        # The next save is made from the text that stands, which its writer now sees.
        form.data = form.data.copy()
        form.data["base"] = str(saved.other.number)
        self.other = saved.other
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs):
        saves = queries.memo_saves(self.request.user, self.enrolment)[:20]
        other = drawn.memo_texts([self.other])[0] if self.other else None
        return super().get_context_data(other=other, saves=drawn.memo_texts(saves), **kwargs)


class SeenAsView(EnrolmentMixin, TemplateView):
    """What the company's people see on their home, without anything of its texts: to look at, not to act.

    The company reads in its log of looks that this happened.
    """

    template_name = "dashboards/following/seen_as.html"

    def get(self, request, *args, **kwargs):
        audit.log_look(
            actor=request.user,
            obj=self.enrolment,
            now=self.now,
            company_id=self.company.pk,
            programme_id=self.programme.pk,
        )
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user, now = self.request.user, self.now
        sessions = programmes.upcoming_sessions(user, programme_ids=[self.programme.pk], now=now)
        own = Consultation.objects.visible_to(user).filter(company=self.company, programme=self.programme)
        home = homes.company_home(
            self.company,
            self.enrolment,
            self.deadlines(),
            sessions,
            list(own.select_related("adviser")),
            asked=None,
            now=now,
        )
        return super().get_context_data(**kwargs) | home
