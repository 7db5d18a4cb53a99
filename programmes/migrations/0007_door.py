import django.utils.timezone
from django.db import migrations, models

# Whoever changes a row holds the lock on its session, so that this clock runs in the order of the commits.
CHANGED_AT = """
CREATE FUNCTION app.attendance_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER attendance_changed BEFORE INSERT OR UPDATE ON programmes_attendance
    FOR EACH ROW EXECUTE FUNCTION app.attendance_changed();
"""
NOT_CHANGED_AT = """
DROP TRIGGER attendance_changed ON programmes_attendance;
DROP FUNCTION app.attendance_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0006_conflicts")]
    operations = [
        migrations.AddField(
            "attendance",
            "changed_at",
            models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddIndex(
            "attendance", models.Index(fields=["session", "changed_at"], name="programmes_attendance_changed")
        ),
        migrations.AddField(
            "dooroperation",
            "mode",
            models.CharField(
                blank=True, choices=[("onsite", "On site"), ("online", "Online")], default="", max_length=10
            ),
            preserve_default=False,
        ),
        migrations.AddField("dooroperation", "before", models.JSONField(default=dict)),
        migrations.RunSQL(CHANGED_AT, NOT_CHANGED_AT),
    ]
