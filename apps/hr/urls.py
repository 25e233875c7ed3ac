from django.urls import path

from apps.hr import pay_views, structure_views, views

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
    path("account/", views.SetPayAccount.as_view(), name="account"),
    path("leave/adjust/", views.AdjustLeave.as_view(), name="adjust"),
    path("leave/<int:row>/cancel/", views.CancelLeave.as_view(), name="cancel_leave"),
    path("items/<int:row>/cancel/", views.CancelItem.as_view(), name="cancel_item"),
    path("deductions/<int:row>/end/", views.EndDeduction.as_view(), name="end_deduction"),
    path("units/new/", structure_views.OpenUnit.as_view(), name="unit"),
    path("units/move/", structure_views.MoveUnit.as_view(), name="move"),
    path("positions/", structure_views.PlanPosition.as_view(), name="position"),
    path("own/", pay_views.OwnPay.as_view(), name="own_pay"),
    path("own/<int:slip>/pdf/", pay_views.OwnPayslipFile.as_view(), name="own_payslip"),
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
    path("payslips/<int:slip>/pdf/", pay_views.PayslipFile.as_view(), name="payslip_file"),
    path("<int:employee>/", views.OneEmployee.as_view(), name="employee"),
]
