'use strict';

// What can be set from outside, named like the app's settings: #title_prefix=Support%20team&open_in_new_tab=false
// For trying it out also: &lang=de &theme=dark &filter=guide &panel=add
const options = new URLSearchParams(`${location.hash.slice(1)}&${location.search.slice(1)}`);
window.addEventListener('hashchange', () => location.reload());

const wantedLang = (options.get('lang') ?? navigator.language).slice(0, 2);
const lang = wantedLang in texts ? wantedLang : 'en';
const text = texts[lang];
const byId = (id) => document.getElementById(id);
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const prefix = (options.get('title_prefix') ?? '').trim();
const opensNewTab = options.get('open_in_new_tab') !== 'false';

const state = {
  bookmarks: firstBookmarks[lang].map(([title, address, tag, note]) => ({ title, address, tag, note })),
  filter: options.get('filter') ?? '',
  tag: null,
  undo: null,
};

/** The full address of what somebody typed, or null when it is none. */
function addressOf(typed) {
  const trimmed = typed.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (!URL.canParse(withScheme)) return null;
  const { protocol, hostname, href } = new URL(withScheme);
  const isWeb = /^https?:$/.test(protocol);
  return isWeb && /^[^.\s]+(\.[^.\s]+)+$/.test(hostname) ? href : null;
}

const hostOf = (address) => new URL(address).hostname.replace(/^www\./, '');

const hues = new Map();

/** A colour of its own for each tag: the next tag gets a hue far from the last. */
function hueOf(tag) {
  if (!hues.has(tag)) hues.set(tag, Math.round(255 + hues.size * 137.5) % 360);
  return hues.get(tag);
}

function knownTags() {
  return [...new Set(state.bookmarks.map((bookmark) => bookmark.tag))].sort((a, b) => a.localeCompare(b, lang));
}

function fits({ title, address, tag, note }) {
  const words = state.filter.toLocaleLowerCase(lang).split(/\s+/).filter(Boolean);
  const haystack = `${title} ${note} ${hostOf(address)} ${tag}`.toLocaleLowerCase(lang);
  return (state.tag === null || state.tag === tag) && words.every((word) => haystack.includes(word));
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function removeIcon() {
  const template = document.createElement('template');
  template.innerHTML = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8"/></svg>';
  return template.content;
}

function rowOf(bookmark) {
  const { title, address, tag, note } = bookmark;
  const link = element('a', { href: address, rel: 'noopener noreferrer' }, title);
  if (opensNewTab) {
    link.target = '_blank';
    link.append(element('span', { className: 'hidden-label' }, text.newTab));
  }
  const remove = element('button', { type: 'button', className: 'remove' }, removeIcon());
  remove.setAttribute('aria-label', fill(text.remove, { title }));
  remove.addEventListener('click', () => removeBookmark(bookmark));

  const tile = element('span', { className: 'tile' }, title[0].toLocaleUpperCase(lang));
  tile.setAttribute('aria-hidden', 'true');
  const meta = element('p', { className: 'meta' }, element('span', { className: 'tag' }, tag), hostOf(address));
  const row = element(
    'li',
    {},
    tile,
    element('div', { className: 'words' }, link, element('p', {}, note), meta),
    remove,
  );
  row.style.setProperty('--hue', hueOf(tag));
  return row;
}

function showList() {
  const shown = state.bookmarks.filter(fits);
  byId('list').replaceChildren(...shown.map(rowOf));
  byId('empty').hidden = shown.length > 0;
  byId('empty').textContent = state.bookmarks.length > 0 ? text.nothingFound : text.nothingHere;
  const amount = { shown: shown.length, all: state.bookmarks.length };
  const form = amount.all === 1 ? 'one' : 'other';
  byId('count').textContent = fill(text.count[amount.shown < amount.all ? 'some' : form], amount);
}

function showTags() {
  const chips = [null, ...knownTags()].map((tag) => {
    const chip = element('button', { type: 'button' }, tag ?? text.everyTag);
    chip.setAttribute('aria-pressed', String(tag === state.tag));
    if (tag !== null) chip.style.setProperty('--hue', hueOf(tag));
    chip.addEventListener('click', () => {
      state.tag = tag;
      for (const other of byId('tags').children) other.setAttribute('aria-pressed', String(other === chip));
      showList();
    });
    return chip;
  });
  byId('tags').replaceChildren(...chips);
  byId('known-tags').replaceChildren(...knownTags().map((tag) => element('option', { value: tag })));
}

function showAll() {
  if (state.tag !== null && !knownTags().includes(state.tag)) state.tag = null;
  showTags();
  showList();
}

let toastTimer;

/** Says what happened; with `undo` there is a button to take it back. */
function showToast(message, undo = null) {
  clearTimeout(toastTimer);
  state.undo = undo;
  byId('toast').hidden = false;
  byId('toast-text').textContent = message;
  byId('undo').hidden = undo === null;
  toastTimer = setTimeout(hideToast, undo === null ? 4000 : 12_000);
}

function hideToast() {
  if (byId('toast').contains(document.activeElement)) byId('filter').focus();
  byId('toast').hidden = true;
  state.undo = null;
}

function removeBookmark(bookmark) {
  const before = [...state.bookmarks];
  state.bookmarks = before.filter((other) => other !== bookmark);
  showAll();
  showToast(fill(text.removed, bookmark), () => {
    const added = state.bookmarks.filter((other) => !before.includes(other));
    state.bookmarks = [...added, ...before];
    showAll();
  });
  byId('undo').focus();
}

function showAddForm(isOpen) {
  byId('add-form').hidden = !isOpen;
  byId('add-open').setAttribute('aria-expanded', String(isOpen));
  showProblem('');
  byId(isOpen ? 'add-address' : 'add-open').focus();
}

function showProblem(problem) {
  byId('add-problem').textContent = problem;
  byId('add-address').setAttribute('aria-invalid', String(problem !== ''));
}

function addBookmark() {
  const address = addressOf(byId('add-address').value);
  const isKnown = state.bookmarks.some((bookmark) => new URL(bookmark.address).href === address);
  if (address === null || isKnown) {
    showProblem(isKnown ? text.knownAddress : text.badAddress);
    byId('add-address').focus();
    return;
  }
  const title = byId('add-title').value.trim() || hostOf(address);
  const tag = byId('add-tag').value.trim() || text.noTag;
  state.bookmarks.unshift({ title, address, tag, note: byId('add-note').value.trim() });
  Object.assign(state, { filter: '', tag: null });
  byId('filter').value = '';
  byId('add-form').reset();
  showAddForm(false);
  showAll();
  showToast(fill(text.added, { title }));
}

function start() {
  document.documentElement.lang = lang;
  document.documentElement.dataset.theme = options.get('theme') ?? 'auto';
  for (const labelled of document.querySelectorAll('[data-text]')) labelled.textContent = text[labelled.dataset.text];
  const title = prefix ? fill(text.title, { prefix }) : text.plainTitle;
  document.title = title;
  byId('title').textContent = title;
  byId('tags').setAttribute('aria-label', text.tags);
  byId('filter').placeholder = text.filterPlaceholder;
  byId('filter').value = state.filter;
  for (const field of ['address', 'title', 'tag', 'note'])
    byId(`add-${field}`).placeholder = text[`${field}Placeholder`];

  byId('filter').addEventListener('input', (event) => {
    state.filter = event.target.value;
    showList();
  });
  byId('add-open').addEventListener('click', () => showAddForm(byId('add-form').hidden));
  byId('add-cancel').addEventListener('click', () => showAddForm(false));
  byId('add-form').addEventListener('submit', (event) => {
    event.preventDefault();
    addBookmark();
  });
  byId('add-form').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') showAddForm(false);
  });
  byId('undo').addEventListener('click', () => {
    state.undo?.();
    hideToast();
  });

  showAll();
  if (options.get('panel') === 'add') showAddForm(true);
}

start();
