import type { AuthorizationRequest } from '../../domain/oauth/authorization-request.ts';
import { scopeTexts } from '../../domain/oauth/scopes.ts';
import { html, type Html } from './html.ts';
import type { Page } from './page.ts';

export interface Consent {
  request: AuthorizationRequest;
  /** The account that the address of the page names; undefined: none. */
  account: string | undefined;
  /** Where the page is, as people know it: `apps.example.com`. */
  place: string;
  /** What was typed before. A password is never shown again. */
  email?: string;
  /** What was wrong with that. */
  problem?: string | undefined;
}

const PROBLEM_ID = 'problem';

/** Asks a person who they are, and whether a client may act for them. Works without scripts, cookies and sessions. */
export const consentPage = (consent: Consent): Page => {
  const { client, redirectUri, scopes } = consent.request;
  const back = new URL(redirectUri).origin;
  return {
    title: `${consent.problem === undefined ? '' : 'Error: '}Allow ${client.name}? - Appyard`,
    formTargets: ["'self'", back],
    body: html`
      <p class="place">Appyard at ${consent.place}</p>
      <h1>Allow ${client.name} to act for you?</h1>
      <p>
        It asks for access to
        ${consent.account === undefined ? 'your account' : html`the account <strong>${consent.account}</strong>`},
        within what you may do yourself:
      </p>
      <ul>
        ${scopes.map((scope) => html`<li>${scopeTexts[scope]}</li>`)}
      </ul>
      ${consent.problem !== undefined && html`<p class="problem" id="${PROBLEM_ID}" role="alert">${consent.problem}</p>`}
      <form method="post" action="/oauth/authorizations">
        ${hiddenFields(consent.request)} ${loginFields(consent)}
        <div class="buttons">
          <button name="decision" value="allow">Allow</button>
          <button name="decision" value="deny" formnovalidate>Deny</button>
        </div>
      </form>
      <footer>
        <p>
          You are sent back to <code>${back}</code>, to the program on this computer that opened this page. Deny if you
          have not just started a login yourself.
        </p>
      </footer>
    `,
  };
};

const loginFields = ({ email = '', problem }: Consent): Html => {
  const invalid = problem === undefined ? html`` : html`aria-invalid="true" `;
  const describedBy = problem === undefined ? '' : `${PROBLEM_ID} `;
  // Whoever comes back has typed the address already.
  const [first, second] = email === '' ? [html`autofocus`, html``] : [html``, html`autofocus`];
  return html`
    <div class="field">
      <label for="email">E-mail address</label>
      <input
        id="email"
        name="email"
        type="email"
        value="${email}"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        ${invalid}
        aria-describedby="${describedBy.trim()}"
        ${first}
      />
    </div>
    <div class="field">
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        ${invalid}
        aria-describedby="${describedBy}password-hint"
        ${second}
      />
      <p class="hint" id="password-hint">Without a password, use one of your API tokens here.</p>
    </div>
  `;
};

/** The request travels with the form: there is no session that could keep it. It is checked again on its way back. */
const hiddenFields = ({ client, redirectUri, scopes, state, codeChallenge }: AuthorizationRequest): Html[] =>
  Object.entries({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    ...(state !== undefined && { state }),
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
  }).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);

/** For a request that cannot be sent back to where it came from. */
export const problemPage = (problem: string): Page => ({
  title: 'This login cannot go on - Appyard',
  body: html`
    <h1>This login cannot go on</h1>
    <p>${problem}</p>
    <p>Close this page, and start the login again in the program that opened it.</p>
  `,
});
