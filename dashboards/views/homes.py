"""Homes of every role, and the page of one company."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView, ListView, RedirectView, TemplateView

from audit.queries import looks
from companies import queries as companies
from companies.enums import AccessKind
from consultations import queries as consultations
from consultations.models import Consultation
from consultations.queries.minutes import agreed_items
from dashboards.context_processors import SESSION_KEY, place_url, present_place
from dashboards.forms import PlaceForm
from dashboards.queries import homes as queries
from dashboards.rendering import homes as rendering
from dashboards.rendering.profile import profile_terms
from dashboards.rendering.rollover import present_year, year_tabs
from policies import queries as policies
from policies.forms.cohort import AsOfForm
from policies.queries import cohort, drafting
from policies.rendering.drafting import next_thing
from programmes import queries as programmes
from programmes.models import Attendance, Enrolment, MilestoneKind, Session
from programmes.queries import following
from programmes.queries.enquiries import enquiry_counts
from programmes.queries.notices import unread_notices
from programmes.rendering import as_of_line
from programmes.views import PAGE_SIZE, CompanyPageMixin, ProgrammeMixin, places_of


class HomeView(LoginRequiredMixin, RedirectView):
    """The first page: sends people to the one place they have, or the one they chose, or lets them choose."""

    def get_redirect_url(self, *args, **kwargs):
        place = present_place(self.request)
        return place_url(place) if place else reverse("dashboards:places")


class PlacesView(LoginRequiredMixin, FormView):
    """Where to work: one company or programme and one role at a time, until another is chosen."""

    template_name = "dashboards/places.html"
    form_class = PlaceForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.places = places_of(request).all if request.user.is_authenticated else ()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"places": self.places}

    def get_context_data(self, **kwargs):
        return super().get_context_data(places=self.places, **kwargs)

    def form_valid(self, form):
        chosen = next(place for place in self.places if place.key == form.cleaned_data["place"])
        self.request.session[SESSION_KEY] = chosen.key
        return HttpResponseRedirect(place_url(chosen))


class HelpView(LoginRequiredMixin, TemplateView):
    """Short help for the role one is in."""

    template_name = "dashboards/help.html"

    def get_context_data(self, **kwargs):
        place, places = present_place(self.request), places_of(self.request).all
        kinds = [place.kind] if place else sorted({p.kind for p in places})
        return super().get_context_data(kinds=kinds, place=place, **kwargs)


class ProgrammeView(ProgrammeMixin, TemplateView):
    """A programme: for its secretariat how it goes and what waits, for everybody else what it is."""

    def get_template_names(self):
        return ["dashboards/programme.html" if self.manages else "dashboards/about_programme.html"]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | (self._how_it_goes() if self.manages else self._what_it_is())

    def _what_it_is(self) -> dict:
        user, programme = self.request.user, self.programme
        sessions = Session.objects.visible_to(user).standing().filter(programme=programme)
        return {
            "terms": rendering.programme_terms(programme, programme.organisations.all()),
            "sessions": rendering.coming(sessions, [], with_company=False),
            "milestones": rendering.definitions(MilestoneKind.objects.visible_to(user).filter(programme=programme)),
        }

    def _how_it_goes(self) -> dict:
        user, programme, form = self.request.user, self.programme, AsOfForm(self.request.GET)
        day = form.day(self.day)
        as_of = day if day != self.day else None
        figures = policies.cohort_figures(user, programme, day=day)
        ledger = consultations.ledger(user, programme, now=min(self.now, cohort.day_ends(day)), day=day)
        kinds = programmes.milestone_counts(user, programme, day=day)
        context = {
            "filter_form": form,
            "as_of": as_of_line(day),
            "is_today": day == self.day,
            "figures": rendering.programme_figures(figures, ledger, programme=programme, as_of=as_of),
            "milestones": rendering.milestones_table(
                kinds, programme=programme, enrolled=figures["enrolled"], day=day, as_of=as_of
            ),
        }
        return context | (self._what_waits(figures, ledger) if day == self.day else {})

    def _what_waits(self, figures, ledger) -> dict:
        """What is to be done; only of today, because nothing can be done in the past."""
        user, programme, today, now = self.request.user, self.programme, self.day, self.now
        taking_part = Enrolment.objects.visible_to(user).filter(programme=programme).as_of(today)
        reviews = policies.waiting_for_review(user, programme, day=today)[:5]
        sessions = programmes.upcoming_sessions(user, programme_ids=[programme.pk], now=now)
        booked = consultations.upcoming(user, now=now).filter(programme=programme)[:3]
        return {
            "stages": rendering.stage_table(policies.state_counts(taking_part), programme=programme),
            "waiting": [
                *rendering.enquiry_tasks(enquiry_counts(user, programme)["open"], programme=programme),
                *rendering.waiting_tasks(figures, ledger, reviews, programme=programme, today=today),
            ],
            "coming": rendering.coming(sessions, booked, with_company=True),
        }


class CompanyView(CompanyPageMixin, TemplateView):
    """One company: who they are, what they take part in and how far they are."""

    template_name = "dashboards/company.html"
    tab = "dashboards:company"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, now = self.request.user, self.now
        enrolments = list(queries.enrolments_of(user, self.company, day=self.day))
        kinds = following.deadlines(
            user, company_id=self.company.pk, programme_ids=[e.programme_id for e in enrolments], day=self.day
        )
        consultations_of = Consultation.objects.visible_to(user).filter(company=self.company).select_related("adviser")
        attended = Attendance.objects.visible_to(user).present().filter(company=self.company)
        years = rendering.years(
            enrolments,
            list(kinds),
            list(attended.select_related("session", "person")),
            list(consultations_of),
            managed=[each.programme_id for each in enrolments if self.places.manages(each.programme_id)],
            now=now,
        )
        return context | {
            "years": years,
            "terms": profile_terms(self.company),
            "people": rendering.people_table(companies.people(user, self.company)),
        }


class CompanyHomeView(CompanyPageMixin, TemplateView):
    """A company's home: the one next thing, how far it is, and what comes."""

    template_name = "dashboards/company_home.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_member:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, now = self.request.user, self.now
        enrolments = list(queries.enrolments_of(user, self.company, day=self.day))
        if not enrolments:
            return context
        enrolment = present_year(enrolments, asked=self.request.GET.get("programme", ""), day=self.day)
        kinds = following.deadlines(
            user, company_id=self.company.pk, programme_ids=[enrolment.programme_id], day=self.day
        )
        sessions = programmes.upcoming_sessions(user, programme_ids=[e.programme_id for e in enrolments], now=now)
        own = Consultation.objects.visible_to(user).filter(company=self.company).select_related("adviser")
        cycle = drafting.present_cycle(user, self.company)
        asked = next_thing(drafting.overview(cycle, user.pk), self.company.pk) if cycle else None
        home = rendering.company_home(self.company, enrolment, kinds, sessions, list(own), asked=asked, now=now)
        return (
            context
            | home
            | {
                "years": year_tabs(enrolments, here=enrolment, url=self.request.path),
                "tasks": rendering.agreed_tasks(agreed_items(user, self.company)[:5], today=self.day),
                "notices": unread_notices(user, [e.programme_id for e in enrolments], today=self.day)[:3],
            }
        )


class LooksView(CompanyPageMixin, ListView):
    """Who from outside the company looked at its texts, and when: for its own people alone."""

    template_name = "dashboards/looks.html"
    paginate_by = PAGE_SIZE

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_member:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        return looks(self.company.pk)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"table": rendering.looks_table(context["page_obj"].object_list, company_id=self.company.pk)}


class AdvisingView(ProgrammeMixin, ListView):
    """An adviser's home in a programme: what waits for an answer, by the day it is due, and the next dates."""

    template_name = "dashboards/advising.html"
    audience = (AccessKind.ADVISER,)
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        self.waiting = policies.review_queue(self.request.user, self.programme, day=self.day)
        return queries.shown_of_queue(self.waiting, show=self.show)

    @property
    def show(self) -> str:
        """What is shown: one of `rendering.QUEUE_SHOWS`, or what the person is to do."""
        asked = self.request.GET.get("show", "")
        return asked if asked in queries.QUEUE_SHOWS else ""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, now = self.request.user, self.now
        booked, unwritten = consultations.at_hand(user, self.programme, now=now)
        sessions = programmes.upcoming_sessions(user, programme_ids=[self.programme.pk], now=now)
        rows = list(context["page_obj"].object_list)
        seen = policies.last_seen_revisions(user, [row.cycle_id for row in rows], [row.id for row in rows])
        return context | {
            "tabs": rendering.advising_tabs(self.programme, here="dashboards:advising"),
            "chips": rendering.queue_chips(self.waiting, show=self.show, query=self.request.GET),
            "table": rendering.queue_table(rows, seen, user=user, today=self.day),
            "empty": rendering.queue_empty(self.waiting, booked, show=self.show),
            "coming": rendering.coming(sessions, booked, with_company=True)[:5],
            "unwritten": rendering.minutes_tasks(unwritten),
            "unwritten_more": max(0, len(unwritten) - rendering.MOST_TASKS),
            "notices": unread_notices(user, [self.programme.pk], today=self.day)[:3],
        }


class AdvisedView(ProgrammeMixin, TemplateView):
    """The companies that an adviser is assigned to."""

    template_name = "dashboards/advised.html"
    audience = (AccessKind.ADVISER,)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user = self.request.user
        upcoming = consultations.upcoming(user, now=self.now)
        booked = list(upcoming.filter(programme=self.programme, adviser__user_id=user.pk))
        assigned = queries.assigned_companies(user, self.programme, day=self.day)
        return context | {
            "tabs": rendering.advising_tabs(self.programme, here="dashboards:advised"),
            "table": rendering.advising_table(list(assigned), booked),
        }
