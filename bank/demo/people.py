"""Made-up people of Ukraine: the same seed gives the same people.

Tax numbers are valid by their form (day of birth, sex, check digit) and belong to nobody here.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum.ua import rntrc

# Masculine and feminine: most are alike, the adjectives among them are not.
_LAST_NAMES = [
    *((name, name) for name in (
        "Бондаренко", "Шевченко", "Ткаченко", "Кравченко", "Олійник", "Коваль", "Мельник",
        "Поліщук", "Лисенко", "Марченко", "Руденко", "Савченко", "Петренко", "Ґалаґан", "Юрченко",
        "Мороз", "Кузьменко", "Павленко", "Клименко", "Харченко", "Сидоренко", "Гончар", "Ярема",
        "Романюк", "Ковальчук", "Шевчук", "Бойко", "Гнатюк", "Палій", "Федорчук", "Єременко",
        "Захарчук", "Іваненко", "Левченко", "Назаренко", "Остапчук", "Пилипенко", "Тимошенко",
        "Удовиченко", "Цимбал", "Чорновіл", "Щербак", "Їжакевич", "Яценко", "Дзюба", "Дяченко",
        "Лук'яненко", "Скиба", "Вдовиченко", "Гайдук",
    )),
    ("Білецький", "Білецька"), ("Вишневський", "Вишневська"), ("Заболотний", "Заболотна"),
    ("Кривоніс", "Кривоніс"), ("Лісовий", "Лісова"), ("Наливайко", "Наливайко"),
    ("Підгірний", "Підгірна"), ("Сагайдачний", "Сагайдачна"), ("Тарнавський", "Тарнавська"),
    ("Чайковський", "Чайковська"),
]  # fmt: skip
# A father's name and the two patronymics made from it.
_FATHERS = [
    ("Андрій", "Андрійович", "Андріївна"), ("Богдан", "Богданович", "Богданівна"),
    ("Василь", "Васильович", "Василівна"), ("Віктор", "Вікторович", "Вікторівна"),
    ("Володимир", "Володимирович", "Володимирівна"), ("Григорій", "Григорович", "Григорівна"),
    ("Дмитро", "Дмитрович", "Дмитрівна"), ("Євген", "Євгенович", "Євгенівна"),
    ("Іван", "Іванович", "Іванівна"), ("Ігор", "Ігорович", "Ігорівна"),
    ("Кирило", "Кирилович", "Кирилівна"), ("Максим", "Максимович", "Максимівна"),
    ("Микола", "Миколайович", "Миколаївна"), ("Михайло", "Михайлович", "Михайлівна"),
    ("Назар", "Назарович", "Назарівна"), ("Олег", "Олегович", "Олегівна"),
    ("Олександр", "Олександрович", "Олександрівна"), ("Павло", "Павлович", "Павлівна"),
    ("Петро", "Петрович", "Петрівна"), ("Роман", "Романович", "Романівна"),
    ("Сергій", "Сергійович", "Сергіївна"), ("Степан", "Степанович", "Степанівна"),
    ("Тарас", "Тарасович", "Тарасівна"), ("Юрій", "Юрійович", "Юріївна"),
    ("Ярослав", "Ярославович", "Ярославівна"),
]  # fmt: skip
_DAUGHTERS = [
    "Анастасія", "Ганна", "Богдана", "Вікторія", "Галина", "Дарина", "Євгенія", "Зоряна", "Ірина",
    "Катерина", "Леся", "Марія", "Надія", "Наталія", "Оксана", "Олена", "Ольга", "Роксолана",
    "Світлана", "Соломія", "Тетяна", "Уляна", "Христина", "Юлія", "Ярина",
]  # fmt: skip

_DAY_ZERO = dt.date(1899, 12, 31)
_OLDEST, _YOUNGEST = dt.date(1946, 1, 1), dt.date(2007, 12, 31)
_CODES = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")


@dataclass(frozen=True, slots=True)
class Person:
    last_name: str
    first_name: str
    patronymic: str
    birth_date: dt.date
    tax_number: str
    phone: str

    @property
    def full_name(self) -> str:
        return f"{self.last_name} {self.first_name} {self.patronymic}"


def people(*, seed: int) -> Iterator[Person]:
    """People without end, no two with the same tax number."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose, nothing secret comes of it
    taken: set[str] = set()
    while True:
        person = _person(chance)
        if person.tax_number not in taken:
            taken.add(person.tax_number)
            yield person


def _person(chance: random.Random) -> Person:
    woman = chance.random() < 0.54
    last_name = chance.choice(_LAST_NAMES)[woman]
    father = chance.choice(_FATHERS)
    first_name = chance.choice(_DAUGHTERS) if woman else chance.choice(_FATHERS)[0]
    born = _OLDEST + dt.timedelta(days=chance.randrange((_YOUNGEST - _OLDEST).days))
    return Person(
        last_name=last_name,
        first_name=first_name,
        patronymic=father[2 if woman else 1],
        birth_date=born,
        tax_number=_tax_number(born, woman=woman, chance=chance),
        phone=f"+380{chance.choice(_CODES)}{chance.randrange(10**7):07d}",
    )


def _tax_number(born: dt.date, *, woman: bool, chance: random.Random) -> str:
    """Five digits of the day of birth, four of a number that is odd for men, one that checks."""
    number = chance.randrange(0, 10_000, 2) + (0 if woman else 1)
    digits = f"{(born - _DAY_ZERO).days:05d}{number:04d}"
    return digits + rntrc.calc_check_digit(digits)
