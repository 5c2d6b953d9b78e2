/* Reads calendar objects with libical, and holds them against its tables of RFC 5546 (icalrestriction.c).
 *
 * One line on stdout for each file: its name, then "ok START END" (UTC, or - for none) or "fault ...".
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *contents(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *text = calloc(1, 1 << 20);
    if (fread(text, 1, (1 << 20) - 1, file) == 0) text[0] = 0;
    fclose(file);
    return text;
}

static const char *first_error(icalcomponent *component)
{
    for (icalproperty *each = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY); each;
         each = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY))
        return icalproperty_get_xlicerror(each);
    for (icalcomponent *inner = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT); inner;
         inner = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT)) {
        const char *error = first_error(inner);
        if (error) return error;
    }
    return NULL;
}

/* By the VTIMEZONE in the object itself, not by the zones of the machine. */
static const char *utc(icalcomponent *calendar, icalcomponent *event, icalproperty_kind kind, char *buffer)
{
    icalproperty *property = icalcomponent_get_first_property(event, kind);
    if (!property) return "-";
    icaltimetype time = icalproperty_get_datetime_with_component(property, calendar);
    icalparameter *zone = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    if (zone) time.zone = icalcomponent_get_timezone(calendar, icalparameter_get_tzid(zone));
    if (!time.zone && !icaltime_is_utc(time)) return "floating";
    time = icaltime_convert_to_zone(time, icaltimezone_get_utc_timezone());
    strcpy(buffer, icaltime_as_ical_string(time));
    return buffer;
}

int main(int count, char **paths)
{
    char start[64], end[64];
    icalerror_set_errors_are_fatal(0);
    for (int i = 1; i < count; i++) {
        char *text = contents(paths[i]);
        icalcomponent *calendar = text ? icalparser_parse_string(text) : NULL;
        printf("%s ", paths[i]);
        if (!calendar) {
            printf("fault it cannot be parsed\n");
        } else {
            int sound = icalrestriction_check(calendar);
            const char *error = first_error(calendar);
            icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
            if (error || !sound || !event)
                printf("fault %s\n", error ? error : "it does not pass the restrictions");
            else {
                const char *from = utc(calendar, event, ICAL_DTSTART_PROPERTY, start);
                const char *until = utc(calendar, event, ICAL_DTEND_PROPERTY, end);
                printf("ok %s %s\n", from, until);
            }
            icalcomponent_free(calendar);
        }
        free(text);
    }
    return 0;
}
