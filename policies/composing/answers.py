"""Answers of the interview, by code of the question.

Yes/no and choice: the code of the answer. Several: a list of codes. Text: {"ja": …, "en": …}, or one text for Japanese.
A question that is not answered is not there.
"""

from collections.abc import Mapping

from policies.catalogue import Catalogue, Question, QuestionKind

LANGUAGES = ("ja", "en")


def clean_answers(catalogue: Catalogue, answers: Mapping, *, only_asked: bool = True) -> dict:
    """Return the answers that count: of questions that are asked, in a form that is known.

    Without `only_asked` also those that count no more since an earlier answer changed, so that they can come back with it.
    """
    found: dict = {}
    for question in catalogue.questions:
        value = _clean(question, answers.get(question.code))
        if value and (not only_asked or is_asked(question, found)):
            found[question.code] = value
    return found


def is_asked(question: Question, answers: Mapping) -> bool:
    """Is this question asked of somebody who answered the earlier ones like this?"""
    return fits(question.only_if, answers)


def fits(condition: Mapping[str, tuple[str, ...]], answers: Mapping) -> bool:
    """Does every question of the condition have one of the answers it names? "" stands for no answer."""
    return all(not _given(answers.get(code)).isdisjoint(options) for code, options in condition.items())


def _given(value: str | list[str] | None) -> set[str]:
    if isinstance(value, str):
        return {value}
    return set(value or [""])


def _clean(question: Question, value) -> str | list[str] | dict[str, str] | None:
    if question.kind == QuestionKind.TEXT:
        return _clean_text(value)
    if question.kind == QuestionKind.SEVERAL:
        chosen = value if isinstance(value, list | tuple | set) else []
        return [option for option in question.options if option in chosen]
    return value if value in question.options else None


def _clean_text(value) -> dict[str, str]:
    texts = {"ja": value} if isinstance(value, str) else value if isinstance(value, Mapping) else {}
    stripped = {language: str(texts.get(language) or "").strip() for language in LANGUAGES}
    return {language: text for language, text in stripped.items() if text}
