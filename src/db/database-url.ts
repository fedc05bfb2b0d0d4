import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';

/** What WHATWG URLs cannot say: a socket after a user. Up to the last @ before a path stand user and password. */
const FORM = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^/?#@]*))?(?:\?([^#@]*))?$/i;
const NODE = /^(\[[\da-f:.]+\]|[\w.-]+|%2f[\w.%-]+)?(?::(\d{1,5}))?$/i;

const FORMS = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE';
const ENCODED = '/ ? # @ and % stand in a password as %2F %3F %23 %40 and %25';

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
type SslMode = (typeof sslModes)[number];

/** What decides where and how it is connected. */
const OWN = ['host', 'port', 'user', 'password', 'dbname', 'sslmode', 'ssl', 'sslcert', 'sslkey', 'sslrootcert'];
/** Passed on to the server, or of use to other programs only. */
const OTHERS =
  /^(application_name|options|connect_timeout|fallback_application_name|channel_binding|target_session_attrs|keepalives(_\w+)?|gssencmode|tcp_user_timeout|load_balance_hosts|sslnegotiation|uselibpqcompat|pgbouncer|schema|connection_limit|pool_timeout|statement_cache_size)$/;

/**
 * Reads DATABASE_URL: `postgres://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE[?sslmode=…]`, or with the folder of a socket as
 * `host` after the `?`. What is left out is read from the variables of libpq (PGUSER and so on).
 *
 * @param ca certificates in PEM, besides the well-known ones.
 * @throws Error that says what the setting must be, and repeats nothing of it: there may be a password anywhere.
 */
export const parseDatabaseUrl = (text: string, ca?: string): ClientConfig => {
  const form = FORM.exec(text);
  if (!form) throw new Error(`must be ${FORMS}; ${ENCODED}`);
  const [, userInfo, node = '', database = '', query = ''] = form;
  const parameters = parametersOf(query);
  const place = { ...nodeOf(node), ...credentialsOf(userInfo), ...(database !== '' && { database: decode(database) }) };
  return {
    ...place,
    ...(parameters.has('host') && { host: hostOf(parameters.get('host')!) }),
    ...(parameters.has('port') && { port: portOf(parameters.get('port')) }),
    ...(parameters.has('user') && { user: parameters.get('user')! }),
    ...(parameters.has('password') && { password: parameters.get('password')! }),
    ...(parameters.has('dbname') && { database: parameters.get('dbname')! }),
    ...(parameters.has('application_name') && { application_name: parameters.get('application_name')! }),
    ...(parameters.has('options') && { options: parameters.get('options')! }),
    ...tlsOf(parameters, ca),
  };
};

/** Whether DATABASE_URL asks for TLS whose certificate is verified. */
export const verifiesCertificate = (text: string): boolean => {
  const mode = sslModeOf(parametersOf(FORM.exec(text)?.[4] ?? ''));
  return mode !== undefined && mode !== 'disable' && mode !== 'no-verify';
};

const nodeOf = (text: string): Pick<ClientConfig, 'host' | 'port'> => {
  if (text.includes(',')) throw new Error(`names several hosts: give one that always leads to the primary (${FORMS})`);
  const node = NODE.exec(text);
  if (!node) throw new Error(`must name the host as HOST or HOST:PORT: ${FORMS}; ${ENCODED}`);
  const [, host, port] = node;
  return {
    ...(host !== undefined && { host: decode(host.replace(/^\[|\]$/g, '')) }),
    ...(port !== undefined && { port: portOf(port) }),
  };
};

const hostOf = (text: string): string => {
  if (text.includes(',')) throw new Error('names several hosts: give one that always leads to the primary');
  return text;
};

const portOf = (text = ''): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
    throw new Error('must have a number from 1 to 65535 as its port');
  return Number(text);
};

const credentialsOf = (userInfo: string | undefined): Pick<ClientConfig, 'user' | 'password'> => {
  if (userInfo === undefined) return {};
  const [user = '', ...password] = userInfo.split(':');
  if (user === '') throw new Error(`must name a user before the password: ${FORMS}`);
  if (password.length === 0) return { user: decode(user) };
  const joined = password.join(':');
  if (joined === '') throw new Error(`has an empty password: give it as ${FORMS}, or leave out the colon`);
  return { user: decode(user), password: decode(joined) };
};

const parametersOf = (query: string): Map<string, string> => {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&').filter((one) => one !== '')) {
    const [name = '', ...value] = pair.split('=');
    // Not repeated: it may be the rest of a password.
    if (!(OWN.includes(name) || OTHERS.test(name)))
      throw new Error('has a parameter after a ? that is not known; a ? stands in a password as %3F');
    parameters.set(name, decode(value.join('=').replaceAll('+', ' ')));
  }
  return parameters;
};

const sslModeOf = (parameters: Map<string, string>): SslMode | undefined => {
  const ssl = parameters.get('ssl');
  const text =
    parameters.get('sslmode') ?? (ssl === undefined ? undefined : /^(0|false)$/.test(ssl) ? 'disable' : 'require');
  if (text === undefined) return undefined;
  const mode = sslModes.find((one) => one === text);
  if (mode === undefined) throw new Error(`must have one of ${sslModes.join(', ')} as its sslmode`);
  return mode;
};

/** The certificate is verified unless the mode says `no-verify`; its name too, unless the mode says `verify-ca`. */
const tlsOf = (parameters: Map<string, string>, ca: string | undefined): Pick<ClientConfig, 'ssl'> => {
  if (parameters.has('sslrootcert')) throw new Error('has sslrootcert: set DATABASE_CA to that file instead');
  const mode = sslModeOf(parameters);
  if (mode === undefined) return {};
  if (mode === 'disable') return { ssl: false };
  const ssl: ConnectionOptions = {
    rejectUnauthorized: mode !== 'no-verify',
    ...(ca !== undefined && { ca }),
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...fileOf(parameters, 'sslcert', 'cert'),
    ...fileOf(parameters, 'sslkey', 'key'),
  };
  return { ssl };
};

const fileOf = (parameters: Map<string, string>, name: string, as: 'cert' | 'key'): ConnectionOptions => {
  const file = parameters.get(name);
  if (file === undefined) return {};
  try {
    return { [as]: readFileSync(file, 'utf8') };
  } catch {
    throw new Error(`has a file as its ${name} that cannot be read`);
  }
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('has a % that must be written as %25');
  }
};
