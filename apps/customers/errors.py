"""Refusals of customers: each says which field to mend."""

from apps.control.declarations import CONSTRAINT_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class NotName(Refusal):
    code = "customers.not_a_name"
    sentence = Text(
        uk="«{given}» не є ім’ям: потрібні літери, без службових знаків, до {longest} знаків.",
        en="“{given}” is not a name: letters, no control characters, at most {longest} long.",
    )


class TaxNumberMalformed(Refusal):
    code = "customers.tax_number_malformed"
    sentence = Text(
        uk="«{given}» не є РНОКПП: десять цифр із правильною контрольною. Перевірте номер.",
        en="“{given}” is not a tax number: ten digits, the last checking. Check the number.",
    )


class TaxNumberOfAnotherDate(Refusal):
    code = "customers.tax_number_of_another_date"
    sentence = Text(
        uk="РНОКПП належить людині, народженій {encoded}, а вказано {given}. Виправте одне з них.",
        en="The tax number is of a person born on {encoded}, not {given}. Correct one of them.",
    )


class TaxNumberNeedsReason(Refusal):
    code = "customers.tax_number_needs_reason"
    sentence = Text(
        uk="Без РНОКПП потрібна причина, чому його немає. Вкажіть номер або причину.",
        en="Without a tax number its absence needs a reason. Give the number or the reason.",
    )


class TaxNumberAndReason(Refusal):
    code = "customers.tax_number_and_reason"
    sentence = Text(
        uk="Вказано і РНОКПП, і причину його відсутності. Залиште щось одне.",
        en="Both a tax number and a reason for its absence were given. Keep one of them.",
    )


class TaxNumberTaken(Refusal):
    code = "customers.tax_number_taken"
    status = 409
    sentence = Text(
        uk="Клієнт із таким РНОКПП у банку вже є. Знайдіть його пошуком за номером.",
        en="The bank has a customer with this tax number. Find them by searching for it.",
    )


class ExternalIdTaken(Refusal):
    code = "customers.external_id_taken"
    status = 409
    sentence = Text(
        uk="Клієнта з цим зовнішнім номером уже внесено. Перевірте номер.",
        en="A customer with this external number is registered already. Check the number.",
    )


class BirthDateImpossible(Refusal):
    code = "customers.birth_date_impossible"
    sentence = Text(
        uk="Дата народження {given} неможлива на {today}. Перевірте день, місяць і рік.",
        en="The birth date {given} is impossible on {today}. Check day, month and year.",
    )


class NotPhone(Refusal):
    code = "customers.not_a_phone"
    sentence = Text(
        uk="«{given}» не є номером телефону. Введіть його як +380501234567 або 0501234567.",
        en="“{given}” is not a phone number. Enter it like +380501234567 or 0501234567.",
    )


CONSTRAINT_REFUSALS.add("customers_tax_number_once", TaxNumberTaken)
CONSTRAINT_REFUSALS.add("customers_external_id_once", ExternalIdTaken)
