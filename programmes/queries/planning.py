"""Questions that the secretariat's pages of planning ask."""

from django.db.models import QuerySet

from programmes.models import Arrival, Attendance, Material, Programme, Seat, Session, Speaker

NAMES = ("name_ja", "name_en", "title_ja", "title_en")


def advisers_of(user, programme: Programme) -> QuerySet[Seat]:
    """The advisers of a programme, who may lead group work."""
    return Seat.objects.visible_to(user).current().advising().filter(programme=programme).order_by("name_kana", "email")


def known_speakers(user, programme: Programme) -> dict[str, list[str]]:
    """Words to suggest for a speaker: those of the programme's agendas, and its advisers. By name of the column."""
    words = {name: set() for name in NAMES}
    for row in Speaker.objects.filter(programme=programme).order_by().values(*NAMES).distinct():
        for name in NAMES:
            words[name].add(row[name])
    for seat in advisers_of(user, programme):
        words["name_ja"].add(seat.name_ja)
        words["name_en"].add(seat.name_en)
        words["title_ja"].add(seat.title)
    return {name: sorted(found - {""}) for name, found in words.items()}


def ways_in(user, session: Session, *, manages: bool) -> QuerySet[Arrival]:
    """The ways into a session: all of them for the secretariat, else those in which the person is registered."""
    arrivals = Arrival.objects.filter(session=session).order_by("-mode")
    if manages:
        return arrivals
    own = Attendance.objects.registered().filter(session=session, person__user=user)
    return arrivals.filter(mode__in=own.values("planned_mode"))


def materials(user, session: Session, *, today) -> QuerySet[Material]:
    return Material.objects.visible_to(user, today=today).filter(session=session).select_related("file")
