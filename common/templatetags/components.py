"""The parts that every page is made of, as tags: `{% load components %}`. See docs/components.md and /style-guide/.

Arguments go by name only, so that a typo is a TemplateSyntaxError. Parts that are drawn often in a loop are made in
Python, the others have a template under templates/components/.
"""

from collections.abc import Sequence
from functools import cache

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, override

from common.components import Chip, Event, Figure, Step, Table, Task, Term, with_query
from common.components.errors import ERROR_PAGES, summary_items
from common.components.fields import describe
from common.components.redlines import count_changes, draw
from common.components.statuses import badge

register = template.Library()

BUTTON_LOOKS = {"primary", "outline", "text", "danger"}
NOTICE_LOOKS = {"info", "success", "warning", "error"}


def _one_of(value: str, allowed: set[str], tag: str) -> str:
    """Return `value`, or raise TemplateSyntaxError: an unknown look would silently draw nothing."""
    if value not in allowed:
        raise template.TemplateSyntaxError(f"{tag}: {value!r} is none of {', '.join(sorted(allowed))}")
    return value


# --- Buttons and statuses -------------------------------------------------------------------------------------------


@register.simple_tag
def button(
    *, label, url="", look="primary", name="", value="", form="", small=False, hidden="", download=False
) -> SafeString:
    """A deed. With `url` a link that looks like a button (a GET), else the submit button of its form (a POST).

    label     verb and object: 「保存して次へ」
    look      primary (one a page), outline, text, danger (what cannot be undone)
    name, value   what the form sends when this button was pressed
    form      id of the form, when the button stands outside of it
    small     for rows and cards; the place to press stays 44 px high
    hidden    words for those who hear the page, where several buttons read the same: the section's name
    download  the address is a file
    """
    classes = f"btn btn-{_one_of(look, BUTTON_LOOKS, 'button')}" + (" btn-small" if small else "")
    inside = (
        format_html('{}<span class="visually-hidden"> {}</span>', label, hidden) if hidden else format_html("{}", label)
    )
    if url:
        more = mark_safe(" download") if download else ""
        return format_html('<a class="{}" href="{}"{}>{}</a>', classes, url, more, inside)
    attributes = {"name": name, "value": value, "form": form}
    more = format_html_join("", ' {}="{}"', ((key, text) for key, text in attributes.items() if text))
    return format_html('<button class="{}"{}>{}</button>', classes, more, inside)


@register.simple_tag
def status_badge(*, status, detail="", instead="") -> SafeString:
    """The tag of a status; `status` is a key of common.components.STATUSES. See `badge` for the other two."""
    return badge(status, detail=detail, instead=instead)


# --- Frame of a page ------------------------------------------------------------------------------------------------


@register.simple_block_tag
def page_head(content, *, title, lead="") -> SafeString:
    """The h1 with its lead line; what stands inside are the page's deeds (buttons), at most one of them primary."""
    deeds = mark_safe(content.strip())  # noqa: S308 - rendered by the template engine
    return render_to_string("components/_page_head.html", {"title": title, "lead": lead, "deeds": deeds})


@register.simple_tag
def back_link(*, url, label) -> SafeString:
    """One way back, to the list this page was reached from."""
    return format_html('<p class="back"><a href="{}">{}</a></p>', url, label)


@register.inclusion_tag("components/_breadcrumbs.html")
def breadcrumbs(*, trail, here="") -> dict:
    """Where we are: `trail` is a list of (label, address), `here` the last word, not a link."""
    return {"trail": trail, "here": here}


@register.inclusion_tag("components/_tabs.html")
def tabs(*, items, label) -> dict:
    """Pages of one object: `items` have .label .url .current; `label` names the list for those who hear it."""
    return {"items": items, "label": label}


@register.simple_block_tag
def notice(content, *, look="info", title="", live="") -> SafeString:
    """A banner: `look` is info, success, warning or error. `live` is status or alert when it appears by itself."""
    context = {"look": _one_of(look, NOTICE_LOOKS, "notice"), "title": title, "live": live, "body": content}
    return render_to_string("components/_notice.html", context)


@register.simple_block_tag
def disclosure(content, *, summary, opened=False) -> SafeString:
    """What helps some readers only: an example, a term, a reason."""
    return render_to_string("components/_disclosure.html", {"summary": summary, "opened": opened, "body": content})


# --- What to do and where we are ------------------------------------------------------------------------------------


@register.inclusion_tag("components/_next_action.html")
def next_action(*, title, url, button, detail="", eyebrow="") -> dict:
    """The one next thing: what, the words of its button, how long it takes. Every home starts with it."""
    return {
        "title": title,
        "url": url,
        "button_label": button,
        "detail": detail,
        "eyebrow": eyebrow or gettext("What to do next"),
    }


@register.inclusion_tag("components/_journey.html")
def journey(*, steps: Sequence[Step], label="") -> dict:
    """The forced order of a cycle, shown and not clickable; a small screen says "Step 2 of 6: Write"."""
    here = next((number for number, step in enumerate(steps, 1) if step.state == "here"), None)
    return {
        "steps": steps,
        "label": label or gettext("Where you are"),
        "here": here,
        "total": len(steps),
        "here_label": steps[here - 1].label if here else "",
    }


@register.inclusion_tag("components/_task_list.html")
def task_list(*, tasks: Sequence[Task], label="") -> dict:
    """Things to do in any order; the whole row is the link. `label` names the list when no heading does."""
    return {"tasks": tasks, "label": label}


@register.inclusion_tag("components/_figures.html")
def figures(*, items: Sequence[Figure]) -> dict:
    """The strip of key numbers."""
    return {"items": items}


@register.inclusion_tag("components/_description_list.html")
def description_list(*, items: Sequence[Term]) -> dict:
    """Terms with answers; with `change_url` the answers can be changed from here (check answers)."""
    return {"items": items}


@register.inclusion_tag("components/_timeline.html")
def timeline(*, events: Sequence[Event], label="") -> dict:
    """What happened, in the order given, each with its time and who did it."""
    return {"events": events, "label": label or gettext("History")}


# --- Lists ----------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_data_table.html")
def data_table(*, table: Table) -> dict:
    """A table of prepared rows. The scroll region has a name of its own and takes the focus, so keys can scroll it."""
    return {"table": table, "heads": table.heads(), "body": table.body()}


@register.inclusion_tag("components/_pagination.html")
def pagination(*, page: Page, query: QueryDict | None = None) -> dict:
    """Pages of a list, with how many rows there are; only the count when there is one page."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [
        {"number": number, "url": with_query(query, page=number) if isinstance(number, int) else ""}
        for number in numbers
    ]
    return {
        "page": page,
        "links": links,
        "previous": with_query(query, page=page.number - 1) if page.has_previous() else "",
        "following": with_query(query, page=page.number + 1) if page.has_next() else "",
        "first": page.start_index(),
        "last": page.end_index(),
        "count": page.paginator.count,
    }


@register.inclusion_tag("components/_filter_chips.html")
def filter_chips(*, chips: Sequence[Chip], label="", clear_url="") -> dict:
    """Filters of a list in two states; the state lives in the address. `clear_url` takes all off."""
    any_active = any(chip.active for chip in chips)
    return {"chips": chips, "label": label or gettext("Filters"), "clear_url": clear_url if any_active else ""}


@register.simple_block_tag
def empty_state(content, *, title, button="", url="") -> SafeString:
    """Nothing here yet: what this is and why it is empty stand inside, and one button says what to do about it."""
    context = {"title": title, "button_label": button, "url": url, "body": content}
    return render_to_string("components/_empty_state.html", context)


# --- Forms ----------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_error_summary.html")
def error_summary(*, form=None, forms=(), items=(), focus=True) -> dict:
    """What to mend, above the h1, each linked to its field; takes the focus unless told otherwise.

    form, forms   bound forms (a formset is a sequence of forms too); unbound and valid ones say nothing
    items         further (text, address) pairs, address "" where there is no field
    """
    wanted = [each for each in (form, *forms) if each is not None]
    return {"items": [*summary_items(wanted), *items], "focus": focus}


@register.inclusion_tag("components/_field.html")
def form_field(*, field, needs=True, help=True) -> dict:
    """A field: label with 必須 or 任意, help, error, control, in this order.

    needs   False leaves the two words out, where they would only be noise (signing in, filters)
    """
    needs = needs and getattr(field.form, "show_needs", True) and not field.field.disabled
    return describe(field, needs=needs, with_help=help)


@register.simple_tag
def form_fields(*, form, needs=True) -> SafeString:
    """All visible fields of a form with its hidden ones, without the form tag and the button."""
    fields = [form_field(field=field, needs=needs) for field in form.visible_fields()]
    drawn = (render_to_string("components/_field.html", context) for context in fields)
    return format_html_join("", "{}", ((part,) for part in (*form.hidden_fields(), *drawn)))


@register.simple_block_tag(takes_context=True)
def confirm_form(context, content, *, title, button, cancel_url, action="", danger=True) -> SafeString:
    """The question before what cannot be undone, on a page of its own; what will happen stands inside."""
    own = {
        "title": title,
        "button_label": button,
        "cancel_url": cancel_url,
        "action": action,
        "look": "danger" if danger else "primary",
        "body": content,
        "csrf_token": context.get("csrf_token"),
    }
    return render_to_string("components/_confirm_form.html", own)


@register.simple_block_tag
def confirmation(content, *, title, reference="", focus=True) -> SafeString:
    """It is done: the h1 of the page after a deed, the reference number, and inside what happens next and when."""
    context = {"title": title, "reference": reference, "body": content, "focus": focus}
    return render_to_string("components/_confirmation.html", context)


# --- Work and text --------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_job_progress.html")
def job_progress(
    *,
    id,
    title,
    state,
    step="",
    done=0,
    total=0,
    poll_url="",
    result_url="",
    result_label="",
    reason="",
    retry_url="",
    page=None,
) -> dict:
    """How far a job is: bar, step in words, what came of it.

    id          unique on the page
    state       queued, running, done or failed
    step        what it is doing now: 「第3章」
    done, total how much of it; total 0 shows a bar that only says "working"
    poll_url    answers this same component alone (give it no `page`); asked every two seconds until done or failed
    result_url, result_label   what to open when done
    reason, retry_url   why it failed, in words, and where a POST tries again
    page        True on the page itself: adds the line that is read aloud; leave it out in the fragment
    """
    finished = state in {"done", "failed"}
    sentence = _job_sentence(state, done, total)
    if step:
        sentence = gettext("%(name)s: %(value)s") % {"name": sentence, "value": step}
    return {
        "id": id,
        "title": title,
        "state": state,
        "sentence": sentence,
        "done": done,
        "total": total,
        "poll_url": "" if finished else poll_url,
        "finished": finished,
        "result_url": result_url,
        "result_label": result_label or gettext("Download"),
        "reason": reason,
        "retry_url": retry_url,
        "page": page,
    }


def _job_sentence(state: str, done: int, total: int) -> str:
    if state == "queued":
        return gettext("Waiting to start")
    if total:
        return gettext("%(done)s of %(total)s done") % {"done": done, "total": total}
    return gettext("Working")


@register.simple_tag
def refresh_without_script(*, seconds=5) -> SafeString:
    """For `extra_head` of a page with a running job: without scripts the page loads itself again."""
    return format_html('<noscript><meta http-equiv="refresh" content="{}"></noscript>', int(seconds))


@register.inclusion_tag("components/_redline.html")
def redline(*, ops, label="", legend=False, language="") -> dict:
    """What changed in a text. `ops` is a list of (op, text), op being -1 taken out, 0 kept, 1 added.

    `language` is that of the text, where it is not the page's.

    The number of changes comes first, because many short ones are noise for those who hear them; each is marked in
    words, colour and line.
    """
    added, removed = count_changes(ops)
    return {
        "text": draw(ops),
        "label": label,
        "legend": legend,
        "language": language,
        "added": ngettext("%(count)s addition", "%(count)s additions", added) % {"count": added},
        "removed": ngettext("%(count)s deletion", "%(count)s deletions", removed) % {"count": removed},
        "changed": bool(added or removed),
    }


@register.simple_block_tag
def once(content) -> SafeString:
    """`{% once as name %}…{% endonce %}`: what is written in several places of a page and need be drawn only once."""
    return content


# --- Error pages ----------------------------------------------------------------------------------------------------


@register.simple_tag
def error_page(*, code, request_id="") -> SafeString:
    """What an error page says, in the reader's language first and in the other below."""
    present = "en" if (get_language() or "").startswith("en") else "ja"
    drawn = _error_page if request_id else _kept_error_page
    return drawn(code, present, request_id)


def _error_page(code, present: str, request_id: str) -> SafeString:
    parts = []
    for position, language in enumerate((present, "en" if present == "ja" else "ja")):
        with override(language):
            context = {"texts": ERROR_PAGES[code], "language": language, "second": position, "code": code}
            parts.append(render_to_string("components/_error_page.html", context | {"request_id": request_id}))
    return mark_safe("".join(parts))  # noqa: S308 - rendered templates


# Without the number of a request it is the same each time, and whoever probes asks for many.
_kept_error_page = cache(_error_page)
