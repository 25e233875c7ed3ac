from django.urls import path

from apps.finance import views

app_name = "finance"
urlpatterns = [
    path("entry/", views.ManualEntry.as_view(), name="entry"),
]
