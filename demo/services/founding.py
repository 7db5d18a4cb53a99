"""The programmes, who is behind them, and the companies with their people."""

from datetime import timedelta

from accounts.models import User
from accounts.services import open_account
from common.tenancy import acting_as
from companies import services as companies
from companies.models import Company, Membership, Person
from companies.validators import normalise_kana
from programmes import services as programmes
from programmes.enums import SeatRole
from programmes.models import AgendaItem, Enrolment, Organisation, Programme, Seat, Session, Speaker

from . import data
from .world import World

ONE_DAY = timedelta(days=1)


def found_programmes(world: World) -> None:
    """Found this year's and last year's programme as the operator, with organisations, seats and sessions."""
    with acting_as(world.operator.pk):
        world.programme = _found(world, _this_year(world))
        world.previous = _found(world, _last_year(world))
        world.programme.follows = world.previous
        world.programme.save(update_fields=["follows"])
        _add_organisations(world.programme)
        _seat_people(world)
        _plan_sessions(world)
        _count_milestones(world)


def _found(world: World, programme: Programme) -> Programme:
    programmes.found_programme(programme=programme, actor=world.operator)
    return programme


def _this_year(world: World) -> Programme:
    facts, calendar = data.read("programme")["programme"], world.calendar
    return Programme(
        code=data.LIVING_CODE,
        fiscal_year=calendar.fiscal_year,
        name_ja=facts["name_ja"].format(year=calendar.fiscal_year),
        name_en=facts["name_en"].format(year=calendar.fiscal_year),
        theme_ja=facts["theme_ja"],
        theme_en=facts["theme_en"],
        target_ja=facts["target_ja"],
        target_en=facts["target_en"],
        starts_on=calendar.day(facts["starts"]),
        ends_on=calendar.day(facts["ends"]),
        target_due_on=calendar.day(facts["target_due"]),
        consultations_start_on=calendar.day(facts["consultations_start"]),
        consultations_end_on=calendar.day(facts["consultations_end"]),
        consultations_per_company=facts["consultations_per_company"],
        consultation_minutes=facts["consultation_minutes"],
        is_sample=True,
    )


def _last_year(world: World) -> Programme:
    """The year before, which two of the companies took part in: over, and without sessions of its own."""
    facts, this = data.read("programme")["programme"], world.programme
    year = this.fiscal_year - 1
    return Programme(
        code=data.PREVIOUS_CODE,
        fiscal_year=year,
        name_ja=facts["name_ja"].format(year=year),
        name_en=facts["name_en"].format(year=year),
        theme_ja=this.theme_ja,
        theme_en=this.theme_en,
        starts_on=world.calendar.day(-260),
        ends_on=this.starts_on - ONE_DAY,
        is_sample=True,
    )


def _add_organisations(programme: Programme) -> None:
    facts = data.read("programme")["programme"]["organisations"]
    Organisation.objects.bulk_create(
        Organisation(programme=programme, order=order, **organisation) for order, organisation in enumerate(facts)
    )


def _seat_people(world: World) -> None:
    """Give every seat of the data its account; the secretariat sits in last year's programme too."""
    for facts in data.read("programme")["seats"]:
        places = [world.programme]
        if facts["role"] != SeatRole.ADVISER:
            places.append(world.previous)
        seats = [Seat(programme=place, role=facts["role"], **_named(facts)) for place in places]
        programmes.add_seats(seats=seats, actor=world.operator)
        world.seats[facts["key"]] = seats[0]
        world.users[facts["key"]] = _account(facts)
        for seat in seats:
            programmes.take_seat(seat=seat, user=world.users[facts["key"]], actor=world.operator)


def _named(facts: dict) -> dict:
    named = {name: facts.get(name, "") for name in data.NAMES}
    return named | {"name_kana": normalise_kana(named["name_kana"])}


def _account(facts: dict) -> User:
    return open_account(
        email=facts["email"],
        name_ja=facts["name_ja"],
        name_en=facts["name_en"],
        language=facts.get("language", "ja"),
    )


def _plan_sessions(world: World) -> None:
    for order, facts in enumerate(data.read("programme")["sessions"]):
        plain = {key: value for key, value in facts.items() if key not in ("day", "from", "to", "agenda")}
        session = Session(
            programme=world.programme,
            order=order,
            starts_at=world.calendar.moment(facts["day"], facts["from"]),
            ends_at=world.calendar.moment(facts["day"], facts["to"]),
            **plain,
        )
        session.save(force_insert=True)
        world.sessions[session.code] = session
        _plan_agenda(session, facts["agenda"])


def _plan_agenda(session: Session, agenda: list[dict]) -> None:
    for order, facts in enumerate(agenda, start=1):
        plain = {key: value for key, value in facts.items() if key != "speakers"}
        item = AgendaItem(session=session, programme_id=session.programme_id, order=order, **plain)
        item.save(force_insert=True)
        Speaker.objects.bulk_create(
            Speaker(item=item, programme_id=session.programme_id, order=place, **speaker)
            for place, speaker in enumerate(facts.get("speakers", []))
        )


def _count_milestones(world: World) -> None:
    """The usual milestones, those of the policy with a day of their own: one of them is due on the day of the load."""
    due = data.read("programme")["programme"]["due"]
    kinds = programmes.propose_milestones(programme=world.programme, sessions=list(world.sessions.values()))
    for kind in kinds:
        if kind.code in due:
            kind.due_on = world.calendar.day(due[kind.code])
    programmes.set_milestones(programme=world.programme, kinds=kinds, actor=world.operator)
    usual = programmes.propose_milestones(programme=world.previous, sessions=[])
    programmes.set_milestones(programme=world.previous, kinds=usual, actor=world.operator)


def found_companies(world: World) -> None:
    """Let the leader bring in the companies and their people, and open the accounts of those who have one."""
    with acting_as(world.leader.pk):
        _add_companies(world)
        _enrol(world)
        for facts in data.people():
            _add_person(world, facts)


def _add_companies(world: World) -> None:
    columns = ("name_ja", "name_en", "name_kana", "corporate_number", "industry", "employees", "prefecture", "buyer")
    for facts in data.read("companies")["companies"]:
        world.companies[facts["key"]] = Company(**{name: facts[name] for name in columns if name in facts})
    companies.found_companies(
        companies=list(world.companies.values()), actor=world.leader, source_id=world.leader_seat.pk
    )


def _enrol(world: World) -> None:
    """Enrol everybody in this year's programme, and those with a past in last year's, from which they go on."""
    calendar = world.calendar
    for facts in data.read("companies")["companies"]:
        company, earlier = world.companies[facts["key"]], None
        if "previous" in facts:
            earlier = Enrolment(
                company=company, programme=world.previous, code=facts["code"], joined_on=world.previous.starts_on
            )
            world.previous_enrolments[facts["key"]] = earlier
        world.enrolments[facts["key"]] = Enrolment(
            company=company,
            programme=world.programme,
            code=facts["code"],
            joined_on=calendar.day(facts["joined"]) if "joined" in facts else world.programme.starts_on,
            withdrawn_on=calendar.day(facts["withdrawn"]) if "withdrawn" in facts else None,
            continues=earlier,
        )
    programmes.enrol_companies(
        enrolments=[*world.previous_enrolments.values(), *world.enrolments.values()], actor=world.leader
    )


def _add_person(world: World, facts: dict) -> None:
    company = world.companies[facts["company"]]
    person = Person(company=company, level=facts["level"], **_named(facts))
    person.save(force_insert=True)
    Membership(company=company, person=person, role=facts["role"]).save(force_insert=True)
    world.people[facts["key"]] = person
    if facts["email"] and facts.get("account", True):
        world.users[facts["key"]] = _account(facts)
        companies.link_person(person=person, user=world.users[facts["key"]], actor=world.leader)
