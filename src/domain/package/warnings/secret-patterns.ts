/** At least `count` characters in a row that match `characters`, which is the inside of a character class. */
export interface Run {
  characters: string;
  count: number;
}

/**
 * What betrays a secret: a beginning, and perhaps something behind it.
 * All expressions are linear: none has two repetitions that could match the same text.
 */
export interface SecretPattern {
  label: string;
  /** In lower case; a text without it is not searched. */
  hint: string;
  head: RegExp;
  /** What must follow on the same line (`anywhere`: or below it), `gap` characters or more behind the beginning. */
  follow?: { what: Run | RegExp; gap: 0 | 1; anywhere?: true };
}

/** Stands between a name and its value. */
const sep = ' ?[:"=-]';
const word = '0-9A-Za-z+_.-';
const alphanumeric = '0-9A-Za-z';
const hex = '0-9a-f';

type Head = [hint: string, pattern: string, flags: 'g' | 'gi'];

const followed = (label: string, [hint, pattern, flags]: Head, characters: string, count: number): SecretPattern => ({
  label,
  hint,
  head: new RegExp(pattern, flags),
  follow: { what: { characters, count }, gap: 1 },
});

/** `app_key: …` and the like, in any case. */
const assigned = (label: string, first: string, second: string): SecretPattern =>
  followed(label, [first, `${first}[-_]${second}${sep}`, 'gi'], word, 4);

const keyBlock = (label: string, kind: string): SecretPattern => ({
  label,
  hint: `-----begin ${kind.toLowerCase()}-----`,
  head: new RegExp(`-----BEGIN ${kind}-----`, 'g'),
});

/** In the order of the reports. Package rules of the reference validator 4.52. */
export const secretPatterns: readonly SecretPattern[] = [
  { label: 'Slack Token', hint: 'xox', head: /xox[pboa]-*.[a-z0-9]/g },
  keyBlock('RSA Private Key', 'RSA PRIVATE KEY'),
  keyBlock('SSH Private Key (OpenSSH)', 'OPENSSH PRIVATE KEY'),
  keyBlock('SSH Private Key (DSA)', 'DSA PRIVATE KEY'),
  keyBlock('SSH Private Key (EC)', 'EC PRIVATE KEY'),
  keyBlock('PGP Private Key Block', 'PGP PRIVATE KEY BLOCK'),
  followed('Facebook OAuth Token', ['facebook', 'facebook(?:[:"=-|]| [|:"=-])', 'gi'], hex, 24),
  followed('Twitter OAuth Token', ['twitter', `twitter${sep}`, 'gi'], alphanumeric, 30),
  followed('Github Token', ['github', `github${sep}`, 'gi'], alphanumeric, 30),
  {
    label: 'Google OAuth Token',
    hint: 'client',
    head: new RegExp(`client[-_]secret${sep}`, 'gi'),
    follow: { what: { characters: '0-9A-Za-z_-', count: 16 }, gap: 0 },
  },
  { label: 'AWS Access Key ID', hint: 'akia', head: /AKIA[0-9A-Z]{8}/g },
  followed('AWS Secret Access Key', ['aws', 'aws[-_]secret[-_]access[-_]key', 'gi'], alphanumeric, 24),
  {
    label: 'Heroku API Key',
    hint: 'heroku',
    head: /heroku/gi,
    follow: { what: /[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{6}/, gap: 0 },
  },
  followed('Quickpay Secret', ['quickpay', 'quickpay_secret:', 'g'], alphanumeric, 24),
  followed('Doorman Secret', ['doorman', 'doorman[-_]secret', 'gi'], hex, 16),
  followed('Shared Session Secret', ['shared_session', 'shared_session_secret', 'g'], hex, 4),
  followed('Permanent Cookie Secret', ['permanent_cookie', 'permanent_cookie_secret', 'g'], hex, 120),
  followed('Scarlett AWS Secret Key', ['scarlett', 'scarlett[-_]aws[-_]secret[-_]key', 'gi'], '0-9A-Za-z+.', 35),
  followed('Braintree Key', ['braintree_key', 'braintree_key', 'g'], alphanumeric, 16),
  followed('Ticket Validation Key', ['ticket_validation', 'ticket_validation_key', 'g'], alphanumeric, 15),
  assigned('App Key', 'app', 'key'),
  assigned('App Secret', 'app', 'secret'),
  assigned('Consumer Key', 'consumer', 'key'),
  assigned('Consumer Secret', 'consumer', 'secret'),
  {
    label: 'Generic Secret',
    hint: 'secret',
    head: new RegExp(`^secret${sep}`, 'gim'),
    follow: { what: { characters: word, count: 4 }, gap: 1, anywhere: true },
  },
  assigned('Master Key', 'master', 'key'),
  assigned('Master Secret', 'master', 'secret'),
  assigned('Token Key', 'token', 'key'),
  assigned('Token Secret', 'token', 'secret'),
  followed('Zendesk Zopim Mobile SSO Key', ['zopim_mobile', 'zendesk_zopim_mobile_sso_key', 'g'], hex, 58),
  assigned('Help Center Private Key', 'private', 'key'),
  followed('X-Outbound-Key', ['x-outbound-key', 'x-outbound-key[:"=\\- \\t]', 'gi'], '0-9a-z-', 32),
  followed('Attachment Token Key', ['attachment_token', 'attachment_token_key', 'g'], hex, 24),
  followed('Password', ['password', 'password', 'gi'], word, 4),
  followed('Token', ['token', `token${sep}`, 'gi'], word, 4),
];

/** Words that are worth a look wherever they stand, in this case. */
export const secretWords = [
  'password',
  'secret',
  'secretToken',
  'secret_token',
  'auth_key',
  'authKey',
  'auth_pass',
  'authPass',
  'auth_user',
  'AuthUser',
  'api_key',
];
