"""Requests by the ten thousand: the sweep and the tampering ask for what a browser would, at a third of the cost.

The whole chain of middleware, the view, the templates and the database's policies are those of the portal. Left out is
what would be the same each time: nothing watches the templates, an address is looked up once for all who ask for it, and
who is signed in is remembered from the first request with a session, because what a request writes is undone after it.
"""

import pickle
import sys

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends import db
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import Http404, QueryDict
from django.test.client import ClientHandler
from django.urls import ResolverMatch
from django.utils.functional import cached_property

from tests.roles import WebClient


class SessionStore(db.SessionStore):
    """Django's sessions, each read from the database once, after everybody has signed in (SESSION_ENGINE)."""

    read: dict[str, str] = {}

    def load(self):
        if self.session_key not in self.read and (row := self._get_session_from_db()):
            self.read[self.session_key] = row.session_data
        return self.decode(self.read[self.session_key]) if self.session_key in self.read else {}


# Stands among the names that a view looked at when it looked at all of them.
ALL = "*"


class Watched(QueryDict):
    """What was sent, and which names in it anybody looked at, whether they are there or not."""

    def __init__(self, sent: QueryDict, looked_at: set[str]):
        super().__init__(mutable=True, encoding=sent.encoding)
        self.looked_at = set()
        for name, values in sent.lists():
            self.setlist(name, values)
        self._mutable, self.looked_at = False, looked_at

    def __getitem__(self, name):
        self.looked_at.add(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        self.looked_at.add(name)
        return super().__contains__(name)

    def getlist(self, name, default=None):
        self.looked_at.add(name)
        return super().getlist(name, default)

    def copy(self):
        """All of it, for somebody who may change it."""
        self.looked_at.add(ALL)
        plain = QueryDict(mutable=True, encoding=self.encoding)
        for name, values in super().lists():
            plain.setlist(name, list(values))
        return plain

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()


def _watching_all(method: str):
    def watched(self, *args, **kwargs):
        self.looked_at.add(ALL)
        return getattr(QueryDict, method)(self, *args, **kwargs)

    return watched


for _method in ("__iter__", "__len__", "__eq__", "__repr__", "dict", "urlencode", "keys", "values", "items", "lists"):
    setattr(Watched, _method, _watching_all(_method))


class Request(WSGIRequest):
    """A request that knows what the view looked at: names of its query and its form, and its method."""

    looked_at: set[str]
    asked_method = False
    # That the view refused it, as not there or as not for this person, and had not looked at its method by then.
    refused_any_method = False

    @property
    def method(self):
        self.asked_method = True
        return self.__dict__["method"]

    @method.setter
    def method(self, method):
        self.__dict__["method"] = method

    @cached_property
    def GET(self):
        return Watched(super().GET, self.looked_at)

    def _load_post_and_files(self):
        before = set(self.looked_at)
        super()._load_post_and_files()
        self.looked_at &= before
        self._post = Watched(self._post, self.looked_at)

    @property
    def body(self):
        self.looked_at.add(ALL)
        return super().body

    def get_full_path(self, force_append_slash=False):
        # A template writes the address down and decides nothing by it.
        if not sys._getframe(1).f_code.co_filename.endswith("django/template/base.py"):
            self.looked_at.add(ALL)
        return super().get_full_path(force_append_slash)


class Handler(ClientHandler):
    """Django's handler, for requests that are undone one by one."""

    def __init__(self):
        super().__init__(enforce_csrf_checks=False)
        self._found: dict[str, ResolverMatch] = {}
        self._people: dict[str, bytes] = {}

    def load_middleware(self, is_async=False):
        super().load_middleware(is_async)
        self._view_middleware.append(self._begin_the_view)
        self._exception_middleware.insert(0, self._end_the_view)

    @staticmethod
    def _begin_the_view(request, *view) -> None:
        """What the middleware looked at on the way in it looks at for every page."""
        request.looked_at.clear()
        request.asked_method = False

    @staticmethod
    def _end_the_view(request, exception) -> None:
        request.refused_any_method = isinstance(exception, Http404 | PermissionDenied) and not request.asked_method

    def get_response(self, request):
        request.__class__, request.looked_at = Request, set()
        if key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            if key not in self._people:
                request.session = SessionStore(key)
                self._people[key] = pickle.dumps(get_user(request))
            # Where Django keeps the person of a request (django.contrib.auth.middleware).
            request._cached_user = pickle.loads(self._people[key])  # noqa: S301 - our own objects, kept in this process
        return super().get_response(request)

    def resolve_request(self, request):
        path = request.path_info
        if path not in self._found:
            self._found[path] = super().resolve_request(request)
        request.resolver_match = self._found[path]
        return request.resolver_match


class Visitor(WebClient):
    """Sends requests as they are: no cookie of an answer is kept, so one visitor serves for all requests of a role."""

    def __init__(self, cookies: str):
        super().__init__(raise_request_exception=False)
        self.handler = HANDLER
        self.cookies.load(cookies)

    def request(self, **request):
        return self.handler(self._base_environ(**request))


# One for all: to put the chain of middleware together takes as long as half a request.
HANDLER = Handler()


class _Writes:
    """How many rows of which table a transaction has written so far, undone ones included."""

    QUESTION = """
SELECT relname, n
  FROM (SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                        + pg_stat_get_xact_tuples_deleted(oid) AS n
          FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace OFFSET 0) AS written
 WHERE n > 0
"""

    def __init__(self):
        self.transaction, self.counts = None, {}

    def begin(self, cursor) -> None:
        """Count what was written before the first visit. What is written between two visits counts as the second's."""
        transaction = connection.atomic_blocks[0]
        if self.transaction is not transaction:
            cursor.execute(self.QUESTION)
            self.transaction, self.counts = transaction, dict(cursor.fetchall())

    def since(self, cursor) -> frozenset[str]:
        """The tables that were written to since this was asked last."""
        cursor.execute(self.QUESTION)
        before, self.counts = self.counts, dict(cursor.fetchall())
        return frozenset(table for table, count in self.counts.items() if count != before.get(table, 0))


_writes = _Writes()


def visit(visitor: Visitor, method: str, url: str, data=None, *, then=lambda wrote: None):
    """Send one request as the web role, call `then` with the tables that it wrote to, and undo what was written.

    Returns the response and those tables. One savepoint by hand, which gives the role back, too: with
    `transaction.atomic` it would take twice as many statements.
    """
    promised = list(connection.run_on_commit)
    with connection.cursor() as cursor:
        _writes.begin(cursor)
        cursor.execute(f"SAVEPOINT visit; SET LOCAL ROLE {connection.ops.quote_name(settings.WEB_ROLE)}")
        try:
            response = visitor.post(url, data) if data else visitor.generic(method, url)
            wrote = _writes.since(cursor)
            if wrote:
                cursor.execute("RESET ROLE")
                then(wrote)
        finally:
            cursor.execute("ROLLBACK TO SAVEPOINT visit; RELEASE SAVEPOINT visit")
            connection.run_on_commit, connection.needs_rollback = promised, False
    return response, wrote
