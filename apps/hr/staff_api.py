"""What can be done about units, people and their leave over the API."""

from apps.control.rest.endpoints import does
from apps.hr.api import STAFF

OPEN_UNIT = does(
    "hr.open_unit",
    tag=STAFF,
    example={
        "branch": 1,
        "code": "IT",
        "name_uk": "Інформаційні технології",
        "name_en": "Information technology",
        "parent": 1,
    },
    gives={"unit": 3},
)
MOVE_UNIT = does("hr.move_unit", tag=STAFF, example={"parent": 2})
PLAN_POSITION = does(
    "hr.plan_position",
    tag=STAFF,
    example={
        "unit": 3,
        "code": "IT-DEV",
        "title_uk": "Розробник",
        "title_en": "Developer",
        "valid_from": "2026-04-01",
        "posts_percent": 400,
        "roles": [],
    },
    gives={"position": 8},
)
HIRE = does(
    "hr.hire",
    tag=STAFF,
    example={
        "customer": 3001,
        "deposit": 42,
        "position": 8,
        "hired_on": "2026-03-02",
        "salary": "42000.00",
        "contract_number": "15-к",
    },
    gives={"employee": 15, "number": "00015"},
    location="employees/{employee}",
)
CHANGE_TERMS = does(
    "hr.change_terms",
    tag=STAFF,
    example={"valid_from": "2026-04-01", "position": 8, "salary": "46000.00"},
)
SET_PERSONAL_STATUS = does(
    "hr.set_personal_status",
    tag=STAFF,
    example={"valid_from": "2026-03-01", "benefit": "children", "children": "2"},
)
SET_PAY_ACCOUNT = does("hr.set_pay_account", tag=STAFF, example={"deposit": 42})
GRANT_ACCESS = does(
    "hr.grant_access",
    tag=STAFF,
    example={"username": "o.shevchenko", "roles": ["teller"]},
    gives={"user": 41},
)
DISMISS = does(
    "hr.dismiss",
    tag=STAFF,
    example={"last_day": "2026-03-31", "reason": "За власним бажанням"},
    gives={"in_hands": [{"kind": "till_session", "id": 31, "what": "Каса 1"}]},
)
RECORD_LEAVE = does(
    "hr.record_leave",
    tag=STAFF,
    example={
        "kind": "annual",
        "first_day": "2026-03-09",
        "last_day": "2026-03-22",
        "order_number": "7-в",
    },
    gives={"absence": 91},
)
CANCEL_LEAVE = does("hr.cancel_leave", tag=STAFF, example={"reason": "Відкликано з відпустки"})
ADJUST_LEAVE = does(
    "hr.adjust_leave",
    tag=STAFF,
    example={"kind": "annual", "days_hundredths": 350, "reason": "Залишок із попередньої системи"},
)
