"""Certificates of attendance: issuing and revoking, a company's own, and the check that is open to everybody."""

from uuid import UUID

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView, View

from jobs.models import Job
from jobs.views import JobFileMixin, file_response
from programmes.forms.certificates import CodeForm, RevokeForm
from programmes.models import Attendance, Certificate
from programmes.queries import certificates as queries
from programmes.queries.closing import latest_job, session_jobs
from programmes.rendering import certificates as rendering
from programmes.rendering.session_tabs import session_tabs
from programmes.services import certificates as services

from .closing import ClosingMixin, shown_job
from .mixins import PAGE_SIZE, CompanyPageMixin, CountedPaginator

# --- The secretariat's side -------------------------------------------------------------------------------------------


class CertificatesView(ClosingMixin, TemplateView):
    """Who came, who has a certificate, and the two jobs: issuing, and one file to print."""

    template_name = "programmes/certificates/certificates.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        came, certified = queries.certificate_counts(user, self.session)
        people = queries.present_people(user, self.session)
        page = CountedPaginator(people, PAGE_SIZE, count=came).get_page(self.request.GET.get("page"))
        named = {"session": str(self.session.pk)}
        issuing = latest_job(user, kind=queries.ISSUE_KIND, params=named)
        printing = latest_job(user, kind=queries.PRINT_KIND, params=named)
        context = super().get_context_data(
            page_obj=page,
            table=rendering.people_table(page.object_list, self.session),
            figures=rendering.certificate_figures(came, certified),
            came=came,
            certified=certified,
            waiting=came - certified,
            # What came of it stands in the table.
            issuing=None if issuing and issuing.state == Job.State.DONE else shown_job(user, issuing),
            printing=self.printing(printing),
            is_issuing=bool(issuing and issuing.is_open),
            is_working=any(job and job.is_open for job in (issuing, printing)),
            **kwargs,
        )
        return context | {"tabs": session_tabs(self.session, here="programmes:certificates")}

    def printing(self, job: Job | None) -> dict | None:
        progress = shown_job(self.request.user, job)
        return progress | {"result_label": _("Download the file to print")} if progress else None


class IssueCertificatesView(ClosingMixin, View):
    """Asks for the certificate of one person, or of everybody who came and has none."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        person = request.POST.get("person", "")
        attendance = self.attendance(person) if person else None
        services.request_certificates(
            session=self.session, actor=request.user, attendance_id=attendance.pk if attendance else None
        )
        return self.to("certificates")

    def attendance(self, value: str) -> Attendance:
        try:
            pk = UUID(value)
        except ValueError:
            raise Http404 from None
        return get_object_or_404(Attendance.objects.visible_to(self.request.user), pk=pk, session=self.session)


class PrintCertificatesView(ClosingMixin, View):
    """Asks for one file with all valid certificates."""

    http_method_names = ("post", "options")

    def post(self, request, *args, **kwargs):
        services.request_print(session=self.session, actor=request.user)
        return HttpResponseRedirect(f"{self.address('certificates')}#print")


class CertificatesFileView(JobFileMixin, ClosingMixin, View):
    """Hands out the one file to print."""

    def jobs(self):
        return session_jobs(self.request.user, self.session, kind=queries.PRINT_KIND)


class RevokeCertificateView(ClosingMixin, FormView):
    """The question before a certificate is revoked, with its reason, and the choice to issue another."""

    template_name = "programmes/certificates/revoke.html"
    form_class = RevokeForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = Certificate.objects.visible_to(request.user).filter(session=self.session)
            self.certificate = get_object_or_404(rows.select_related("session__programme"), pk=kwargs["certificate_id"])

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address("certificates")
        return form

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            terms=rendering.certificate_terms(self.certificate), is_valid=not self.certificate.revoked_at, **kwargs
        )

    def form_valid(self, form):
        deed = services.reissue_certificate if form.cleaned_data["again"] else services.revoke_certificate
        try:
            done = deed(
                certificate=self.certificate,
                reason=form.cleaned_data["reason"],
                actor=self.request.user,
                now=self.now,
            )
        except services.NotValid:
            messages.error(self.request, _("This certificate was revoked already."))
            return self.to("certificates")
        if form.cleaned_data["again"] and done is None:
            words = _("The certificate was revoked. No other was issued: the person is not on the list of who came.")
            messages.warning(self.request, words)
        elif done:
            messages.success(self.request, _("The certificate was revoked, and another is being made."))
        else:
            messages.success(self.request, _("The certificate was revoked."))
        return self.to("certificates")


# --- A company's side -------------------------------------------------------------------------------------------------


class CompanyCertificatesView(CompanyPageMixin, ListView):
    """Certificates of the company's people, one's own first."""

    template_name = "programmes/certificates/company.html"
    tab = "programmes:company_sessions"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return queries.company_certificates(self.request.user, self.company.pk)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"table": rendering.own_table(context["page_obj"].object_list)}


class CertificateView(CompanyPageMixin, View):
    """Hands out the file of a valid certificate."""

    http_method_names = ("get", "head", "options")

    def get(self, request, *args, **kwargs):
        rows = queries.company_certificates(request.user, self.company.pk)
        certificate = get_object_or_404(rows.filter(revoked_at=None), pk=kwargs["certificate_id"])
        if certificate.file is None:
            raise Http404
        return file_response(certificate.file)


# --- Open to everybody ------------------------------------------------------------------------------------------------

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "strict-origin",
}


def _is_guessing(request) -> bool:
    """Count a code that opens nothing against the limit that the other doors without a sign-in share."""
    return not ratelimit.consume(request, app="allauth.account", action="unknown_link", limit_get=True)


class VerifyView(FormView):
    """A field for the code on a certificate. It needs no account, keeps no session, and writes nothing."""

    template_name = "programmes/certificates/verify.html"
    form_class = CodeForm
    http_method_names = ("get", "head", "post", "options")

    def form_valid(self, form):
        return HttpResponseRedirect(reverse("programmes:verify_certificate", args=[form.cleaned_data["code"]]))

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response[name] = value
        return response


class VerifyCertificateView(View):
    """What stands behind a code: session, date, name as printed, and whether it is valid. Nothing more."""

    http_method_names = ("get", "head", "options")

    def get(self, request, code):
        found = queries.verified(queries.read_code(code))
        if found is None:
            status = 429 if _is_guessing(request) else 404
            return self.answer("429.html" if status == 429 else "programmes/certificates/unknown.html", {}, status)
        context = {"terms": rendering.verified_terms(found), "revoked": rendering.revoked_line(found)}
        return self.answer("programmes/certificates/verified.html", context, 200)

    def answer(self, template: str, context: dict, status: int):
        if status == 404:
            context = {"form": CodeForm()}
        response = render(self.request, template, context, status=status)
        for name, value in HEADERS.items():
            response[name] = value
        return response
