import type { OAuthClient } from '../../../domain/oauth/client.ts';

/** Where zcli listens: the first of these ports that is free. */
const ZCLI_PORTS = [19_186, 19_187, 19_188];

/** The programs of this vendor that log in. Source: zcli 1.2, which has its id and its ports built in. */
export const zendeskOauthClients: readonly OAuthClient[] = [
  {
    id: 'zdg-zcli-oauth',
    name: 'Zendesk CLI (zcli)',
    redirectUris: ['localhost', '127.0.0.1'].flatMap((host) => ZCLI_PORTS.map((port) => `http://${host}:${port}/`)),
    scopes: ['read', 'write'],
  },
];
