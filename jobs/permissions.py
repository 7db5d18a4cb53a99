"""Who may press again or call off. Seeing is the door's answer (`Job.objects.visible_to`); this is asked after it."""

from .models import Job


def can_steer(user, job: Job) -> bool:
    """True for who asked; and for everyone in sight of a programme's own job, who are those that manage it."""
    return job.requested_by_id == user.pk or (job.company_id is None and job.programme_id is not None)
