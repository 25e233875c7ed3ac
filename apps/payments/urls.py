from django.urls import path

from apps.payments import views

app_name = "payments"
urlpatterns = [
    path("transfer/", views.TransferScreen.as_view(), name="transfer"),
]
