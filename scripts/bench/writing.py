"""A section of twelve paragraphs, so that the page on which it is written and the save while one types can be measured."""

from django.urls import reverse

from accounts.models import User
from common.tenancy import acting_as
from policies.models import Cycle, ParagraphText
from policies.services import add_paragraph, begin_sections

CODE, PARAGRAPHS = "implementation", 12
TEXT = "当社は、人権への影響を調べ、防ぎ、軽くする取り組みを続けます。責任者を定め、年に一度、経営層に報告します。" * 3


def writing(member: User, company_id) -> tuple[str, dict]:
    """Write a section as a member does; return the address of its page, and how one of its texts is saved."""
    with acting_as(member.pk):
        cycle = Cycle.objects.select_related("company").get(company_id=company_id)
        section = begin_sections(cycle=cycle, actor=member)[CODE]
        here = section.paragraphs.standing().count()
        for _ in range(PARAGRAPHS - here):
            paragraph = add_paragraph(section=section, texts={"ja": TEXT}, actor=member)
        rev = ParagraphText.objects.get(paragraph=paragraph, language="ja").rev
    save = {"path": reverse("policies:save", args=[company_id, paragraph.pk]), "rev": rev, "text": TEXT}
    return reverse("policies:section", args=[company_id, CODE]), save
