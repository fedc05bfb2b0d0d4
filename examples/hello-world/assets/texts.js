'use strict';

// A page in a sandbox of its own origin cannot fetch files, so the texts come as a script.

const texts = {
  en: {
    title: 'Hello World',
    youTitle: 'You and your day',
    nameLabel: 'Your name',
    namePlaceholder: 'For example Ada',
    timeLabel: 'Time of day',
    now: 'Now',
    languagesTitle: 'Say hello in',
    everyLanguage: 'Each in turn',
    pause: 'Pause',
    resume: 'Play',
    note: 'This app keeps nothing and sends nothing.',
    moment: '{part} It is {time} on {date}.',
    parts: { dawn: 'Good morning.', day: 'Good day.', dusk: 'Good evening.', night: 'What a night!' },
    skies: {
      dawn: 'A sky at dawn with a balloon over hills',
      day: 'A blue sky with clouds and a balloon over hills',
      dusk: 'A sky at dusk with a balloon over hills',
      night: 'A night sky with stars, the moon and a balloon over hills',
    },
  },
  de: {
    title: 'Hallo Welt',
    youTitle: 'Sie und Ihr Tag',
    nameLabel: 'Ihr Name',
    namePlaceholder: 'Zum Beispiel Ada',
    timeLabel: 'Tageszeit',
    now: 'Jetzt',
    languagesTitle: 'Hallo sagen auf',
    everyLanguage: 'Eine nach der anderen',
    pause: 'Anhalten',
    resume: 'Abspielen',
    note: 'Diese App speichert nichts und sendet nichts.',
    moment: '{part} Es ist {time} am {date}.',
    parts: { dawn: 'Guten Morgen.', day: 'Guten Tag.', dusk: 'Guten Abend.', night: 'Was für eine Nacht!' },
    skies: {
      dawn: 'Ein Himmel im Morgenrot mit einem Ballon über Hügeln',
      day: 'Ein blauer Himmel mit Wolken und einem Ballon über Hügeln',
      dusk: 'Ein Himmel im Abendrot mit einem Ballon über Hügeln',
      night: 'Ein Nachthimmel mit Sternen, Mond und einem Ballon über Hügeln',
    },
  },
};

// How to say hello: to anyone, and to somebody by name.
const greetings = [
  { lang: 'en', language: 'English', anyone: 'Hello!', byName: 'Hello, {name}!' },
  { lang: 'de', language: 'Deutsch', anyone: 'Hallo!', byName: 'Hallo, {name}!' },
  { lang: 'fr', language: 'Français', anyone: 'Bonjour\u00a0!', byName: 'Bonjour, {name}\u00a0!' },
  { lang: 'es', language: 'Español', anyone: '¡Hola!', byName: '¡Hola, {name}!' },
  { lang: 'it', language: 'Italiano', anyone: 'Ciao!', byName: 'Ciao, {name}!' },
  { lang: 'pt', language: 'Português', anyone: 'Olá!', byName: 'Olá, {name}!' },
  { lang: 'pl', language: 'Polski', anyone: 'Cześć!', byName: 'Cześć, {name}!' },
  { lang: 'uk', language: 'Українська', anyone: 'Привіт!', byName: 'Привіт, {name}!' },
  { lang: 'el', language: 'Ελληνικά', anyone: 'Γεια σου!', byName: 'Γεια σου, {name}!' },
  { lang: 'ar', language: 'العربية', anyone: 'مرحبًا!', byName: 'مرحبًا يا {name}!', dir: 'rtl' },
  { lang: 'hi', language: 'हिन्दी', anyone: 'नमस्ते!', byName: 'नमस्ते, {name}!' },
  { lang: 'ja', language: '日本語', anyone: 'こんにちは！', byName: 'こんにちは、{name}さん！' },
];
