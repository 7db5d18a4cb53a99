"""What goes wrong, in words: the summary above a form, and the pages for refused requests (500.html stands alone)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.forms import BaseForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .fields import target_id


def summary_items(forms: Sequence[BaseForm]) -> Iterator[tuple[str, str]]:
    """Yield (text, "#id" of the field or "") for each error, in the order of the fields, whole-form errors first."""
    for form in forms:
        if not form.errors:
            continue
        yield from ((message, "") for message in form.non_field_errors())
        for field in form.hidden_fields():
            yield from ((f"{field.label}: {message}", "") for message in field.errors)
        for field in form.visible_fields():
            # Our own forms name the field in the message; those of others say "this field", which a list cannot.
            prefix = "" if getattr(form, "names_fields", False) else f"{field.label}: "
            yield from ((f"{prefix}{message}", f"#{target_id(field)}") for message in field.errors)


class ErrorPage(NamedTuple):
    """What happened, and what the reader can do about it."""

    title: Promise
    text: Promise


ERROR_PAGES = {
    400: ErrorPage(
        _("This request cannot be read"),
        _("The address or the form held something that the portal cannot read. Please go back and try once more."),
    ),
    403: ErrorPage(
        _("You may not do this"),
        _("Your account has no right to do this here. If you think it should, please ask the secretariat."),
    ),
    "csrf": ErrorPage(
        _("Please send the form again"),
        _(
            "For your safety the portal accepts a form only from a page that it has just shown you. The page was open for"
            " too long, or you signed in or out in another window. Please go back, load the page again and send it once more."
        ),
    ),
    404: ErrorPage(
        _("There is no such page"),
        _("The address may have a typo, or what was here has been moved or is not open to you."),
    ),
    409: ErrorPage(
        _("The programme is closed"),
        _(
            "It can be read, but nothing in it can be changed. If something has to be corrected, the leader of its"
            " secretariat can open it again. Nothing of what you sent was kept."
        ),
    ),
    429: ErrorPage(
        _("Too many attempts"),
        _("To keep accounts safe, the portal pauses after many attempts. Please wait a few minutes and try again."),
    ),
}
