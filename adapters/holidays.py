"""Public holidays, from the tables of the `holidays` package.

They change between versions of the package, so that they are looked up by activities and command lines, never in a
workflow.
"""

import functools
from collections.abc import Mapping
from datetime import date

from models.post.workdays import Holidays


@functools.cache
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a country (ISO 3166-1 code) in a year, with their English names where the tables have
    them. Raises NotImplementedError for a country of which there are no tables."""
    import holidays  # most commands of the command line do without

    found = holidays.country_holidays(country, years=[year])
    if "en_US" in found.supported_languages:
        found = holidays.country_holidays(country, years=[year], language="en_US")
    return {day: name for day, name in found.items() if day.year == year}


@functools.cache
def has_tables(country: str) -> bool:
    try:
        public_holidays(country, 2026)
    except NotImplementedError:
        return False
    return True


@functools.cache
def holidays_of(country: str) -> Holidays:
    """The public holidays of a country by year: one function for each country, so that calendars can be compared."""
    return functools.partial(public_holidays, country)
