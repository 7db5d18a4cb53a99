"""Questions of companies to the secretariat, and their answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, View

from companies.enums import AccessKind
from programmes.forms.enquiries import AskForm, ReplyForm
from programmes.queries import enquiries as questions_about
from programmes.rendering import enquiries as words
from programmes.services import enquiries as services

from .mixins import CompanyPageMixin, ProgrammeMixin

PAGE_SIZE = 30


class BetweenMixin(CompanyPageMixin):
    """A page between a company and the secretariat; its advisers know that there is one, and do not read it."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.is_secretariat = AccessKind.SECRETARIAT in self.places.standings

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_for_this_person():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_for_this_person(self) -> bool:
        return self.is_member or self.is_secretariat


class CompanyEnquiriesView(BetweenMixin, ListView):
    """A company's enquiries."""

    template_name = "programmes/enquiries/company.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return questions_about.enquiries_of(self.request.user, self.company)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = context["page_obj"].object_list
        return context | {"table": words.enquiries_table(rows, with_company=False)}


class AskView(BetweenMixin, FormView):
    """A company's person writes to the secretariat."""

    template_name = "programmes/enquiries/ask.html"
    form_class = AskForm

    def is_for_this_person(self) -> bool:
        return self.is_member

    def get_form_kwargs(self):
        self.programmes = questions_about.programmes_of(self.request.user, self.company)
        return super().get_form_kwargs() | {"programmes": self.programmes}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("programmes:company_enquiries", args=[self.company.pk])
        return form

    def form_valid(self, form):
        enquiry = services.ask(
            company=self.company,
            programme=form.chosen_programme,
            subject=form.cleaned_data["subject"],
            text=form.cleaned_data["text"],
            actor=self.request.user,
            now=self.now,
        )
        messages.success(
            self.request, _("Your question is with the secretariat. You will be told when it is answered.")
        )
        return HttpResponseRedirect(words.enquiry_url(enquiry))


class EnquiryMixin(BetweenMixin):
    """One enquiry, through its door."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = questions_about.enquiries_of(request.user, self.company)
            self.enquiry = get_object_or_404(found, pk=kwargs["enquiry_id"])


class EnquiryView(EnquiryMixin, FormView):
    """The thread, and a further word."""

    template_name = "programmes/enquiries/enquiry.html"
    form_class = ReplyForm

    def form_valid(self, form):
        services.reply(enquiry=self.enquiry, text=form.cleaned_data["text"], actor=self.request.user, now=self.now)
        said = _("Your words are with the secretariat.") if self.is_member else _("The company is told of your answer.")
        messages.success(self.request, said)
        return HttpResponseRedirect(words.enquiry_url(self.enquiry))

    def get_context_data(self, **kwargs):
        posts = questions_about.posts_of(self.request.user, self.enquiry)
        return super().get_context_data(
            enquiry=self.enquiry,
            posts=words.posts(posts),
            standing=words.standing_badge(self.enquiry),
            back_url=self._back_url(),
            **kwargs,
        )

    def _back_url(self) -> str:
        if self.is_member:
            return reverse("programmes:company_enquiries", args=[self.company.pk])
        return reverse("programmes:enquiries", args=[self.enquiry.programme_id])


class CloseEnquiryView(EnquiryMixin, View):
    """Nothing more is to be said."""

    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        services.close(enquiry=self.enquiry, actor=request.user, now=self.now)
        messages.success(request, _("The enquiry is closed. A further word opens it again."))
        return HttpResponseRedirect(words.enquiry_url(self.enquiry))


class EnquiriesView(ProgrammeMixin, ListView):
    """What companies of the programme have asked; what waits comes first."""

    template_name = "programmes/enquiries/enquiries.html"
    audience = (AccessKind.SECRETARIAT,)
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        asked = self.request.GET.get("show", "")
        self.show = asked if asked in questions_about.SHOWS else ""
        return questions_about.enquiries(self.request.user, self.programme, show=self.show)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        counts = questions_about.enquiry_counts(self.request.user, self.programme)
        rows = context["page_obj"].object_list
        return context | {
            "chips": words.enquiry_chips(counts, show=self.show, query=self.request.GET),
            "table": words.enquiries_table(rows, with_company=True),
            "any": counts["all"],
        }
