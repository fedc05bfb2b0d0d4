'use strict';

// What can be set from outside, named like the app's settings:
// #team_name=IT%20desk&response_hours=8&show_solved=false&notice=Maintenance%20at%20six
// For trying it out also: &lang=de &theme=dark &ticket=2412
const options = new URLSearchParams(`${location.hash.slice(1)}&${location.search.slice(1)}`);
window.addEventListener('hashchange', () => location.reload());

const wantedLang = (options.get('lang') ?? navigator.language).slice(0, 2);
const lang = wantedLang in texts ? wantedLang : 'en';
const text = texts[lang];
const byId = (id) => document.getElementById(id);
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const responseHours = Number(options.get('response_hours')) || 8;
const shareOfTime = { low: 2, normal: 1, high: 0.5, urgent: 0.25 };

const state = {
  tickets: ticketsIn(lang),
  search: '',
  leastPriority: 'low',
  showSolved: options.get('show_solved') !== 'false',
};

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Hours in words: 5 h, 2 d. */
function timeText(hours) {
  const isLong = hours >= 24;
  return fill(isLong ? text.days : text.hours, { count: Math.max(1, Math.round(isLong ? hours / 24 : hours)) });
}

function agoText(hours) {
  return hours === 0 ? text.justNow : fill(text.ago, { time: timeText(hours) });
}

/** When a ticket should be solved: { isLate, text }. */
function dueOf({ status, priority, age }) {
  if (status === 'solved') return { isLate: false, text: text.solved };
  const left = responseHours * shareOfTime[priority] - age;
  const isLate = left < 0;
  return { isLate, text: fill(isLate ? text.late : text.dueIn, { time: timeText(Math.abs(left)) }) };
}

function fits({ id, subject, requester, organization, priority }) {
  const haystack = `#${id} ${subject} ${requester} ${organization}`.toLocaleLowerCase(lang);
  const isHighEnough = priorities.indexOf(priority) >= priorities.indexOf(state.leastPriority);
  return isHighEnough && haystack.includes(state.search.trim().toLocaleLowerCase(lang));
}

function initials(name) {
  return name.replace(/(\p{L})\p{L}*\s*/gu, '$1');
}

function cardOf(ticket) {
  const due = dueOf(ticket);
  const who = element('span', { className: 'avatar', title: ticket.assignee ?? text.nobody });
  who.textContent = ticket.assignee ? initials(ticket.assignee) : '–';
  who.dataset.agent = team.indexOf(ticket.assignee);
  const priority = element('span', { className: `pill ${ticket.priority}` }, text.priorities[ticket.priority]);
  const card = element(
    'button',
    { type: 'button', className: 'card', draggable: true },
    element('span', { className: 'line' }, element('span', { className: 'number' }, `#${ticket.id}`), priority),
    element('span', { className: 'subject' }, ticket.subject),
    element('span', { className: 'soft' }, ticket.requester),
    element(
      'span',
      { className: 'line' },
      element('span', { className: due.isLate ? 'due late' : 'due' }, due.text),
      who,
    ),
  );
  card.dataset.id = ticket.id;
  if (shownTicket === ticket) card.setAttribute('aria-current', 'true');
  card.addEventListener('click', () => open(ticket));
  card.addEventListener('keydown', (event) => onCardKey(event, ticket));
  card.addEventListener('dragstart', (event) => event.dataTransfer.setData('text/plain', String(ticket.id)));
  return element('li', {}, card);
}

function byUrgency(a, b) {
  return priorities.indexOf(b.priority) - priorities.indexOf(a.priority) || b.age - a.age;
}

function columnOf(status) {
  const tickets = state.tickets.filter((ticket) => ticket.status === status && fits(ticket)).sort(byUrgency);
  const heading = element('h2', { id: `column-${status}` }, text.statuses[status]);
  heading.append(element('span', { className: 'count' }, String(tickets.length)));
  const column = element('section', { className: `column ${status}` }, heading);
  column.setAttribute('aria-labelledby', heading.id);
  if (tickets.length > 0) column.append(element('ul', {}, ...tickets.map(cardOf)));
  else column.append(element('p', { className: 'none' }, text.noTickets));

  column.addEventListener('dragover', (event) => {
    event.preventDefault();
    column.classList.add('over');
  });
  column.addEventListener('dragleave', () => column.classList.remove('over'));
  column.addEventListener('drop', (event) => {
    event.preventDefault();
    column.classList.remove('over');
    const id = Number(event.dataTransfer.getData('text/plain'));
    const ticket = state.tickets.find((candidate) => candidate.id === id);
    if (ticket) move(ticket, status);
  });
  return column;
}

function visibleStatuses() {
  return statuses.filter((status) => status !== 'solved' || state.showSolved);
}

function showBoard() {
  const focusedId = document.activeElement?.closest('.card')?.dataset.id;
  byId('board').replaceChildren(...visibleStatuses().map(columnOf));
  const unsolved = state.tickets.filter((ticket) => ticket.status !== 'solved');
  byId('summary').textContent = fill(text.summary, {
    unsolved: unsolved.length,
    urgent: unsolved.filter((ticket) => ticket.priority === 'urgent').length,
    late: unsolved.filter((ticket) => dueOf(ticket).isLate).length,
  });
  if (focusedId) focusCard(focusedId);
}

function focusCard(id) {
  (document.querySelector(`.card[data-id="${id}"]`) ?? byId('search')).focus();
}

function open(ticket) {
  openDetails(ticket);
  showBoard();
  byId('details-title').focus();
}

function move(ticket, status) {
  if (ticket.status === status) return;
  ticket.status = status;
  if (shownTicket === ticket) showDetails(ticket);
  showBoard();
  byId('spoken').textContent = fill(text.moved, { ...ticket, status: text.statuses[status] });
}

/** Left and right go to (with Shift: move to) the next column, up and down to the next card. */
function onCardKey(event, ticket) {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const isSideways = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
  const nextStatus = visibleStatuses()[visibleStatuses().indexOf(ticket.status) + step];
  if (event.shiftKey) {
    if (isSideways && nextStatus) move(ticket, nextStatus);
    return;
  }
  const column = event.currentTarget.closest('.column');
  const cards = [...column.querySelectorAll('.card')];
  const place = cards.indexOf(event.currentTarget);
  if (!isSideways) return cards[place + step]?.focus();
  const neighbours = [...byId('board').querySelectorAll('.column')].map((each) => [...each.querySelectorAll('.card')]);
  const from = neighbours.findIndex((each) => each.includes(event.currentTarget));
  const ahead = step > 0 ? neighbours.slice(from + 1) : neighbours.slice(0, from).reverse();
  const target = ahead.find((each) => each.length > 0);
  target?.[Math.min(place, target.length - 1)].focus();
}

function startFilters() {
  const choices = priorities.map((priority) => [
    priority,
    fill(text.orHigher, { priority: text.priorities[priority] }),
  ]);
  choices[0][1] = text.anyPriority;
  choices[priorities.length - 1][1] = text.priorities.urgent;
  setOptions(byId('least-priority'), choices, state.leastPriority);
  byId('least-priority').addEventListener('change', (event) => {
    state.leastPriority = event.target.value;
    showBoard();
  });
  byId('search').placeholder = text.searchPlaceholder;
  byId('search').addEventListener('input', (event) => {
    state.search = event.target.value;
    showBoard();
  });
  byId('show-solved').checked = state.showSolved;
  byId('show-solved').addEventListener('change', (event) => {
    state.showSolved = event.target.checked;
    showBoard();
  });
}

function start() {
  document.documentElement.lang = lang;
  document.documentElement.dataset.theme = options.get('theme') ?? 'auto';
  for (const labelled of document.querySelectorAll('[data-text]')) labelled.textContent = text[labelled.dataset.text];
  const title = options.get('team_name') || text.title;
  document.title = title;
  byId('title').textContent = title;
  const notice = options.get('notice') ?? '';
  byId('notice').textContent = notice;
  byId('notice').hidden = notice === '';

  byId('board').setAttribute('aria-label', title);
  startFilters();
  startDetails({
    onChange: showBoard,
    onClose: (ticket) => {
      showBoard();
      focusCard(ticket.id);
    },
    say: (words) => {
      byId('spoken').textContent = words;
    },
  });
  showBoard();
  const wanted = state.tickets.find((ticket) => String(ticket.id) === options.get('ticket'));
  if (wanted) open(wanted);
}

start();
