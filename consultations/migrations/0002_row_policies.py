from django.db import migrations

from common.tenancy.operations import CONTENT_RECORDS, RECORDS, RowPolicies, SameTenant

OWN_TEXTS = f"author_id = (SELECT app.uid()) AND {CONTENT_RECORDS}"


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial"), ("programmes", "0002_row_policies")]
    operations = [
        RowPolicies("Consultation", using=RECORDS, delete=""),
        RowPolicies("Minutes", using=CONTENT_RECORDS, delete=""),
        RowPolicies("PrivateNote", using=OWN_TEXTS),
        SameTenant("Consultation", "enrolment"),
        SameTenant("Consultation", "enrolment", column="programme_id"),
        SameTenant("Consultation", "adviser", column="programme_id"),
        SameTenant("Minutes", "consultation"),
        SameTenant("PrivateNote", "consultation"),
    ]
