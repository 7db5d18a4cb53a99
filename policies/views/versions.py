"""Versions of a company's policy: which there are, what each says, what changed, and bringing passages back."""

import contextlib
from functools import cached_property
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView, TemplateView

from common import dates
from common.components import Term, with_query
from companies.enums import AccessKind
from policies import permissions, queries
from policies.enums import ExportKind, FreezeReason, State
from policies.forms.versions import CompareForm, ExportForm, KeepForm
from policies.models import Revision
from policies.queries import WORKING
from policies.rendering import redlines, versions
from policies.rendering.contents import LANGUAGES, Content, read
from policies.services import NotEditable, freeze, share_revision
from policies.services.versions import ChangedMeanwhile, passages_to_restore, restore_passages
from programmes.rendering import Tab
from programmes.views import PAGE_SIZE, CompanyPageMixin

READERS = {AccessKind.MEMBER, AccessKind.ADVISER}


class TextsMixin(CompanyPageMixin):
    """A page about the texts of a company. Whoever sees only its records gets the versions that it shared."""

    tab = "policies:company"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.may_read = bool(READERS.intersection(self.places.standings))

    @cached_property
    def cycle(self):
        """The round that the company is at; None where none was begun."""
        return queries.present_cycle(self.request.user, self.company)

    def revision(self, pk) -> Revision:
        """Load a version through the door; one that is not in sight is not there."""
        revisions = Revision.objects.visible_to(self.request.user).filter(company=self.company)
        return get_object_or_404(revisions.select_related("cycle__programme"), pk=pk)

    def address(self, name: str, *args) -> str:
        return reverse(f"policies:{name}", args=[self.company.pk, *args])

    def language_of(self, *contents) -> str:
        """Return the language to show: the one asked for, where any of the texts has it; else the Japanese."""
        asked = self.request.GET.get("language")
        return asked if any(asked in content.languages for content in contents) else "ja"

    def language_tabs(self, chosen: str, *contents) -> list[Tab]:
        codes = [code for code in LANGUAGES if any(code in content.languages for content in contents)]
        if len(codes) < 2:
            return []
        query = self.request.GET
        return [Tab(versions.LANGUAGE_NAMES[code], with_query(query, language=code), code == chosen) for code in codes]


class ReadersMixin(TextsMixin):
    """A page for members and assigned advisers; to others it is not there."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.may_read:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


def export_form(content: Content, *, to, before="") -> ExportForm:
    """Return the form that makes files of a text, in the languages that it has."""
    has_english = "en" in content.languages
    initial = {
        "to": str(to),
        "from": str(before),
        "kind": ExportKind.TRACKED if before else ExportKind.PDF,
        "languages": "-".join(content.languages),
    }
    return ExportForm(initial=initial, has_english=has_english, before=str(before))


# --- The list ---------------------------------------------------------------------------------------------------------------


class VersionsView(TextsMixin, ListView):
    """All versions, the latest first; keeping the present text; two of them to compare; the files made lately."""

    template_name = "policies/versions/versions.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return queries.versions(self.request.user, self.company)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        shown = list(context["page_obj"].object_list)
        with_round = len({revision.cycle_id for revision in shown}) > 1
        table = versions.versions_table(
            shown,
            names=queries.names_of(revision.frozen_by_id for revision in shown),
            company_id=self.company.pk,
            with_round=with_round,
        )
        context |= {"table": table, "may_read": self.may_read, "texts": []}
        if not self.may_read:
            return context | self.comparing(shown, with_round)
        return context | self.comparing(shown, with_round) | self.working()

    def comparing(self, shown, with_round: bool) -> dict:
        """Offer any two to compare; the present text too for those who may read it."""
        texts = [(str(each.pk), versions.option(each, with_round=with_round)) for each in shown]
        if self.may_read and self.cycle:
            texts.insert(0, (WORKING, _("Working copy")))
        initial = {"to": texts[0][0], "from": texts[1][0]} if len(texts) > 1 else {}
        return {
            "compare_form": CompareForm(texts=texts, initial=initial) if initial else None,
            "compare_url": self.address("compare"),
        }

    def working(self) -> dict:
        """Say how the present text stands."""
        if self.cycle is None:
            return {}
        return {
            "cycle": self.cycle,
            "working_url": self.address("working_version"),
            "keep_form": self.keep_form,
            "stale": len(queries.stale_translations(self.cycle)),
            "exports": versions.export_rows(queries.exports_of(self.request.user, self.company), self.company.pk),
        }

    @cached_property
    def keep_form(self) -> KeepForm:
        return KeepForm(self.request.POST if self.request.method == "POST" else None)

    def post(self, request, *args, **kwargs):
        """Keep the present text as a version of its own, under the name given."""
        if not self.may_read or self.cycle is None:
            raise PermissionDenied
        if not self.keep_form.is_valid():
            return self.get(request, *args, **kwargs)
        label = self.keep_form.cleaned_data["label"]
        revision = freeze(cycle=self.cycle, reason=FreezeReason.REQUEST, label=label, actor=request.user)
        messages.success(request, _("The present text was kept as version %(number)s.") % {"number": revision.number})
        return HttpResponseRedirect(self.address("versions"))


# --- One version ------------------------------------------------------------------------------------------------------------


class TextView(TextsMixin, TemplateView):
    """One text to read: in one language, section by section."""

    template_name = "policies/versions/version.html"

    def texts(self, content: Content, language: str, marks=None) -> list[dict]:
        """Return what is shown of each section; where a note says that a text is missing, the Japanese stands for it."""
        marks = marks or {}
        found = []
        for part in content.parts:
            blocks = [
                {
                    "text": block.text(language) or block.text("ja"),
                    "lang": "" if block.text(language).strip() else "ja",
                    "restore_url": marks.get(block.id, ""),
                    "note": marks.get(f"{block.id}!"),
                }
                for block in part.blocks
                if block.text(language).strip() or f"{block.id}!" in marks
            ]
            if blocks:
                heading = part.heading(language)
                found.append({"heading": heading, "restore_url": marks.get(part.code, ""), "blocks": blocks})
        return found

    def common(self, content: Content, language: str) -> dict:
        return {
            "language": language,
            "languages": self.language_tabs(language, content),
            "name": content.name(language),
            "owner": content.owner(language),
            "versions_url": self.address("versions"),
        }


class VersionView(TextView):
    """A frozen text as it was, with its hash and what is known of it."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.shown = self.revision(kwargs["revision_id"])

    def get_context_data(self, **kwargs):
        revision = self.shown
        content = read(revision.content)
        language = self.language_of(content)
        may_edit = self.is_member and self.cycle is not None and self.cycle.is_editable
        marks = self.restore_marks(revision) if may_edit else {}
        context = {
            "title": versions.version_title(revision),
            "lead": versions.occasion(revision),
            "terms": self.terms(revision),
            "parts": self.texts(content, language, marks),
            "restore_all_url": marks.get("", ""),
            "comparisons": self.comparisons(revision),
            "share_url": self.address("share_version", revision.pk)
            if self.is_member and not revision.shared_at
            else "",
        }
        if self.may_read:
            context |= {"export_form": export_form(content, to=revision.pk), "export_url": self.address("export")}
        return super().get_context_data(**context, **self.common(content, language), **kwargs)

    def terms(self, revision: Revision) -> list[Term]:
        by = queries.names_of([revision.frozen_by_id]).get(revision.frozen_by_id, "")
        terms = [
            Term(label=_("Programme"), value=revision.cycle.programme.name),
            Term(label=_("Kept on"), value=dates.date_and_time(revision.frozen_at)),
        ]
        if by:
            terms.append(Term(label=_("By"), value=by))
        shared = dates.date_and_time(revision.shared_at) if revision.shared_at else _("No")
        return [
            *terms,
            Term(label=_("Shared with the secretariat"), value=shared),
            Term(label=_("Fingerprint (SHA-256)"), value=versions.broken(revision.sha256)),
        ]

    def comparisons(self, revision: Revision) -> list[tuple[str, str]]:
        """Return what this version may be compared with, as (words, address)."""
        found = []
        earlier = Revision.objects.visible_to(self.request.user).filter(
            cycle=revision.cycle_id, number__lt=revision.number
        )
        before = earlier.order_by("-number").values_list("pk", flat=True).first()
        if before:
            found.append((_("Compare with the one before"), versions.compare_url(self.company.pk, before, revision.pk)))
        if self.may_read and self.cycle:
            address = versions.compare_url(self.company.pk, revision.pk, WORKING)
            found.append((_("Compare with the working copy"), address))
        return found

    def restore_marks(self, revision: Revision) -> dict[str, str]:
        """Return where each passage that is not as it was can be brought back, by paragraph, by section and ("") whole."""
        address = self.address("restore_version", revision.pk)
        marks = {}
        for passage in passages_to_restore(revision=revision, cycle=self.cycle):
            marks[passage.id] = f"{address}?paragraph={passage.id}"
            marks[passage.section_code] = f"{address}?section={passage.section_code}"
            marks[""] = address
        return marks


class WorkingView(ReadersMixin, TextView):
    """The present text, read like a version."""

    def get_context_data(self, **kwargs):
        if self.cycle is None:
            raise Http404
        source = queries.working_content(self.cycle)
        content = read(source)
        language = self.language_of(content)
        latest = queries.versions(self.request.user, self.company).filter(cycle=self.cycle).first()
        stale = queries.stale_translations(self.cycle)
        missing, outdated = _("There is no English yet"), _("The Japanese was changed since")
        notes = {f"{each.paragraph}!": missing if each.is_missing else outdated for each in stale}
        context = {
            "title": _("Working copy"),
            "lead": _("As of %(moment)s; it may still change") % {"moment": dates.date_and_time(self.now)},
            "parts": self.texts(content, language, notes if language == "en" else {}),
            "stale": len(stale),
            "comparisons": [],
            "export_form": export_form(content, to=WORKING),
            "export_url": self.address("export"),
        }
        if latest:
            address = versions.compare_url(self.company.pk, latest.pk, WORKING)
            context["comparisons"] = [(_("Compare with the latest version"), address)]
        return super().get_context_data(**context, **self.common(content, language), **kwargs)


class ShareView(TextsMixin, TemplateView):
    """Ask whether the secretariat may read a version, and let it."""

    template_name = "policies/versions/share.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.shared = self.revision(kwargs["revision_id"])
            if not self.is_member:
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        version = versions.version_title(self.shared)
        back = self.address("version", self.shared.pk)
        return super().get_context_data(version=version, back_url=back, **kwargs)

    def post(self, request, *args, **kwargs):
        share_revision(revision=self.shared, actor=request.user, now=self.now)
        messages.success(request, _("The secretariat may read this version now."))
        return HttpResponseRedirect(self.address("version", self.shared.pk))


# --- Two texts --------------------------------------------------------------------------------------------------------------


class CompareView(TextsMixin, TemplateView):
    """What changed between two texts: how much first, then each change in its place, or before and after side by side."""

    template_name = "policies/versions/compare.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.texts = [self.text(name) for name in self.asked]

    def get_context_data(self, **kwargs):
        names = self.asked
        sources, titles = zip(*self.texts, strict=True)
        contents = [read(source) for source in sources]
        language = self.language_of(*contents)
        only_changes, side_by_side = self.request.GET.get("show") == "changes", self.request.GET.get("view") == "side"
        ignore_width = self.request.GET.get("width") == "same"
        comparison = redlines.compare_contents(*sources, language=language, ignore_width=ignore_width)
        parts, count = versions.part_views(comparison, only_changes=only_changes or side_by_side)
        context = {
            "titles": titles,
            "language": language,
            "languages": self.language_tabs(language, *contents),
            "summary": redlines.summary_sentence(comparison),
            "parts": parts,
            "count": count,
            "side_by_side": side_by_side,
            "views": self.views(only_changes, side_by_side),
            "width_url": with_query(self.request.GET, width=None if ignore_width else "same"),
            "ignore_width": ignore_width,
            "swap_url": versions.compare_url(self.company.pk, names[1], names[0], language=language),
            "versions_url": self.address("versions"),
        }
        if self.may_read and names[0] != WORKING:
            context |= {
                "export_form": export_form(contents[1], to=names[1], before=names[0]),
                "export_url": self.address("export"),
            }
        return super().get_context_data(**context, **kwargs)

    @cached_property
    def asked(self) -> list[str]:
        """Return which two are asked for; without a question the last two in sight, and the working copy after the first."""
        asked = [self.request.GET.get(name, "") for name in ("from", "to")]
        if any(asked):
            return asked
        last = [str(pk) for pk in queries.versions(self.request.user, self.company).values_list("pk", flat=True)[:2]]
        return [*reversed(last)] if len(last) == 2 else [*last, WORKING, ""][:2]

    def text(self, name: str) -> tuple[dict, str]:
        """Return a text and its name; a text that is not in sight is not there."""
        if name == WORKING and self.may_read and self.cycle:
            return queries.working_content(self.cycle), _("Working copy")
        revision = self.revisions.get(name)
        if revision is None:
            raise Http404
        return revision.content, f"{versions.version_title(revision)} ({versions.occasion(revision)})"

    @cached_property
    def revisions(self) -> dict[str, Revision]:
        """The versions asked for that the person may read, by id, in one statement."""
        keys = []
        for name in self.asked:
            with contextlib.suppress(ValueError):
                keys.append(UUID(name))
        found = Revision.objects.visible_to(self.request.user).filter(company=self.company, pk__in=keys)
        return {str(revision.pk): revision for revision in found}

    def views(self, only_changes: bool, side_by_side: bool) -> list[Tab]:
        query = self.request.GET
        return [
            Tab(_("Whole text"), with_query(query, show=None, view=None), not (only_changes or side_by_side)),
            Tab(
                _("Only what changed"), with_query(query, show="changes", view=None), only_changes and not side_by_side
            ),
            Tab(_("Before and after, side by side"), with_query(query, show=None, view="side"), side_by_side),
        ]


# --- Bringing back ------------------------------------------------------------------------------------------------------------


class RestoreView(TextsMixin, TemplateView):
    """Show what bringing a passage of a version back would change, and do it; nothing is replaced unseen."""

    template_name = "policies/versions/restore.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.source = self.revision(kwargs["revision_id"])
            if self.cycle is None or not permissions.can_edit(request.user, self.cycle):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def passages(self):
        asked = {name: self.request.GET.get(name, "") for name in ("paragraph", "section")}
        return passages_to_restore(revision=self.source, cycle=self.cycle, **asked)

    def get_context_data(self, *, changed=False, errors=(), **kwargs):
        return super().get_context_data(
            version=versions.version_title(self.source),
            items=versions.restore_items(self.passages(), cycle=self.cycle),
            is_editable=self.cycle.is_editable,
            state=State(self.cycle.state).label,
            operation=uuid4(),
            changed=changed,
            errors=[(error, "#restore") for error in errors],
            back_url=self.address("version", self.source.pk),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        seen = dict(each.split("=", 1) for each in request.POST.getlist("seen") if "=" in each)
        try:
            operation = UUID(request.POST.get("operation", ""))
        except ValueError:
            operation = uuid4()
        try:
            count = restore_passages(
                revision=self.source, cycle=self.cycle, seen=seen, operation=operation, actor=request.user, now=self.now
            )
        except ChangedMeanwhile:
            return self.render_to_response(self.get_context_data(changed=True), status=409)
        except (NotEditable, ValidationError) as refusal:
            words = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
            return self.render_to_response(self.get_context_data(errors=words), status=409)
        if not count:
            messages.info(request, _("There was nothing to bring back: the text is as it was in this version."))
        else:
            messages.success(request, versions.restored_sentence(count, self.source))
        return HttpResponseRedirect(self.address("working_version"))
