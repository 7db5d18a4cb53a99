"""The public register: the same pages for everybody, signed in or not, and its data."""

import hashlib
import json

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.views.decorators.http import condition
from django.views.generic import ListView, TemplateView, View

from policies.enums import LinkState
from policies.forms.register import RegisterForm
from policies.queries import register as queries
from policies.rendering import register as rendering
from programmes.views import CountedPaginator

PAGE_SIZE = 20
MAX_AGE_SECONDS = 300
# Pages of the list as they were last answered to people without a session, by what they depend on; some 15 kB each.
_answered = LocMemCache("register", {"TIMEOUT": MAX_AGE_SECONDS, "OPTIONS": {"MAX_ENTRIES": 200}})


class PublicMixin:
    """A page that everybody gets alike and caches may keep: no form token, no person, its language in the address.

    For who is signed in the frame shows their name, and `NoStoreMiddleware` keeps the page out of every cache.
    """

    http_method_names = ("get", "head", "options")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        language = request.GET.get("lang", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if hasattr(response, "render"):
            response.render()
        if response.status_code != 200:
            return response
        response.headers["Content-Language"] = translation.get_language()
        return cacheable(request, response)

    def get_context_data(self, **kwargs):
        own = {
            "language_links": rendering.language_links(self.request),
            "register_url": rendering.in_this_language(reverse("policies:register"), self.request.GET),
        }
        return super().get_context_data(**own, **kwargs)


def cacheable(request, response):
    """Let caches keep an answer for some minutes, and answer 304 where the reader has it already."""
    patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    if not response.streaming:
        response.headers["ETag"] = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    return get_conditional_response(request, etag=response.headers.get("ETag"), response=response)


class RegisterView(PublicMixin, ListView):
    """Search and filters over all companies with a published policy."""

    template_name = "policies/register.html"
    paginate_by = PAGE_SIZE

    def get(self, request, *args, **kwargs):
        """Answer what was answered before to somebody without a session, as long as nobody wrote to the register."""
        self.version = queries.register_changed_at()
        if self.version is None or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return super().get(request, *args, **kwargs)
        depends_on = f"{self.version.isoformat()} {translation.get_language()} {request.get_full_path()}"
        key = hashlib.sha256(depends_on.encode()).hexdigest()
        if (body := _answered.get(key)) is not None:
            return HttpResponse(body)
        response = super().get(request, *args, **kwargs).render()
        _answered.set(key, response.content)
        return response

    def get_queryset(self):
        self.facets = queries.facets(self.version)
        self.form = RegisterForm(self.request.GET, facets=self.facets)
        return self.form.order(self.form.narrow(queries.listed_entries()))

    def get_paginator(self, queryset, per_page, **kwargs):
        count = queryset.count() if self.form.is_narrowed else self.facets.total
        return CountedPaginator(queryset, per_page, count=count, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        sort = self.form.value("sort") or "name"
        return context | {
            "filter_form": self.form,
            "is_empty": not self.facets.total,
            "table": rendering.register_table(context["page_obj"].object_list, query=self.request.GET, sort=sort),
        }


class EntryMixin(PublicMixin):
    """Loads the entry in the address; the permalink of a withdrawn one still says that it was there."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.entry = queries.entry_by_slug(kwargs["slug"])
        if self.entry is None:
            raise Http404


class RegisterEntryView(EntryMixin, TemplateView):
    """The permalink: the present text with its facts, and the versions before it."""

    template_name = "policies/register_entry.html"

    def version(self):
        return self.entry.present

    def get_context_data(self, **kwargs):
        version = self.version()
        versions = queries.history(self.entry)
        is_shown = version is not None and not version.withdrawn_on
        content = rendering.content_of(version) if is_shown else None
        return super().get_context_data(
            entry=self.entry,
            version=version,
            name=rendering.named(self.entry),
            is_present=version is not None and version.pk == self.entry.present_id,
            is_shown=is_shown,
            is_broken=version is not None and version.link_state == LinkState.BROKEN,
            terms=rendering.entry_terms(self.entry, version) if is_shown else [],
            texts=rendering.texts_of(content) if content else [],
            covered=rendering.covered_sections(content) if content else [],
            history=rendering.history_table(self.entry, versions, query=self.request.GET),
            entry_url=rendering.entry_url(self.entry, self.request.GET),
            permalink=settings.PORTAL_URL + rendering.entry_url(self.entry),
            **kwargs,
        )


class RegisterVersionView(RegisterEntryView):
    """One version, also one that was replaced."""

    def version(self):
        found = queries.version_of(self.entry, self.kwargs["number"])
        if found is None:
            raise Http404
        return found


class RegisterTextView(EntryMixin, View):
    """The bytes that the fingerprint is the SHA-256 of: whoever downloads them can count it themselves."""

    def get(self, request, slug, number):
        version = queries.version_of(self.entry, number)
        if version is None or version.withdrawn_on:
            raise Http404
        canonical = json.dumps(version.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        response = HttpResponse(canonical.encode(), content_type="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{number}.json"'
        return response


class RegisterEntryDataView(EntryMixin, View):
    """One entry as JSON."""

    def get(self, request, slug):
        data = rendering.entry_data(self.entry, queries.history(self.entry))
        return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _version_of_data(request, **kwargs) -> str:
    """The whole register is written once for each of its versions; who has it already is told so in one statement."""
    request.register_changed_at = queries.register_changed_at()
    return quote_etag(f"1-{request.register_changed_at.timestamp() if request.register_changed_at else 0}")


@method_decorator(condition(etag_func=_version_of_data), name="dispatch")
class RegisterFileView(View):
    """The whole register in one file, written while it is sent."""

    http_method_names = ("get", "head", "options")
    content_type = ""

    def get(self, request):
        response = StreamingHttpResponse(self.lines(), content_type=f"{self.content_type}; charset=utf-8")
        patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
        return response


class RegisterJsonView(RegisterFileView):
    content_type = "application/json"

    def lines(self):
        return rendering.json_lines(queries.all_listed(), changed_at=self.request.register_changed_at)


class RegisterCsvView(RegisterFileView):
    content_type = "text/csv"

    def lines(self):
        return rendering.csv_lines(queries.all_listed())

    def get(self, request):
        response = super().get(request)
        response.headers["Content-Disposition"] = 'attachment; filename="register.csv"'
        return response
