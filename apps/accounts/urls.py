from django.urls import path

from apps.accounts import deposit_views, views

app_name = "accounts"
urlpatterns = [
    path("open/", views.Open.as_view(), name="open"),
    path("<int:deposit>/", views.Account.as_view(), name="account"),
    path("<int:deposit>/statement/", views.Statement.as_view(), name="statement"),
    # Which deposit it is stands behind these addresses, as ?deposit=.
    path("block/", deposit_views.Block.as_view(), name="block"),
    path("unblock/", deposit_views.Unblock.as_view(), name="unblock"),
    path("overdraft/", deposit_views.SetOverdraft.as_view(), name="overdraft"),
    path("hold/", deposit_views.PlaceHold.as_view(), name="hold"),
    path("hold/<int:hold>/release/", deposit_views.ReleaseHold.as_view(), name="release"),
    path("authorise/", deposit_views.Authorise.as_view(), name="authorise"),
    path("revoke/<int:customer>/", deposit_views.Revoke.as_view(), name="revoke"),
    path("fee/", deposit_views.Charge.as_view(), name="fee"),
    path("interest/", deposit_views.Interest.as_view(), name="interest"),
    path("debt-interest/", deposit_views.DebtInterest.as_view(), name="debt_interest"),
    path("settle/", deposit_views.Settle.as_view(), name="settle"),
    path("close/", deposit_views.Close.as_view(), name="close"),
]
