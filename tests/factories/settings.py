"""How people of a test want to be told of things."""

from accounts.models import User
from notifications.catalogue import TOPICS
from notifications.enums import Channel
from notifications.services import choose_channels
from tests.roles import seen_by


def prefer(user: User, **chosen: str) -> None:
    """Choose, as the person themselves, how topics arrive: `prefer(user, policy="now")`."""
    with seen_by(user):
        choose_channels(user=user, chosen=chosen)


def want_mails_at_once() -> None:
    """Let everybody have a mail of their own of everything that can come so, for tests of what a mail says."""
    chosen = {topic.code: "now" for topic in TOPICS if Channel.NOW in topic.channels}
    for user in User.objects.filter(is_operator=False):
        prefer(user, **chosen)
