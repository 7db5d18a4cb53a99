"""Pages of policies: where one company's stands, and where all of a programme stand."""

from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import ListView

from companies.enums import AccessKind
from policies import queries, rendering
from policies.enums import FORMULATED_STATES, State, Transition
from policies.forms import PolicyListForm
from policies.models import Cycle
from policies.queries import drafting, publication
from policies.rendering.drafting import policy_home
from policies.rendering.publication import review_is_due, review_words
from policies.workflow import TRANSITIONS, turn_of
from programmes.views import PAGE_SIZE, CompanyPageMixin, CountedPaginator, ProgrammeMixin


class CompanyPolicyView(CompanyPageMixin, ListView):
    """For the company's members the home of their policy; for others where it stands and how it got there, no text."""

    tab = "policies:company"

    def get_template_names(self):
        return ["policies/home.html" if self._present() else "policies/company.html"]

    def _present(self) -> Cycle | None:
        """Return the cycle that members work on: the last one."""
        cycles = self.object_list if self.is_member else ()
        return max(cycles, key=lambda cycle: cycle.number, default=None)

    def get_queryset(self):
        cycles = Cycle.objects.visible_to(self.request.user).filter(company=self.company)
        return drafting.with_own_target(cycles).select_related("policy", "programme").prefetch_related("moves")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rounds = [
            {
                "cycle": cycle,
                "not_reviewed": cycle.state in FORMULATED_STATES and not cycle.is_reviewed,
                "published_url": cycle.policy.published_url if cycle.state == State.PUBLISHED else "",
                "steps": rendering.journey_steps(cycle.state),
                "events": rendering.move_events(cycle.moves.all()),
                "ways": self._ways(cycle),
            }
            for cycle in context["object_list"]
        ]
        present = self._present()
        return context | {"rounds": rounds} | (self._home(present) if present else {})

    def _ways(self, cycle: Cycle) -> list[tuple[str, str]]:
        """Return where somebody from outside goes on while a text waits for an answer: to the desk, or to its course."""
        ways = []
        if cycle.state in queries.WAITING_STATES and not self.is_member:
            if AccessKind.ADVISER in self.places.standings:
                ways.append((gettext("Review the text"), reverse("policies:review", args=[self.company.pk])))
            if self.places.manages(cycle.programme_id):
                ways.append(
                    (gettext("Course of the review"), reverse("policies:review_course", args=[self.company.pk]))
                )
        return ways

    def _home(self, cycle: Cycle) -> dict:
        home = policy_home(drafting.home(cycle, self.request.user.pk), company=self.company, today=self.day)
        published = publication.last_publication(cycle) if cycle.state == State.PUBLISHED else None
        return home | {
            "review_on": review_words(published) if review_is_due(published, self.day) else "",
            "turn": "" if cycle.is_editable else turn_of(cycle.state),
            "may_revise": cycle.state in TRANSITIONS[Transition.REVISE].sources,
        }


class ProgrammePoliciesView(ProgrammeMixin, ListView):
    """Where the policies of a programme stand: all of them for its secretariat, the assigned companies' for an adviser."""

    template_name = "policies/programme.html"
    audience = (AccessKind.SECRETARIAT, AccessKind.ADVISER)
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        self.form = PolicyListForm(self.request.GET)
        cycles = self.form.search(queries.present_cycles(self.request.user, self.programme, day=self.day))
        self.counts = queries.cycle_counts(cycles)
        return self.form.order(queries.with_steps(self.form.narrow(cycles)))

    def get_paginator(self, queryset, per_page, **kwargs):
        state = self.form.value("state")
        count = self.counts.get(state, 0) if state else sum(self.counts.values())
        return CountedPaginator(queryset, per_page, count=count, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        query, sort = self.request.GET, self.form.value("sort") or "name"
        return context | {
            "filter_form": self.form,
            "chips": rendering.state_chips(self.counts, state=self.form.value("state"), query=query),
            "table": rendering.cycles_table(context["page_obj"].object_list, query=query, sort=sort),
        }
