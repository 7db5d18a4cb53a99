"""From one fiscal year into the next, through the client: companies go on, and the figures of the first year stay."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from policies.models import Cycle
from programmes.models import Enrolment, Programme, Session
from tests.factories import make_milestone_kinds
from tests.policies import publishing
from tests.programmes.planning import published as published_session
from tests.programmes.test_rollover import answers
from tests.reading import rows, words


def figures_of(browser, programme: Programme) -> tuple:
    """Everything that the secretariat's home and the list of companies count for a programme."""
    home = browser.get(reverse("dashboards:programme", args=[programme.pk]))
    companies = browser.get(reverse("dashboards:companies", args=[programme.pk]))
    return [(each.label, each.value, each.total) for each in home.context["figures"]], rows(home), rows(companies)


def milestones_of(browser, company, programme: Programme) -> dict[str, str]:
    """Milestone and day, as the company's home shows them for one year."""
    page = browser.get(reverse("dashboards:company_home", args=[company.pk]), {"programme": programme.pk})
    return {row[0]: row[1] for row in rows(page)}


def test_a_year_ends_and_the_next_begins(cast, sign_in):
    secretariat, staff = sign_in(cast.people["secretariat"]), sign_in(cast.people["staff"])
    first, company, today = cast.programme, cast.company, timezone.localdate()
    session = published_session(first, code="S1")
    publishing.published(cast)
    before = figures_of(secretariat, first)
    names = {kind.code: kind.name for kind in make_milestone_kinds(first)}

    # What is proposed is changed where the year begins, looked at once more, and made by one press.
    home = secretariat.get(reverse("dashboards:programme", args=[first.pk]))
    address = reverse("dashboards:next_programme", args=[first.pk])
    assert address in home.content.decode()
    typed = answers(secretariat.get(address))
    typed |= {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=200)).isoformat()}
    typed |= {"name_ja": "次の年のプログラム", "name_en": "", "target_due_on": ""}
    question = secretariat.post(address, typed | {"step": "check"})
    assert company.name in " ".join(words(question, "li"))
    kept = dict(question.context["kept"])
    made = secretariat.post(address, kept | {"step": "make"})
    second = Programme.objects.get(follows=first)
    assert made["Location"] == reverse("dashboards:programme", args=[second.pk])

    # The secretariat plans the next year; of the first year not one figure is another.
    assert figures_of(secretariat, first) == before
    assert Session.objects.get(programme=second).state == "draft"
    plan = secretariat.get(reverse("programmes:sessions", args=[second.pk]))
    assert session.title in " ".join(row[0] for row in rows(plan))
    followed = secretariat.get(reverse("dashboards:following", args=[second.pk, company.pk]))
    assert first.name in words(followed, "a")

    # The company sees both years: what it reached is the first year's, and the second begins.
    page = staff.get(reverse("dashboards:company_home", args=[company.pk]))
    assert (page.context["programme"], [tab.label for tab in page.context["years"]]) == (
        second, [second.name, first.name],
    )  # fmt: skip
    earlier, now = (milestones_of(staff, company, programme) for programme in (first, second))
    assert earlier[names["published"]] not in ("", "–")
    assert {now[names[code]] for code in ("submitted", "approved", "published")} == {"–"}
    assert now[names["joined"]] not in ("", "–")

    # Its next version is the second year's, while the first one stays published.
    answer = staff.post(reverse("policies:next_cycle", args=[company.pk]))
    assert answer.status_code == 302
    cycles = Cycle.objects.filter(company=company).order_by("number")
    assert [(cycle.programme_id, cycle.state) for cycle in cycles] == [
        (first.pk, "published"), (second.pk, "drafting"),
    ]  # fmt: skip
    assert figures_of(secretariat, first) == before
    assert Enrolment.objects.get(programme=second, company=company).continues.programme_id == first.pk
