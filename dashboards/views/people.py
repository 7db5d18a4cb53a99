"""The people of a company: who they are, what they may do, and when they leave."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from companies import permissions, queries, services
from companies.forms import ContactForm, LeaveForm, NewPersonForm, RightsForm
from dashboards.rendering import people as drawn
from policies.services.succession import pass_on_items
from programmes.models import Attendance

from .profile import KeepersMixin


class KeepersPageMixin(KeepersMixin):
    """A page on which the company's people, or the secretariat, write."""

    gives_rights_only = False

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            if "person_id" in kwargs:
                people = queries.everybody(request.user, self.company)
                self.person = get_object_or_404(people, pk=kwargs["person_id"])
            self.gives_rights = self.is_secretariat or permissions.can_give_rights(request.user, self.company.pk)

    def dispatch(self, request, *args, **kwargs):
        allowed = request.user.is_authenticated and (self.gives_rights if self.gives_rights_only else self.may_edit)
        if request.user.is_authenticated and not allowed:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def again(self, status: int = 422, **context):
        return self.render_to_response(self.get_context_data(**context), status=status)


class PeopleView(KeepersMixin, TemplateView):
    """Everybody at the company with what they may do, and who left."""

    template_name = "dashboards/people/people.html"

    def get_context_data(self, **kwargs):
        people = list(queries.everybody(self.request.user, self.company))
        here = [person for person in people if not person.left_on]
        return super().get_context_data(
            table=drawn.people_table(here, may_edit=self.may_edit),
            left=drawn.left_lines([person for person in people if person.left_on], may_edit=self.may_edit),
            may_edit=self.may_edit,
            has_waiting=any(person.rights and not person.user_id for person in here),
            has_shared=any(person.sharing for person in here),
            **kwargs,
        )


class NewPersonView(KeepersPageMixin, FormView):
    """Somebody new among the company's people."""

    template_name = "dashboards/people/new.html"
    form_class = NewPersonForm

    def get_initial(self):
        return {"level": "working", "role": ""}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"gives_rights": self.gives_rights}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.page("people")
        return form

    def form_valid(self, form):
        try:
            person = services.add_person(
                company=self.company,
                values=form.contact(),
                role=form.cleaned_data.get("role", ""),
                actor=self.request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("%(name)s was added.") % {"name": person.name})
        return HttpResponseRedirect(self.page("people"))

    def form_invalid(self, form):
        return self.again(form=form)

    def get_context_data(self, **kwargs):
        return super().get_context_data(people_url=self.page("people"), **kwargs)


class PersonView(KeepersPageMixin, TemplateView):
    """One person: contact, level, rights. Two forms, each with its own button."""

    template_name = "dashboards/people/person.html"

    def make_contact(self, data=None) -> ContactForm:
        present = services.contact_of(self.person)
        initial = present | {"base": json.dumps(present, ensure_ascii=False)}
        return ContactForm(data, initial=initial, prefix="contact")

    def make_rights(self, data=None) -> RightsForm:
        return RightsForm(data, initial={"role": self.person.rights or ""}, prefix="rights")

    def post(self, request, *args, **kwargs):
        deed = request.POST.get("deed", "")
        if deed == "contact":
            return self.save_contact(self.make_contact(request.POST))
        if not self.gives_rights and deed in ("rights", "return"):
            raise PermissionDenied
        if deed == "rights":
            return self.save_rights(self.make_rights(request.POST))
        if deed == "return":
            services.return_to_company(person=self.person, actor=request.user)
            messages.success(request, _("%(name)s is at the company again.") % {"name": self.person.name})
            return HttpResponseRedirect(drawn.person_url(self.person))
        return self.again()

    def invite_url(self) -> str:
        """Return where the secretariat invites people, for somebody who has rights and no account."""
        managed = [place.id for place in self.places.taking_part if self.places.manages(place.id)]
        if self.person.user_id or not self.person.rights or not managed:
            return ""
        return reverse("programmes:invitations", args=[managed[-1]])

    def save_contact(self, form):
        if not form.is_valid():
            return self.again(contact=form)
        try:
            saved = services.change_person(
                person=self.person,
                values=form.contact(),
                base=form.cleaned_data["base"],
                actor=self.request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.again(contact=form)
        if saved.clashes:
            return self.clashing(form, saved.clashes)
        if saved.is_changed:
            messages.success(self.request, _("The contact was saved."))
        else:
            messages.info(self.request, _("Nothing was changed."))
        return HttpResponseRedirect(self.page("people"))

    def clashing(self, form, clashes: dict):
        """Show what stands beside what was typed; what the person left as it was follows what others wrote."""
        self.person.refresh_from_db()
        present, before = services.contact_of(self.person), form.cleaned_data["base"]
        form.data = form.data.copy()
        form.data["contact-base"] = json.dumps(present, ensure_ascii=False)
        for name, value in present.items():
            if form.cleaned_data[name] == before.get(name):
                form.data[f"contact-{name}"] = value
        return self.again(409, contact=form, clashes=drawn.clash_lines(clashes))

    def save_rights(self, form):
        if not form.is_valid():
            return self.again(rights=form)
        try:
            changed = services.change_rights(
                person=self.person, role=form.cleaned_data["role"], actor=self.request.user, now=self.now
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.again(rights=form)
        if changed:
            messages.success(
                self.request, _("The rights were changed. They hold with the next thing the person opens.")
            )
        else:
            messages.info(self.request, _("Nothing was changed."))
        return HttpResponseRedirect(self.page("people"))

    def get_context_data(self, **kwargs):
        own = {"contact": self.make_contact(), "rights": self.make_rights(), "clashes": []} | kwargs
        wrong = next((form for form in (own["contact"], own["rights"]) if form.errors), None)
        return super().get_context_data(
            person=self.person,
            account=drawn.account(self.person),
            gives_rights=self.gives_rights,
            wrong_form=wrong,
            people_url=self.page("people"),
            invite_url=self.invite_url(),
            leave_url=self.page("leave", self.person.pk),
            **own,
        )


class LeaveView(KeepersPageMixin, FormView):
    """Somebody leaves the company; the next thing they open is closed to them."""

    template_name = "dashboards/people/leave.html"
    form_class = LeaveForm
    gives_rights_only = True

    def get_form_kwargs(self):
        people = queries.people(self.request.user, self.company).exclude(pk=self.person.pk)
        return super().get_form_kwargs() | {"people": people}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = drawn.person_url(self.person)
        return form

    def form_valid(self, form):
        successor, actor = form.cleaned_data["successor"], self.request.user
        try:
            # Open tasks first: a manager who leaves cannot reach them afterwards.
            passed = (
                pass_on_items(person=self.person, successor=successor, actor=actor) if self.hands_on(successor) else 0
            )
            services.leave_company(person=self.person, successor=successor, actor=actor, now=self.now, today=self.day)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("%(name)s is not at the company any more.") % {"name": self.person.name})
        if passed:
            words = ngettext("%(count)s open task went to %(name)s.", "%(count)s open tasks went to %(name)s.", passed)
            messages.info(self.request, words % {"count": passed, "name": successor.name})
        is_self = self.person.user_id == actor.pk
        return HttpResponseRedirect("/" if is_self else self.page("people"))

    def hands_on(self, successor) -> bool:
        return successor is not None and self.is_member

    def form_invalid(self, form):
        return self.again(form=form)

    def get_context_data(self, **kwargs):
        ahead = Attendance.objects.visible_to(self.request.user).filter(
            person=self.person, session__starts_at__gt=self.now, registration__in=("registered", "waiting")
        )
        return super().get_context_data(
            person=self.person,
            account=drawn.account(self.person),
            rights=drawn.rights_label(self.person.rights),
            ahead=ahead.count(),
            people_url=self.page("people"),
            **kwargs,
        )
