"""The check of an issued report, open to everybody: it needs no account, keeps no session, and writes nothing."""

from django.shortcuts import render
from django.views import View

from common.views.links import HEADERS, is_too_often
from reports.forms.verification import CheckIssueForm
from reports.queries.verification import checked
from reports.rendering import issuing as rendering


class CheckIssueView(View):
    """A field for the number and one for the sha256; with an address of its own, what stands behind them."""

    http_method_names = ("get", "head", "options")
    template_name = "reports/issued/check.html"

    def get(self, request):
        if not {"number", "sha256"} & set(request.GET):
            return self.answer({"form": CheckIssueForm()})
        form = CheckIssueForm(request.GET)
        if not form.is_valid():
            return self.answer({"form": form})
        asked = form.cleaned_data
        found = checked(**asked)
        if found is None:
            # Guesses share the limit of the other doors without a sign-in.
            if is_too_often(request, "unknown_link"):
                return self.show("429.html", {}, 429)
            return self.answer({"form": form, "is_unknown": True, "asked": asked}, 404)
        return self.answer(
            {
                "form": form,
                "found": found,
                "fits": rendering.part_name(found.fits) if found.fits and not found.is_internal else "",
                "other_file": bool(asked["sha256"]) and not found.fits,
                "terms": rendering.checked_terms(found),
                "files": rendering.checked_files(found),
            }
        )

    def answer(self, context: dict, status: int = 200):
        return self.show(self.template_name, context, status)

    def show(self, template: str, context: dict, status: int):
        response = render(self.request, template, context, status=status)
        for name, value in HEADERS.items():
            response[name] = value
        return response
