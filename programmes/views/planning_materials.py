"""Materials of a session: the secretariat keeps them, participants open them."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from jobs.services import FileRefused
from jobs.views import file_response
from programmes.enums import MaterialKind
from programmes.forms.planning_materials import FileWordsForm, LinkWordsForm, MaterialForm
from programmes.models import Material
from programmes.queries import planning as queries
from programmes.rendering import planning as words
from programmes.services import planning_materials as services

from .mixins import ProgrammeMixin
from .planning import SessionMixin


class MaterialsView(SessionMixin, FormView):
    """The materials there are, and a form for one more."""

    template_name = "programmes/plan/materials.html"
    here = "programmes:session_materials"
    form_class = MaterialForm

    def form_valid(self, form):
        try:
            services.add_material(
                session=self.session,
                kind=MaterialKind(form.cleaned_data["kind"]),
                words=form.words(),
                url=form.address,
                file=form.upload,
                actor=self.request.user,
            )
        except (services.MaterialRefused, FileRefused) as refused:
            form.add_error("file" if form.upload is not None else None, str(refused))
            return self.form_invalid(form)
        messages.success(self.request, _("The material is added."))
        return self.go("session_materials")

    def get_context_data(self, **kwargs):
        found = queries.materials(self.request.user, self.session, today=self.day)
        return super().get_context_data(
            table=words.materials_table(found, session=self.session, today=self.day), has_any=bool(found), **kwargs
        )


class OneMaterialMixin(SessionMixin):
    here = "programmes:session_materials"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = queries.materials(request.user, self.session, today=self.day)
            self.material = get_object_or_404(found, pk=kwargs["material_id"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(material=self.material, **kwargs)


class EditMaterialView(OneMaterialMixin, FormView):
    """What a material is called, where its link leads, and from which day it is seen."""

    template_name = "programmes/plan/material.html"

    def get_form_class(self):
        return FileWordsForm if self.material.kind == MaterialKind.FILE else LinkWordsForm

    def get_initial(self):
        return {name: getattr(self.material, name) for name in ("title_ja", "title_en", "url", "visible_from")}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address("session_materials")
        return form

    def form_valid(self, form):
        services.change_material(
            material=self.material,
            words=form.words(),
            url=form.cleaned_data.get("url", ""),
            actor=self.request.user,
        )
        messages.success(self.request, _("Your changes are saved."))
        return self.go("session_materials")


class RemoveMaterialView(OneMaterialMixin, TemplateView):
    """The question before a material is taken away."""

    template_name = "programmes/plan/remove_material.html"

    def post(self, request, *args, **kwargs):
        services.remove_material(material=self.material, actor=request.user)
        messages.success(request, _("The material is taken away."))
        return self.go("session_materials")


class MaterialView(ProgrammeMixin, View):
    """Open a material: the file itself, or the address it names. For everybody who may see it."""

    http_method_names = ("get", "head", "options")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            materials = Material.objects.visible_to(request.user, today=self.day).select_related("file")
            here = {"programme": self.programme, "session": kwargs["session_id"], "pk": kwargs["material_id"]}
            self.material = get_object_or_404(materials, **here)

    def get(self, request, *args, **kwargs):
        file = self.material.file
        return file_response(file) if file else HttpResponseRedirect(self.material.url)
