"""What came of a session: the figures that a report prints, and the rows behind each of them."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from programmes.enums import Consent, Mode, Registration
from programmes.models import Attendance, Feedback, Session

PRESENT, COMPANIES = "present", "companies"
_CAME = Q(attended=True)
# Which rows stand behind each figure, by its name in the address.
ROWS: dict[str, Q] = {
    PRESENT: _CAME,
    "onsite": _CAME & Q(actual_mode=Mode.ONSITE),
    "online": _CAME & Q(actual_mode=Mode.ONLINE),
    "late": _CAME & Q(is_late=True),
    "left_early": _CAME & Q(left_early=True),
    "other_mode": _CAME & ~Q(planned_mode=F("actual_mode")),
    "missed": Q(attended=False, registration=Registration.REGISTERED),
    "apologised": Q(registration=Registration.APOLOGISED),
    "cancelled": Q(registration=Registration.CANCELLED),
    "waiting": Q(registration=Registration.WAITING),
    "unknown": Q(attended__isnull=True, registration=Registration.REGISTERED),
}


@dataclass(frozen=True)
class Outcome:
    """A session in figures. `people`, `companies`, `onsite` and `online` are those of the report."""

    people: int
    companies: int
    rows: dict[str, int]
    comments: int
    quotable: int


def outcome(user, session: Session) -> Outcome:
    """Count everything in two statements."""
    counts = {f"n_{name}": Count("pk", filter=condition) for name, condition in ROWS.items()}
    figures = (
        Attendance.objects.visible_to(user)
        .filter(session=session)
        .aggregate(companies=Count("company_id", filter=_CAME, distinct=True), **counts)
    )
    comments = (
        Feedback.objects.visible_to(user)
        .filter(session=session)
        .with_words()
        .aggregate(received=Count("pk"), quotable=Count("pk", filter=~Q(consent=Consent.NONE)))
    )
    rows = {name: figures[f"n_{name}"] for name in ROWS}
    return Outcome(rows[PRESENT], figures["companies"], rows, comments["received"], comments["quotable"])


def outcome_rows(user, session: Session, *, of: str) -> QuerySet[Attendance]:
    """Return the rows behind a figure, company by company in the order of their kana; all rows for any other name."""
    rows = Attendance.objects.visible_to(user).filter(ROWS.get(of, Q()), session=session)
    ordered = rows.select_related("company", "person")
    return ordered.order_by("company__name_kana", "company__name_ja", "company_id", "person__name_kana", "pk")


def outcome_companies(user, session: Session) -> list[dict]:
    """Return the companies who had somebody present, with how many and how."""
    rows = Attendance.objects.visible_to(user).filter(_CAME, session=session)
    return list(
        rows.order_by("company__name_kana", "company__name_ja", "company_id")
        .values("company_id", "company__name_ja", "company__name_en", "company__name_kana")
        .annotate(
            people=Count("pk"),
            onsite=Count("pk", filter=Q(actual_mode=Mode.ONSITE)),
            online=Count("pk", filter=Q(actual_mode=Mode.ONLINE)),
        )
    )
