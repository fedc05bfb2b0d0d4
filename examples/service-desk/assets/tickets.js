'use strict';

// Sample tickets: what they have in common in every language, then their words.

const statuses = ['new', 'open', 'pending', 'solved'];
const priorities = ['low', 'normal', 'high', 'urgent'];
const team = ['Mara Lindt', 'Jonas Weber', 'Aiko Tanaka', 'Tom Okafor'];

const sampleTickets = [
  { id: 2418, status: 'new', priority: 'urgent', requester: 'Ellen Voss', organization: 'Nordlicht Energie', age: 1 },
  { id: 2417, status: 'new', priority: 'normal', requester: 'Sam Carter', organization: 'Bluebird Travel', age: 3 },
  { id: 2415, status: 'new', priority: 'low', requester: 'Priya Nair', organization: 'Atelier Sol', age: 6 },
  {
    id: 2412,
    status: 'open',
    priority: 'high',
    requester: 'Luca Romano',
    organization: 'Romano & Figli',
    age: 5,
    agent: 0,
  },
  {
    id: 2409,
    status: 'open',
    priority: 'urgent',
    requester: 'Hanna Berg',
    organization: 'Stadtwerke Ahlen',
    age: 1,
    agent: 1,
  },
  {
    id: 2404,
    status: 'open',
    priority: 'normal',
    requester: 'Dana Kim',
    organization: 'Hanok Books',
    age: 5,
    agent: 2,
  },
  {
    id: 2401,
    status: 'pending',
    priority: 'normal',
    requester: 'Oskar Dahl',
    organization: 'Fjord Logistics',
    age: 7,
    agent: 3,
  },
  {
    id: 2396,
    status: 'pending',
    priority: 'high',
    requester: 'Ines Moreau',
    organization: 'Maison Claire',
    age: 3,
    agent: 0,
  },
  {
    id: 2390,
    status: 'solved',
    priority: 'normal',
    requester: 'Ben Adler',
    organization: 'Adler Druck',
    age: 27,
    agent: 2,
  },
  {
    id: 2387,
    status: 'solved',
    priority: 'high',
    requester: 'Nora Silva',
    organization: 'Verde Foods',
    age: 30,
    agent: 1,
  },
  {
    id: 2381,
    status: 'solved',
    priority: 'low',
    requester: 'Yusuf Demir',
    organization: 'Kaya Textil',
    age: 52,
    agent: 3,
  },
];

// id: [subject, first message, answer of the desk if there is one]
const ticketWords = {
  en: {
    2418: ['Nobody can sign in since this morning', 'All forty of us see a blank page after signing in.'],
    2417: ['Second screen stays black', 'The laptop sees the screen, but nothing is shown on it.'],
    2415: ['Could the report be sorted by name?', 'It is sorted by date, which makes people hard to find.'],
    2412: [
      'Invoices are printed twice',
      'Since the update every invoice leaves the printer twice.',
      'Thank you, we can see it. A fix is being tested.',
    ],
    2409: [
      'Phone line is cut off after a minute',
      'Calls to the hotline end after exactly one minute.',
      'Our provider is on it. We call back at noon.',
    ],
    2404: [
      'Share a folder with the print shop',
      'They need to read our covers, nothing else.',
      'I am setting up a folder for guests.',
    ],
    2401: [
      'Scanner does not find the network',
      'It worked in the old office, not in the new one.',
      'Which floor are you on? The photo of the label would help.',
    ],
    2396: [
      'Shop shows last year’s prices',
      'Two articles still have the prices of last year.',
      'Please send us the two article numbers.',
    ],
    2390: ['New keyboard for the front desk', 'Three keys are stuck.', 'It is on its way, you get it tomorrow.'],
    2387: ['Mail to one customer comes back', 'The message says the mailbox is full.', 'Their mailbox has room again.'],
    2381: [
      'How do I add a holiday note?',
      'I will be away for two weeks.',
      'Under Settings, Absence. Enjoy your time off!',
    ],
  },
  de: {
    2418: ['Seit heute früh kann sich niemand anmelden', 'Wir alle vierzig sehen nach der Anmeldung eine leere Seite.'],
    2417: ['Zweiter Bildschirm bleibt schwarz', 'Der Laptop erkennt ihn, aber es ist nichts zu sehen.'],
    2415: ['Lässt sich der Bericht nach Namen ordnen?', 'Er ist nach Datum geordnet, so findet man niemanden.'],
    2412: [
      'Rechnungen werden doppelt gedruckt',
      'Seit dem Update kommt jede Rechnung zweimal aus dem Drucker.',
      'Danke, wir sehen es auch. Eine Korrektur wird getestet.',
    ],
    2409: [
      'Telefon bricht nach einer Minute ab',
      'Anrufe bei der Hotline enden nach genau einer Minute.',
      'Unser Anbieter ist dran. Wir rufen mittags zurück.',
    ],
    2404: [
      'Ordner mit der Druckerei teilen',
      'Sie soll unsere Umschläge lesen, sonst nichts.',
      'Ich richte einen Ordner für Gäste ein.',
    ],
    2401: [
      'Scanner findet das Netz nicht',
      'Im alten Büro ging er, im neuen nicht.',
      'In welchem Stock sind Sie? Ein Foto vom Etikett hilft.',
    ],
    2396: [
      'Shop zeigt Preise vom Vorjahr',
      'Zwei Artikel haben noch die Preise vom letzten Jahr.',
      'Bitte schicken Sie uns die beiden Artikelnummern.',
    ],
    2390: ['Neue Tastatur für den Empfang', 'Drei Tasten klemmen.', 'Sie ist unterwegs und morgen bei Ihnen.'],
    2387: ['Post an einen Kunden kommt zurück', 'Es heißt, das Postfach sei voll.', 'Im Postfach ist wieder Platz.'],
    2381: [
      'Wie stelle ich eine Urlaubsnotiz ein?',
      'Ich bin zwei Wochen weg.',
      'Unter Einstellungen, Abwesenheit. Schönen Urlaub!',
    ],
  },
};

/** The sample tickets with their words in one language. */
function ticketsIn(lang) {
  return sampleTickets.map(({ agent, ...ticket }) => {
    const [subject, question, answer] = ticketWords[lang][ticket.id];
    const assignee = team[agent] ?? null;
    const messages = [{ from: ticket.requester, text: question, age: ticket.age }];
    if (answer) messages.push({ from: assignee, text: answer, age: Math.max(0, ticket.age - 1) });
    return { ...ticket, subject, assignee, messages };
  });
}
