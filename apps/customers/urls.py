from django.urls import path

from apps.customers import views

app_name = "customers"
urlpatterns = [
    path("", views.Customers.as_view(), name="list"),
    path("new/", views.Register.as_view(), name="register"),
    path("<int:customer>/", views.Person.as_view(), name="customer"),
]
