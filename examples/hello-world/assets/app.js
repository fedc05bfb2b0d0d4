'use strict';

// What can be set from outside: #lang=de&theme=dark&name=Ada&greeting=fr&at=20:15&paused
const options = new URLSearchParams(`${location.hash.slice(1)}&${location.search.slice(1)}`);
window.addEventListener('hashchange', () => location.reload());

const wantedLang = (options.get('lang') ?? navigator.language).slice(0, 2);
const lang = wantedLang in texts ? wantedLang : 'en';
const text = texts[lang];
const byId = (id) => document.getElementById(id);
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const secondsPerGreeting = 4;
const state = {
  name: options.get('name') ?? '',
  chosenGreeting: greetings.find((greeting) => greeting.lang === options.get('greeting')) ?? null,
  turn: Math.max(
    0,
    greetings.findIndex((greeting) => greeting.lang === lang),
  ),
  chosenMinute: minuteOf(options.get('at')),
  paused: options.has('paused') || matchMedia('(prefers-reduced-motion: reduce)').matches,
  seconds: 0,
};

/** The minute of the day of a time such as 20:15; null for anything else. */
function minuteOf(time) {
  const parts = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time ?? '');
  return parts ? Number(parts[1]) * 60 + Number(parts[2]) : null;
}

function currentTime() {
  const now = new Date();
  if (state.chosenMinute !== null) now.setHours(0, state.chosenMinute, 0, 0);
  return now;
}

function currentMinute() {
  const now = currentTime();
  return now.getHours() * 60 + now.getMinutes();
}

function currentGreeting() {
  return state.chosenGreeting ?? greetings[state.turn % greetings.length];
}

function showGreeting() {
  const greeting = currentGreeting();
  const name = state.name.trim();
  const heading = byId('greeting');
  heading.textContent = name ? fill(greeting.byName, { name }) : greeting.anyone;
  heading.lang = greeting.lang;
  heading.dir = greeting.dir ?? 'ltr';
  byId('language').textContent = greeting.language;
  byId('language').lang = greeting.lang;
}

function showMoment() {
  const now = currentTime();
  const part = partOfDay(currentMinute());
  const time = now.toLocaleTimeString(lang, { hour: 'numeric', minute: '2-digit' });
  const date = now.toLocaleDateString(lang, { weekday: 'long', day: 'numeric', month: 'long' });
  byId('moment').textContent = fill(text.moment, { part: text.parts[part], time, date });
  byId('sky').setAttribute('aria-label', text.skies[part]);
  byId('time').value = String(currentMinute());
  byId('time').setAttribute('aria-valuetext', time);
  byId('time-shown').textContent = time;
  byId('now').disabled = state.chosenMinute === null;
}

function showPause() {
  byId('pause').setAttribute('aria-pressed', String(state.paused));
  byId('pause-label').textContent = state.paused ? text.resume : text.pause;
}

function showChosenLanguage() {
  const chosen = state.chosenGreeting?.lang ?? '';
  for (const chip of byId('languages').children)
    chip.setAttribute('aria-pressed', String(chip.dataset.lang === chosen));
}

function addLanguageChip({ lang: chipLang, language }) {
  const chip = document.createElement('button');
  chip.type = 'button';
  chip.textContent = language;
  chip.dataset.lang = chipLang;
  if (chipLang) chip.lang = chipLang;
  chip.addEventListener('click', () => {
    state.chosenGreeting = greetings.find((greeting) => greeting.lang === chipLang) ?? null;
    showChosenLanguage();
    showGreeting();
  });
  byId('languages').append(chip);
}

function paintSky() {
  sky.paint(currentMinute(), state.seconds);
}

const sky = createSky(byId('sky'));
let lastFrame = performance.now();
let lastTurn = 0;

function onFrame(now) {
  const elapsed = Math.min(0.1, (now - lastFrame) / 1000);
  lastFrame = now;
  if (!state.paused) {
    state.seconds += elapsed;
    if (!state.chosenGreeting && state.seconds - lastTurn > secondsPerGreeting) {
      lastTurn = state.seconds;
      state.turn += 1;
      showGreeting();
    }
    paintSky();
  }
  requestAnimationFrame(onFrame);
}

function start() {
  document.documentElement.lang = lang;
  document.documentElement.dataset.theme = options.get('theme') ?? 'auto';
  document.title = text.title;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text[element.dataset.text];

  byId('name').placeholder = text.namePlaceholder;
  byId('name').value = state.name;
  byId('name').addEventListener('input', (event) => {
    state.name = event.target.value;
    showGreeting();
  });
  byId('time').addEventListener('input', (event) => {
    state.chosenMinute = Number(event.target.value);
    showMoment();
    paintSky();
  });
  byId('now').addEventListener('click', () => {
    state.chosenMinute = null;
    byId('time').focus();
    showMoment();
    paintSky();
  });
  byId('pause').addEventListener('click', () => {
    state.paused = !state.paused;
    showPause();
  });

  addLanguageChip({ lang: '', language: text.everyLanguage });
  greetings.forEach(addLanguageChip);
  showChosenLanguage();
  showGreeting();
  showPause();
  showMoment();
  new ResizeObserver(paintSky).observe(byId('sky'));
  setInterval(showMoment, 5000);
  requestAnimationFrame(onFrame);
}

start();
