'use strict';

// The panel beside the board. app.js calls openDetails and gets told of every change.

let shownTicket = null;

function setOptions(select, options, chosen) {
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value, false, value === chosen)));
}

function fact(name, value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value));
}

function showFacts(ticket) {
  byId('facts').replaceChildren(
    fact(text.requester, ticket.requester),
    fact(text.organization, ticket.organization),
    fact(text.created, agoText(ticket.age)),
    fact(text.due, dueOf(ticket).text),
  );
}

function messageItem({ from, text: words, age, isNote }) {
  const item = element('li', { className: isNote ? 'note' : '' });
  item.append(element('p', { className: 'from' }, element('b', {}, from), ` · ${agoText(age)}`));
  item.append(element('p', {}, words));
  return item;
}

function showConversation(ticket) {
  byId('conversation').replaceChildren(...ticket.messages.map(messageItem));
}

function showDetails(ticket) {
  byId('details-number').textContent = `#${ticket.id}`;
  byId('details-title').textContent = ticket.subject;
  byId('close').setAttribute('aria-label', fill(text.close, ticket));
  setOptions(byId('status'), Object.entries(text.statuses), ticket.status);
  setOptions(byId('priority'), Object.entries(text.priorities), ticket.priority);
  setOptions(byId('assignee'), [['', text.nobody], ...team.map((name) => [name, name])], ticket.assignee ?? '');
  showFacts(ticket);
  showConversation(ticket);
}

function openDetails(ticket) {
  shownTicket = ticket;
  byId('details').hidden = false;
  byId('note').value = '';
  showDetails(ticket);
}

function closeDetails() {
  const ticket = shownTicket;
  shownTicket = null;
  byId('details').hidden = true;
  return ticket;
}

/** Wires the panel: `onChange(ticket)` after a change, `onClose(ticket)` after closing, `say(words)` aloud. */
function startDetails({ onChange, onClose, say }) {
  byId('note').placeholder = text.notePlaceholder;
  for (const field of ['status', 'priority', 'assignee']) {
    byId(field).addEventListener('change', (event) => {
      shownTicket[field] = event.target.value || null;
      showFacts(shownTicket);
      onChange(shownTicket);
      if (field === 'status') say(fill(text.moved, { ...shownTicket, status: text.statuses[shownTicket.status] }));
    });
  }
  byId('note-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const words = byId('note').value.trim();
    if (!words) return byId('note').focus();
    shownTicket.messages.push({ from: text.you, text: words, age: 0, isNote: true });
    byId('note').value = '';
    showConversation(shownTicket);
    say(fill(text.noteAdded, shownTicket));
  });
  byId('close').addEventListener('click', () => onClose(closeDetails()));
  byId('details').addEventListener('keydown', (event) => {
    if (event.key === 'Escape') onClose(closeDetails());
  });
}
