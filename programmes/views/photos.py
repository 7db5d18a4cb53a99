"""Photographs of a session: the secretariat keeps them, everybody sees those that may be shown."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from jobs.services import FileRefused
from jobs.views import file_response
from programmes.forms.photos import PhotoForm, PhotoWordsForm
from programmes.models import Photo
from programmes.rendering import photos as rendering
from programmes.services import photos as services

from .mixins import ProgrammeMixin
from .planning import SessionMixin


class PhotosView(SessionMixin, FormView):
    """The photographs there are, and a form for one more."""

    template_name = "programmes/plan/photos.html"
    here = "programmes:session_photos"
    form_class = PhotoForm

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        try:
            services.add_photo(
                session=self.session, name=file.name, content=file.read(), words=form.words(), actor=self.request.user
            )
        except (services.PhotoRefused, FileRefused) as refused:
            form.add_error("file", str(refused))
            return self.form_invalid(form)
        messages.success(self.request, _("The photograph is added."))
        return self.go("session_photos")

    def get_context_data(self, **kwargs):
        photos = Photo.objects.visible_to(self.request.user).filter(session=self.session)
        return super().get_context_data(shots=rendering.shots(photos, self.session), **kwargs)


class OnePhotoMixin(SessionMixin):
    here = "programmes:session_photos"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            photos = Photo.objects.visible_to(request.user).filter(session=self.session)
            self.photo = get_object_or_404(photos, pk=kwargs["photo_id"])

    def get_context_data(self, **kwargs):
        (shot,) = rendering.shots([self.photo], self.session)
        return super().get_context_data(photo=self.photo, shot=shot, **kwargs)


class EditPhotoView(OnePhotoMixin, FormView):
    """What is said of a photograph, and whether it may be shown."""

    template_name = "programmes/plan/photo.html"
    form_class = PhotoWordsForm

    def get_initial(self):
        return {name: getattr(self.photo, name) for name in PhotoWordsForm.base_fields}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address("session_photos")
        return form

    def form_valid(self, form):
        services.change_photo(photo=self.photo, words=form.words(), actor=self.request.user)
        messages.success(self.request, _("Your changes are saved."))
        return self.go("session_photos")


class RemovePhotoView(OnePhotoMixin, TemplateView):
    """The question before a photograph is taken away."""

    template_name = "programmes/plan/remove_photo.html"

    def post(self, request, *args, **kwargs):
        services.remove_photo(photo=self.photo, actor=request.user)
        messages.success(request, _("The photograph is taken away."))
        return self.go("session_photos")


class PhotoView(ProgrammeMixin, View):
    """The picture itself, for the pages that show it."""

    http_method_names = ("get", "head", "options")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            photos = Photo.objects.visible_to(request.user).select_related("file")
            here = {"programme": self.programme, "session": kwargs["session_id"], "pk": kwargs["photo_id"]}
            self.photo = get_object_or_404(photos, **here)

    def get(self, request, *args, **kwargs):
        response = file_response(self.photo.file)
        # A picture on a page, without the name of the file that somebody chose: such names tell of people.
        response["Content-Disposition"] = "inline"
        return response
