from django.db import migrations

from common.tenancy.operations import (
    CONTENT_RECORDS,
    MANAGED_PROGRAMMES,
    PROGRAMMES,
    RECORDS,
    AppendOnly,
    DefinerFunction,
    GrantToDefiner,
    PublicRows,
    RowPolicies,
    SameTenant,
)

OWN = "author_id = (SELECT app.uid())"
MEMBERS = "company_id = ANY ((SELECT app.member_companies())::uuid[])"
SHARED = f"{CONTENT_RECORDS} AND (shared_at IS NOT NULL OR {OWN})"
WRITTEN_BY_ME = f"{CONTENT_RECORDS} AND {OWN}"
MY_DRAFTS = f"{WRITTEN_BY_ME} AND shared_at IS NULL"

# For the company and its advisers.
CONTENT = [
    "Interview",
    "Section",
    "Paragraph",
    "ParagraphText",
    "ParagraphSave",
    "ApprovalRequest",
    "Evidence",
    "Announcement",
    "ReadReceipt",
]
# Its author's alone until it is shared.
PRIVATE = ["Thread", "Post", "Suggestion", "Letter", "Verdict"]

# The two doors without a sign-in: one row by the hash of a token of 128 bits and more, for as long as it is open.
APPROVAL_DOOR = """
BEGIN
    RETURN QUERY SELECT r.id, r.company_id, r.requested_by_id FROM public.policies_approvalrequest r
     WHERE token <> '' AND r.token_hash = token;
END
"""
ANNOUNCEMENT_DOOR = """
BEGIN
    RETURN QUERY SELECT a.id, a.company_id, a.created_by_id FROM public.policies_announcement a
     WHERE token <> '' AND a.token_hash = token AND a.closed_at IS NULL;
END
"""


# Keys to rows that name both tenants, beside `cycle`, which they all have.
KEYS = [
    ("ActionItem", "enrolment"),
    ("Announcement", "revision"),
    ("ApprovalRequest", "revision"),
    ("Cycle", "based_on"),
    ("Letter", "review"),
    ("Paragraph", "section"),
    ("ParagraphSave", "paragraph"),
    ("ParagraphText", "paragraph"),
    ("Post", "thread"),
    ("Publication", "revision"),
    ("ReadReceipt", "announcement"),
    ("Review", "submission"),
    ("Submission", "revision"),
    ("Suggestion", "paragraph"),
    ("Suggestion", "review"),
    ("Thread", "paragraph"),
    ("Thread", "review"),
    ("Verdict", "review"),
]
OF_CYCLE = [*CONTENT, *PRIVATE, "ActionItem", "Publication", "Review", "ReviewNote", "Submission"]


def within_tenant(model, field):
    return [SameTenant(model, field), SameTenant(model, field, column="programme_id")]


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_workbench"), ("programmes", "0002_row_policies"), ("jobs", "0001_initial")]
    operations = [
        *[RowPolicies(model, using=CONTENT_RECORDS, delete="") for model in CONTENT],
        *[RowPolicies(model, using=SHARED, insert=WRITTEN_BY_ME, update=SHARED, delete=MY_DRAFTS) for model in PRIVATE],
        RowPolicies("Submission", using=RECORDS, delete=""),
        RowPolicies("Review", using=RECORDS, insert=f"{RECORDS} AND {OWN}", delete=""),
        RowPolicies("Publication", using=RECORDS, insert=CONTENT_RECORDS, update=CONTENT_RECORDS, delete=""),
        RowPolicies("ReviewNote", using=WRITTEN_BY_ME),
        RowPolicies("Phrase", using=OWN),
        RowPolicies(
            "Capacity",
            using=PROGRAMMES,
            insert=f"{PROGRAMMES} AND user_id = (SELECT app.uid())",
            update=f"{PROGRAMMES} AND user_id = (SELECT app.uid())",
            delete="",
        ),
        RowPolicies("ActionItem", using=CONTENT_RECORDS, delete=""),
        RowPolicies("CatalogueChoice", using=PROGRAMMES, insert=MANAGED_PROGRAMMES, update=MANAGED_PROGRAMMES),
        # The register is for everybody to read and for the company's own people to write.
        PublicRows("RegisterEntry", insert=MEMBERS, update=MEMBERS),
        PublicRows("RegisterVersion", insert=MEMBERS, update=MEMBERS),
        AppendOnly("ParagraphSave"),
        AppendOnly("ReadReceipt"),
        *[operation for model in OF_CYCLE for operation in within_tenant(model, "cycle")],
        *[operation for model, field in KEYS for operation in within_tenant(model, field)],
        # People and files belong to a company, not to a programme; seats to a programme, not to a company.
        SameTenant("ActionItem", "owner"),
        SameTenant("ApprovalRequest", "approver"),
        SameTenant("ApprovalRequest", "scan"),
        SameTenant("Evidence", "file"),
        SameTenant("RegisterVersion", "entry"),
        SameTenant("Policy", "published_revision"),
        SameTenant("Submission", "adviser", column="programme_id"),
        SameTenant("Capacity", "adviser", column="programme_id"),
        GrantToDefiner("ApprovalRequest"),
        GrantToDefiner("Announcement"),
        DefinerFunction(
            "approval_by_token",
            arguments="token text",
            returns="TABLE (request_id uuid, company_id uuid, user_id uuid)",
            body=APPROVAL_DOOR,
        ),
        DefinerFunction(
            "announcement_by_token",
            arguments="token text",
            returns="TABLE (announcement_id uuid, company_id uuid, user_id uuid)",
            body=ANNOUNCEMENT_DOOR,
        ),
    ]
