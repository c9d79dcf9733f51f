"""Expands feeds with recurring_ical_events. Reads JSON [{"feed", "from", "to"}], days as YYYY-MM-DD, and prints for each
feed its occurrences [[start, end], ...] as seconds since 1970, or null when the library refuses it."""

import datetime
import json
import re
import sys

import icalendar
import icalendar.prop
import recurring_ical_events

# icalendar 4 reads ordinals of one digit only and drops the whole rule otherwise (20MO, 53TH).
icalendar.prop.WEEKDAY_RULE = re.compile(r"(?P<signal>[+-]?)(?P<relative>\d{0,2})(?P<weekday>[A-Z]{2})$")


def seconds(value):
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=datetime.timezone.utc)
    return int(value.timestamp())


def expand(case):
    calendar = icalendar.Calendar.from_ical(case["feed"])
    first, last = (datetime.date.fromisoformat(case[end]) for end in ("from", "to"))
    # The library reads the days of the span in each event's zone; here they are days of UTC.
    margin = datetime.timedelta(days=2)
    try:
        events = recurring_ical_events.of(calendar).between(first - margin, last + margin)
    except (AssertionError, IndexError):
        # A rule that can never match ("byxxx generates an empty set") is an error there.
        return None
    spans = sorted([seconds(event["DTSTART"].dt), seconds(event["DTEND"].dt)] for event in events)
    return [span for span in spans if span[0] < seconds(last) and span[1] > seconds(first)]


print(json.dumps([expand(case) for case in json.load(sys.stdin)]))
