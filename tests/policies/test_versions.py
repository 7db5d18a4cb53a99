"""Pages of versions: the list, one version, two compared, a passage brought back; and who may see which."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from common.tenancy import acting_as
from policies.enums import FreezeReason, State
from policies.models import Cycle, Paragraph, ParagraphSave, ParagraphText, Revision
from policies.queries import stale_translations, working_content
from policies.services import (
    NotEditable,
    confirm_translation,
    remove_paragraph,
    set_english,
    share_revision,
)
from policies.services.versions import ChangedMeanwhile, passages_to_restore, restore_passages
from tests.counting import queries_of
from tests.policies.versioning import NOW, address, in_english, keep, rewrite, write
from tests.reading import rows, words


@pytest.fixture
def cycle(cast):
    return Cycle.objects.select_related("company").get(enrolment=cast.enrolment)


@pytest.fixture
def staff(cast):
    return in_english(cast.people["staff"])


def compare(cycle, before, after, **query):
    both = {
        "from": before if isinstance(before, str) else before.pk,
        "to": after if isinstance(after, str) else after.pk,
    }
    return address("compare", cycle, **both, **query)


# --- Stale translations -----------------------------------------------------------------------------------------------------


def test_a_translation_is_stale_once_its_source_changed_and_until_somebody_looked_at_it(cast, cycle, staff):
    one, two = write(cycle, staff, "一。", "二。", english={"一。": "One.", "二。": "Two."})
    with acting_as(staff.pk):
        set_english(cycle=cycle, has_english=True, actor=staff)
    cycle.refresh_from_db()
    assert stale_translations(cycle) == []
    rewrite(two, staff, "二つ目。")
    assert [(each.paragraph, each.section, each.is_missing) for each in stale_translations(cycle)] == [
        (str(two.pk), "scope", False)
    ]
    with acting_as(staff.pk):
        confirm_translation(paragraph=two, actor=staff)
    assert stale_translations(cycle) == []
    rewrite(one, staff, "一つ目。")
    rewrite(one, staff, "First.", "en")
    assert stale_translations(cycle) == []


def test_a_missing_translation_counts_and_empty_or_removed_paragraphs_do_not(cycle, staff):
    _one, two, _empty = write(cycle, staff, "一。", "二。", "", english={"一。": "One."})
    with acting_as(staff.pk):
        set_english(cycle=cycle, has_english=True, actor=staff)
    cycle.refresh_from_db()
    assert [(each.paragraph, each.is_missing) for each in stale_translations(cycle)] == [(str(two.pk), True)]
    with acting_as(staff.pk):
        remove_paragraph(paragraph=two, actor=staff, now=NOW)
    assert stale_translations(cycle) == []


def test_a_policy_without_english_has_no_stale_translation(cycle, staff, django_assert_num_queries):
    write(cycle, staff, "一。")
    with django_assert_num_queries(0):
        assert stale_translations(cycle) == []


# --- The list ---------------------------------------------------------------------------------------------------------------


def test_versions_are_listed_with_occasion_person_and_the_way_to_the_changes(cast, cycle, staff, sign_in):
    (paragraph,) = write(cycle, staff, "一。")
    first = keep(cycle, staff, label="取締役会の前")
    rewrite(paragraph, staff, "二。")
    second = keep(cycle, staff, FreezeReason.SUBMISSION)
    response = sign_in(staff).get(address("versions", cycle))
    assert [(row[0], row[2], row[3], row[4]) for row in rows(response)] == [
        ("Version 2", str(staff), "Submitted", "With the one before (Version 2)"),
        ("Version 1", str(staff), "取締役会の前", "–"),
    ]
    page = response.content.decode()
    assert f"from={first.pk}&amp;to={second.pk}" in page


def test_the_present_text_is_kept_under_a_name(cycle, staff, sign_in):
    write(cycle, staff, "当社は人権を尊重します。")
    client = sign_in(staff)
    answer = client.post(address("versions", cycle), {"label": "Before the board"})
    assert (answer.status_code, answer.url) == (302, address("versions", cycle))
    (revision,) = Revision.objects.filter(cycle=cycle)
    assert (revision.number, revision.label, revision.reason) == (1, "Before the board", "request")
    assert revision.frozen_by_id == staff.pk
    assert "当社は人権を尊重します。" in str(revision.content)


def test_a_name_is_needed_and_asked_for_at_the_field(cycle, staff, sign_in):
    response = sign_in(staff).post(address("versions", cycle), {"label": ""})
    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Revision.objects.filter(cycle=cycle).exists()


def test_a_company_without_versions_reads_when_there_will_be_one(cycle, staff, sign_in):
    response = sign_in(staff).get(address("versions", cycle))
    assert len(words(response, "table")) == 0
    assert len(words(response, "form", "keep")) == 1


def test_the_list_takes_as_many_queries_for_thirty_versions_as_for_one(cast, cycle, staff, sign_in):
    write(cycle, staff, "一。")
    keep(cycle, staff)
    client = sign_in(staff)
    few = queries_of(client, address("versions", cycle))
    for _number in range(29):
        keep(cycle, staff)
    many = queries_of(client, address("versions", cycle))
    assert len(many) == len(few) <= 12


# --- Who sees what ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "of_version", "of_shared", "of_working"),
    [
        ("manager", 200, 200, 200),
        ("staff", 200, 200, 200),
        ("adviser", 200, 200, 200),
        ("secretariat", 404, 200, 404),
        ("neighbour", 404, 404, 404),
        ("stranger", 404, 404, 404),
        ("unassigned_adviser", 404, 404, 404),
        ("former_adviser", 404, 404, 404),
        ("other_secretariat", 404, 404, 404),
    ],
)
def test_who_may_read_versions(cast, cycle, staff, sign_in, who, of_version, of_shared, of_working):
    write(cycle, staff, "一。")
    own, shared = keep(cycle, staff), keep(cycle, staff)
    with acting_as(staff.pk):
        share_revision(revision=shared, actor=staff, now=NOW)
    client = sign_in(cast.people[who])
    pages = [
        address("version", cycle, own.pk),
        address("version", cycle, shared.pk),
        address("working_version", cycle),
        compare(cycle, own, shared),
        compare(cycle, shared, shared),
        compare(cycle, shared, "working"),
    ]
    found = [client.get(page).status_code for page in pages]
    assert found == [of_version, of_shared, of_working, of_version, of_shared, of_working]


def test_the_secretariat_lists_what_was_shared_and_is_offered_nothing_else(cast, cycle, staff, sign_in):
    write(cycle, staff, "一。")
    keep(cycle, staff)
    shared = keep(cycle, staff)
    with acting_as(staff.pk):
        share_revision(revision=shared, actor=staff, now=NOW)
    client = sign_in(cast.people["secretariat"])
    response = client.get(address("versions", cycle))
    assert len(rows(response)) == 1
    assert words(response, "form", "keep") == []
    page = client.get(address("version", cycle, shared.pk))
    assert words(page, "form", "choose") == []
    assert client.post(address("versions", cycle), {"label": "x"}).status_code == 403
    assert client.post(address("export", cycle), {"kind": "pdf", "languages": "ja", "to": shared.pk}).status_code == 404


def test_a_version_is_shared_after_a_question(cast, cycle, staff, sign_in):
    write(cycle, staff, "一。")
    revision = keep(cycle, staff)
    client = sign_in(staff)
    page = address("share_version", cycle, revision.pk)
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 302
    revision.refresh_from_db()
    assert revision.shared_at is not None
    assert sign_in(cast.people["adviser"]).get(page).status_code == 403


# --- One version --------------------------------------------------------------------------------------------------------------


def test_a_version_shows_its_text_hash_and_language(cycle, staff, sign_in):
    write(cycle, staff, "一。<b>太字</b>", english={"一。<b>太字</b>": "One."})
    with acting_as(staff.pk):
        set_english(cycle=cycle, has_english=True, actor=staff)
    cycle.refresh_from_db()
    revision = keep(cycle, staff)
    client = sign_in(staff)
    japanese = client.get(address("version", cycle, revision.pk))
    assert words(japanese, "p", "words") == ["一。<b>太字</b>"]
    assert words(japanese, "code") == [revision.sha256]
    english = client.get(address("version", cycle, revision.pk, language="en"))
    assert words(english, "p", "words") == ["One."]
    assert '<article class="sheet pad text" lang="en">' in english.content.decode()
    nonsense = client.get(address("version", cycle, revision.pk, language="xx"))
    assert words(nonsense, "p", "words") == ["一。<b>太字</b>"]


def test_the_working_copy_marks_the_english_that_does_not_follow(cycle, staff, sign_in):
    one, _two, _three = write(cycle, staff, "一。", "二。", "三。", english={"一。": "One.", "二。": "Two."})
    with acting_as(staff.pk):
        set_english(cycle=cycle, has_english=True, actor=staff)
    rewrite(one, staff, "一つ目。")
    client = sign_in(staff)
    response = client.get(address("working_version", cycle, language="en"))
    assert words(response, "p", "stale") == ["The Japanese was changed since", "There is no English yet"]
    # Where there is no English, the Japanese stands for it, in its own language.
    assert words(response, "p", "words") == ["One.", "Two.", "三。"]
    assert '<p class="words" lang="ja">三。</p>' in response.content.decode()
    assert words(client.get(address("working_version", cycle)), "p", "stale") == []


# --- Two texts ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(cycle, staff):
    one, _other, third = write(cycle, staff, "従業員に対して研修を行います。", "法令を守ります。", "消える段落。")
    before = keep(cycle, staff)
    rewrite(one, staff, "従業員に対し、毎年、研修を行います。")
    with acting_as(staff.pk):
        remove_paragraph(paragraph=third, actor=staff, now=NOW)
    write(cycle, staff, "新しい段落。")
    return before, keep(cycle, staff)


def test_a_comparison_says_first_how_much_changed_and_then_each_change(cycle, staff, sign_in, two):
    response = sign_in(staff).get(compare(cycle, *two))
    page = response.content.decode()
    assert page.index('id="summary"') < page.index('id="change-1"')
    assert words(response, "ins")[1:] == ["[added]、毎年、[end of addition]", "[added]新しい段落。[end of addition]"]
    assert words(response, "del")[1:] == ["[deleted]て[end of deletion]", "[deleted]消える段落。[end of deletion]"]
    assert [f'id="change-{number}"' in page for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert 'href="#change-2"' in page
    assert "法令を守ります。" in page


def test_only_what_changed_leaves_the_rest_out(cycle, staff, sign_in, two):
    page = sign_in(staff).get(compare(cycle, *two, show="changes")).content.decode()
    assert "法令を守ります。" not in page
    assert 'id="change-3"' in page


def test_side_by_side_is_plain_text_before_and_after(cycle, staff, sign_in, two):
    response = sign_in(staff).get(compare(cycle, *two, view="side"))
    assert words(response, "p", "words")[:2] == [
        "従業員に対して研修を行います。",
        "従業員に対し、毎年、研修を行います。",
    ]
    assert len(words(response, "ins")) == 1  # the legend


def test_a_version_is_compared_with_the_working_copy(cycle, staff, sign_in, two):
    write(cycle, staff, "まだ固定していない段落。")
    response = sign_in(staff).get(compare(cycle, two[1], "working"))
    assert words(response, "ins")[1:] == ["[added]まだ固定していない段落。[end of addition]"]


def test_without_a_question_the_last_two_are_compared(cycle, staff, sign_in):
    client = sign_in(staff)
    assert client.get(address("compare", cycle)).status_code == 404
    (paragraph,) = write(cycle, staff, "一。")
    keep(cycle, staff)
    rewrite(paragraph, staff, "二。")
    assert words(client.get(address("compare", cycle)), "ins")[1:] == ["[added]二[end of addition]"]
    keep(cycle, staff)
    rewrite(paragraph, staff, "三。")
    assert words(client.get(address("compare", cycle)), "ins")[1:] == ["[added]二[end of addition]"]


def test_the_same_text_twice_has_no_change(cycle, staff, sign_in, two):
    page = sign_in(staff).get(compare(cycle, two[0], two[0])).content.decode()
    assert 'id="change-1"' not in page


@pytest.mark.parametrize(
    "query", [{"to": "working"}, {"from": "x", "to": "working"}, {"from": str(uuid4()), "to": "working"}]
)
def test_a_text_that_is_not_there_is_404(cycle, staff, sign_in, query):
    assert sign_in(staff).get(address("compare", cycle, **query)).status_code == 404


def test_a_version_of_another_company_is_not_there(cast, cycle, staff, sign_in, two):
    other = Cycle.objects.get(enrolment=cast.neighbour)
    neighbour = cast.people["neighbour"]
    write(other, neighbour, "隣の会社の文。")
    theirs = keep(other, neighbour)
    client = sign_in(staff)
    assert client.get(compare(cycle, theirs, two[0])).status_code == 404
    assert client.get(address("version", cycle, theirs.pk)).status_code == 404


def test_comparing_takes_as_many_queries_at_any_length(cycle, staff, sign_in, two):
    client = sign_in(staff)
    few = queries_of(client, compare(cycle, *two))
    write(cycle, staff, *[f"第{number}段落。" for number in range(60)])
    many = queries_of(client, compare(cycle, two[0], keep(cycle, staff)))
    assert len(many) == len(few) == 6
    assert "".join(many).count("policies_revision") > 0


# --- Bringing back ------------------------------------------------------------------------------------------------------------


def test_a_paragraph_is_brought_back_as_a_new_save(cycle, staff, sign_in):
    (paragraph,) = write(cycle, staff, "はじめの文。")
    revision = keep(cycle, staff)
    rewrite(paragraph, staff, "後の文。")
    client = sign_in(staff)
    page = address("restore_version", cycle, revision.pk, paragraph=paragraph.pk)
    assert words(client.get(page), "p", "redline") == [
        "[deleted]後[end of deletion][added]はじめ[end of addition]の文。"
    ]
    (passage,) = passages_to_restore(revision=revision, cycle=cycle)
    form = {"seen": f"{passage.id}={passage.token}", "operation": str(uuid4())}
    assert client.post(page, form).url == address("working_version", cycle)
    present = ParagraphText.objects.get(paragraph=paragraph, language="ja")
    assert (present.text, present.rev) == ("はじめの文。", 3)
    history = ParagraphSave.objects.filter(paragraph=paragraph, language="ja").order_by("rev")
    assert [save.text for save in history] == ["はじめの文。", "後の文。", "はじめの文。"]
    # Sent twice, it changes nothing more.
    assert client.post(page, form).status_code == 302
    assert ParagraphText.objects.get(paragraph=paragraph, language="ja").rev == 3


def test_nothing_is_brought_back_over_a_text_that_changed_meanwhile(cycle, staff, sign_in):
    (paragraph,) = write(cycle, staff, "はじめの文。")
    revision = keep(cycle, staff)
    rewrite(paragraph, staff, "後の文。")
    (passage,) = passages_to_restore(revision=revision, cycle=cycle)
    rewrite(paragraph, staff, "別の人の文。")
    client = sign_in(staff)
    page = address("restore_version", cycle, revision.pk)
    response = client.post(page, {"seen": f"{passage.id}={passage.token}", "operation": str(uuid4())})
    assert response.status_code == 409
    assert "別の人" in response.content.decode()
    assert ParagraphText.objects.get(paragraph=paragraph, language="ja").text == "別の人の文。"


def test_a_removed_paragraph_and_a_whole_section_come_back(cycle, staff):
    one, two = write(cycle, staff, "一。", "二。")
    write(cycle, staff, "法令。", section="law")
    revision = keep(cycle, staff)
    rewrite(one, staff, "一つ目。")
    (new,) = write(cycle, staff, "後から書いた段落。")
    with acting_as(staff.pk):
        remove_paragraph(paragraph=two, actor=staff, now=NOW)
        passages = passages_to_restore(revision=revision, cycle=cycle, section="scope")
        assert [(p.id, str(p.standing)) for p in passages] == [(str(one.pk), "present"), (str(two.pk), "removed")]
        seen = {passage.id: passage.token for passage in passages}
        count = restore_passages(revision=revision, cycle=cycle, seen=seen, operation=uuid4(), actor=staff, now=NOW)
        content = working_content(cycle)
    assert count == 2
    scope = next(section for section in content["sections"] if section["code"] == "scope")
    # What was written since stays: bringing back takes nothing away.
    assert [paragraph["ja"] for paragraph in scope["paragraphs"]] == ["一。", "二。", "後から書いた段落。"]
    assert str(new.pk) in str(scope)


def test_a_paragraph_that_the_round_never_had_is_added_once(cast, cycle, staff):
    write(cycle, staff, "一。")
    revision = keep(cycle, staff)
    revision.content["sections"][1]["paragraphs"][0]["id"] = "imported-1"
    with acting_as(staff.pk):
        (passage,) = passages_to_restore(revision=revision, cycle=cycle, paragraph="imported-1")
        assert str(passage.standing) == "absent"
        for _time in range(2):
            restore_passages(
                revision=revision,
                cycle=cycle,
                seen={"imported-1": passage.token},
                operation=uuid4(),
                actor=staff,
                now=NOW,
            )
    assert Paragraph.objects.filter(section__code="scope", section__cycle=cycle).count() == 2
    assert passages_to_restore(revision=revision, cycle=cycle, paragraph="imported-1") == []


def test_a_paragraph_that_goes_on_from_an_earlier_round_is_known_by_its_origin(cycle, staff):
    (paragraph,) = write(cycle, staff, "今の文。")
    revision = keep(cycle, staff)
    earlier = str(uuid4())
    revision.content["sections"][1]["paragraphs"][0] |= {"id": earlier, "ja": "前の文。"}
    assert [str(p.standing) for p in passages_to_restore(revision=revision, cycle=cycle)] == ["absent"]
    Paragraph.objects.filter(pk=paragraph.pk).update(origin_id=earlier)
    (passage,) = passages_to_restore(revision=revision, cycle=cycle)
    assert (str(passage.standing), passage.paragraph) == ("present", paragraph)
    with acting_as(staff.pk):
        restore_passages(
            revision=revision, cycle=cycle, seen={earlier: passage.token}, operation=uuid4(), actor=staff, now=NOW
        )
    assert ParagraphText.objects.get(paragraph=paragraph, language="ja").text == "前の文。"


def test_bringing_back_is_for_members_and_while_the_text_may_be_written(cast, cycle, staff, sign_in):
    (paragraph,) = write(cycle, staff, "一。")
    revision = keep(cycle, staff)
    rewrite(paragraph, staff, "二。")
    (passage,) = passages_to_restore(revision=revision, cycle=cycle)
    seen = {passage.id: passage.token}
    adviser = cast.people["adviser"]
    page = address("restore_version", cycle, revision.pk)
    assert sign_in(adviser).get(page).status_code == 403
    with acting_as(adviser.pk), pytest.raises(PermissionDenied):
        restore_passages(revision=revision, cycle=cycle, seen=seen, operation=uuid4(), actor=adviser, now=NOW)
    Cycle.objects.filter(pk=cycle.pk).update(state=State.APPROVED)
    with acting_as(staff.pk), pytest.raises(NotEditable):
        restore_passages(revision=revision, cycle=cycle, seen=seen, operation=uuid4(), actor=staff, now=NOW)
    client = sign_in(staff)
    assert client.get(page).status_code == 200
    answer = client.post(page, {"seen": f"{passage.id}={passage.token}", "operation": str(uuid4())})
    assert answer.status_code == 409


def test_the_token_of_a_passage_changes_with_every_save(cycle, staff):
    (paragraph,) = write(cycle, staff, "一。")
    revision = keep(cycle, staff)
    rewrite(paragraph, staff, "二。")
    (before,) = passages_to_restore(revision=revision, cycle=cycle)
    rewrite(paragraph, staff, "三。")
    (after,) = passages_to_restore(revision=revision, cycle=cycle)
    assert before.token != after.token
    with acting_as(staff.pk), pytest.raises(ChangedMeanwhile):
        restore_passages(
            revision=revision, cycle=cycle, seen={before.id: before.token}, operation=uuid4(), actor=staff, now=NOW
        )
