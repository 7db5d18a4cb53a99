"""The working copy as one document."""

from collections import defaultdict

from policies.catalogue import catalogue
from policies.models import Cycle, Paragraph, ParagraphText, Section


def working_content(cycle: Cycle) -> dict:
    """Return the text as it is now, in the shape in which a revision freezes it; three statements at any length.

    Sections are the catalogue's, in its order, also those in which nothing is written yet. A paragraph that goes on from
    an earlier cycle's says from which: by its `origin` the two are compared, while `id` is what talk holds on to.
    """
    titles = {section.code: section for section in catalogue(cycle.catalogue).sections}
    texts = defaultdict(dict)
    rows = ParagraphText.objects.filter(cycle=cycle, paragraph__removed_at__isnull=True)
    for paragraph_id, language, text in rows.values_list("paragraph_id", "language", "text"):
        texts[paragraph_id][language] = text
    paragraphs = defaultdict(list)
    for paragraph in Paragraph.objects.standing().filter(cycle=cycle):
        words = texts[paragraph.pk]
        row = {
            "id": str(paragraph.pk),
            "ja": words.get("ja", ""),
            "en": words.get("en", "") if cycle.has_english else "",
        }
        if paragraph.origin_id:
            row["origin"] = str(paragraph.origin_id)
        paragraphs[paragraph.section_id].append(row)
    written = {section.code: section for section in Section.objects.filter(cycle=cycle)}
    company = cycle.company
    return {
        "title": {"ja": "人権方針", "en": "Human Rights Policy"},
        "company": {"ja": company.name_ja or company.name_en, "en": company.name_en or company.name_ja},
        "languages": list(cycle.languages),
        "sections": [
            {
                "code": code,
                "title": {"ja": section.title_ja, "en": section.title_en},
                "paragraphs": paragraphs[written[code].pk] if code in written else [],
            }
            for code, section in titles.items()
        ],
    }
