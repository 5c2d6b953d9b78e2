"""Public holidays, from the tables of the `holidays` package.

The tables change between versions of the package. So only activities and commands look holidays up, and no workflow.
"""

import functools
from collections.abc import Mapping
from datetime import date

from models.post.workdays import Holidays


@functools.cache
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """Returns the public holidays of a country in one year: the name of the holiday, by day. `country` is the ISO
    3166-1 code of the country. The names are in English if the tables have English names. Raises NotImplementedError
    for a country without tables."""
    import holidays  # imported here, because it is slow and most commands do not need it

    found = holidays.country_holidays(country, years=[year])
    if "en_US" in found.supported_languages:
        found = holidays.country_holidays(country, years=[year], language="en_US")
    return {day: name for day, name in found.items() if day.year == year}


@functools.cache
def has_tables(country: str) -> bool:
    """Returns whether the `holidays` package has tables for a country."""
    try:
        public_holidays(country, 2026)
    except NotImplementedError:
        return False
    return True


@functools.cache
def holidays_of(country: str) -> Holidays:
    """Returns a function that gives the public holidays of a country for a year. For one country it is always the same
    object, so that two equal `Workdays` of this country compare as equal."""
    return functools.partial(public_holidays, country)
