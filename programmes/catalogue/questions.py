"""The questions of a survey as plain values, and the usual ones, which are proposed to begin with."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from django.utils.translation import get_language

from programmes.enums import QuestionKind

SCALE = (1, 2, 3, 4, 5)
MOST_QUESTIONS = 20
MOST_CHOICES = 12


@dataclass(frozen=True)
class Words:
    """The same in both languages, either of which may be empty."""

    ja: str = ""
    en: str = ""

    def __str__(self):
        own, other = (self.ja, self.en) if (get_language() or "ja").startswith("ja") else (self.en, self.ja)
        return own or other

    @property
    def fallback(self) -> str:
        """The language of what is shown where it is not the reader's; else empty."""
        own, other = ("ja", "en") if (get_language() or "ja").startswith("ja") else ("en", "ja")
        return "" if getattr(self, own) else other


@dataclass(frozen=True)
class Choice:
    code: str
    text: Words


@dataclass(frozen=True)
class Question:
    """One question. `code` never changes: answers are kept under it."""

    code: str
    kind: str  # of QuestionKind
    text: Words
    choices: tuple[Choice, ...] = field(default=())
    is_required: bool = False

    @property
    def values(self) -> tuple:
        """What an answer can be, where it is not words: a number of the scale, or the code of a choice."""
        if self.kind == QuestionKind.SCALE:
            return SCALE
        return tuple(choice.code for choice in self.choices)

    def as_json(self) -> dict:
        return {
            "code": self.code,
            "kind": str(self.kind),
            "text": {"ja": self.text.ja, "en": self.text.en},
            "choices": [{"code": c.code, "text": {"ja": c.text.ja, "en": c.text.en}} for c in self.choices],
            "is_required": self.is_required,
        }

    @classmethod
    def from_json(cls, row: dict) -> Self:
        return cls(
            code=row["code"],
            kind=row["kind"],
            text=Words(**row["text"]),
            choices=tuple(Choice(choice["code"], Words(**choice["text"])) for choice in row.get("choices", ())),
            is_required=row.get("is_required", False),
        )


def read_questions(rows: Iterable[dict]) -> list[Question]:
    return [Question.from_json(row) for row in rows]


def new_code(questions: Iterable[Question]) -> str:
    """Return a code that no question of the survey has."""
    taken = {question.code for question in questions}
    return next(code for number in range(1, len(taken) + 2) if (code := f"q{number}") not in taken)


def choices_of(lines_ja: Iterable[str], lines_en: Iterable[str]) -> tuple[Choice, ...]:
    """Pair the lines of both languages as choices, in order. The shorter list leaves the other language empty."""
    ja, en = list(lines_ja), list(lines_en)
    length = max(len(ja), len(en))
    pairs = zip(ja + [""] * (length - len(ja)), en + [""] * (length - len(en)), strict=True)
    return tuple(Choice(f"c{number}", Words(*pair)) for number, pair in enumerate(pairs, 1))


def moved(questions: list[Question], code: str, step: int) -> list[Question]:
    """Return the questions with one of them moved up (-1) or down (1); at the end it stays."""
    place = next(i for i, question in enumerate(questions) if question.code == code)
    other = min(max(place + step, 0), len(questions) - 1)
    result = list(questions)
    result.insert(other, result.pop(place))
    return result


def usual_questions() -> list[Question]:
    """What is asked after most sessions: four taps, and two fields that may stay empty."""
    scale = replace(_USUAL, kind=QuestionKind.SCALE, is_required=True)
    return [
        replace(
            scale,
            code="useful",
            text=Words(
                "内容は、自社の取組に役立ちそうですか(1:役立たない〜5:とても役立つ)",
                "Will the content help your company's work? (1: not at all – 5: very much)",
            ),
        ),
        replace(
            scale,
            code="clear",
            text=Words(
                "説明は分かりやすかったですか(1:分かりにくい〜5:とても分かりやすい)",
                "Was it easy to understand? (1: hard – 5: very easy)",
            ),
        ),
        Question(
            code="length",
            kind=QuestionKind.CHOICE,
            text=Words("時間の長さはいかがでしたか", "How was the length?"),
            choices=choices_of(("短い", "ちょうどよい", "長い"), ("Too short", "Just right", "Too long")),
        ),
        replace(
            _USUAL,
            code="next",
            text=Words(
                "このあと、自社で最初に取り組むことは何ですか",
                "What will your company do first after this session?",
            ),
        ),
        replace(
            _USUAL,
            code="improve",
            text=Words("改善してほしいこと、次に取り上げてほしいこと", "What should be better, or come next?"),
        ),
    ]


_USUAL = Question(code="", kind=QuestionKind.TEXT, text=Words())
