"""The page that an adviser prepares from."""

import pytest

from audit.models import Event
from consultations.models import Topics
from consultations.tasks import keep_draft
from policies.models import Cycle, ParagraphText
from tests.consultations.meeting import meeting, page, shared
from tests.factories.talk import make_paragraph
from tests.reading import words
from tests.roles import seen_by


@pytest.fixture
def cycle(cast):
    return Cycle.objects.get(enrolment=cast.enrolment)


def keep(cast, consultation):
    """Keep the draft as it is now for a consultation."""
    with seen_by(cast.people["staff"]):
        keep_draft(consultation, actor=cast.people["staff"])


@pytest.fixture
def twice(cast, cycle):
    """Two consultations, between which the company changed its draft."""
    paragraph = make_paragraph(cycle, ja="方針は社員に適用します。")
    first = shared(cast, days=-10, tasks=1)
    keep(cast, first)
    ParagraphText.objects.filter(paragraph=paragraph, language="ja").update(text="方針は社員と派遣社員に適用します。")
    second = meeting(cast, days=3)
    keep(cast, second)
    return first, second


@pytest.mark.parametrize(
    ("who", "status"), [("adviser", 200), ("staff", 200), ("secretariat", 404), ("neighbour", 404), ("nobody", 404)]
)
def test_who_may_open_it(cast, twice, sign_in, who, status):
    assert sign_in(cast.people[who]).get(page("prepare", twice[1])).status_code == status


def test_it_opens_with_what_changed_since_the_last_one_and_the_tasks(cast, twice, sign_in):
    response = sign_in(cast.people["adviser"]).get(page("prepare", twice[1]))
    changes = response.context["changes"]
    assert (changes.count, len(response.context["agreed"]), len(response.context["rows"])) == (1, 1, 1)
    assert "派遣社員" in str(changes.parts[0].blocks[0].text)
    assert [minutes.consultation_id for minutes, _passages, _day in response.context["minutes"]] == [twice[0].pk]


def test_a_first_one_has_nothing_to_compare_with_and_one_without_a_draft_says_so(cast, cycle, sign_in):
    client, consultation = sign_in(cast.people["adviser"]), meeting(cast, days=3)
    assert "changes" not in client.get(page("prepare", consultation)).context
    make_paragraph(cycle, ja="方針は社員に適用します。")
    keep(cast, consultation)
    assert client.get(page("prepare", consultation)).context["changes"] is None


def test_it_can_begin_where_the_adviser_last_looked(cast, twice, sign_in):
    """The look at the kept text of the first is older than the one at the second, which is the present one."""
    client = sign_in(cast.people["adviser"])
    client.get(page("prepare", twice[0]))
    response = client.get(f"{page('prepare', twice[1])}?since=looked")
    assert response.context["changes"].count == 1
    looked = Event.objects.filter(verb="content.looked_at", object_type="policies.revision")
    assert set(looked.values_list("object_id", flat=True)) == {each.revision_id for each in twice}


def test_only_advisers_looks_are_told(cast, twice, sign_in):
    sign_in(cast.people["staff"]).get(page("prepare", twice[1]))
    assert Event.objects.filter(verb="content.looked_at").count() == 0


def test_what_the_company_asks_stands_in_it_as_text(cast, twice, sign_in):
    tenant = {"company": cast.company, "programme": cast.programme}
    Topics.objects.create(
        consultation=twice[1], sections=["scope", "nonsense"], questions="<b>なぜですか</b>", **tenant
    )
    response = sign_in(cast.people["adviser"]).get(page("prepare", twice[1]))
    assert "&lt;b&gt;なぜですか" in response.content.decode()
    assert len(response.context["sections"]) == 1
    assert words(response, "h1")[0].endswith("の個別相談")
