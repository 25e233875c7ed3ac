"""What may be seen of staff and pay."""

from apps.control.declarations import READING
from apps.hr.payslips import VIEW_PAY
from apps.kernel.text import Text

READING.add("hr.view", Text(uk="Переглядати кадрові записи", en="Look at staff records"))
READING.add(VIEW_PAY, Text(uk="Бачити оплату праці", en="See pay"))
