"""The living style guide: each part in each of its states, in both languages, and whole pages made of them."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.generic import TemplateView

from .samples import EnglishSamples, JapaneseSamples

SAMPLES = {"ja": JapaneseSamples, "en": EnglishSamples}
PAGES = ["home", "matrix", "workbench", "form", "question", "confirmed", "empty"]
STEPS = 9


class StyleGuideView(TemplateView):
    """Every part; each example first in Japanese, then in English."""

    template_name = "style_guide/index.html"

    def get_context_data(self, **kwargs):
        editions = []
        for language, samples in SAMPLES.items():
            with override(language):
                editions.append(samples(language))
        return super().get_context_data(editions=editions, pages=PAGES, **kwargs)


class SamplePageView(TemplateView):
    """A whole page in the reader's language, to be held beside the sketches."""

    def get_template_names(self):
        name = self.kwargs["name"]
        if name not in PAGES:
            raise Http404(name)
        return [f"style_guide/{name}.html"]

    def get_context_data(self, **kwargs):
        samples = SAMPLES.get(get_language(), JapaneseSamples)(get_language())
        form = samples.wrong_form if self.kwargs["name"] == "form" else None
        return super().get_context_data(s=samples, form=form, **kwargs)


class SampleJobView(TemplateView):
    """The fragment of a job that is one step further at each question and keeps nothing."""

    template_name = "style_guide/_job.html"

    def get_context_data(self, **kwargs):
        done = min(self.kwargs["done"], STEPS)
        following = reverse("style_guide:job", args=[done + 1])
        return super().get_context_data(finished=done == STEPS, total=STEPS, following=following, **kwargs)
