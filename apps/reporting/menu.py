"""Reports in the frame, and in words."""

from apps.control.declarations import READING
from apps.kernel.text import Text
from apps.kernel.wording import DEEDS, FIELDS

READ = "reporting.view_reports"
READING.add(READ, Text(uk="Відкривати звіти", en="Open reports"))

DEEDS.add("reporting.keep_report", Text(uk="Збереження звіту", en="Keeping of a report"))
FIELDS.add("report", Text(uk="звіт", en="report"))
FIELDS.add("compare", Text(uk="для порівняння", en="compared with"))
