// Reads each NAME.ics of a folder with Mozilla's ical.js, and each NAME.eml with postal-mime, and compares with NAME.json
// what they find. One line of output for each fault; exit code 1 if there is any.
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import ICAL from "ical.js";
import PostalMime from "postal-mime";

const folder = process.argv[2];
let faults = 0;
const fault = (name, what) => { faults += 1; console.log(`${name}: ${what}`); };
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function utc(calendar, time) {
  const zone = calendar.getAllSubcomponents("vtimezone").find(each => each.getFirstPropertyValue("tzid") === time.timezone);
  if (zone) time.zone = new ICAL.Timezone(zone);
  if (time.zone === ICAL.Timezone.localTimezone) return "floating";
  return new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");
}

function ofCalendar(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const vevent = calendar.getFirstSubcomponent("vevent");
  const value = name => vevent.getFirstPropertyValue(name) ?? null;
  const people = vevent.getAllProperties("attendee");
  const read = {
    uid: value("uid"),
    method: calendar.getFirstPropertyValue("method") ?? null,
    attendees: people.map(each => each.getFirstValue()).sort(),
    organizer: value("organizer"),
    names: people.map(each => each.getParameter("cn")).sort(),
  };
  for (const name of ["summary", "description", "location", "comment"]) read[name] = value(name);
  if (value("dtstart")) {
    read.start = utc(calendar, value("dtstart"));
    read.end = utc(calendar, value("dtend"));
  }
  return read;
}

for (const file of readdirSync(folder).filter(each => each.endsWith(".ics")).sort()) {
  const name = file.slice(0, -4);
  const said = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf-8"));
  said.attendees.sort();
  said.names.sort();
  let read;
  try {
    read = ofCalendar(readFileSync(join(folder, file), "utf-8"));
  } catch (error) {
    fault(name, `ical.js refuses it: ${error.message}`);
    continue;
  }
  for (const key of Object.keys(said)) {
    if (!same(read[key] ?? null, said[key])) fault(name, `ical.js reads ${key} as ${JSON.stringify(read[key])}, not ${JSON.stringify(said[key])}`);
  }
  const path = join(folder, `${name}.eml`);
  if (!existsSync(path)) continue;
  const mail = await PostalMime.parse(readFileSync(path));
  const parts = mail.attachments.map(each => each.mimeType);
  const [inline, attached] = mail.attachments;
  const bytes = readFileSync(join(folder, file));
  if (!same(parts, ["text/calendar", "application/ics"])) {
    fault(name, `postal-mime finds ${JSON.stringify(parts)}`);
    continue;
  }
  // It gives calendar parts with the line ends of its own taste.
  for (const part of [inline, attached]) {
    const text = Buffer.from(part.content).toString().replace(/\r?\n/g, "\r\n");
    if (text !== bytes.toString()) fault(name, `postal-mime reads another ${part.mimeType}`);
  }
  if (inline.method !== said.method) fault(name, `postal-mime reads method=${inline.method}`);
  if (`mailto:${mail.from?.address}` !== said.organizer) fault(name, `postal-mime reads From as ${mail.from?.address}`);
  if (mail.to?.length !== 1 || (said.attendees.length && !said.attendees.includes(`mailto:${mail.to[0].address}`))) fault(name, "postal-mime reads another recipient");
  if (!mail.subject || !mail.text?.trim() || !mail.html?.trim()) fault(name, "postal-mime finds no subject or text");
  if (/[\u0000-\u001f]|=\?/.test(mail.subject.replace("=?utf-8?q?x?=", ""))) fault(name, `the subject is ${mail.subject}`);
}
process.exit(faults ? 1 : 0);
