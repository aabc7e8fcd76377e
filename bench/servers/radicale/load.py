"""Calendars and address books made, filled, reported, changed and removed; refused passwords."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64

from _common.judge import done, holds, same
from _common.web import Web

web = Web(5232)


def who(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"ada:{password}".encode()).decode()}


def ask(method: str, path: str, status: int, body: str = "", **more: str) -> str:
    web.fresh()
    return web.ask(method, path, status, body=body.encode(), headers={**who("lovelace"), **more}).text


ask("MKCALENDAR", "/ada/work/", 201)
for number in range(20):
    event = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:e{number}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:202601{number + 1:02}T100000Z\r\nSUMMARY:event {number}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ask("PUT", f"/ada/work/e{number}.ics", 201, event, **{"Content-Type": "text/calendar"})
holds(ask("GET", "/ada/work/e7.ics", 200), "event 7")
report = '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20260105T000000Z" end="20260107T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
same(ask("REPORT", "/ada/work/", 207, report, Depth="1").count("BEGIN:VEVENT"), 2)
holds(ask("PROPFIND", "/ada/", 207, Depth="1"), "/ada/work/")
holds(ask("GET", "/ada/work/", 200), "event 19")
ask("DELETE", "/ada/work/e3.ics", 200)
ask("GET", "/ada/work/e3.ics", 404)
ask("PUT", "/ada/work/bad.ics", 400, "nonsense", **{"Content-Type": "text/calendar"})
ask("DELETE", "/ada/work/", 200)
web.fresh()
web.ask("PROPFIND", "/ada/", 401, headers=who("wrong"))
web.fresh()
web.get("/", 302)
done()
