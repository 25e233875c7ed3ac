from django.urls import path

from apps.reporting import dashboard_views, kept_views, order_views, views

app_name = "reporting"
urlpatterns = [
    path("", views.Reports.as_view(), name="reports"),
    path("boards/", dashboard_views.Dashboards.as_view(), name="dashboards"),
    path("boards/<str:board>/", dashboard_views.Dashboard.as_view(), name="dashboard"),
    path("orders/", order_views.Orders.as_view(), name="orders"),
    path("orders/<int:order>/", order_views.OneOrder.as_view(), name="order"),
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
    path("<str:code>/order/", order_views.Order.as_view(), name="order_report"),
]
