"""Texts of the made-up policies, as a revision keeps them."""

from uuid import NAMESPACE_URL, UUID, uuid5


def _paragraph_id(company_id: UUID, section: str, number: int) -> str:
    """The same paragraph keeps its id from revision to revision, so that a comparison can follow it."""
    return str(uuid5(NAMESPACE_URL, f"{company_id}/{section}/{number}"))


def _wording(paragraph: dict, language: str, *, is_first: bool) -> str:
    return (paragraph.get(f"first_{language}") if is_first else None) or paragraph[language]


def policy_content(sections: list[dict], *, company, issue: dict[str, str], is_first: bool) -> dict:
    """Return the policy of `company` as JSON, in Japanese and English; the first draft is shorter than the others."""
    words = {
        "company_ja": company.name_ja,
        "company_en": company.name_en,
        "issue_ja": issue["ja"],
        "issue_en": issue["en"],
    }
    return {
        "sections": [
            {
                "code": section["code"],
                "title": {language: section[f"title_{language}"] for language in ("ja", "en")},
                "paragraphs": [
                    {
                        "id": _paragraph_id(company.pk, section["code"], number),
                        **{
                            language: _wording(paragraph, language, is_first=is_first).format(**words)
                            for language in ("ja", "en")
                        },
                    }
                    for number, paragraph in enumerate(section["paragraphs"])
                ],
            }
            for section in sections
        ]
    }
