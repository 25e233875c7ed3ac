"""What the customers' screens and resources ask of those who only look."""

from apps.control.declarations import READING
from apps.kernel.text import Text

READING.add("customers.view", Text(uk="Переглядати клієнтів", en="Look at customers"))
