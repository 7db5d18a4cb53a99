"""What the pages of booking ask: for which year, what it can be about, and what waits for the secretariat."""

from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from common.models import in_language
from companies.models import Company, Membership, Person
from consultations.enums import State
from consultations.models import Change, Consultation, Minutes, Offer, Participant, Round, SlotWish
from jobs.models import Job
from policies.models import ActionItem
from policies.queries import present_cycle
from policies.queries.drafting import overview
from programmes.models import Conflict, Enrolment, Programme

INVITATIONS_KIND = "consultations.invitations"


def bookable_enrolment(user, company: Company, *, day: date) -> Enrolment | None:
    """Return the company's part in the programme whose consultations it can book on `day`; the newest where there are two."""
    enrolments = Enrolment.objects.visible_to(user).filter(company=company).as_of(day)
    current = enrolments.filter(programme__consultations_per_company__gt=0).filter(
        Q(programme__consultations_end_on__gte=day)
        | Q(programme__consultations_end_on__isnull=True, programme__ends_on__gte=day)
    )
    return current.select_related("programme", "company").order_by("-programme__starts_on", "pk").first()


def is_bookable(programme: Programme, *, day: date) -> bool:
    """Whether the programme still has consultations to book on `day`."""
    last = programme.consultations_end_on or programme.ends_on
    return programme.consultations_per_company > 0 and last >= day


def matters(user, company: Company) -> tuple[list[tuple[str, str]], list[str], list[tuple[str, str]]]:
    """Return sections to choose from, those that are not filled in yet, and the open advice and tasks; all of it content."""
    cycle = present_cycle(user, company)
    sections, still_open = [], []
    if cycle is not None:
        states = overview(cycle, user.pk)
        sections = [(state.code, in_language(state.entry, "title")) for state in states.sections]
        still_open = [state.code for state in states.open_sections]
    items = ActionItem.objects.visible_to(user).filter(company=company).open().order_by("created_at", "pk")
    return sections, still_open, [(str(item.pk), item.text) for item in items[:50]]


def items_named(user, company: Company, ids: list[str]) -> list[str]:
    """Return the texts of action items, also of those that were answered since."""
    items = ActionItem.objects.visible_to(user).filter(company=company, pk__in=ids).order_by("created_at", "pk")
    return list(items.values_list("text", flat=True))


def people_of(user, company: Company) -> QuerySet[Person]:
    return (
        Person.objects.visible_to(user)
        .staying()
        .filter(company=company)
        .order_by("name_kana", "name_ja", "name_en", "pk")
    )


def open_wishes(user, programme: Programme) -> QuerySet[SlotWish]:
    """Return the wishes that nobody has settled, the oldest first."""
    wishes = SlotWish.objects.visible_to(user).filter(programme=programme, settled_at__isnull=True)
    return wishes.select_related("company", "enrolment").order_by("created_at", "pk")


def booked_from(user, seat, *, now: datetime) -> QuerySet[Consultation]:
    """Return what is booked with an adviser from now on."""
    booked = Consultation.objects.visible_to(user).filter(adviser=seat, state=State.BOOKED, starts_at__gte=now)
    return booked.select_related("company").order_by("starts_at")


def own_consultations(user, *, since: datetime) -> QuerySet[Consultation]:
    """Return what belongs into somebody's calendar: what they give, and what they come to, the cancelled ones as well.

    Of a company those who are named come; where nobody is named, everybody who may act for it. What an adviser gave until
    somebody else took it over has `was_given_away`: their calendar has to take it out.
    """
    named = Participant.objects.filter(consultation=OuterRef("pk"))
    members = Membership.objects.current().filter(company=OuterRef("company"), person__user=user)
    given = Change.objects.filter(consultation=OuterRef("pk"), former_user_id=user.pk)
    return (
        Consultation.objects.visible_to(user)
        .filter(ends_at__gte=since)
        .annotate(was_given_away=Exists(given))
        .filter(
            Q(adviser__user=user)
            | Q(was_given_away=True)
            | Q(Exists(named.filter(person__user=user)))
            | (~Q(Exists(named)) & Q(Exists(members)))
        )
        .select_related("adviser", "company")
        .order_by("starts_at", "pk")
    )


def at_hand(user, programme: Programme, *, now: datetime) -> tuple[list[Consultation], list[Consultation]]:
    """Return what an adviser gives next, and what they held without having shared minutes of it; one statement."""
    shared = Minutes.objects.filter(consultation=OuterRef("pk"), shared_at__isnull=False)
    own = Consultation.objects.visible_to(user).filter(programme=programme, adviser__user=user)
    found = own.filter(Q(state=State.BOOKED, ends_at__gt=now) | Q(state=State.HELD) & ~Q(Exists(shared)))
    rows = list(found.select_related("company", "adviser").order_by("starts_at", "pk"))
    return [each for each in rows if each.state == State.BOOKED], [each for each in rows if each.state == State.HELD]


def held_by(user, programme: Programme) -> dict:
    """Return how many consultations of a programme are booked or held by adviser."""
    rows = Consultation.objects.visible_to(user).filter(programme=programme, state__in=(State.BOOKED, State.HELD))
    return dict(rows.order_by().values_list("adviser").annotate(count=Count("pk")))


def offer_counts(user, programme: Programme) -> dict:
    """Return of each round of a programme how many companies have a proposal, and how many have none."""
    offers = Offer.objects.visible_to(user).filter(programme=programme).order_by()
    rows = offers.values_list("round").annotate(
        offered=Count("pk", filter=Q(adviser__isnull=False)), without=Count("pk", filter=Q(adviser__isnull=True))
    )
    return {round_id: (offered, without) for round_id, offered, without in rows}


def invitations_job(user, made: Round) -> Job | None:
    """Return the job that tells the people of a round, the latest where there are several."""
    jobs = Job.objects.visible_to(user).filter(kind=INVITATIONS_KIND, programme_id=made.programme_id)
    return jobs.filter(params__round=str(made.pk)).order_by("-created_at").first()


def barred_seats(user, company: Company) -> QuerySet:
    """Return the advisers who declared a conflict of interest with a company, as far as the person may know."""
    return Conflict.objects.visible_to(user).filter(company=company).standing().values("seat")
