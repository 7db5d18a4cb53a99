"""A company whose text is complete, up to each step of its way: what the tests of submission and approval begin with."""

from datetime import UTC, date, datetime

from django.utils import timezone

from policies import services
from policies.catalogue import catalogue
from policies.enums import EvidenceKind, State, Transition
from policies.models import ApprovalRequest, Cycle, Paragraph, Submission
from policies.workflow import move
from tests.factories import Cast, make_person
from tests.policies.reviewing import cycle_of, write_text
from tests.roles import seen_by

# Real days: links are opened by requests, whose clock is the real one.
NOW = datetime.now(UTC)
# The portal's day, which begins nine hours before the one of UTC.
TODAY = timezone.localdate(NOW)
LONG_AGO = date(2026, 4, 1)

TEXTS = {
    "positioning": "この方針は、人権に関する当社の最上位の方針です。",
    "scope": "この方針は、当社のすべての役員と従業員に適用します。",
    "commitment": "当社は、国際人権章典とILO宣言の定める、国際的に認められた人権を尊重します。",
    "law": "当社は事業を行う国の法令を守り、国際的な規範と違いがあるときは規範を尊重する方法を求めます。",
    "expectations": "当社は、取引先にもこの方針の考え方への理解と協力を期待します。",
    "salient": "当社は、長時間労働と技能実習生の労働環境を重点課題とします。",
    "implementation": "当社は、人権への影響を毎年調べ、従業員に研修を行います。",
    "contact": "相談窓口は総務部です。",
    "closing": "この方針は取締役会で承認され、代表取締役が署名します。",
}


def write_whole_text(cast: Cast, *, without: tuple[str, ...] = (), **instead: str) -> dict[str, Paragraph]:
    """Write every section of the catalogue, except those left out; `instead` gives other words for a section."""
    assert set(TEXTS) == {section.code for section in catalogue("2026-1").sections}
    return write_text(cast, {code: text for code, text in (TEXTS | instead).items() if code not in without})


def consult(cast: Cast, *, who: str = "staff", **fields):
    """Record whom the company asked."""
    actor = cast.people[who]
    values = {
        "kind": EvidenceKind.EXPERTISE,
        "happened_on": LONG_AGO,
        "who": "社労士",
        "text": "助言を受けた。",
    } | fields
    with seen_by(actor):
        return services.record_evidence(cycle=cycle_of(cast), actor=actor, **values)


def submit(cast: Cast, *, who: str = "staff", message: str = "") -> Submission:
    actor = cast.people[who]
    with seen_by(actor, company_id=cast.company.pk):
        return services.submit(cycle=cycle_of(cast), actor=actor, now=NOW, today=TODAY, message=message)


def submitted(cast: Cast) -> Cycle:
    """A company whose complete text lies with the adviser."""
    write_whole_text(cast)
    consult(cast)
    submit(cast)
    return cycle_of(cast)


def endorsed(cast: Cast) -> Cycle:
    """… and has been marked as reviewed by the adviser."""
    cycle = submitted(cast)
    adviser = cast.people["adviser"]
    with seen_by(adviser):
        review = services.start_review(
            submission=Submission.objects.get(cycle=cycle), actor=adviser, now=NOW, today=TODAY
        )
        review.returned_at, review.decision = NOW, "endorsed"
        review.save()
        Submission.objects.filter(cycle=cycle).update(closed_at=NOW)
        move(cycle=cycle_of(cast), transition=Transition.ENDORSE, actor=adviser, today=TODAY)
    assert cycle_of(cast).state == State.ENDORSED
    return cycle_of(cast)


def president_of(cast: Cast, **fields):
    values = {"level": "management", "name_ja": "社長 太郎", "name_en": "Taro Shacho", "title": "代表取締役"}
    return make_person(cast.company, **(values | fields))


def ask(cast: Cast, approver, *, who: str = "staff") -> services.Asked:
    actor = cast.people[who]
    with seen_by(actor, company_id=cast.company.pk):
        return services.request_approval(cycle=cycle_of(cast), approver=approver, actor=actor, now=NOW)


def answer(outcome: str = "approved", **fields) -> services.Answer:
    values = {"name": "社長 太郎", "title": "代表取締役", "body": "取締役会", "decided_on": TODAY}
    return services.Answer(outcome=outcome, **(values | fields))


def decide(request: ApprovalRequest, given: services.Answer) -> ApprovalRequest:
    """Answer as the page behind the link does: with the rights of who asked, in their company alone."""
    with seen_by(request.requested_by, company_id=request.company_id):
        return services.decide_by_link(request=request, answer=given, now=NOW)


def approved(cast: Cast) -> ApprovalRequest:
    """A company whose text top management approved by link."""
    endorsed(cast)
    return decide(ask(cast, president_of(cast)).request, answer())
