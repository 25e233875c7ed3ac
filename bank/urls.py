"""Every address of Skarb, one explicit line each."""

from django.contrib import admin
from django.urls import include, path

from bank import help as pages
from bank import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("", include("apps.access.urls")),
    path("", include("apps.control.urls")),
    path("book/", include("apps.ledger.urls")),
    path("customers/", include("apps.customers.urls")),
    path("accounts/", include("apps.accounts.urls")),
    path("desk/", include("apps.cash.urls")),
    path("payments/", include("apps.payments.urls")),
    path("finance/", include("apps.finance.urls")),
    path("reports/", include("apps.reporting.urls")),
    path("loans/", include("apps.loans.urls")),
    path("staff/", include("apps.hr.urls")),
    path("day/", include("apps.eod.urls")),
    path("api/v1/", include("bank.api")),
    path("help/api/", pages.Api.as_view(), name="api_help"),
    path("help/api/openapi.json", pages.ApiDocument.as_view(), name="api_document"),
    path("help/api/<str:name>/", pages.ApiEndpoint.as_view(), name="api_endpoint"),
    path("admin/", admin.site.urls),
    path("healthz", views.healthy, name="healthy"),
    path("readyz", views.ready, name="ready"),
]
handler403 = "bank.views.forbidden"
handler404 = "bank.views.not_found"
handler500 = "bank.views.failed"
