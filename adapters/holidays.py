"""Public holidays, from the tables of the `holidays` package.

The tables change between versions of the package. So only activities and commands look holidays up, and no workflow.
"""

import functools
from collections.abc import Mapping
from datetime import date

from models.post.workdays import Holidays


@functools.cache
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a country in one year: the day, and the name of the holiday. `country` is its ISO 3166-1
    code. The names are in English if the tables have English names. Raises NotImplementedError for a country without
    tables."""
    import holidays  # imported here, because it is slow and most commands do not need it

    found = holidays.country_holidays(country, years=[year])
    if "en_US" in found.supported_languages:
        found = holidays.country_holidays(country, years=[year], language="en_US")
    return {day: name for day, name in found.items() if day.year == year}


@functools.cache
def has_tables(country: str) -> bool:
    """Whether the `holidays` package has tables for a country."""
    try:
        public_holidays(country, 2026)
    except NotImplementedError:
        return False
    return True


@functools.cache
def holidays_of(country: str) -> Holidays:
    """A function from a year to the public holidays of a country. It is the same object each time, so that two
    `Workdays` of one country compare as equal."""
    return functools.partial(public_holidays, country)
