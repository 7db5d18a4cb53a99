"""A company's policy from the first question to its second version, through the client, as everybody it takes."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from policies.models import ActionItem, Cycle, Paragraph, Submission, Suggestion
from tests.roles import seen_by

ANSWERS = {
    "group": "none",
    "people": ["part_time", "foreign"],
    "suppliers": "japan",
    "minerals": "no",
    "dangers": ["injury", "long_hours"],
    "buyers": ["wages"],
    "contact": "mailbox",
    "contact_address": "kikoe@example.com",
    "contact_users": "everyone",
    "dialogue": "meetings",
    "checking": "not_yet",
    "training": "joining",
    "lead": "総務部長",
    "approval": "president",
}
BETTER = "当社は、働いた時間を一分単位で記録し、長時間労働を減らします。"
OWN = "当社は、働いた時間を記録し、毎月の会議で長時間労働を減らす方法を話し合います。"


@pytest.fixture
def company(cast):
    """The cast's company, of which the portal knows enough to leave no place to fill in."""
    head = cast.company.people.get(user=cast.people["manager"])
    head.name_ja, head.title, head.level = "代表 花子", "代表取締役", "management"
    head.save()
    cast.company.people.exclude(pk=head.pk).update(level="working")
    cast.company.industry = "部品の加工"
    cast.company.save()
    return cast.company


class Browser:
    """Somebody's browser on the pages of one company's policy."""

    def __init__(self, client, company):
        self.client, self.company = client, company

    def address(self, name: str, **parts) -> str:
        return reverse(f"policies:{name}", kwargs={"company_id": self.company.pk, **parts})

    def look(self, name: str, **parts) -> str:
        answer = self.client.get(self.address(name, **parts))
        assert answer.status_code == 200, name
        return answer.content.decode()

    def send(self, name: str, data: dict, *, query: str = "", **parts):
        answer = self.client.post(self.address(name, **parts) + query, data)
        assert answer.status_code == 302, (
            name,
            answer.status_code,
            re.findall(r'<li[^>]*><a href="#.*?</li>', answer.content.decode()),
        )
        return answer


def paragraph(cycle: Cycle, clause: str) -> Paragraph:
    return Paragraph.objects.get(cycle=cycle, clause=clause, removed_at=None)


def text_of(cycle: Cycle, clause: str) -> str:
    return paragraph(cycle, clause).texts.get(language="ja").text


def submit(staff: Browser, **more) -> None:
    staff.send("check", {"is_ready": "on", "message": "よろしくお願いします。", **more})
    assert Submission.objects.waiting().get().reference in staff.look("submitted")


def test_from_the_first_question_to_the_second_version(cast, company, sign_in, client, mailoutbox):
    today = timezone.localdate()
    staff, adviser = (Browser(sign_in(cast.people[who]), company) for who in ("staff", "adviser"))
    cycle = Cycle.objects.get(enrolment=cast.enrolment)

    # A first draft from plain answers; nothing promises to a shared mailbox what it cannot keep.
    staff.send("interview", ANSWERS)
    assert "kikoe@example.com" in text_of(cycle, "contact.mailbox")
    assert "匿名" not in " ".join(row.text for row in cycle.paragraphtexts.all())
    for code in ("positioning", "contact"):
        assert staff.look("section", code=code)

    # Nobody was asked yet: the gate stays shut, and says so; then it opens.
    refused = staff.client.post(staff.address("check"), {"is_ready": "on"})
    assert refused.status_code in (200, 422)
    assert not Submission.objects.exists()
    expertise = {"expertise_on": today.isoformat(), "expertise_who": "商工会", "expertise_text": "資料を参照しました。"}
    submit(staff, **expertise)

    # The adviser writes in private, and returns everything in one act.
    submission = Submission.objects.get()
    adviser.send("begin_review", {})
    hours, people, remedy = (paragraph(cycle, c) for c in ("salient.hours", "scope.everyone", "implementation.remedy"))
    for row, wording in ((hours, BETTER), (people, "この方針は全員に適用します。"), (remedy, "救済に取り組みます。")):
        adviser.send("wording", {"text": wording, "reason": "短くしました。"}, query=f"?paragraph={row.pk}")
    adviser.send("comment", {"text": "対象の方を確かめてください。", "quote": ""}, query=f"?paragraph={people.pk}")
    verdict = {"judgement": "partly", "advice": "派遣の方にも触れましょう。"}
    adviser.send("verdict", verdict, query="?requirement=meti-2")
    assert BETTER not in staff.look("discussion")
    adviser.send("return_review", {"decision": "changes", "text": "もう一歩です。", "then": "queue"})
    submission.refresh_from_db()
    assert submission.closed_at
    assert Cycle.objects.get(pk=cycle.pk).state == "changes_requested"
    assert ActionItem.objects.filter(cycle=cycle).count() == 5

    # The company takes one wording over, edits one, and declines one; each answer stands beside its advice.
    assert "一分単位" in staff.look("discussion")
    of = {s.paragraph_id: s for s in Suggestion.objects.filter(cycle=cycle)}
    staff.send("suggestion", {"deed": "use"}, suggestion_id=of[hours.pk].pk)
    assert text_of(cycle, "salient.hours") == BETTER
    staff.send("suggestion", {"deed": "decline", "text": "いまの書き方を残します。"}, suggestion_id=of[remedy.pk].pk)
    rev = people.texts.get(language="ja").rev
    edited = {"deed": "edit", "text": OWN, "base_rev": rev, "operation": "0b7c7f9e-5d4e-4f0e-9a3e-2f6f6f1d9a01"}
    staff.send("suggestion", edited, suggestion_id=of[people.pk].pk)
    assert text_of(cycle, "scope.everyone") == OWN
    states = Suggestion.objects.filter(cycle=cycle).values_list("state", flat=True)
    assert sorted(states) == ["accepted", "declined", "edited"]
    assert "いまの書き方を残します。" in staff.look("advice")

    # Handed in again; top management decides by link before the second review is done, and that is said.
    submit(staff)
    asked = staff.client.post(
        staff.address("request_approval"), {"approver": str(company.people.get(title="代表取締役").pk)}
    )
    link = urlsplit(re.search(r"https?://[^\"<\s]+/approve/[^\"<\s]+", asked.content.decode())[0]).path
    assert OWN in client.get(link).content.decode()
    decision = {"outcome": "approved", "name": "代表 花子", "title": "代表取締役", "decided_on": today.isoformat()}
    assert client.post(link, decision).status_code in (200, 302)
    assert client.post(link, decision).status_code in (200, 302, 409, 410)
    cycle.refresh_from_db()
    assert (cycle.state, cycle.is_reviewed) == ("approved", False)
    assert cycle.moves.filter(transition="approve").count() == 1

    # Published in the register, where everybody reads exactly what was approved.
    review_on = (today + timedelta(days=365)).isoformat()
    staff.send("publication", {"in_register": "on", "published_on": today.isoformat(), "review_on": review_on})
    found = client.get(reverse("policies:register"), {"q": company.name_ja}).content.decode()
    entry = re.search(r'href="(/register/[^"/]+/)"', found)[1]
    assert OWN in client.get(entry).content.decode()

    # The next version begins from it; what is published stays while it is written.
    staff.send("next_cycle", {})
    second = Cycle.objects.get(policy=cycle.policy, number=2)
    assert second.state == "drafting"
    changed = Paragraph.objects.get(cycle=second, texts__text=OWN)
    with seen_by(cast.people["staff"]):
        assert Cycle.objects.get(pk=cycle.pk).state == "published"
    typed = {
        "language": "ja",
        "text": "改めた文です。",
        "base_rev": 1,
        "operation": "0b7c7f9e-5d4e-4f0e-9a3e-2f6f6f1d9a02",
    }
    address = staff.address("save", paragraph_id=changed.pk)
    saved = staff.client.post(address, typed, content_type="application/json")
    assert saved.status_code == 200
    public = client.get(entry).content.decode()
    assert OWN in public
    assert "改めた文です。" not in public
    assert "改めた文です。" in staff.look("versions") or "改めた文です。" in staff.look("working_version")
