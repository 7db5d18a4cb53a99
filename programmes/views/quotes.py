"""The quote bank: what may be printed in a report, its translations and permissions; and one's own consent."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView

from audit import services as audit
from companies.enums import AccessKind
from programmes.forms.quotes import RemarkForm, TranslationForm, wanted_of
from programmes.forms.survey import ConsentForm, allowed_consents
from programmes.models import Feedback, QuoteUse, Session
from programmes.queries import quotes as questions_about
from programmes.queries.survey import original, original_language, own_quote_uses
from programmes.rendering import quotes as words
from programmes.rendering.survey import uses
from programmes.services import quotes as services
from programmes.services.survey import change_own_consent

from .mixins import ProgrammeMixin

PAGE_SIZE = 30


class BankMixin(ProgrammeMixin):
    """A page of the quote bank, for the secretariat."""

    audience = (AccessKind.SECRETARIAT,)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.load()

    def load(self) -> None:
        """Find what the page is about, through its door."""

    @property
    def bank_url(self) -> str:
        return reverse("programmes:quotes", args=[self.programme.pk])

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.bank_url
        return form

    def done(self, sentence: str) -> HttpResponseRedirect:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(self.bank_url)

    def note_look(self, obj) -> None:
        audit.log_look(actor=self.request.user, obj=obj, programme_id=self.programme.pk, now=self.now)


class QuotesView(BankMixin, ListView):
    """All comments and remarks of a programme, with consent, translation and where each was printed."""

    template_name = "programmes/quotes/quotes.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        self.wanted = wanted_of(self.request.GET)
        return questions_about.quote_keys(self.request.user, self.programme, self.wanted)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, query = self.request.user, self.request.GET
        sessions = questions_about.quoted_sessions(user, self.programme)
        rows = questions_about.quotes(user, context["page_obj"].object_list)
        if rows:
            self.note_look(self.programme)
        return context | {
            "cards": words.quote_cards(rows, self.programme),
            "chips": words.quote_chips(self.wanted, sessions, query=query),
            "is_narrowed": self.wanted != questions_about.Wanted(),
        }


class QuoteView(BankMixin, FormView):
    """One comment as it was written, and its translation."""

    template_name = "programmes/quotes/translation.html"
    form_class = TranslationForm

    def load(self):
        comments = questions_about.comments_of(self.request.user, self.programme)
        self.feedback = get_object_or_404(comments.select_related("session"), pk=self.kwargs["feedback_id"])
        self.language = original_language(self.feedback)

    def get_initial(self):
        return {"text": getattr(self.feedback, f"comment_{'en' if self.language == 'ja' else 'ja'}")}

    def form_valid(self, form):
        services.translate_comment(
            feedback=self.feedback, text=form.cleaned_data["text"].strip(), actor=self.request.user
        )
        return self.done(_("The translation is saved."))

    def get_context_data(self, **kwargs):
        self.note_look(self.feedback)
        return super().get_context_data(
            session=self.feedback.session,
            text=original(self.feedback),
            language=self.language,
            consent=self.feedback.get_consent_display(),
            **kwargs,
        )


class NewRemarkView(BankMixin, FormView):
    """A speaker's words, and the day of their permission."""

    template_name = "programmes/quotes/remark.html"
    form_class = RemarkForm

    def get_initial(self):
        return {"language": "ja"}

    def get_form_kwargs(self):
        speakers = questions_about.speakers_of(self.request.user, self.programme)
        return super().get_form_kwargs() | {"speakers": speakers}

    def form_valid(self, form):
        data = form.cleaned_data
        services.record_remark(
            programme=self.programme,
            speaker=data["speaker"],
            texts=form.texts,
            language=data["language"],
            permitted_on=data["permitted_on"],
            actor=self.request.user,
        )
        return self.done(_("The remark is saved."))


class RemarkView(BankMixin, FormView):
    """The same for a remark that is there already: corrected, permitted, or no longer permitted."""

    template_name = "programmes/quotes/remark.html"
    form_class = RemarkForm

    def load(self):
        remarks = questions_about.remarks_of(self.request.user, self.programme)
        self.remark = get_object_or_404(remarks.select_related("speaker", "session"), pk=self.kwargs["remark_id"])

    def get_initial(self):
        names = ("language", "text_ja", "text_en", "permitted_on", "withdrawn_on")
        return {name: getattr(self.remark, name) for name in names}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"speakers": None, "remark": self.remark}

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            services.change_remark(
                remark=self.remark,
                texts=form.texts,
                language=data["language"],
                permitted_on=data["permitted_on"],
                withdrawn_on=data["withdrawn_on"],
                actor=self.request.user,
            )
        except services.NotThePermission as error:
            form.add_error("permitted_on", str(error))
            return self.form_invalid(form)
        return self.done(_("The remark is saved."))

    def get_context_data(self, **kwargs):
        titles = [use.title for use in QuoteUse.objects.visible_to(self.request.user).filter(remark=self.remark)]
        return super().get_context_data(remark=self.remark, uses=titles, **kwargs)


class OwnConsentView(ProgrammeMixin, FormView):
    """Whether one's own comment with one's name may be quoted: for who has an account, from the session's page."""

    template_name = "programmes/quotes/consent.html"
    form_class = ConsentForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            self.session = get_object_or_404(sessions, pk=kwargs["session_id"])
            own = Feedback.objects.visible_to(request.user).filter(session=self.session).with_words()
            self.feedback = own.filter(person__user=request.user).first()
            if self.feedback is None:
                raise Http404

    @property
    def back_url(self) -> str:
        return reverse("programmes:session", args=[self.programme.pk, self.session.pk])

    def get_form_kwargs(self):
        allowed = allowed_consents(is_anonymous=False)
        return super().get_form_kwargs() | {"allowed": allowed, "present": self.feedback.consent}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.back_url
        return form

    def form_valid(self, form):
        consent = form.cleaned_data["consent"]
        change_own_consent(feedback=self.feedback, consent=consent, actor=self.request.user, now=self.now)
        messages.success(self.request, _("Your choice is saved. It holds for every report that is made from now on."))
        return HttpResponseRedirect(self.back_url)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            session=self.session,
            text=original(self.feedback),
            language=original_language(self.feedback),
            uses=uses(own_quote_uses(self.feedback)),
            **kwargs,
        )
