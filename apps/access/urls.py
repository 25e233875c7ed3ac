from django.urls import path

from apps.access import views

app_name = "access"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("session/", views.SessionLeft.as_view(), name="session"),
    path("second-factor/", views.SecondFactor.as_view(), name="second_factor"),
    path("profile/", views.Profile.as_view(), name="profile"),
]
