"""Frozen figures made by hand: a small programme in the shape of `reports.queries`, to be bent by each test."""

from copy import deepcopy


def sample_session(code: str = "S1", **fields) -> dict:
    """A seminar of two hours in December 2024 with 3 people from 2 companies, 2 of them on site."""
    return {
        "code": code,
        "strand": "working_level",
        "kind": "seminar",
        "title_ja": f"セミナー {code}",
        "title_en": f"Seminar {code}",
        "starts_at": "2024-12-04T04:00:00+00:00",
        "ends_at": "2024-12-04T06:00:00+00:00",
        "method": "hybrid",
        "method_note_ja": "",
        "method_note_en": "",
        "venue_ja": "会議室",
        "venue_en": "Meeting room",
        "held": True,
        "people": 3,
        "companies": 2,
        "onsite": 2,
        "online": 1,
        "agenda": [sample_item()],
        "comments": 0,
        "quotable": 0,
        "quotes": [],
        **fields,
    }


def sample_item(kind: str = "lecture", **fields) -> dict:
    texts = {"title_ja": "講演の題", "title_en": "Title of the lecture"}
    return {"kind": kind, **texts, "speakers": [], **fields}


def sample_figures(*, enrolled: int = 4, **parts) -> dict:
    """A programme of as many companies, one of which has published its policy; `parts` replace or extend."""
    figures = {
        "schema": 1,
        "edition": "public",
        "as_of": "2025-04-30",
        "computed_at": "2025-05-07T01:02:00+00:00",
        "programme": {
            "code": "sample",
            "name_ja": "見本プログラム",
            "name_en": "Sample Programme",
            "fiscal_year": 2024,
            "theme_ja": "ビジネスと人権",
            "theme_en": "Business and Human Rights",
            "target_ja": "方針を策定する",
            "target_en": "A policy each",
            "target_due_on": "2025-03-31",
            "starts_on": "2024-11-01",
            "ends_on": "2025-04-30",
            "is_sample": False,
            "consultations_start_on": "2025-02-01",
            "consultations_end_on": "2025-03-31",
            "consultations_per_company": 2,
            "consultation_minutes": 60,
        },
        "organisations": [{"role": "organiser", "name_ja": "主催 協会", "name_en": "Organising Association, Group A"}],
        "companies": {"enrolled": enrolled, "withdrawn": 0},
        "milestones": [
            {
                "code": "published",
                "name_ja": "公表",
                "name_en": "Published",
                "definition_ja": "",
                "definition_en": "",
                "due_on": None,
                "companies": min(enrolled, 1),
                "by_due": None,
            }
        ],
        "rows": [
            {"code": f"C{n:02}", "reached": {"published": None} if n == 1 else {}} for n in range(1, enrolled + 1)
        ],
        "policies": sample_policies(drafting=max(enrolled - 1, 0), published=min(enrolled, 1), by_due=0),
        "sessions": [sample_session()],
        "consultations": sample_consultations(
            held=3, used=3, entitled=2 * enrolled, unused=2 * enrolled - 3, companies=2
        ),
    }
    for name, part in parts.items():
        figures[name] = (
            {**figures[name], **part} if isinstance(part, dict) and isinstance(figures[name], dict) else part
        )
    return deepcopy(figures)


def sample_policies(*, by_due: int | None = None, **stages: int) -> dict:
    order = ("drafting", "submitted", "endorsed", "approved", "published")
    return {
        "stages": [{"stage": stage, "companies": stages.get(stage, 0)} for stage in order],
        "formulated": stages.get("approved", 0) + stages.get("published", 0),
        "formulated_by_due": by_due,
    }


def sample_consultations(**fields) -> dict:
    counted = (
        *("held", "companies", "onsite", "online", "cancelled", "entitled", "extra", "used"),
        *("cancelled_late", "missed", "forfeited", "later", "unmarked", "unused"),
    )
    counts = dict.fromkeys(counted, 0) | {key: value for key, value in fields.items() if key in counted}
    held = counts["held"] > 0
    return {
        **counts,
        "online": counts["online"] or counts["held"] - counts["onsite"],
        "first_on": fields.get("first_on", "2025-02-03" if held else None),
        "last_on": fields.get("last_on", "2025-03-07" if held else None),
        "advisers": fields.get("advisers", [{"title_ja": "", "title_en": "", "people": 1}] if held else []),
    }


def no_consultations() -> dict:
    """Parts of a programme that plans and has no consultations."""
    rule = {"consultations_per_company": 0, "consultations_start_on": None, "consultations_end_on": None}
    return {"programme": rule, "consultations": sample_consultations()}
