from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [path("language/", views.SetLanguageView.as_view(), name="set_language")]
