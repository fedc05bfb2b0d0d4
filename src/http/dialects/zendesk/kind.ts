/** What apps of this door are called in the catalogue. It shows, changes and installs no others. */
export const APP_KIND = 'zendesk';
