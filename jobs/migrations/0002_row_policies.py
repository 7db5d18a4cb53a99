from django.db import migrations

from common.tenancy.operations import DefinerFunction, GrantToDefiner, RowPolicies

# Who sees a job or a file; `jobs.models.within_reach` says the same to the ORM.
READERS = """
(company_id IS NULL AND programme_id IS NULL AND {owner} = (SELECT app.uid()))
OR (NOT is_content AND company_id = ANY ((SELECT app.companies())::uuid[]))
OR (is_content AND company_id = ANY ((SELECT app.content_companies())::uuid[]))
OR (company_id IS NULL AND programme_id = ANY ((SELECT app.managed_programmes())::uuid[]))
OR (company_id IS NULL AND {owner} = (SELECT app.uid()) AND programme_id = ANY ((SELECT app.programmes())::uuid[]))
"""


def readers(owner):
    return READERS.format(owner=owner)


def own(owner):
    """Rows are made in one's own name only."""
    return f"{owner} = (SELECT app.uid()) AND ({readers(owner)})"


# Jobs that are open though no bell will start them any more. Asked by the sweeper, which acts for nobody.
CLOSE_LOST_JOBS = """
BEGIN
    RETURN QUERY
    UPDATE public.jobs_job j
       SET state = 'failed', error_kind = 'failed', error_code = 'given_up', error = words, step = '',
           lease_until = NULL, finished_at = now()
     WHERE j.state IN ('queued', 'running') AND (j.lease_until IS NULL OR j.lease_until < now())
       AND NOT EXISTS (SELECT 1 FROM public.jobs_outbox o WHERE o.key = 'job:' || j.id || ':' || j.round
                          AND o.done_at IS NULL AND o.dead_at IS NULL)
    RETURNING j.id, j.requested_by_id;
END
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("common", "0001_predicates")]
    operations = [
        RowPolicies("Job", using=readers("requested_by_id"), insert=own("requested_by_id"), delete=""),
        RowPolicies("StoredFile", using=readers("created_by_id"), insert=own("created_by_id"), update="", delete=""),
        GrantToDefiner("Job", privileges="SELECT, UPDATE"),
        GrantToDefiner("Outbox"),
        DefinerFunction(
            "close_lost_jobs",
            arguments="words text",
            returns="TABLE (job_id uuid, asker_id uuid)",
            body=CLOSE_LOST_JOBS,
            volatility="VOLATILE",
        ),
    ]
