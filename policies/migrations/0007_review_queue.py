import django.db.models.deletion
from django.db import migrations, models

from common.tenancy.operations import DefinerFunction, GrantToDefiner, SameTenant

# How much waits for an adviser, day by day: a company sees its own submission alone, and yet its date follows from all.
REVIEW_LOAD = """
BEGIN
    RETURN QUERY SELECT s.due_on, count(*) FROM public.policies_submission s
     WHERE s.adviser_id = seat AND s.closed_at IS NULL AND s.programme_id = ANY (app.programmes())
     GROUP BY s.due_on;
END
"""
# What nobody but its author sees cannot be given away row by row: the new author's rows would be out of sight at once.
# Only the author gives it, only while the review is open, and only to an adviser of the company who is none of its people.
HAND_OVER_REVIEW = """
DECLARE given public.policies_review; stayed integer;
BEGIN
    SELECT r.* INTO given FROM public.policies_review r
     WHERE r.id = review AND r.author_id = app.uid() AND r.returned_at IS NULL AND r.closed_at IS NULL
       AND r.company_id = ANY (app.content_companies())
       FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (
        SELECT 1 FROM public.companies_access a
         WHERE a.user_id = successor AND a.company_id = given.company_id AND a.kind = 'adviser'
           AND a.revoked_at IS NULL AND a.starts_at <= now() AND (a.valid_until IS NULL OR a.valid_until > now())
    ) OR EXISTS (
        SELECT 1 FROM public.companies_access a
         WHERE a.user_id = successor AND a.company_id = given.company_id AND a.kind = 'member'
           AND a.revoked_at IS NULL AND a.starts_at <= now() AND (a.valid_until IS NULL OR a.valid_until > now())
    ) THEN
        RAISE EXCEPTION 'not yours to hand over' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE public.policies_review SET author_id = successor WHERE id = review;
    UPDATE public.policies_post p SET author_id = successor FROM public.policies_thread t
     WHERE p.thread_id = t.id AND t.review_id = review AND p.author_id = given.author_id AND p.shared_at IS NULL;
    UPDATE public.policies_thread SET author_id = successor
     WHERE review_id = review AND author_id = given.author_id AND shared_at IS NULL;
    UPDATE public.policies_letter SET author_id = successor
     WHERE review_id = review AND author_id = given.author_id AND shared_at IS NULL;
    UPDATE public.policies_verdict SET author_id = successor
     WHERE review_id = review AND author_id = given.author_id AND shared_at IS NULL;
    UPDATE public.policies_suggestion s SET author_id = successor
     WHERE s.review_id = review AND s.author_id = given.author_id AND s.shared_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM public.policies_suggestion o
         WHERE o.paragraph_id = s.paragraph_id AND o.language = s.language AND o.author_id = successor AND o.state = 'open'
     );
    SELECT count(*) INTO stayed FROM public.policies_suggestion s
     WHERE s.review_id = review AND s.author_id = given.author_id AND s.shared_at IS NULL;
    RETURN stayed;
END
"""
HANDED_OVER = ("Review", "Post", "Thread", "Letter", "Verdict", "Suggestion")


class Migration(migrations.Migration):
    dependencies = [("policies", "0006_discussion_sides")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="reason",
            field=models.TextField(blank=True, max_length=2000, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="submission",
            name="characters",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="submission",
            name="characters_added",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="submission",
            name="characters_removed",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="submission",
            name="compared_with",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policies.revision",
            ),
        ),
        SameTenant("Submission", "compared_with"),
        SameTenant("Submission", "compared_with", column="programme_id"),
        GrantToDefiner("Submission"),
        *[GrantToDefiner(model, privileges="SELECT, UPDATE") for model in HANDED_OVER],
        DefinerFunction(
            "review_load",
            arguments="seat uuid",
            returns="TABLE (due_on date, number bigint)",
            body=REVIEW_LOAD,
        ),
        DefinerFunction(
            "hand_over_review",
            arguments="review uuid, successor uuid",
            returns="integer",
            body=HAND_OVER_REVIEW,
            volatility="VOLATILE",
        ),
    ]
