"""The small forms of the talk about a text."""

from django import template

register = template.Library()


@register.inclusion_tag("policies/discussion/_deed.html", takes_context=True)
def talk_deed(context, *, url, query, deed, label, look, hidden, is_live=True) -> dict:
    """A button that does one deed on a card; with `is_live` the cards alone are drawn anew."""
    return {
        "url": url,
        "query": query,
        "deed": deed,
        "label": label,
        "look": look,
        "hidden": hidden,
        "is_live": is_live,
        "csrf_token": context.get("csrf_token"),
    }
