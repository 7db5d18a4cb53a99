"""A list of companies by their progress, as its address asks for it: its counts, its columns, and a page of its rows."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from policies.queries import cohort
from policies.queries.kept import Kept, StandIns
from programmes.models import Enrolment, Programme

from .cohort import CohortForm

KEPT = Kept()


@dataclass(frozen=True)
class Asked:
    """Who asks what of which day. The statements are built from it, or from stand-ins in its shape."""

    user: object
    programme: Programme
    form: CohortForm
    day: date
    today: date

    @property
    def of(self) -> dict:
        return {"programme": self.programme, "day": self.day}

    def found(self) -> QuerySet[Enrolment]:
        everybody = Enrolment.objects.visible_to(self.user).filter(programme=self.programme)
        return self.form.find(everybody, **self.of)

    def narrowed(self) -> QuerySet[Enrolment]:
        return self.form.narrow(self.found(), **self.of, today=self.today)

    def counts(self) -> QuerySet:
        return cohort.count_rows(self.found(), **self.of, today=self.today)

    def plan(self) -> QuerySet:
        return cohort.plan_rows(self.user, self.narrowed(), **self.of)

    def rows(self) -> QuerySet:
        ordered = cohort.order_by(self.narrowed(), self.form.present_sort(), **self.of)
        return cohort.rows(ordered, **self.of, today=self.today)


class Listing:
    """The list itself. Where words are searched, its statements are built for it alone; else they are kept by shape."""

    def __init__(self, asked: Asked):
        self.asked, form = asked, asked.form
        is_today = asked.day >= asked.today
        self.shape = (form.shape(), is_today) if form.shape() is not None else None
        today = StandIns.today(is_today=is_today)
        self.build = Asked(StandIns.user, StandIns.programme, form.standing_in(), StandIns.day, today)
        self.values = {
            StandIns.user.pk: asked.user.pk,
            StandIns.programme.pk: asked.programme.pk,
            StandIns.programme.ends_on: cohort.advised_on(asked.programme, asked.day),
            StandIns.day: asked.day,
            cohort.day_ends(StandIns.day): cohort.day_ends(asked.day),
            **form.in_their_places(),
        }

    def counts(self) -> dict[str, int]:
        return cohort.list_counts(self._rows("counts"))

    def plan(self) -> cohort.Plan:
        return cohort.plan_of(self._rows("plan"))

    def _rows(self, name: str, *, more: str = "") -> list[tuple] | QuerySet:
        if self.shape is None:
            return getattr(self.asked, name)()
        return KEPT.rows((name, *self.shape), getattr(self.build, name), self.values, more=more)

    def __getitem__(self, part: slice) -> list:
        """Return the rows of a page, as a paginator asks for them."""
        if self.shape is None:
            return list(self.asked.rows()[part])
        more = f" LIMIT {part.stop - part.start:d} OFFSET {part.start:d}"
        return cohort.lines(self._rows("rows", more=more))
