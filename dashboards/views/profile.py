"""A company's profile: read by all who see its records, kept by its people, corrected by the secretariat."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView

from companies import queries, services
from companies.enums import AccessKind
from companies.forms import ProfileForm
from dashboards.rendering import profile as drawn
from programmes.views import PAGE_SIZE, CompanyPageMixin


class KeepersMixin(CompanyPageMixin):
    """Knows whether the person keeps the company's data, as one of its people or as its secretariat."""

    tab = "dashboards:company"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.is_secretariat = AccessKind.SECRETARIAT in self.places.standings
            self.may_edit = self.is_member or self.is_secretariat

    def page(self, name: str, *args) -> str:
        return reverse(f"dashboards:{name}", args=[self.company.pk, *args])


class ProfileView(KeepersMixin, ListView):
    """The profile as it is, and every change of it."""

    template_name = "dashboards/profile/profile.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return queries.profile_changes(self.request.user, self.company)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "terms": drawn.profile_terms(self.company),
            "events": drawn.history(context["page_obj"].object_list),
            "may_edit": self.may_edit,
        }


class EditProfileView(KeepersMixin, FormView):
    """Changes of the profile. Two at once: each has the fields that only they changed; of the same one the first stands."""

    template_name = "dashboards/profile/edit.html"
    form_class = ProfileForm
    clashes: dict = {}

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.may_edit:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        present = services.profile_of(self.company)
        return present | {"base": json.dumps(present, ensure_ascii=False)}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"corrects": not self.is_member}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.page("profile")
        return form

    def form_valid(self, form):
        try:
            saved = services.change_profile(
                company=self.company,
                values=form.profile(),
                base=form.cleaned_data["base"],
                note=form.cleaned_data.get("note", ""),
                actor=self.request.user,
                now=self.now,
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        if saved.clashes:
            return self._again(form, saved)
        if saved.change:
            messages.success(self.request, _("The profile was saved."))
        else:
            messages.info(self.request, _("Nothing was changed."))
        return HttpResponseRedirect(self.page("profile"))

    def _again(self, form, saved):
        """Show what stands beside what was typed; sent once more, it is written over what its writer now sees."""
        self.company.refresh_from_db()
        form.data = form.data.copy()
        form.data["base"] = json.dumps(services.profile_of(self.company), ensure_ascii=False)
        for name, value in services.profile_of(self.company).items():
            # What the person left as it was follows what others wrote meanwhile.
            if name in form.fields and form.cleaned_data[name] == form.cleaned_data["base"].get(name):
                form.data[name] = "" if value is None else value
        self.clashes = saved.clashes
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        own = {"clashes": drawn.clash_lines(self.clashes), "corrects": not self.is_member}
        return super().get_context_data(**own, profile_url=self.page("profile"), **kwargs)
