"""Words that stand in exactly one tenant's rows, so that a leak can be seen in any answer whatever it looks like."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from django.db import connection, models

from tests.security.audiences import EVERYBODY, OWNERS, PROGRAMME, RECORDS
from tests.security.world import KINDS, World

CANARY = re.compile(rb"zq[0-9a-f]{5}qz")

# What whoever has not signed in reads, too; the table of who sees what names only people with an account.
PUBLIC = {"register entry", "register version"}
# Columns of text that steer the portal and would break it when they said something else.
STEERING = {
    "companies.Company": {"corporate_number", "postal_code"},
    "programmes.MilestoneKind": {"subject", "theme"},
    "programmes.MilestoneDate": {"evidence"},
    "policies.Cycle": {"catalogue"},
    "policies.Revision": {"sha256"},
    "policies.Section": {"code"},
    "policies.Paragraph": {"clause"},
    "policies.Thread": {"section_code"},
    "policies.ReviewNote": {"section_code"},
    "policies.Verdict": {"requirement"},
    "policies.Phrase": {"requirement"},
    "policies.ActionItem": {"section_code", "requirement"},
    "policies.ApprovalRequest": {"token_hash"},
    "policies.Announcement": {"token_hash"},
    "policies.CatalogueChoice": {"version"},
    "policies.RegisterEntry": {"slug", "languages", "corporate_number"},
    "policies.RegisterVersion": {"sha256"},
    "programmes.Feedback": {"language", "answer_key"},
    "programmes.OnlineList": {"encoding"},
    "programmes.Certificate": {"code", "content"},
    "programmes.CalendarFeed": {"token_hash"},
    "programmes.SurveyInvitation": {"token_hash"},
    "programmes.Remark": {"language"},
    "programmes.MailingRecipient": {"language"},
    "programmes.NoticeLetter": {"language"},
    "programmes.Invitation": {"language", "token_hash"},
    "consultations.SlotWish": {"method"},
    "consultations.BookingDraft": {"method"},
    "consultations.Offer": {"problem"},
    "audit.Event": {"verb", "object_type", "request_id"},
    "jobs.Job": {"kind", "dedupe_key", "error", "error_code", "result_url"},
    "jobs.StoredFile": {"content_type", "sha256", "path"},
    "reports.ReportReader": {"token_hash"},
    "reports.ReadingComment": {"block"},
    "reports.Report": {"figures_sha256", "content_key"},
    "reports.DraftBlock": {"key"},
    "reports.BlockText": {"automatic"},
    "reports.FigureOverride": {"figure"},
    "reports.BlockSave": {"settled"},
    "imports.Import": {"refusal"},
    "notifications.Message": {"kind", "language", "key", "path", "channel"},
    "notifications.Reminder": {"kind", "language", "key", "address", "path"},
    "accounts.User": {"password", "email"},
}


@dataclass(frozen=True)
class Canary:
    """Where a canary stands, and which pairs of role and owner may read it."""

    place: str
    owner: str
    audience: frozenset

    def is_for(self, role: str) -> bool:
        return (role, self.owner) in self.audience


def plant(world: World) -> dict[str, Canary]:
    """Write a canary into every text of every tenant's rows. Return what each stands for."""
    planted: dict[str, Canary] = {}
    numbers = count(1)
    with _trail_open():
        for row, kind, owner in _rows(world):
            audience = EVERYBODY if kind in PUBLIC else KINDS[kind][1]
            _write(row, planted, numbers, kind=kind, owner=owner, audience=audience)
    for role, user in world.people.items():
        if user:
            _write(user, planted, numbers, kind=f"name of {role}", owner=_home(role), audience=_who_knows(role))
    for canary, (place, owner, audience) in world.file_canaries.items():
        planted[canary] = Canary(place, owner, audience)
    return planted


@contextmanager
def _trail_open() -> Iterator[None]:
    """What the trail told is written once, for the owner of its table, too: the canaries come in by the back door."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_kept")
        yield
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_kept")


def _rows(world: World) -> Iterator[tuple[models.Model, str, str]]:
    """Every row of a tenant with its kind and owner; rows beside those of the world count as the model's first kind."""
    kept = {(type(row), row.pk): (kind, owner) for kind, rows in world.rows.items() for owner, row in rows.items()}
    kinds: dict[type, str] = {}
    for kind, (model, _) in KINDS.items():
        kinds.setdefault(model, kind)
    tenants = {owner: (world["company", owner].pk, world["programme", owner].pk) for owner in reversed(OWNERS)}
    for model, default in kinds.items():
        for row in model.objects.all():
            kind, owner = kept.get((model, row.pk), (default, _owner(row, tenants)))
            if owner and (model, row.pk) not in world.frozen:
                yield row, kind, owner


def _owner(row: models.Model, tenants: dict) -> str | None:
    company_id, programme_id = getattr(row, "company_id", None), getattr(row, "programme_id", None)
    for owner, (company, programme) in reversed(tenants.items()):
        if company_id == company or (company_id is None and programme_id == programme):
            return owner
    return None


def _write(row, planted: dict, numbers, *, kind: str, owner: str, audience) -> None:
    values = {}
    for column in row._meta.local_concrete_fields:
        canary = f"zq{next(numbers):05x}qz"
        text = _with(canary, column)
        if text is None or column.name in STEERING.get(row._meta.label, ()):
            continue
        values[column.name] = text
        planted[canary] = Canary(f"{kind}: {column.name}", owner, audience)
    type(row).objects.filter(pk=row.pk).update(**values)


def _with(canary: str, column: models.Field):
    """A value of the column that holds the canary, or None where none can."""
    if column.primary_key or column.choices:
        return None
    if isinstance(column, models.EmailField):
        return f"{canary}@example.com"
    if isinstance(column, models.URLField):
        return f"https://{canary}.example.com/"
    if isinstance(column, models.CharField | models.TextField):
        return canary
    if column.name == "content" and isinstance(column, models.JSONField):
        paragraph = {"id": "00000000-0000-4000-8000-000000000001", "ja": canary, "en": canary}
        return {"sections": [{"code": "scope", "title": {"ja": "S", "en": "S"}, "paragraphs": [paragraph]}]}
    return None


def _home(role: str) -> str:
    return {"neighbour": "neighbour", "stranger": "stranger", "other_secretariat": "stranger"}.get(role, "company")


def _who_knows(role: str) -> frozenset:
    """Names of a company's people are its records; names of seats are for their programme; everybody knows their own."""
    own = frozenset({(role, _home(role))})
    if role in ("manager", "staff", "neighbour", "stranger"):
        return RECORDS | own
    return own if role == "nobody" else PROGRAMME | own


def found_in(response) -> set[str]:
    """The canaries in an answer: in its head, its body, and in what is zipped inside."""
    head = "\n".join(f"{name}: {value}" for name, value in response.items()).encode()
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return {match.decode() for text in (head, *_texts(body)) for match in CANARY.findall(text)}


def _texts(body: bytes) -> Iterator[bytes]:
    yield body
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from _texts(archive.read(name))
