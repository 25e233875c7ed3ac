from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("open/", views.Open.as_view(), name="open"),
    path("<int:deposit>/", views.Account.as_view(), name="account"),
    path("<int:deposit>/statement/", views.Statement.as_view(), name="statement"),
]
