"""What may be quoted in a report: comments after sessions and remarks of speakers, and where they were printed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value

from common.models import in_language
from programmes.enums import Consent
from programmes.models import Feedback, Programme, QuoteUse, Remark, Session, Speaker

from .survey import original, original_language

COMMENT, REMARK = "comment", "remark"
KINDS = (COMMENT, REMARK)
PERMITTED, REFUSED, WITHDRAWN = "permitted", "refused", "withdrawn"
PERMISSIONS = (PERMITTED, REFUSED, WITHDRAWN)


@dataclass(frozen=True)
class Wanted:
    """Which quotes are looked for; what is empty does not matter."""

    kind: str = ""
    permission: str = ""
    used: str = ""  # "yes" or "no"
    session: str = ""
    untranslated: bool = False


@dataclass(frozen=True)
class Use:
    title: str
    used_on: date


@dataclass(frozen=True)
class Quote:
    """Words that may or may not be printed: what was said, its translation, by whom, the consent, and where it stands."""

    kind: str
    pk: UUID
    session: str
    text: str
    language: str
    translation: str
    by: str
    # Of `Consent` for a comment; for a remark the days on which permission was given and withdrawn.
    consent: str
    permitted_on: date | None
    withdrawn_on: date | None
    uses: list[Use]

    @property
    def is_permitted(self) -> bool:
        if self.kind == COMMENT:
            return self.consent != Consent.NONE
        return self.permitted_on is not None and self.withdrawn_on is None

    @property
    def translated_into(self) -> str:
        return "en" if self.language == "ja" else "ja"


def comments_of(user, programme: Programme) -> QuerySet:
    """Return the comments of a programme that may be read: never those of a small group without names."""
    return Feedback.objects.visible_to(user).filter(programme=programme).with_words().shown()


def remarks_of(user, programme: Programme) -> QuerySet:
    return Remark.objects.visible_to(user).filter(programme=programme)


def _narrowed(comments: QuerySet, remarks: QuerySet, wanted: Wanted) -> tuple[QuerySet, QuerySet]:
    if wanted.session:
        comments, remarks = comments.filter(session=wanted.session), remarks.filter(session=wanted.session)
    if wanted.permission:
        used = Q(Exists(QuoteUse.objects.filter(feedback=OuterRef("pk"))))
        said_no = Q(consent=Consent.NONE)
        permitted = Q(permitted_on__isnull=False, withdrawn_on__isnull=True)
        comments = comments.filter(
            {PERMITTED: ~said_no, REFUSED: said_no, WITHDRAWN: said_no & used}[wanted.permission]
        )
        taken_back = Q(withdrawn_on__isnull=False)
        remarks = remarks.filter({PERMITTED: permitted, REFUSED: ~permitted, WITHDRAWN: taken_back}[wanted.permission])
    if wanted.used:
        is_used = wanted.used == "yes"
        of_comment, of_remark = (Exists(QuoteUse.objects.filter(**{n: OuterRef("pk")})) for n in ("feedback", "remark"))
        comments = comments.filter(of_comment if is_used else ~of_comment)
        remarks = remarks.filter(of_remark if is_used else ~of_remark)
    if wanted.untranslated:
        comments = comments.filter(Q(comment_ja="") | Q(comment_en=""))
        remarks = remarks.filter(Q(text_ja="") | Q(text_en=""))
    return comments, remarks


def quote_keys(user, programme: Programme, wanted: Wanted) -> QuerySet:
    """Return (kind, id, start of the session) of what is looked for, the latest sessions first; for a paginator."""
    comments, remarks = _narrowed(comments_of(user, programme), remarks_of(user, programme), wanted)
    if wanted.kind == COMMENT:
        remarks = remarks.none()
    elif wanted.kind == REMARK:
        comments = comments.none()
    legs = [
        rows.order_by()
        .annotate(of=Value(kind, output_field=CharField()), begins=F("session__starts_at"))
        .values_list("of", "pk", "begins")
        for kind, rows in ((COMMENT, comments), (REMARK, remarks))
    ]
    return legs[0].union(legs[1], all=True).order_by("-begins", "of", "pk")


def quotes(user, keys: Iterable[tuple]) -> list[Quote]:
    """Return the quotes of these keys in their order, with where each was printed, in a constant number of questions."""
    keys = list(keys)
    ids = {kind: [pk for each, pk, _starts in keys if each == kind] for kind in KINDS}
    comments = Feedback.objects.visible_to(user).filter(pk__in=ids[COMMENT]).select_related("session", "company")
    remarks = Remark.objects.visible_to(user).filter(pk__in=ids[REMARK]).select_related("session", "speaker")
    found = {(COMMENT, row.pk): _of_comment(row) for row in comments.prefetch_related("uses")}
    found |= {(REMARK, row.pk): _of_remark(row) for row in remarks.prefetch_related("uses")}
    return [found[kind, pk] for kind, pk, _starts in keys if (kind, pk) in found]


def _uses(row) -> list[Use]:
    return [Use(use.title, use.used_at.date()) for use in row.uses.all()]


def _of_comment(row: Feedback) -> Quote:
    language = original_language(row)
    return Quote(
        kind=COMMENT,
        pk=row.pk,
        session=row.session.title,
        text=original(row),
        language=language,
        translation=getattr(row, f"comment_{'en' if language == 'ja' else 'ja'}"),
        by=row.company.name if row.company and row.consent == Consent.COMPANY else "",
        consent=row.consent,
        permitted_on=None,
        withdrawn_on=None,
        uses=_uses(row),
    )


def _of_remark(row: Remark) -> Quote:
    language = row.language if getattr(row, f"text_{row.language}") else {"ja": "en", "en": "ja"}[row.language]
    title = in_language(row.speaker, "title")
    return Quote(
        kind=REMARK,
        pk=row.pk,
        session=row.session.title,
        text=getattr(row, f"text_{language}"),
        language=language,
        translation=getattr(row, f"text_{'en' if language == 'ja' else 'ja'}"),
        by=" · ".join(part for part in (str(row.speaker), title) if part),
        consent="",
        permitted_on=row.permitted_on,
        withdrawn_on=row.withdrawn_on,
        uses=_uses(row),
    )


def quoted_sessions(user, programme: Programme) -> list[Session]:
    """Return the sessions of the programme that something was said about."""
    comments = comments_of(user, programme).order_by().values("session")
    remarks = remarks_of(user, programme).order_by().values("session")
    return list(Session.objects.visible_to(user).filter(Q(pk__in=comments) | Q(pk__in=remarks)))


def speakers_of(user, programme: Programme) -> QuerySet:
    """Return who spoke in the programme, the latest session first; whoever spoke twice stands twice."""
    sessions = Session.objects.visible_to(user).filter(programme=programme)
    rows = Speaker.objects.filter(programme=programme, item__session__in=sessions).select_related("item__session")
    return rows.order_by("-item__session__starts_at", "item__order", "order", "pk")
