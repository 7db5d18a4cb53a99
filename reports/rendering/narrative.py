"""The sentences of a report, made from its figures. Every branch is a state that a programme's data can be in.

Functions return safe paragraphs in the active language; nothing is said that the figures do not say.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.queries import FORMULATED

from . import wording as w

Figures = Mapping


def is_over(figures: Figures, day: str | None) -> bool:
    """True when the day has come by the as-of date; an unknown day never has."""
    return bool(day) and day <= figures["as_of"]


def as_of(figures: Figures) -> SafeString:
    return w.named("as_of", w.day(figures["as_of"]))


# --- 1 Outline ----------------------------------------------------------------------------------------------------------


def background(figures: Figures) -> list[SafeString]:
    programme = figures["programme"]
    name, theme, year = w.quoted(w.words(programme, "name")), w.words(programme, "theme"), fiscal_year(figures)
    over = is_over(figures, programme["ends_on"])
    if theme and over:
        what = _("{programme} was carried out as a programme of {year} on the theme of {theme}.")
    elif theme:
        what = _("{programme} is being carried out as a programme of {year} on the theme of {theme}.")
    elif over:
        what = _("{programme} was carried out as a programme of {year}.")
    else:
        what = _("{programme} is being carried out as a programme of {year}.")
    return [
        w.paragraph(
            _(
                "The Sustainable Procurement Partnership (SPP) is a framework in which companies that buy and companies "
                "that supply work together on sustainable procurement and take everyone in the supply chain along."
            ),
            format_html(what, programme=name, theme=w.quoted(theme), year=year),
        ),
        w.paragraph(_target(programme), _means(figures)),
    ]


def _target(programme: Mapping) -> str:
    target = w.words(programme, "target")
    if not target:
        return ""
    if programme["target_due_on"]:
        return format_html(
            _("Its target: {target}, by {day}."),
            target=w.quoted(target),
            day=w.named("target_due", w.day(programme["target_due_on"])),
        )
    return format_html(_("Its target: {target}."), target=w.quoted(target))


def _means(figures: Figures) -> str:
    names = [w.strand(code) for code in activities(figures)]
    if not names:
        return ""
    return format_html(
        ngettext(
            "To this end it offers one activity: {activities}.",
            "To this end it combines {count} activities: {activities}.",
            len(names),
        ),
        count=len(names),
        activities=w.listed(names),
    )


def fiscal_year(figures: Figures) -> str:
    """Return 2024年度 or FY2024, for running text."""
    year = figures["programme"]["fiscal_year"]
    return _("FY{year}").format(year=year)


def activities(figures: Figures) -> list[str]:
    """Return the codes of the programme's activities in the order of the report: closing meetings after consultations."""
    strands = [session["strand"] for session in figures["sessions"]]
    order = [code for code in dict.fromkeys(strands) if code != "closing"]
    known = [code for code in ("management_study", "working_level") if code in order]
    order = known + [code for code in order if code not in known]
    if has_consultations(figures):
        order.append(w.CONSULTATIONS)
    return order + (["closing"] if "closing" in strands else [])


def has_consultations(figures: Figures) -> bool:
    """True when consultations were planned or took place."""
    return bool(figures["programme"]["consultations_per_company"] or figures["consultations"]["held"])


def strand_sessions(figures: Figures, strand: str) -> list[Mapping]:
    return [session for session in figures["sessions"] if session["strand"] == strand]


def activity_sentences(figures: Figures) -> list[SafeString]:
    """Say when each activity took place, one sentence each."""
    sentences = []
    for code in activities(figures):
        if code == w.CONSULTATIONS:
            sentences.append(_consultations_in_time(figures))
            continue
        held = [session for session in strand_sessions(figures, code) if session["held"]]
        if held:
            text = _("{activity}: {sessions} ({months}).")
            sentences.append(
                format_html(
                    text,
                    activity=w.strand(code),
                    months=session_months(held),
                    sessions=w.sessions(len(held), f"sessions.{code}"),
                )
            )
        else:
            text = _("{activity} had not been held by {day}.")
            sentences.append(format_html(text, activity=w.strand(code), day=as_of(figures)))
    if not sentences:
        return [w.paragraph(format_html(_("No activity is on record as of {day}."), day=as_of(figures)))]
    return [w.paragraph(*sentences)]


def _consultations_in_time(figures: Figures) -> str:
    consultations = figures["consultations"]
    if not consultations["held"]:
        return format_html(_("No individual consultation had been held by {day}."), day=as_of(figures))
    return format_html(
        _("Individual consultations: {times}, {companies} ({months})."),
        months=held_months(figures),
        times=w.times(consultations["held"], "consultations"),
        companies=w.companies(consultations["companies"], "consultations.companies"),
    )


def held_months(figures: Figures) -> str:
    """Return the months in which consultations were held."""
    consultations = figures["consultations"]
    return w.named("consultation_months", w.months(consultations["first_on"], consultations["last_on"]))


def session_months(sessions: Sequence[Mapping]) -> str:
    days = sorted(w.local_day(session["starts_at"]) for session in sessions)
    return w.months(days[0].isoformat(), days[-1].isoformat())


def results(figures: Figures) -> list[SafeString]:
    paragraphs = []
    if not figures["companies"]["enrolled"]:
        paragraphs.append(format_html(_("No company is enrolled as of {day}."), day=as_of(figures)))
    elif figures["policies"]:
        paragraphs.append(w.paragraph(_formulated(figures), _published(figures), _by_due(figures)))
        if figures["policies"]["formulated"] < figures["companies"]["enrolled"]:
            paragraphs.append(_others(figures))
    if any(session["people"] for session in figures["sessions"]):
        paragraphs.append(_attendances(figures))
    return paragraphs


def _formulated(figures: Figures) -> str:
    done, enrolled = figures["policies"]["formulated"], figures["companies"]["enrolled"]
    values = {"day": as_of(figures), "count": w.number(done, "formulated"), "all": w.companies(enrolled, "enrolled")}
    if not done:
        return format_html(_("As of {day}, none of {all} has formulated its policy yet."), **values)
    if done == enrolled:
        return format_html(
            ngettext(
                "As of {day}, {all} has formulated its policy: the target is reached.",
                "As of {day}, all of {all} have formulated their policies: the target is reached.",
                enrolled,
            ),
            **values,
        )
    return format_html(
        ngettext(
            "As of {day}, {count} of {all} has formulated its policy, that is, approved or published it ({share}%).",
            "As of {day}, {count} of {all} have formulated their policies, that is, approved or published them ({share}%).",
            done,
        ),
        share=w.share(done, enrolled, "formulated.share"),
        **values,
    )


def _published(figures: Figures) -> str:
    published = stage_count(figures, "published")
    if not published or not figures["policies"]["formulated"]:
        return ""
    if published == figures["policies"]["formulated"]:
        return _("All of these policies are published.")
    return format_html(
        ngettext("{count} of these policies is published.", "{count} of these policies are published.", published),
        count=w.number(published, "stage.published"),
    )


def _by_due(figures: Figures) -> str:
    due, by_due = figures["programme"]["target_due_on"], figures["policies"]["formulated_by_due"]
    if not due or due == figures["as_of"]:
        return ""
    if by_due is None:
        return format_html(_("The target date, {day}, is still to come."), day=w.named("target_due", w.day(due)))
    return format_html(
        _("By the target date, {day}, it was {count} of {all}."),
        day=w.named("target_due", w.day(due)),
        count=w.number(by_due, "formulated.by_due"),
        all=w.companies(figures["companies"]["enrolled"], "enrolled"),
    )


def _others(figures: Figures) -> str:
    parts = [
        (code, stage_count(figures, code)) for code in w.STAGES if code not in FORMULATED and stage_count(figures, code)
    ]
    left = figures["companies"]["enrolled"] - figures["policies"]["formulated"]
    return format_html(
        ngettext(
            "Where the one other company stands: {stages}.", "Where the other {count} companies stand: {stages}.", left
        ),
        count=w.number(left, "formulated.left"),
        stages=w.listed(
            format_html("{}{}", w.stage(code), w.in_brackets(w.companies(count, f"stage.{code}")))
            for code, count in parts
        ),
    )


def _attendances(figures: Figures) -> str:
    held = [session for session in figures["sessions"] if session["held"]]
    total, onsite, online = (sum(session[key] for session in held) for key in ("people", "onsite", "online"))
    return format_html(
        ngettext(
            "The one session counts {total} attendances ({modes}).",
            "The {count} sessions count {total} attendances in all ({modes}).",
            len(held),
        ),
        count=w.number(len(held), "sessions"),
        total=w.number(total, "attendances"),
        modes=modes(onsite, online, total, of="attendances"),
    )


def stage_count(figures: Figures, code: str) -> int:
    return next((stage["companies"] for stage in figures["policies"]["stages"] if stage["stage"] == code), 0)


def plans(figures: Figures) -> list[SafeString]:
    """Say what remains to be done and where the coming activities were introduced. The rest is for people to write."""
    return [text for text in (_remaining(figures), _introduced(figures)) if text]


def _remaining(figures: Figures) -> str:
    if not figures["policies"]:
        return ""
    enrolled, policies = figures["companies"]["enrolled"], figures["policies"]
    parts = []
    if enrolled > policies["formulated"]:
        left = enrolled - policies["formulated"]
        parts.append(
            format_html("{}{}", _("formulation of the policy"), w.in_brackets(w.companies(left, "formulated.left")))
        )
    if approved := stage_count(figures, "approved"):
        brackets = w.in_brackets(w.companies(approved, "stage.approved"))
        parts.append(format_html("{}{}", _("publication of an approved policy"), brackets))
    if not parts:
        return ""
    return w.paragraph(format_html(_("Still ahead as of {day}: {steps}."), day=as_of(figures), steps=w.listed(parts)))


def _introduced(figures: Figures) -> str:
    items = [
        (session, item)
        for session in figures["sessions"]
        for item in session["agenda"]
        if session["held"] and item["kind"] == "introduction"
    ]
    sentences = [
        format_html(
            _("The activities to come were introduced on {day} at {session}: {title}."),
            day=w.session_day(session),
            session=w.quoted(w.words(session, "title")),
            title=w.quoted(w.words(item, "title")),
        )
        for session, item in items
    ]
    return w.paragraph(*sentences) if sentences else ""


# --- 2 and 3: sessions ----------------------------------------------------------------------------------------------------


def modes(onsite: int, online: int, people: int, *, of: str = "") -> SafeString:
    """Say how people took part: 会場13名、オンライン9名, or that all came the same way, or that it is not on record.

    `of` is what the names of these figures begin with, where they have names.
    """
    if not people:
        return SafeString()
    if onsite == people:
        return format_html("{}", _("all on site"))
    if online == people:
        return format_html("{}", _("all online"))
    onsite_of, online_of, unknown_of = (f"{of}.{way}" if of else "" for way in ("onsite", "online", "unknown"))
    parts = [
        format_html(_("on site: {count}"), count=w.number(onsite, onsite_of)),
        format_html(_("online: {count}"), count=w.number(online, online_of)),
    ]
    if unknown := people - onsite - online:
        parts.append(format_html(_("not recorded: {count}"), count=w.number(unknown, unknown_of)))
    return w.joined(parts)


def participants(session: Mapping, figures: Figures) -> SafeString:
    """Return 16社から22名（会場13名、オンライン9名）, or why there is no number."""
    if not session["held"]:
        return format_html(_("Not yet held as of {day}"), day=as_of(figures))
    if not session["people"]:
        return format_html("{}", _("No attendance on record"))
    return format_html(
        "{}{}",
        format_html(
            _("{people} from {companies}"),
            people=w.people(session["people"], f"session.{session['code']}.people"),
            companies=w.companies(session["companies"], f"session.{session['code']}.companies"),
        ),
        w.in_brackets(modes(session["onsite"], session["online"], session["people"], of=f"session.{session['code']}")),
    )


def session_summary(session: Mapping, figures: Figures) -> SafeString:
    return w.paragraph(_took_place(session, figures), _programme_of(session), _speakers_of(session))


def _took_place(session: Mapping, figures: Figures) -> str:
    values = {
        "kind": w.session_kind(session["kind"]).lower(),
        "day": w.session_day(session),
        "method": w.method_with_note(session),
    }
    if not session["held"]:
        return format_html(_("The {kind} is planned for {day}, method: {method}."), **values)
    if not session["people"]:
        return format_html(_("The {kind} was held on {day}, method: {method}. No attendance is on record."), **values)
    return format_html(
        _("The {kind} was held on {day}, method: {method}. {people} from {companies} took part."),
        people=w.people(session["people"], f"session.{session['code']}.people"),
        companies=w.companies(session["companies"], f"session.{session['code']}.companies"),
        **values,
    )


def grouped_agenda(session: Mapping) -> list[tuple[str, list[Mapping]]]:
    """Return the programme as runs of items of one kind, in order: one lecture, three pieces of group work, …"""
    return [(kind, list(items)) for kind, items in groupby(session["agenda"], key=lambda item: item["kind"])]


def _programme_of(session: Mapping) -> str:
    parts = []
    for kind, items in grouped_agenda(session):
        titles = w.listed(w.quoted(w.words(item, "title")) for item in items)
        if kind in w.SELF_EXPLAINING:
            parts.append(titles)
        else:
            parts.append(format_html(_("{kind} {titles}"), kind=w.item_kind(kind).lower(), titles=titles))
    if not parts:
        return ""
    return format_html(_("On the programme: {items}."), items=w.joined(parts, english="; "))


def _speakers_of(session: Mapping) -> str:
    names = list(dict.fromkeys(w.speaker_name(speaker) for item in session["agenda"] for speaker in item["speakers"]))
    if not names:
        return ""
    return format_html(ngettext("Speaker: {names}.", "Speakers: {names}.", len(names)), names=w.listed(names))


def quotes_introduction(session: Mapping) -> str:
    """Say what the quotes below are, or why there are none although people commented."""
    shown, received = len(session["quotes"]), session["comments"]
    if not received:
        return ""
    if not shown:
        return format_html(
            ngettext(
                "{count} comment was received; its author did not agree to be quoted.",
                "{count} comments were received; none of their authors agreed to be quoted.",
                received,
            ),
            count=w.number(received, f"session.{session['code']}.comments"),
        )
    return ngettext(
        "A participant's comment, quoted with consent:", "Participants' comments, quoted with consent:", shown
    )


# --- 2 and 3: consultations -----------------------------------------------------------------------------------------------


def consultations_summary(figures: Figures) -> SafeString:
    consultations = figures["consultations"]
    if not consultations["held"]:
        return w.paragraph(_consultations_in_time(figures))
    return w.paragraph(
        _("In individual consultations an adviser goes through a company's draft with it and answers its questions."),
        format_html(
            _("{companies} used them {times} in all ({months})."),
            companies=w.companies(consultations["companies"], "consultations.companies"),
            times=w.times(consultations["held"], "consultations"),
            months=held_months(figures),
        ),
        _unused(figures),
    )


def consultation_rule(figures: Figures) -> str:
    """Return what each company may have, as 1社2回、1回1時間（原則）; empty when the programme says nothing."""
    programme = figures["programme"]
    if not programme["consultations_per_company"]:
        return ""
    if not programme["consultation_minutes"]:
        return _("{times} a company, in principle").format(times=w.times(programme["consultations_per_company"]))
    return _("{times} a company, {length} each, in principle").format(
        times=w.times(programme["consultations_per_company"]), length=w.hours(programme["consultation_minutes"])
    )


def consultation_use(figures: Figures) -> SafeString:
    """Return how much of what was due to the companies was used, and what is known of the rest."""
    consultations = figures["consultations"]
    if not consultations["entitled"]:
        return w.paragraph("")
    if consultations.get("extra"):
        return w.paragraph(_use_with_extra(figures), _unused(figures), _beyond(figures))
    sentence = format_html(
        _("{used} of {entitled} ({companies} × {each})."),
        used=w.number(consultations["used"], "consultations.used"),
        entitled=w.number(consultations["entitled"], "consultations.entitled"),
        companies=w.companies(figures["companies"]["enrolled"], "enrolled"),
        each=w.times(figures["programme"]["consultations_per_company"]),
    )
    return w.paragraph(sentence, _unused(figures), _beyond(figures))


def _use_with_extra(figures: Figures) -> SafeString:
    """Return how much was used of what was due and of what was granted in addition."""
    consultations = figures["consultations"]
    text = _("{used} of {whole}: {companies} × {each}, and {extra} granted in addition, with a recorded reason.")
    return format_html(
        text,
        used=w.number(consultations["used"], "consultations.used"),
        whole=w.number(consultations["entitled"] + consultations["extra"], "consultations.granted"),
        companies=w.companies(figures["companies"]["enrolled"], "enrolled"),
        each=w.times(figures["programme"]["consultations_per_company"]),
        extra=w.number(consultations["extra"], "consultations.extra"),
    )


def _spent(figures: Figures) -> list[SafeString]:
    """Return what the ledger says of consultations that counted and did not take place."""
    sentences = {
        "cancelled_late": _("Cancelled by the company after the deadline: {count}."),
        "missed": _("The company did not come: {count}."),
        "forfeited": _("Forfeited, with a recorded reason: {count}."),
    }
    counts = figures["consultations"]
    return [
        format_html(text, count=w.number(counts[key], f"consultations.{key}"))
        for key, text in sentences.items()
        if counts.get(key)
    ]


def _unused(figures: Figures) -> str:
    consultations = figures["consultations"]
    parts = _spent(figures)
    if consultations["later"]:
        later = w.number(consultations["later"], "consultations.later")
        parts.append(format_html(_("Held or booked for after that day: {count}."), count=later))
    if consultations["unmarked"]:
        unmarked = w.number(consultations["unmarked"], "consultations.unmarked")
        parts.append(format_html(_("Booked, outcome not recorded: {count}."), count=unmarked))
    if consultations["unused"]:
        over = is_over(figures, figures["programme"]["consultations_end_on"] or figures["programme"]["ends_on"])
        text = _("Unused, reason not recorded: {count}.") if over else _("Not booked yet: {count}.")
        parts.append(format_html(text, count=w.number(consultations["unused"], "consultations.unused")))
    return w.paragraph(*parts)


def _beyond(figures: Figures) -> str:
    """Say what was held outside the entitlement: a third hour, or one of a company that left."""
    extra = figures["consultations"]["held"] - figures["consultations"]["used"]
    if not extra:
        return ""
    return format_html(
        _("Held beyond this, or by companies that have left: {count}."), count=w.number(extra, "consultations.beyond")
    )


def consultation_period(figures: Figures) -> str:
    """Return the planned period, else the one in which consultations were held."""
    programme, consultations = figures["programme"], figures["consultations"]
    first = programme["consultations_start_on"] or consultations["first_on"]
    last = programme["consultations_end_on"] or consultations["last_on"]
    if not first or not last:
        return pgettext("report", "Not recorded")
    return w.named("consultation_period", w.months(first, last))


def advisers(figures: Figures) -> SafeString:
    """Return BHR推進社労士（3名）, one entry for each title that advisers have."""
    return w.listed(
        format_html(
            "{}{}",
            w.stock_words(group, "title") or pgettext("report", "Adviser"),
            w.in_brackets(w.people(group["people"])),
        )
        for group in figures["consultations"]["advisers"]
    )


# --- Dates that every page needs ---------------------------------------------------------------------------------------------


def source(figures: Figures) -> SafeString:
    """Return the line under tables and figures: where the numbers come from, and of which day."""
    return format_html(_("Source: records of the SPP portal, as of {day}"), day=as_of(figures))


def computed(figures: Figures) -> SafeString:
    return format_html(
        _("All figures are as of {day}. They were computed on {moment}; what was recorded later is not in them."),
        day=as_of(figures),
        moment=w.moment(figures["computed_at"]),
    )


def period(figures: Figures) -> str:
    programme = figures["programme"]
    return w.named("period", w.months(programme["starts_on"], programme["ends_on"]))


def issued(figures: Figures) -> str:
    """Return the month in which the figures were computed, for the cover."""
    day = w.local_day(figures["computed_at"]).isoformat()
    return w.months(day, day)
