from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import DefinerFunction

# Nobody changes a message; its reader alone can say that it was read.
READ = """
DECLARE counted integer;
BEGIN
    UPDATE public.notifications_message m SET read_at = now()
     WHERE m.id = ANY (ids) AND m.to_user_id = app.uid() AND m.read_at IS NULL;
    GET DIAGNOSTICS counted = ROW_COUNT;
    RETURN counted;
END
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("notifications", "0004_mail_results"),
    ]
    operations = [
        migrations.AddField(
            "message", "path", models.CharField(blank=True, max_length=300, default=""), preserve_default=False
        ),
        migrations.AddField("message", "read_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["to_user"],
                condition=models.Q(("read_at__isnull", True)),
                name="notifications_message_unread",
            ),
        ),
        DefinerFunction("read_messages", arguments="ids uuid[]", returns="integer", body=READ, volatility="VOLATILE"),
    ]
