interface RedisNode {
  host: string;
  port: number;
}

interface Access {
  /** One of its own, or those that know the others. */
  nodes: RedisNode[];
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  /** Of IP; 0: whichever the name has. */
  family: 0 | 4 | 6;
}

/** Where Redis is, and how it is spoken to. */
export type RedisPlace = Access &
  (
    | { kind: 'standalone'; db: number }
    | {
        kind: 'sentinel';
        master: string;
        db: number;
        sentinelUsername: string | undefined;
        sentinelPassword: string | undefined;
      }
    | { kind: 'cluster' }
  );

type Kind = RedisPlace['kind'];

/** What WHATWG URLs cannot say: several hosts. Up to the last @ before a path stand user and password. */
const FORM = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;
const NODE = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;

const FORMS =
  'redis://HOST:PORT, redis+sentinel://HOST:PORT,HOST:PORT/MASTER or redis+cluster://HOST:PORT,HOST:PORT, ' +
  'with rediss in place of redis for TLS';

const defaultPorts: Record<Kind, number> = { standalone: 6_379, sentinel: 26_379, cluster: 6_379 };

/**
 * Reads REDIS_URL: `redis://[USER][:PASSWORD@]HOST[:PORT][/DB]`, or with several hosts
 * `redis+sentinel://…HOST:PORT,HOST:PORT/MASTER[/DB][?sentinelUsername=…&sentinelPassword=…]` and
 * `redis+cluster://…HOST:PORT,HOST:PORT`; `rediss` instead of `redis` for TLS.
 *
 * @throws Error that says what the setting must be, and repeats nothing of it: there may be a password anywhere.
 */
export const parseRedisUrl = (text: string): RedisPlace => {
  const form = FORM.exec(text);
  if (!form) throw new Error(`must be ${FORMS}; / ? # @ and % stand in a password as %2F %3F %23 %40 and %25`);
  const [, secure, named = 'standalone', userInfo, hosts = '', path = '', query = ''] = form;
  const kind = kindOf(named);
  const parameters = parametersOf(query, kind);
  const place = {
    nodes: nodesOf(hosts, kind),
    tls: secure === 's' || secure === 'S',
    ...credentialsOf(userInfo),
    family: familyOf(parameters.get('family')),
  };
  switch (kind) {
    case 'standalone':
      return { ...place, kind, db: databaseOf(path) };
    case 'sentinel':
      return { ...place, kind, ...masterOf(path), ...sentinelCredentialsOf(parameters) };
    case 'cluster':
      if (!['', '0'].includes(path)) throw new Error('must name no database: a cluster has only the one');
      return { ...place, kind };
  }
};

const kindOf = (named: string): Kind => {
  const kind = named.toLowerCase();
  return kind === 'sentinel' || kind === 'cluster' ? kind : 'standalone';
};

const nodesOf = (hosts: string, kind: Kind): RedisNode[] => {
  const nodes = hosts.split(',').map((text) => {
    const [, host, port = String(defaultPorts[kind])] = NODE.exec(text) ?? [];
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
      throw new Error(`must name each host as HOST or HOST:PORT, several with commas between: ${FORMS}`);
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
  if (kind === 'standalone' && nodes.length > 1)
    throw new Error(
      'names several hosts, and must then begin with redis+sentinel:// or redis+cluster:// (TLS: rediss)',
    );
  return nodes;
};

const credentialsOf = (userInfo: string | undefined): Pick<Access, 'username' | 'password'> => {
  if (userInfo === undefined) return { username: undefined, password: undefined };
  const colon = userInfo.indexOf(':');
  if (colon === -1) throw new Error('names a user without a password: it must have USER:PASSWORD@ or :PASSWORD@');
  const username = decode(userInfo.slice(0, colon));
  return { username: username === '' ? undefined : username, password: decode(userInfo.slice(colon + 1)) };
};

const databaseOf = (text: string): number => {
  if (!/^\d{0,5}$/.test(text)) throw new Error('must end with the number of a database (/0), or with the host');
  return Number(text);
};

const masterOf = (path: string): { master: string; db: number } => {
  const [master = '', db = '', ...rest] = path.split('/');
  if (master === '' || rest.length > 0)
    throw new Error('must name what the sentinels call the master: redis+sentinel://HOST:PORT,HOST:PORT/MASTER');
  return { master: decode(master), db: databaseOf(db) };
};

const parameterNames: Record<Kind, readonly string[]> = {
  standalone: ['family'],
  sentinel: ['family', 'sentinelUsername', 'sentinelPassword'],
  cluster: ['family'],
};

const parametersOf = (query: string, kind: Kind): Map<string, string> => {
  const parameters = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', ...value] = pair.split('=');
    // Not repeated: it may be the rest of a password.
    if (!parameterNames[kind].includes(name))
      throw new Error(`may have only ${parameterNames[kind].join(', ')} after a ?, which stands in a password as %3F`);
    parameters.set(name, decode(value.join('=')));
  }
  return parameters;
};

const familyOf = (text = '0'): 0 | 4 | 6 => {
  const family = ([0, 4, 6] as const).find((one) => String(one) === text);
  if (family === undefined) throw new Error('must have 0, 4 or 6 as its family');
  return family;
};

const sentinelCredentialsOf = (parameters: Map<string, string>) => ({
  sentinelUsername: parameters.get('sentinelUsername'),
  sentinelPassword: parameters.get('sentinelPassword'),
});

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('has a % that must be written as %25');
  }
};
