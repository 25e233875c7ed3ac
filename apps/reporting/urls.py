from django.urls import path

from apps.reporting import kept_views, views

app_name = "reporting"
urlpatterns = [
    path("", views.Reports.as_view(), name="reports"),
    path("kept/", kept_views.KeptList.as_view(), name="kept_list"),
    path("kept/<int:kept>/", kept_views.KeptPage.as_view(), name="kept"),
    path("kept/<int:kept>/file/<str:kind>/", kept_views.KeptFile.as_view(), name="kept_file"),
    path(
        "kept/<int:kept>/against/<int:other>/", kept_views.Comparison.as_view(), name="comparison"
    ),
    path("<str:code>/", views.ReportPage.as_view(), name="report"),
    path("<str:code>/figure/", views.FigurePage.as_view(), name="figure"),
    path("<str:code>/file/<str:kind>/", views.ReportFile.as_view(), name="file"),
    path("<str:code>/keep/", kept_views.Keep.as_view(), name="keep"),
]
