"""Names for what people sign in with, as far as a browser tells."""

from django.utils.translation import gettext as _

# The first that fits: every browser names its ancestors, too.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def _name(user_agent: str, signs) -> str:
    return next((name for sign, name in signs if sign in user_agent), "")


def device(user_agent: str) -> str:
    """Return browser and system, in the words of the active language."""
    browser, system = _name(user_agent, BROWSERS), _name(user_agent, SYSTEMS)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
