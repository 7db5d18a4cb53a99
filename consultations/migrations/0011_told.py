from django.db import migrations, models

# Of the rounds until now everybody was told at once.
TOLD = """
ALTER TABLE consultations_consultation NO FORCE ROW LEVEL SECURITY;
UPDATE consultations_consultation SET told_at = now() WHERE round_id IS NOT NULL;
ALTER TABLE consultations_consultation FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0010_one_person")]
    operations = [
        migrations.AddField(
            model_name="consultation", name="told_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
    ]
