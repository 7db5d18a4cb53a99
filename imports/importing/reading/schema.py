"""Which sheets and columns a programme's workbook has, as data.

Names of sheets, columns and choices are understood in English and in Japanese, whatever their width, case and spacing.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

MARKS = re.compile(r"(※?\s*(必須|任意)|\((必須|任意|required|optional)\)|\*)+$")


def spelling(text: str) -> str:
    """The form in which names of sheets, columns and choices are compared."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    text = MARKS.sub("", text)
    return re.sub(r"[\s_\-・/／()（）]+", "", text)


@dataclass(frozen=True)
class Choice:
    """A stored code and the words that mean it; the first word is shown beside the code."""

    code: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column: `name` is its English header and its key in a record, `ja` its Japanese header.

    Kinds are the parsers of `cells`. `required` means the cell, `optional` that the whole column may be missing.
    """

    name: str
    kind: str
    ja: str
    also: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    choices: tuple[Choice, ...] = ()
    smallest: int = 0
    largest: int = 0
    longest: int = 255
    lines: bool = False
    hint: object = ""
    width: int = 18

    @property
    def spellings(self) -> set[str]:
        return {spelling(name) for name in (self.name, self.ja, *self.also)}

    def choice(self, text: str) -> str | None:
        return self._codes.get(text) or self._by_spelling.get(spelling(text))

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {choice.code: choice.code for choice in self.choices}

    @cached_property
    def _by_spelling(self) -> dict[str, str]:
        return {spelling(word): choice.code for choice in self.choices for word in (choice.code, *choice.words)}


@dataclass(frozen=True)
class Sheet:
    """A sheet; `key` names the columns by which a row is known again at the next import."""

    name: str
    ja: str
    label: object
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    also: tuple[str, ...] = ()
    optional: bool = False
    # One key and its value a row, instead of a header and records.
    pairs: bool = False
    one_of: tuple[tuple[str, str], ...] = ()

    @property
    def spellings(self) -> set[str]:
        return {spelling(name) for name in (self.name, self.ja, *self.also)}

    @cached_property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def choices(**words: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, tuple(text.split("|"))) for code, text in words.items())


YES_NO = choices(yes="はい|○|〇|◯|有|可|y|true|1|出席|✓|済", no="いいえ|×|✕|✗|無|不可|n|false|0|欠席|未")
ORGANISATION_ROLES = choices(
    organiser="主催|主催者|organizer",
    leader="リーダー|主査",
    subleader="サブリーダー|副主査",
    member="メンバー|会員|委員",
    cooperating="協力|協力機関|協力団体",
)
COMPANY_STATUS = choices(participating="参加中|参加|参加企業", withdrawn="辞退|離脱|途中辞退|退会")
PERSON_ROLES = choices(
    manager="管理者|経営者|経営層|責任者",
    staff="担当者|担当|実務担当者",
    adviser="アドバイザー|社労士|相談員|advisor",
    secretariat="事務局",
)
STRANDS = choices(
    management_study="経営者サロン|経営者向け",
    working_level="実務担当者教育|実務担当者向け",
    closing="閉会|修了|クロージング|修了報告会",
)
SESSION_KINDS = choices(seminar="セミナー|講演会", workshop="ワークショップ|研修", meeting="会議|会合|ミーティング")
METHODS = choices(
    onsite="対面|会場|オフライン|offline|facetoface",
    online="オンライン|web|リモート",
    hybrid="併用|ハイブリッド|対面とオンライン|mixed",
)
MODES = METHODS[:2]
AGENDA_KINDS = choices(
    lecture="講演|講義",
    case="事例|事例紹介|examples",
    review="振り返り|ふり返り",
    group_work="グループワーク|グループ討議",
    sharing="意見共有|共有",
    presentation="発表|企業発表",
    comments="講評|コメント",
    introduction="紹介|案内",
)
CONSULTATION_STATUS = choices(
    booked="予約済み|予約|予約中",
    held="実施済み|実施|実施済|完了",
    cancelled="取消|中止|キャンセル|取り消し|canceled",
    cancelled_late="期限後の取消|直前の取消|直前キャンセル|canceledlate",
    missed="会社の欠席|欠席|無断欠席|noshow",
)
# What leaves the time free for others.
FREED = ("cancelled", "cancelled_late")
POLICY_STATUS = choices(
    drafting="作成中|下書き|入力中",
    submitted="提出済み|提出|提出済",
    endorsed="確認済み|確認|確認済|reviewed",
    approved="承認済み|承認|承認済",
    published="公表済み|公表|公表済|公開済み",
)


def code(name="code", ja="コード", *, longest: int = 40, **options):
    return Column(name, "code", ja, longest=longest, required=True, **options)


def both(name: str, ja: str, *, longest: int = 255, lines: bool = False, width: int = 34, also: tuple[str, ...] = ()):
    """The pair of columns name_en and name_ja; empty falls back to the other on the screen."""
    return (
        Column(
            f"{name}_en", "text", f"{ja}(英語)", also=(f"{ja}英文", *also), longest=longest, lines=lines, width=width
        ),
        Column(
            f"{name}_ja", "text", ja, also=(f"{ja}(日本語)", f"{ja}和文"), longest=longest, lines=lines, width=width
        ),
    )


PROGRAMME = Sheet(
    "Programme",
    "プログラム",
    _("Programme"),
    key=(),
    also=("Program", "事業"),
    pairs=True,
    one_of=(("name_en", "name_ja"),),
    columns=(
        Column("code", "slug", "プログラムコード", also=("コード",), required=True, longest=50),
        *both("name", "名称", longest=200, also=("プログラム名英語",)),
        Column("fiscal_year", "integer", "年度", required=True, smallest=2000, largest=2100),
        *both("theme", "テーマ", longest=200),
        Column("starts_on", "date", "開始日", required=True),
        Column("ends_on", "date", "終了日", required=True),
        *both("target", "目標", longest=300),
        Column("target_due_on", "date", "目標期限", also=("目標の期限",)),
        Column("consultations_start_on", "date", "個別相談開始日", also=("個別相談の開始日",)),
        Column("consultations_end_on", "date", "個別相談終了日", also=("個別相談の終了日",)),
        Column(
            "consultations_per_company",
            "integer",
            "一社あたり相談回数",
            also=("1社あたり相談回数", "相談回数"),
            largest=50,
        ),
        Column("consultation_minutes", "integer", "相談時間(分)", also=("相談時間",), smallest=5, largest=480),
    ),
)
ORGANISATIONS = Sheet(
    "Organisations",
    "関係団体",
    _("Organisations"),
    key=("name",),
    also=("Organizations", "団体", "運営団体"),
    one_of=(("name_en", "name_ja"),),
    columns=(
        *both("name", "団体名", longest=200),
        Column("role", "choice", "役割", required=True, choices=ORGANISATION_ROLES),
    ),
)
COMPANIES = Sheet(
    "Companies",
    "参加企業",
    _("Companies"),
    key=("code",),
    also=("企業", "企業一覧", "会社", "企業名簿"),
    one_of=(("name_en", "name_ja"),),
    columns=(
        code(ja="会社コード", longest=20, also=("企業コード", "コード")),
        *both("name", "会社名", longest=200, also=("企業名英語",)),
        Column(
            "name_kana",
            "kana",
            "会社名カナ",
            also=("フリガナ", "ふりがな", "会社名フリガナ", "カナ", "企業名カナ"),
            longest=200,
            width=28,
        ),
        Column("corporate_number", "corporate_number", "法人番号", width=18),
        Column("industry", "text", "業種", also=("業界",), longest=100),
        Column("employees", "integer", "従業員数", largest=1_000_000),
        Column("prefecture", "text", "都道府県", longest=50),
        Column("buyer", "text", "発注企業", also=("取引先", "紹介企業"), longest=200),
        Column("status", "choice", "参加状況", also=("状態",), required=True, choices=COMPANY_STATUS),
        Column("joined_on", "date", "参加日", optional=True),
        Column("withdrawn_on", "date", "辞退日", optional=True),
    ),
)
PEOPLE = Sheet(
    "People",
    "担当者",
    _("People"),
    key=("email",),
    also=("人", "参加者", "名簿", "利用者"),
    one_of=(("name_en", "name_ja"),),
    columns=(
        Column(
            "email", "email", "メールアドレス", also=("e-mail", "メール", "mail"), required=True, longest=254, width=38
        ),
        *both("name", "氏名", longest=100, width=20),
        Column(
            "name_kana",
            "kana",
            "氏名カナ",
            also=("フリガナ", "ふりがな", "カナ", "氏名フリガナ"),
            longest=100,
            width=22,
        ),
        Column("company", "code", "会社コード", also=("企業コード", "会社"), longest=20),
        Column("role", "choice", "区分", also=("役割", "権限"), required=True, choices=PERSON_ROLES),
        Column("title", "text", "役職", also=("所属・役職",), longest=100, width=24),
    ),
)
SESSIONS = Sheet(
    "Sessions",
    "開催回",
    _("Sessions"),
    key=("code",),
    also=("セミナー", "開催", "開催一覧"),
    one_of=(("title_en", "title_ja"),),
    columns=(
        code(ja="開催コード", longest=20, also=("コード",)),
        Column("strand", "choice", "系列", also=("分類",), required=True, choices=STRANDS),
        Column("kind", "choice", "種類", also=("種別",), required=True, choices=SESSION_KINDS),
        *both("title", "題名", longest=200, also=("タイトル英語",)),
        Column("starts_at", "datetime", "開始日時", also=("開始",), required=True, width=20),
        Column("ends_at", "datetime", "終了日時", also=("終了",), required=True, width=20),
        Column("method", "choice", "開催方法", also=("方法", "形式"), required=True, choices=METHODS),
        Column("method_note", "text", "開催方法の補足", also=("方法補足", "方法の補足"), longest=100),
        Column("method_note_ja", "text", "開催方法の補足(日本語)", optional=True, longest=100),
        *both("venue", "会場", longest=200, also=("場所英語",)),
    ),
)
AGENDA = Sheet(
    "Agenda",
    "プログラム内容",
    _("Agenda"),
    key=("session", "order"),
    also=("進行", "議題", "次第"),
    one_of=(("title_en", "title_ja"),),
    columns=(
        Column("session", "code", "開催コード", also=("開催",), required=True, longest=20),
        Column("order", "integer", "順番", also=("順", "番号"), required=True, smallest=1, largest=999),
        Column("kind", "choice", "種類", also=("種別",), required=True, choices=AGENDA_KINDS),
        *both("title", "題名", longest=300),
    ),
)
SPEAKERS = Sheet(
    "Speakers",
    "講師",
    _("Speakers"),
    key=("session", "order", "name"),
    also=("登壇者",),
    one_of=(("name_en", "name_ja"),),
    columns=(
        Column("session", "code", "開催コード", also=("開催",), required=True, longest=20),
        Column("order", "integer", "順番", also=("順", "番号", "進行の順番"), required=True, smallest=1, largest=999),
        *both("name", "氏名", longest=100),
        *both("title", "所属・役職", longest=300, also=("肩書英語",)),
    ),
)
ATTENDANCE = Sheet(
    "Attendance",
    "出席",
    _("Attendance"),
    key=("session", "email"),
    also=("出欠", "出席者"),
    columns=(
        Column("session", "code", "開催コード", also=("開催",), required=True, longest=20),
        Column("email", "email", "メールアドレス", also=("e-mail", "メール"), required=True, longest=254, width=38),
        Column("mode", "choice", "参加方法", also=("方法", "参加形式"), choices=MODES),
        Column("attended", "yes_no", "出席", also=("出欠", "出席した"), required=True, choices=YES_NO),
    ),
)
FEEDBACK = Sheet(
    "Feedback",
    "感想",
    _("Feedback"),
    key=("session", "email"),
    also=("アンケート", "参加者の声"),
    one_of=(("comment_en", "comment_ja"),),
    columns=(
        Column("session", "code", "開催コード", also=("開催",), required=True, longest=20),
        Column("email", "email", "メールアドレス", also=("e-mail", "メール"), required=True, longest=254, width=38),
        *both("comment", "感想", longest=2000, lines=True, width=60),
        Column("quotable", "yes_no", "引用可", also=("引用の可否", "引用してよい"), required=True, choices=YES_NO),
    ),
)
CONSULTATIONS = Sheet(
    "Consultations",
    "個別相談",
    _("Consultations"),
    key=("company", "adviser", "starts_at"),
    also=("相談",),
    columns=(
        Column("company", "code", "会社コード", also=("企業コード", "会社"), required=True, longest=20),
        Column(
            "adviser",
            "email",
            "アドバイザー",
            also=("アドバイザーのメールアドレス", "相談員"),
            required=True,
            longest=254,
            width=34,
        ),
        Column("starts_at", "datetime", "開始日時", also=("日時", "開始"), required=True, width=20),
        Column("minutes", "integer", "分", also=("時間(分)", "所要時間"), required=True, smallest=5, largest=480),
        Column("method", "choice", "方法", also=("相談方法",), required=True, choices=MODES),
        Column("status", "choice", "状態", also=("状況",), required=True, choices=CONSULTATION_STATUS),
    ),
)
POLICIES = Sheet(
    "Policies",
    "人権方針",
    _("Policies"),
    key=("company",),
    also=("方針", "方針の状況"),
    columns=(
        Column("company", "code", "会社コード", also=("企業コード", "会社"), required=True, longest=20),
        Column("status", "choice", "状態", also=("状況",), required=True, choices=POLICY_STATUS),
        Column("submitted_on", "date", "提出日"),
        Column("endorsed_on", "date", "確認日"),
        Column("approved_on", "date", "承認日"),
        Column("published_on", "date", "公表日"),
        Column("published_url", "url", "公表URL", also=("url", "公表先", "公表先URL"), longest=500, width=44),
    ),
)
ASSIGNMENTS = Sheet(
    "Assignments",
    "担当",
    _("Assignments"),
    key=("company", "adviser"),
    also=("担当アドバイザー", "担当割り当て"),
    optional=True,
    columns=(
        Column("company", "code", "会社コード", also=("企業コード", "会社"), required=True, longest=20),
        Column(
            "adviser",
            "email",
            "アドバイザー",
            also=("アドバイザーのメールアドレス", "相談員"),
            required=True,
            longest=254,
            width=34,
        ),
        Column("starts_on", "date", "開始日", required=True),
        Column("ends_on", "date", "終了日"),
    ),
)
# The themes of `programmes.catalogue.themes`; named here once more, because reading knows no other app.
THEMES = (
    Choice("due-diligence", ("人権デュー・ディリジェンス", "人権DD", "HRDD", "human rights due diligence")),
    Choice("grievance", ("苦情処理の仕組み", "苦情処理", "grievance mechanism")),
)
THEME_MILESTONES = Sheet(
    "Themes",
    "テーマ",
    _("Milestones of themes"),
    key=("milestone",),
    also=("テーマの達成項目",),
    optional=True,
    one_of=(("name_en", "name_ja"),),
    columns=(
        Column("theme", "choice", "テーマ", required=True, choices=THEMES, width=28),
        code("milestone", "達成項目コード"),
        *both("name", "名称", longest=100),
        *both("definition", "定義", longest=300),
        Column("due_on", "date", "期限"),
    ),
)
THEME_STEPS = Sheet(
    "Theme steps",
    "テーマの達成状況",
    _("Steps of themes"),
    key=("company", "milestone"),
    optional=True,
    columns=(
        Column("company", "code", "会社コード", also=("企業コード", "会社"), required=True, longest=20),
        code("milestone", "達成項目コード"),
        Column("reached_on", "date", "達成日", required=True),
        Column("note", "text", "確認できるもの", longest=300, width=44),
    ),
)

SHEETS = (
    PROGRAMME,
    ORGANISATIONS,
    COMPANIES,
    PEOPLE,
    SESSIONS,
    AGENDA,
    SPEAKERS,
    ATTENDANCE,
    FEEDBACK,
    CONSULTATIONS,
    POLICIES,
    ASSIGNMENTS,
    THEME_MILESTONES,
    THEME_STEPS,
)
# Sheets that the portal itself writes into its templates and corrections: never read, never reported.
OWN_SHEETS = {spelling(name) for name in ("Remarks", "確認事項", "How to fill in", "記入方法")}
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
PAIR_HEADERS = (
    {spelling(name) for name in ("key", "項目", "キー")},
    {spelling(name) for name in ("value", "値", "内容")},
)
