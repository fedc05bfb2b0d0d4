import { inspect } from 'node:util';
import { vi } from 'vitest';
import type { Person } from './accounts.ts';
import { createHarness, type Harness } from './harness.ts';
import { environmentOf, kontentFault, newApp } from './kontent.ts';
import { kustomerFaultOf } from './kustomer.ts';
import { faultOf as os1FaultOf, register } from './os1.ts';
import { sendRaw, type RawAnswer } from './raw-http.ts';
import { changed, snapshot, type Snapshot } from './walk.ts';
import { addOffering, serviceInstanceOf, xurrentFault } from './xurrent.ts';

/** A door of another vendor: its routes with `:name` for what stands for an id, and what is wrong with a refusal of it. */
export interface WalkedDoor {
  kind: string;
  /** It ignores unknown fields and names them in a header: a change of nothing else is 200. */
  ignores?: true;
  routes: string[];
  faultOf: (status: number, text: string) => string | undefined;
}

const PROJECT = '/v2/projects/:environment';
const OFFERINGS = '/v1/app_offerings';

export const walkedDoors: WalkedDoor[] = [
  {
    kind: 'kontent',
    faultOf: kontentFault,
    routes: [
      `GET ${PROJECT}/custom-apps`,
      `POST ${PROJECT}/custom-apps`,
      `GET ${PROJECT}/custom-apps/:customApp`,
      `PATCH ${PROJECT}/custom-apps/:customApp`,
      `GET ${PROJECT}/custom-apps/codename/:codename`,
      `PATCH ${PROJECT}/custom-apps/codename/:codename`,
      `GET ${PROJECT}/roles`,
      `GET ${PROJECT}/roles/:role`,
      `GET ${PROJECT}/roles/codename/:roleCodename`,
    ],
  },
  {
    kind: 'kustomer',
    faultOf: kustomerFaultOf,
    routes: [
      'GET /v1/apps/available',
      'POST /v1/apps/available',
      'GET /v1/apps/available/:appVersion',
      'PATCH /v1/apps/available/:appVersion',
      'POST /v1/apps/available/:appVersion',
      'GET /v1/apps',
      'POST /v1/apps/install',
      'POST /v1/apps',
      'GET /v1/apps/:appName',
      'GET /v1/apps/:appVersion',
      'PUT /v1/apps/:appVersion/enable',
      'POST /v1/apps/:appVersion/disable',
    ],
  },
  {
    kind: 'os1',
    faultOf: os1FaultOf,
    routes: [
      'GET /developer/apps',
      'POST /developer/apps',
      'GET /developer/apps/:os1App',
      'POST /developer/apps/:os1App/versions',
      'GET /developer/apps/versions/:os1Version',
      'PATCH /developer/apps/versions/:os1Version',
      'PUT /developer/apps/versions/:os1Version/states',
    ],
  },
  {
    kind: 'xurrent',
    ignores: true,
    faultOf: xurrentFault,
    routes: [
      `GET ${OFFERINGS}`,
      `POST ${OFFERINGS}`,
      `GET ${OFFERINGS}/all_latest_published`,
      `GET ${OFFERINGS}/latest_published`,
      `GET ${OFFERINGS}/latest_internal`,
      `GET ${OFFERINGS}/consumed`,
      `GET ${OFFERINGS}/:offering`,
      `PATCH ${OFFERINGS}/:offering`,
      `GET ${OFFERINGS}/:offering/app_instances`,
      'GET /v1/app_instances',
      'POST /v1/app_instances',
      'GET /v1/app_instances/disabled',
      'GET /v1/app_instances/enabled',
      'GET /v1/app_instances/:instance',
      'PATCH /v1/app_instances/:instance',
      'GET /v1/attachments/storage',
      'POST /v1/attachments',
      `GET ${OFFERINGS}/attachment_upload`,
      `GET ${OFFERINGS}/:offering/attachment_upload`,
      `GET ${OFFERINGS}/:offering/attachments/:attachment`,
      'GET /v1/people/:person',
      'GET /v1/people/:person/teams',
      'GET /v1/service_instances',
      'POST /v1/service_instances',
      'GET /v1/service_instances/:serviceInstance',
      'GET /v1/ui_extension_versions/:uiExtensionVersion',
      'POST /v1/ui_extension_versions',
      `PUT ${OFFERINGS}/:offering`,
      'GET /v1/webhook_policies',
      'POST /v1/webhook_policies',
      'GET /v1/webhook_policies/disabled',
      'GET /v1/webhook_policies/enabled',
      'GET /v1/webhook_policies/:policy',
      'PATCH /v1/webhook_policies/:policy',
      'GET /v1/webhook_policies/:policy/deliveries',
    ],
  },
];

export interface DoorWalk {
  harness: Harness;
  /** The path of a route, with what is there, or with something else for every id. */
  pathOf(route: string, id?: string): string;
  send(route: string, sent?: Sent): Promise<RawAnswer>;
  /** What is wrong with the answer to a request that must be refused. */
  refusalFault(door: WalkedDoor, route: string, sent: Sent): Promise<string | undefined>;
  begin(): Promise<void>;
  /** Returns, and forgets, what the server has logged as its own fault. */
  ownFaults(): string[];
  /** What was wrong, what the server took for its own fault, and what was written since `begin`. */
  faultsOf(requests: Promise<string | undefined>[]): Promise<string[]>;
}

interface Sent {
  as?: Person | null;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | undefined;
}

export const createDoorWalk = async (): Promise<DoorWalk> => {
  const harness = await createHarness('postgres');
  const params = await createParams(harness);
  let before: Snapshot = new Map();
  const ownFaults = (): string[] =>
    vi
      .mocked(harness.deps.log.error)
      .mock.calls.splice(0)
      .map((call) => inspect(call));
  const walk: DoorWalk = {
    harness,
    pathOf: (route, id) =>
      route.split(' ')[1]!.replace(/:(\w+)/g, (_whole, name: string) => id ?? params[name] ?? 'nothing'),
    send: (route, { as = 'admin', path = walk.pathOf(route), headers, body } = {}) =>
      sendRaw(harness.origin, {
        path,
        method: route.split(' ')[0]!,
        headers: { ...(as !== null && { authorization: `Bearer ${harness.tokens[as]}` }), ...headers },
        ...(body !== undefined && { body }),
      }),
    async refusalFault({ faultOf, ignores }, route, sent) {
      const answer = await walk.send(route, sent);
      if (ignores && /^(PATCH|PUT) /.test(route) && answer.status === 200 && answer.headers['x-appyard-ignored'])
        return undefined;
      const text = answer.body.toString();
      const size = text.length > 100_000 ? `an answer of ${text.length} characters` : undefined;
      const fault = size ?? faultOf(answer.status, text);
      return fault && `${route} (${inspect(sent, { maxStringLength: 80 })}): ${fault}`;
    },
    ownFaults,
    async begin() {
      before = await snapshot(harness);
      ownFaults();
    },
    async faultsOf(requests) {
      const faults = (await Promise.all(requests)).filter((fault) => fault !== undefined);
      return [...faults, ...ownFaults(), ...changed(before, await snapshot(harness))];
    },
  };
  return walk;
};

/** Something at each door that its routes can work on. */
const createParams = async (harness: Harness): Promise<Record<string, string>> => {
  const post = async <T>(route: string, json: unknown): Promise<T> =>
    (await (await harness.request(route, { method: 'POST', json })).json()) as T;
  const environment = await environmentOf(harness);
  const { id } = await post<{ id: string }>(`/v2/projects/${environment}/custom-apps`, newApp());
  const { roles } = (await (await harness.request(`/v2/projects/${environment}/roles`)).json()) as {
    roles: { id: string }[];
  };
  await post('/v1/apps/available', { app: 'walked', version: '1.0.0' });
  await post('/v1/apps/install', { app: 'walked' });
  const os1 = await register(harness);
  const offering = await addOffering(harness);
  const serviceInstance = await serviceInstanceOf(harness);
  const policy = await post<{ id: number }>('/v1/webhook_policies', { jwt_alg: 'es256' });
  const instance = await post<{ id: number }>('/v1/app_instances', { app_offering_id: offering.id });
  return {
    environment,
    customApp: id,
    codename: 'my_app',
    role: roles[0]!.id,
    appVersion: 'walked-1.0.0',
    appName: 'walked',
    os1App: os1.appId,
    os1Version: os1.appVersionId,
    offering: String(offering.id),
    instance: String(instance.id),
    serviceInstance: String(serviceInstance),
    policy: String(policy.id),
    roleCodename: 'nothing',
    person: 'me',
  };
};
