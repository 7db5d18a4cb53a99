"""The living style guide; spp_portal.urls includes it in development only."""

from django.urls import path

from .views import style_guide

app_name = "style_guide"
urlpatterns = [
    path("", style_guide.StyleGuideView.as_view(), name="index"),
    path("pages/<slug:name>/", style_guide.SamplePageView.as_view(), name="page"),
    path("job/<int:done>/", style_guide.SampleJobView.as_view(), name="job"),
]
