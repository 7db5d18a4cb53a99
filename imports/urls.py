from django.urls import path

from . import views

app_name = "imports"
urlpatterns = [
    path("", views.ImportsView.as_view(), name="list"),
    path("new/", views.UploadView.as_view(), name="new"),
    path("template.xlsx", views.TemplateView.as_view(), name="template"),
    path("export/<uuid:programme_id>/", views.ExportView.as_view(), name="export"),
    path("export/<uuid:programme_id>/files/<uuid:job_id>/", views.ExportFileView.as_view(), name="export_file"),
    path("<uuid:import_id>/", views.ImportView.as_view(), name="import"),
    path("<uuid:import_id>/confirm/", views.ConfirmView.as_view(), name="confirm"),
    path("<uuid:import_id>/check/", views.CheckView.as_view(), name="check"),
    path("<uuid:import_id>/file/", views.FileView.as_view(), name="file"),
    path("<uuid:import_id>/remarks/", views.RemarksView.as_view(), name="remarks"),
]
