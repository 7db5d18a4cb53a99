from django.db import migrations

from common.tenancy.operations import (
    MANAGED_PROGRAMMES,
    MANAGED_RECORDS,
    PROGRAMMES,
    RECORDS,
    AppendOnly,
    Enrolled,
    RowPolicies,
    SameTenant,
)

# What stands under a session is there for those for whom the session is: row-level security answers the inner question.
SHOWN_SESSION = f"({MANAGED_PROGRAMMES} OR (state <> 'draft' AND {PROGRAMMES}))"
OF_SHOWN_SESSION = f"({PROGRAMMES} AND session_id IN (SELECT s.id FROM programmes_session s))"  # noqa: S608 - our own words
OF_SHOWN_ITEM = f"({PROGRAMMES} AND item_id IN (SELECT i.id FROM programmes_agendaitem i))"  # noqa: S608 - our own words
TODAY = "(now() AT TIME ZONE 'Asia/Tokyo')::date"
# The way in is for the secretariat and for who is registered in that mode.
OWN_WAY_IN = f"""({PROGRAMMES} AND (session_id, mode) IN (
    SELECT a.session_id, a.planned_mode FROM programmes_attendance a JOIN companies_person p ON p.id = a.person_id
     WHERE p.user_id = (SELECT app.uid()) AND a.registration = 'registered'))"""  # noqa: S608 - our own words
MEMBERS = "company_id = ANY ((SELECT app.member_companies())::uuid[])"
OWN_FEEDBACK = f"{MEMBERS} AND {PROGRAMMES}"
UNNAMED = f"({MANAGED_PROGRAMMES} AND company_id IS NULL)"
FEEDBACK = f"({OWN_FEEDBACK}) OR {MANAGED_RECORDS} OR {UNNAMED}"
OWN_OR_MANAGED = f"(({OWN_FEEDBACK}) OR {MANAGED_RECORDS})"
SAID_TO_ALL = f"({PROGRAMMES} AND company_id IS NULL)"

NEW_READERS = """
DROP POLICY tenant_select ON {table};
CREATE POLICY tenant_select ON {table} FOR SELECT USING ({condition});
"""
# Materials and photographs are files of the programme that its participants may open, each as its row allows.
SESSION_FILES = f"""
CREATE POLICY session_files ON jobs_storedfile FOR SELECT USING (
    {PROGRAMMES} AND id IN (SELECT m.file_id FROM programmes_material m WHERE m.file_id IS NOT NULL
           UNION ALL SELECT p.file_id FROM programmes_photo p));
"""  # noqa: S608 - our own words


def readers(table: str, condition: str, before: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        NEW_READERS.format(table=table, condition=condition), NEW_READERS.format(table=table, condition=before)
    )


def planned_by_secretariat(model: str, readers: str = OF_SHOWN_SESSION) -> RowPolicies:
    return RowPolicies(
        model,
        using=f"({MANAGED_PROGRAMMES} OR {readers})",
        insert=MANAGED_PROGRAMMES,
        update=MANAGED_PROGRAMMES,
        delete=MANAGED_PROGRAMMES,
    )


class Migration(migrations.Migration):
    dependencies = [("programmes", "0004_sessions"), ("jobs", "0002_row_policies")]
    operations = [
        readers("programmes_session", SHOWN_SESSION, PROGRAMMES),
        readers("programmes_agendaitem", OF_SHOWN_SESSION, PROGRAMMES),
        readers("programmes_speaker", OF_SHOWN_ITEM, PROGRAMMES),
        readers("programmes_feedback", FEEDBACK, f"({OWN_FEEDBACK}) OR {MANAGED_RECORDS}"),
        planned_by_secretariat("Arrival", OWN_WAY_IN),
        planned_by_secretariat("Facilitator"),
        planned_by_secretariat("Survey"),
        planned_by_secretariat(
            "Material", f"({OF_SHOWN_SESSION} AND (visible_from IS NULL OR visible_from <= {TODAY}))"
        ),
        planned_by_secretariat("Photo", f"({OF_SHOWN_SESSION} AND has_consent)"),
        RowPolicies("Observer", using=MANAGED_PROGRAMMES),
        RowPolicies("OnlineList", using=MANAGED_PROGRAMMES),
        RowPolicies("DoorOperation", using=MANAGED_PROGRAMMES, update="", delete=""),
        AppendOnly("DoorOperation"),
        RowPolicies("SurveyInvitation", using=MANAGED_RECORDS),
        RowPolicies("Remark", using=MANAGED_PROGRAMMES),
        RowPolicies("QuoteUse", using=MANAGED_PROGRAMMES, update="", delete=""),
        RowPolicies("Certificate", using=RECORDS, insert=MANAGED_RECORDS, update=MANAGED_RECORDS, delete=""),
        RowPolicies("CalendarFeed", using="user_id = (SELECT app.uid())", delete=""),
        RowPolicies("Presentation", using=RECORDS, insert=OWN_OR_MANAGED, update=OWN_OR_MANAGED, delete=OWN_OR_MANAGED),
        RowPolicies(
            "MeetingRemark",
            using=f"({RECORDS} OR {SAID_TO_ALL})",
            insert=MANAGED_PROGRAMMES,
            update=MANAGED_PROGRAMMES,
            delete=MANAGED_PROGRAMMES,
        ),
        migrations.RunSQL(SESSION_FILES, "DROP POLICY session_files ON jobs_storedfile"),
        *[
            SameTenant(model, "session", column="programme_id")
            for model in (
                "Arrival",
                "Facilitator",
                "Survey",
                "Material",
                "Photo",
                "Observer",
                "OnlineList",
                "DoorOperation",
                "Remark",
                "Certificate",
                "Presentation",
                "MeetingRemark",
            )
        ],
        SameTenant("Facilitator", "seat", column="programme_id"),
        SameTenant("Material", "file", column="programme_id"),
        SameTenant("Photo", "file", column="programme_id"),
        SameTenant("Attendance", "deputy_for"),
        SameTenant("DoorOperation", "attendance", column="programme_id"),
        SameTenant("SurveyInvitation", "survey", column="programme_id"),
        SameTenant("SurveyInvitation", "person"),
        SameTenant("Remark", "speaker", column="programme_id"),
        SameTenant("QuoteUse", "feedback", column="programme_id"),
        SameTenant("QuoteUse", "remark", column="programme_id"),
        SameTenant("Certificate", "attendance"),
        SameTenant("Certificate", "attendance", column="programme_id"),
        SameTenant("Certificate", "file"),
        SameTenant("Certificate", "file", column="programme_id"),
        SameTenant("Presentation", "enrolment"),
        SameTenant("Presentation", "enrolment", column="programme_id"),
        SameTenant("Presentation", "slides"),
        SameTenant("Presentation", "slides", column="programme_id"),
        Enrolled("SurveyInvitation"),
        Enrolled("Certificate"),
        Enrolled("MeetingRemark"),
    ]
