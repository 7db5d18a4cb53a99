"""The public register's rows. Only published texts come in, and what stood there stays to be known."""

import re
import unicodedata
from datetime import date
from uuid import UUID

from companies.models import Company
from policies.models import ApprovalRequest, Publication, RegisterEntry, RegisterVersion
from policies.models.searching import grams, searchable

# Words of a company's English name that tell nothing.
_FORMS = {"co", "ltd", "inc", "corp", "corporation", "company", "limited", "kk", "gk", "llc", "the"}
MAX_SLUG = 40


def put_in_register(*, publication: Publication, company: Company, approval: ApprovalRequest | None) -> RegisterEntry:
    """Show the publication as the company's present version; one that stands there already gets the new address.

    For `services.publication`, which has asked whether `actor` may. What is shown is copied here once: name and place
    as the company has them today, the text as it was frozen.
    """
    RegisterEntry.objects.hold()
    entry = RegisterEntry.objects.filter(company=company).select_related("present").first()
    if entry is None:
        entry = RegisterEntry(company=company, slug=_free_slug(company))
        entry.published_on = publication.published_on
        describe_entry(entry, company)
        entry.save(force_insert=True)
    version = entry.present
    if version is None or version.publication_id != publication.pk or version.withdrawn_on:
        version = _next_version(entry, publication, approval)
    version.address, version.link_state = publication.address, publication.link_state
    version.link_checked_at = publication.link_checked_at
    version.save()
    describe_entry(entry, company)
    entry.present, entry.is_listed = version, True
    entry.published_on = publication.published_on
    entry.languages = ",".join(publication.revision.content.get("languages", ["ja"]))
    entry.save()
    return entry


def _next_version(entry: RegisterEntry, publication: Publication, approval: ApprovalRequest | None) -> RegisterVersion:
    last = RegisterVersion.objects.filter(entry=entry).order_by("-number").values_list("number", flat=True).first()
    version = RegisterVersion(
        entry=entry,
        company_id=entry.company_id,
        publication=publication,
        number=(last or 0) + 1,
        content=publication.revision.content,
        sha256=publication.revision.sha256,
        published_on=publication.published_on,
        approved_on=approval.decided_on if approval else None,
        approver_title=approval.approver_title if approval else "",
        was_reviewed=publication.cycle.is_reviewed,
    )
    version.save(force_insert=True)
    return version


def withdraw_entry(*, company_id: UUID, on: date) -> None:
    """Take the company out of the register's lists, and its present text off its page; the dates stay."""
    RegisterEntry.objects.hold()
    entry = RegisterEntry.objects.filter(company_id=company_id, is_listed=True).select_related("present").first()
    if entry is None:
        return
    if entry.present:
        entry.present.withdrawn_on = on
        entry.present.save(update_fields=["withdrawn_on"])
    entry.is_listed = False
    entry.save(update_fields=["is_listed", "updated_at"])


def describe_entry(entry: RegisterEntry, company: Company) -> None:
    """Copy what the register says of the company, and prepare it for the search."""
    for name in ("name_ja", "name_en", "name_kana", "corporate_number", "industry", "prefecture"):
        setattr(entry, name, getattr(company, name))
    names = (entry.name_ja, entry.name_kana, entry.name_en, entry.corporate_number)
    entry.search = "\n".join(filter(None, map(searchable, names)))[:700]
    entry.grams = grams(entry.search)
    entry.sort_name = next(filter(None, map(searchable, (entry.name_kana, entry.name_en, entry.name_ja))), "")[:200]


def _free_slug(company: Company) -> str:
    """Return a short name for the address: of the English name, else of the id. It never changes afterwards."""
    plain = unicodedata.normalize("NFKD", company.name_en).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.split(r"[^a-z0-9]+", plain.replace("'", "")) if word and word not in _FORMS]
    slug = "-".join(words)[: MAX_SLUG - 7].strip("-")
    if not any(char.isalpha() for char in slug):
        slug = f"c-{company.pk.hex[:8]}"
    taken = set(RegisterEntry.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    if slug not in taken:
        return slug
    return f"{slug}-{company.pk.hex[:6]}"
