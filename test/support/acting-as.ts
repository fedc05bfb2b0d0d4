import type { Person } from './accounts.ts';
import type { Harness } from './harness.ts';

/** The same system in the hands of somebody else. */
export const actingAs = (harness: Harness, as: Person): Pick<Harness, 'request'> => ({
  request: (route, options) => harness.request(route, { as, ...options }),
});

export const publish = (harness: Harness, appId: number, visibility: 'public' | 'private'): Promise<Response> =>
  harness.request(`/api/appyard/v1/apps/${appId}/visibility`, {
    as: 'operator',
    method: 'PUT',
    json: { visibility },
  });
