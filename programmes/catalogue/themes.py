"""Themes that a programme can work on beside the policy, each with the steps that companies take in it.

Our own wording. The steps of due diligence follow METI's guidelines of September 2022 (identify and assess, prevent and
mitigate, track, communicate), those of a grievance mechanism the criteria of UN Guiding Principle 31.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A step of a theme: what a programme counts once it has chosen the theme."""

    code: str
    name_ja: str
    name_en: str
    definition_ja: str
    definition_en: str


@dataclass(frozen=True)
class Theme:
    code: str
    name_ja: str
    name_en: str
    definition_ja: str
    definition_en: str
    steps: tuple[Step, ...]


DUE_DILIGENCE = Theme(
    "due-diligence",
    "人権デュー・ディリジェンス",
    "Human rights due diligence",
    "事業と取引先が人に与える負の影響を見つけ、防ぎ、その結果を確かめて伝える取組です。",
    "Finding, preventing and tracking the harm that a company's business and its suppliers can do to people, and telling of it.",
    (
        Step(
            "hrdd-identified",
            "負の影響の洗い出し",
            "Impacts identified",
            "自社と取引先で起こりうる人権への負の影響を洗い出し、記録した日",
            "The company wrote down which human rights impacts can occur in its own business and at its suppliers",
        ),
        Step(
            "hrdd-prioritised",
            "優先順位の決定",
            "Priorities set",
            "深刻度を基に、取り組む順番を決めた日",
            "The company decided by severity which impacts it addresses first",
        ),
        Step(
            "hrdd-acted",
            "防止・軽減策の実施",
            "Measures taken",
            "優先した影響について、最初の防止策または軽減策を実施した日",
            "The first measure to prevent or mitigate a prioritised impact was taken",
        ),
        Step(
            "hrdd-tracked",
            "実効性の評価",
            "Effect tracked",
            "実施した対策の効果を、関係者の声も聞いて確かめた日",
            "The company checked what the measures achieved, hearing those concerned",
        ),
        Step(
            "hrdd-disclosed",
            "説明・情報開示",
            "Disclosed",
            "取組の内容を社外に公表した日",
            "The company told the public what it does",
        ),
    ),
)
GRIEVANCE = Theme(
    "grievance",
    "苦情処理の仕組み",
    "Grievance mechanism",
    "働く人や取引先の人が、人権に関する相談や苦情を申し出て、対応を受けられる仕組みです。",
    "A way for workers and people at suppliers to raise concerns about human rights and to get an answer.",
    (
        Step(
            "grievance-designed",
            "仕組みの決定",
            "Designed",
            "対象者、受付方法、担当者、対応の手順と期限を定めた日",
            "Who can use it, how, who handles it, and by when there is an answer were decided",
        ),
        Step(
            "grievance-opened",
            "受付の開始",
            "Opened",
            "相談や苦情の受付を始めた日",
            "The first day on which concerns could be raised",
        ),
        Step(
            "grievance-announced",
            "周知",
            "Made known",
            "対象となる人に、それぞれが分かる言語で知らせた日",
            "Those who can use it were told of it, in a language that they understand",
        ),
        Step(
            "grievance-checked",
            "8要件による点検",
            "Checked against the eight criteria",
            "指導原則31の8つの要件に照らして、仕組みを点検した日",
            "The company checked the mechanism against the eight criteria of Guiding Principle 31",
        ),
    ),
)
THEMES = (DUE_DILIGENCE, GRIEVANCE)


def theme(code: str) -> Theme | None:
    return next((each for each in THEMES if each.code == code), None)
