from django.urls import path

from apps.hr import pay_views, views

app_name = "hr"
urlpatterns = [
    path("", views.Staff.as_view(), name="staff"),
    path("hire/", views.Hire.as_view(), name="hire"),
    path("terms/", views.ChangeTerms.as_view(), name="terms"),
    path("status/", views.SetStatus.as_view(), name="status"),
    path("leave/", views.RecordLeave.as_view(), name="leave"),
    path("dismiss/", views.Dismiss.as_view(), name="dismiss"),
    path("access/", views.GrantAccess.as_view(), name="access"),
    path("item/", views.AddItem.as_view(), name="item"),
    path("deduction/", views.OrderDeduction.as_view(), name="deduction"),
    path("own/", pay_views.OwnPay.as_view(), name="own_pay"),
    path("own/leave/", views.OwnLeave.as_view(), name="own_leave"),
    path("plan/", pay_views.StaffingPlan.as_view(), name="plan"),
    path("headcount/", pay_views.Headcount.as_view(), name="headcount"),
    path("balances/", pay_views.Balances.as_view(), name="balances"),
    path("cost/", pay_views.Cost.as_view(), name="cost"),
    path("payrolls/", pay_views.Payrolls.as_view(), name="payrolls"),
    path("payrolls/prepare/", pay_views.Prepare.as_view(), name="prepare"),
    path("payrolls/<int:payroll>/", pay_views.OnePayroll.as_view(), name="payroll"),
    path("payrolls/<int:payroll>/post/", pay_views.Post.as_view(), name="post"),
    path("payrolls/<int:payroll>/reverse/", pay_views.Reverse.as_view(), name="reverse"),
    path("payslips/<int:slip>/", pay_views.Payslip.as_view(), name="payslip"),
    path("<int:employee>/", views.OneEmployee.as_view(), name="employee"),
]
