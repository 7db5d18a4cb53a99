"""Made-up contents of the style guide. Japanese and English are separate editions, each with names long and hostile."""

import datetime

from django import forms
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from common.components import (
    STATUSES,
    Cell,
    Chip,
    Column,
    Event,
    Figure,
    Row,
    Step,
    Table,
    Task,
    Term,
    badge,
    link,
)
from common.forms import PortalFormMixin, UploadField

HOSTILE = '<script>alert("1")</script>\'"&amp; \u202eabc'
TOKYO = datetime.timezone(datetime.timedelta(hours=9), "Asia/Tokyo")


class Samples:
    """What both editions share; `words` are the edition's own."""

    words: dict

    def __init__(self, language: str):
        self.language = language
        self.hostile = HOSTILE
        self.statuses = list(STATUSES)

    def __getattr__(self, name):
        try:
            return self.words[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def long(self) -> str:
        """A word without a place to break, longer than any screen of a phone is wide."""
        return self.long_name + "https://example.jp/" + "a" * 90

    @cached_property
    def tasks(self) -> list[Task]:
        states = ["filled", "changes_requested", "filled", "in_progress", "not_started", "late", "blocked"]
        tasks = [
            Task(title=title, hint=hint, status=status, url="" if status == "blocked" else "#", detail=detail)
            for (title, hint, detail), status in zip(self.sections, states, strict=True)
        ]
        return [*tasks, Task(title=self.long, hint=HOSTILE, status="in_progress", url="#")]

    @cached_property
    def home_tasks(self) -> list[Task]:
        return self.tasks[:5]

    @cached_property
    def submit_tasks(self) -> list[Task]:
        return self.tasks[6:7]

    @cached_property
    def steps(self) -> list[Step]:
        states = ["done", "here", "ahead", "ahead", "ahead", "ahead"]
        return [Step(label=label, state=state) for label, state in zip(self.journey, states, strict=True)]

    @cached_property
    def figures(self) -> list[Figure]:
        values = [(16, None), (15, None), (1, 16), (20, 32)]
        return [
            Figure(label=label, value=value, total=total, unit=unit, url="#" if total else "")
            for (label, unit), (value, total) in zip(self.figure_words, values, strict=True)
        ]

    @cached_property
    def terms(self) -> list[Term]:
        return [
            *(Term(label=label, value=value, change_url="#") for label, value in self.answers),
            Term(label=self.label_phone, value="", change_url="#"),
            Term(label=self.label_note, value=f"{HOSTILE}\n{self.long}"),
        ]

    @cached_property
    def events(self) -> list[Event]:
        at = datetime.datetime(2026, 11, 20, 14, 32, tzinfo=TOKYO)
        titles = self.event_words
        return [
            Event(at=at, title=titles[0], by=self.person, status="submitted", body=f"{titles[1]}\n{HOSTILE}"),
            Event(at=at - datetime.timedelta(days=3), title=titles[2], by=self.adviser, url="#"),
            Event(at=datetime.date(2026, 12, 18), title=titles[3], ahead=True),
        ]

    @cached_property
    def chips(self) -> list[Chip]:
        words = self.chip_words
        return [
            Chip(label=words[0], url="?", active=True, count=16),
            Chip(label=words[1], url="?late=1", count=1),
            Chip(label=words[2], value=words[3], url="?", active=True),
            Chip(label=words[4], options=[(name, "?adviser=1") for name in (self.adviser, self.long)]),
        ]

    @cached_property
    def table(self) -> Table:
        """A list that becomes cards on a small screen, with everything that a cell may hold."""
        names = self.companies[:4]
        rows = [
            (link(names[0], "#"), badge("approved"), "2026-11-20", 1240, self.adviser),
            (link(names[1], "#"), badge("changes_requested", detail="2"), "2026-11-18", 12, self.adviser),
            Row((link(names[2], "#"), badge("late"), None, 0, ""), id=f"row-{self.language}"),
            (link(self.long, "#"), badge("not_started"), Cell("2026-11-01", "nowrap"), 7, HOSTILE),
        ]
        columns = [
            Column(label=self.head_company, sort="name"),
            Column(label=self.head_state, sort="state"),
            Column(label=self.head_day, note=self.head_day_note),
            Column(label=self.head_people, numeric=True),
            Column(label=self.head_adviser),
        ]
        return Table(caption=self.table_caption, columns=columns, rows=rows, sort="-state")

    @cached_property
    def matrix(self) -> Table:
        """A table that scrolls both ways, as the secretariat's companies by milestones."""
        columns = [
            Column(label=self.head_company, sort="name"),
            *(Column(label=a, note=b) for a, b in self.milestones),
        ]
        rows = [self._matrix_row(number, name) for number, name in enumerate(self.companies * 2)]
        return Table(caption=self.matrix_caption, columns=columns, rows=rows, sort="name", cards=False)

    def _matrix_row(self, number: int, name: str) -> tuple:
        last = [
            (badge("endorsed", instead="3/7"), badge("approved", instead="3/14"), badge("published", instead="3/28")),
            (badge("in_review"), None, None),
            (badge("changes_requested"), None, None),
            (badge("late"), None, None),
        ][number % 4]
        days = [f"2/{number % 19 + 10}", f"2/{number % 19 + 3}", f"3/{number % 19 + 3}" if number % 3 else None]
        return (link(name, "#"), "11/1", 2, 1 if number % 5 else None, 1, 1, *days, *last)

    @cached_property
    def page(self):
        return Paginator(range(160), 10).page(4)

    @cached_property
    def ops(self) -> list[tuple[int, str]]:
        return [*self.redline, (0, "\n"), (1, HOSTILE)]

    @cached_property
    def tabs(self) -> list[dict]:
        return [{"label": label, "url": "#", "current": number == 1} for number, label in enumerate(self.tab_words)]

    @cached_property
    def empty_form(self):
        return SampleForm(self, prefix=f"{self.language}-empty")

    @cached_property
    def wrong_form(self):
        prefix = f"{self.language}-wrong"
        form = SampleForm(self, {f"{prefix}-number": "123", f"{prefix}-reason": HOSTILE}, {}, prefix=prefix)
        form.full_clean()
        return form


class SampleForm(PortalFormMixin, forms.Form):
    """One field of each kind."""

    company = forms.CharField()
    number = forms.RegexField(r"^\d{13}$")
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    theme = forms.ChoiceField()
    mode = forms.ChoiceField(widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    reason = forms.CharField(widget=forms.Textarea, required=False)
    workbook = UploadField(extensions=(".xlsx",), max_bytes=10 * 1024 * 1024)
    agreed = forms.BooleanField()
    fixed = forms.CharField(required=False, disabled=True)

    def __init__(self, samples: Samples, *args, **kwargs):
        words = samples.words["form"]
        self.submit_label = words["submit"]
        self.cancel_url = "#"
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in words["fields"].items():
            self.fields[name].label = label
            self.fields[name].help_text = help_text or self.fields[name].help_text
        self.fields["number"].error_messages["invalid"] = words["number_error"]
        for name in ("theme", "mode", "topics"):
            self.fields[name].choices = words[name]
        self.fields["fixed"].initial = samples.person


class JapaneseSamples(Samples):
    words = {
        "name": "日本語",
        "long_name": "株式会社髙﨑①㈱とても長い名前の精密機械工業製作所ホールディングス東日本第三事業部",
        "company": "楓精密株式会社",
        "person": "高橋 陽子",
        "adviser": "加藤 誠",
        "home_title": "人権方針をつくる",
        "home_lead": "2026年度プログラム · 提出期限 12月18日（金）まで あと26日 · まだ提出していません",
        "next_title": "「相談窓口」を書く",
        "next_detail": "質問は2つ、約10分です。前回は「適用範囲」まで進みました。",
        "next_button": "続きを書く",
        "write": "書く",
        "submit": "確認して提出する",
        "coming": "これからの予定",
        "from_adviser": "アドバイザーから",
        "workshop": "人権方針策定ワークショップ",
        "workshop_when": "12月3日（木）13:00〜16:30 · 会場とオンライン",
        "to_calendar": "予定表に追加する",
        "consultation": "個別相談 1回目",
        "consultation_when": "12月9日（水）10:00〜11:00 · オンライン",
        "comments": "「適用範囲」へのコメント 2件",
        "comments_when": "11月20日（金）に届きました",
        "sections": [
            ("方針の位置付け", "会社の理念とのつながり", ""),
            ("適用範囲", "グループ会社、取引先への期待", "2件"),
            ("国際的な規範の尊重", "ILOの5分野がそろっています", ""),
            ("重点課題", "外国人労働者、労働時間", ""),
            ("相談窓口", "だれが、どのように受け付けるか", ""),
            ("取組の進め方", "推進体制、教育、見直し", ""),
            ("アドバイザーに提出する", "すべての項目を書くと提出できます", ""),
        ],
        "journey": ["学ぶ", "書く", "提出する", "アドバイザーの確認", "代表者の承認", "公表する"],
        "figure_words": [
            ("参加企業", "社"),
            ("提出済み以降", "社"),
            ("承認済み（目標 3月31日）", "社"),
            ("個別相談の実施", "回"),
        ],
        "answers": [("会社名", "楓精密株式会社"), ("担当者", "高橋 陽子"), ("法人番号", "7010705000725")],
        "label_phone": "電話番号",
        "label_note": "備考",
        "event_words": [
            "アドバイザーに提出しました",
            "8項目すべてを提出しました。",
            "「適用範囲」に修正のお願いが届きました",
            "提出期限",
        ],
        "chip_words": ["すべて", "期限超過", "状態", "確認中", "アドバイザー"],
        "companies": [
            "欅電子工業",
            "楓精密",
            "桐コネクタ",
            "椿プレス工業",
            "檜鍍金",
            "柏電装",
            "楠モールド",
            "桜回路",
            "松電子工業",
            "杉精密",
        ],
        "head_company": "企業",
        "head_state": "状態",
        "head_day": "最後の動き",
        "head_day_note": "日本時間",
        "head_people": "従業員数（名）",
        "head_adviser": "アドバイザー",
        "table_caption": "参加企業の一覧",
        "matrix_caption": "参加企業と達成項目",
        "matrix_title": "進捗",
        "matrix_lead": "SPPパイロット2024 · 2025年3月14日 現在",
        "export": "Excelで出力する",
        "report": "報告書を作る",
        "milestones": [
            ("参加", "11/1"),
            ("経営者サロン1", "11/7"),
            ("経営者サロン2", "11/15"),
            ("実務セミナー", "12/4"),
            ("ワークショップ", "12/18"),
            ("初稿", ""),
            ("相談1", ""),
            ("相談2", ""),
            ("確認", ""),
            ("承認", "3/31まで"),
            ("公表", ""),
        ],
        "redline": [
            (0, "当社は、仕入先と協力会社にもこの方針を"),
            (-1, "理解していただき"),
            (1, "お伝えし"),
            (0, "、人権を尊重していただくことを"),
            (-1, "期待します"),
            (1, "契約や取引の場で働きかけます"),
            (0, "。"),
        ],
        "same": [(0, "変更のない文です。")],
        "redline_label": "「適用範囲」の変更",
        "tab_words": ["概要", "人権方針", "セミナー", "個別相談"],
        "tabs_label": "企業のページ",
        "back": "企業の一覧",
        "scope": "適用範囲",
        "scope_lead": "この方針を守る人と、守ってほしい人をはっきりさせます。",
        "why": "なぜ必要か",
        "why_text": "だれに向けた約束かが分からないと、社員も取引先も動けません。グループ会社を含めるときは、その範囲も書きます。",
        "question": "取引先に何を期待しますか",
        "question_help": "お願いできる範囲で、具体的に書きます。目安は100〜200字です。",
        "answer": "当社は、仕入先と協力会社にもこの方針を理解していただき、人権を尊重していただくことを期待します。",
        "example": "例文を見る",
        "example_text": "「仕入先の皆さまに、契約のときにこの方針をお渡しし、年に一度、取組を伺います。」",
        "suggestion": "加藤先生からの提案 1件",
        "suggestion_note": "「期待」だけでは行動が見えません。できることを一つ書きましょう。",
        "accept": "反映する",
        "edit": "手直しして反映する",
        "refuse": "反映しない",
        "checks": "この項目で確かめること",
        "check_items": [
            (True, "対象となる人を書いた"),
            (True, "派遣社員、技能実習生を含めた"),
            (False, "グループ会社の範囲を書いた"),
        ],
        "save": "保存して次へ",
        "to_list": "一覧に戻る",
        "saved": "14:32 に自動保存しました",
        "notices": [
            (
                "info",
                "ワークショップまであと3日です",
                "会場とオンラインのどちらで参加するか、12月1日（火）までにお知らせください。",
            ),
            ("success", "完了しました", "「適用範囲」を保存しました。"),
            ("warning", "まだ登録されていません", "内容を確かめて「18社を登録する」を押すと登録されます。"),
            ("error", "完了できませんでした", "通信が切れました。もう一度お試しください。"),
        ],
        "empty_title": "人権方針はまだありません",
        "empty_text": "ここには、会社の人権方針とその版が並びます。最初の項目は10分ほどで書けます。",
        "empty_button": "人権方針を書き始める",
        "confirm_title": "提出を取り下げますか",
        "confirm_text": "アドバイザーの確認が止まり、方針は「入力中」に戻ります。書いた内容は残ります。",
        "confirm_button": "提出を取り下げる",
        "done_title": "アドバイザーに提出しました",
        "done_text": "12月25日（金）17:00までに、加藤 誠さんが確認してお返事します。提出後も読むことができます。",
        "job_title": "実施報告書（日本語）を作っています",
        "job_done_title": "実施報告書（日本語）",
        "job_failed_title": "実施報告書（英語）",
        "job_queued_title": "実施報告書（簡易版）",
        "job_open_title": "名簿の読み込み",
        "job_step": "第3章",
        "job_reason": "講師の日本語名が1件ありません",
        "form": {
            "submit": "会社情報を保存する",
            "number_error": "法人番号は13桁の数字です。入力した番号を確かめてください",
            "fields": {
                "company": ("会社名", "登記のとおりに入力してください。"),
                "number": ("法人番号", "13桁。全角の数字でもかまいません。"),
                "day": ("承認日", ""),
                "theme": ("テーマ", ""),
                "mode": ("参加の方法", "当日まで変えられます。"),
                "topics": ("相談したいこと", ""),
                "reason": ("補足", "目安は200字です。"),
                "workbook": ("名簿", ""),
                "agreed": ("内容に間違いがないことを確かめました", ""),
                "fixed": ("登録者", "編集不可。変更は事務局にお申し出ください。"),
            },
            "theme": [("", "選んでください"), ("hr", "人権"), ("env", "環境")],
            "mode": [("site", "会場"), ("online", "オンライン"), ("no", "欠席")],
            "topics": [("scope", "適用範囲"), ("desk", "相談窓口")],
        },
    }


class EnglishSamples(Samples):
    words = {
        "name": "English",
        "long_name": "Takasaki Precision Machinery Manufacturing Holdings East Japan Third Division Company Limited ",
        "company": "Kaede Precision Co., Ltd.",
        "person": "Yoko Takahashi",
        "adviser": "Makoto Kato",
        "home_title": "Write your human rights policy",
        "home_lead": "Programme FY2026 · to be submitted by Fri 18 December, 26 days left · not submitted yet",
        "next_title": "Write “Consultation desk”",
        "next_detail": "Two questions, about 10 minutes. Last time you got as far as “Scope”.",
        "next_button": "Go on writing",
        "write": "Write",
        "submit": "Check and submit",
        "coming": "Coming up",
        "from_adviser": "From your adviser",
        "workshop": "Workshop: drafting the policy",
        "workshop_when": "Thu 3 December, 13:00–16:30 · on site and online",
        "to_calendar": "Add to my calendar",
        "consultation": "First consultation",
        "consultation_when": "Wed 9 December, 10:00–11:00 · online",
        "comments": "Two comments on “Scope”",
        "comments_when": "Received on Fri 20 November",
        "sections": [
            ("Place of the policy", "How it follows from your values", ""),
            ("Scope", "Group companies, what you expect of suppliers", "2"),
            ("International standards", "All five ILO areas are there", ""),
            ("Salient issues", "Foreign workers, working hours", ""),
            ("Consultation desk", "Who takes reports, and how", ""),
            ("How you go about it", "Responsibility, education, review", ""),
            ("Submit to the adviser", "Possible once every section is written", ""),
        ],
        "journey": ["Learn", "Write", "Submit", "Adviser's review", "Approval", "Publish"],
        "figure_words": [
            ("Companies taking part", ""),
            ("Submitted or further", ""),
            ("Approved (target 31 March)", ""),
            ("Consultations held", ""),
        ],
        "answers": [
            ("Company", "Kaede Precision Co., Ltd."),
            ("Contact", "Yoko Takahashi"),
            ("Corporate number", "7010705000725"),
        ],
        "label_phone": "Telephone",
        "label_note": "Remarks",
        "event_words": [
            "Submitted to the adviser",
            "All eight sections were submitted.",
            "Changes requested in “Scope”",
            "Deadline for submission",
        ],
        "chip_words": ["All", "Overdue", "Status", "In review", "Adviser"],
        "companies": [
            "Keyaki Electronics",
            "Kaede Precision",
            "Kiri Connectors",
            "Tsubaki Press",
            "Hinoki Plating",
            "Kashiwa Electric",
            "Kusunoki Mould",
            "Sakura Circuits",
            "Matsu Electronics",
            "Sugi Precision",
        ],
        "head_company": "Company",
        "head_state": "Status",
        "head_day": "Last change",
        "head_day_note": "Japan time",
        "head_people": "Employees",
        "head_adviser": "Adviser",
        "table_caption": "Companies taking part",
        "matrix_caption": "Companies by milestone",
        "matrix_title": "Progress",
        "matrix_lead": "SPP Pilot 2024 · as of 14 March 2025",
        "export": "Export to Excel",
        "report": "Make a report",
        "milestones": [
            ("Enrolled", "1 Nov"),
            ("Study meeting 1", "7 Nov"),
            ("Study meeting 2", "15 Nov"),
            ("Seminar", "4 Dec"),
            ("Workshop", "18 Dec"),
            ("First draft", ""),
            ("Consultation 1", ""),
            ("Consultation 2", ""),
            ("Reviewed", ""),
            ("Approved", "by 31 Mar"),
            ("Published", ""),
        ],
        "redline": [
            (0, "We "),
            (-1, "expect our suppliers to understand"),
            (1, "explain"),
            (0, " this policy "),
            (1, "to our suppliers when we sign a contract "),
            (0, "and "),
            (-1, "to respect"),
            (1, "ask them once a year how they respect"),
            (0, " human rights."),
        ],
        "same": [(0, "Nothing was changed in this sentence.")],
        "redline_label": "Changes in “Scope”",
        "tab_words": ["Overview", "Policy", "Seminars", "Consultations"],
        "tabs_label": "Pages of the company",
        "back": "Companies",
        "scope": "Scope",
        "scope_lead": "Say who keeps this policy, and whom you ask to keep it.",
        "why": "Why it matters",
        "why_text": "A promise to nobody in particular moves nobody. If group companies are included, say which.",
        "question": "What do you expect of your suppliers?",
        "question_help": "Say it as concretely as you can. 50 to 100 words are enough.",
        "answer": "We expect our suppliers to understand this policy and to respect human rights.",
        "example": "Show an example",
        "example_text": "“We give this policy to our suppliers with each contract and ask about their work once a year.”",
        "suggestion": "One suggestion by Makoto Kato",
        "suggestion_note": "“Expect” shows no action. Write one thing that you can do.",
        "accept": "Accept",
        "edit": "Edit and accept",
        "refuse": "Do not accept",
        "checks": "To check in this section",
        "check_items": [
            (True, "It says whom it covers"),
            (True, "Temporary staff and trainees are included"),
            (False, "It says which group companies"),
        ],
        "save": "Save and go on",
        "to_list": "Back to the list",
        "saved": "Saved by itself at 14:32",
        "notices": [
            ("info", "Three days to the workshop", "Please say by Tue 1 December whether you come or join online."),
            ("success", "Done", "“Scope” is saved."),
            ("warning", "Nothing is registered yet", "Check the list, then press “Register 18 companies”."),
            ("error", "This did not work", "The connection was lost. Please try again."),
        ],
        "empty_title": "No policy yet",
        "empty_text": "Your company's policy and its versions will be listed here. The first section takes about ten minutes.",
        "empty_button": "Start writing the policy",
        "confirm_title": "Withdraw the submission?",
        "confirm_text": "The adviser stops reviewing and the policy goes back to “In progress”. What you wrote is kept.",
        "confirm_button": "Withdraw the submission",
        "done_title": "Submitted to the adviser",
        "done_text": "Makoto Kato will answer by Fri 25 December, 17:00. You can still read what you submitted.",
        "job_title": "Making the implementation report (English)",
        "job_done_title": "Implementation report (English)",
        "job_failed_title": "Implementation report (Japanese)",
        "job_queued_title": "Implementation report (short)",
        "job_open_title": "Reading the workbook",
        "job_step": "chapter 3",
        "job_reason": "one speaker has no Japanese name",
        "form": {
            "submit": "Save the company",
            "number_error": "A corporate number has 13 digits. Please check the number",
            "fields": {
                "company": ("Company name", "As it is registered."),
                "number": ("Corporate number", "13 digits; full-width digits are fine."),
                "day": ("Approved on", ""),
                "theme": ("Theme", ""),
                "mode": ("How you take part", "You can change this until the day."),
                "topics": ("What you want to talk about", ""),
                "reason": ("Remarks", "About 100 words."),
                "workbook": ("Workbook", ""),
                "agreed": ("I have checked that this is right", ""),
                "fixed": ("Registered by", "Cannot be edited. Please ask the secretariat to change it."),
            },
            "theme": [("", "Please choose"), ("hr", "Human rights"), ("env", "Environment")],
            "mode": [("site", "On site"), ("online", "Online"), ("no", "Not coming")],
            "topics": [("scope", "Scope"), ("desk", "Consultation desk")],
        },
    }
