import { uploadForm } from '../../test/support/packages.ts';
import type { Tenant } from '../accounts.ts';
import { UnansweredError, type Answer, type Client, type Sent } from './client.ts';
import type { Asked, Ledger } from './ledger.ts';

export interface Accepted extends Asked {
  jobId: string;
}

interface Requester {
  client: Client;
  ledger: Ledger;
  /** The next number of all: part of marks and versions. */
  nextNumber: () => number;
}

/** Sends it and writes down what came of it. Undefined: there was no answer, or a no. */
const carryOut = async (
  client: Client,
  asked: Asked,
  sent: Omit<Sent, 'tenant' | 'key'>,
): Promise<Answer | undefined> => {
  try {
    const answer = await client.send({ ...sent, tenant: asked.tenant, key: asked.mark });
    asked.state = answer.status < 300 ? 'accepted' : 'refused';
    if (asked.state === 'accepted') return answer;
    asked.refusal = `${answer.status} ${JSON.stringify(answer.body)}`;
  } catch (err) {
    if (!(err instanceof UnansweredError)) throw err;
    asked.state = 'unanswered';
    asked.refusal = err.message;
  }
  return undefined;
};

/** Uploads a package. @returns the upload's number. */
export const uploadPackage = async (
  { client, ledger, nextNumber }: Requester,
  tenant: Tenant,
  archive: Buffer,
): Promise<number | undefined> => {
  const mark = `upload-${nextNumber()}.zip`;
  const asked = ledger.open({ kind: 'upload', mark, tenant });
  const file = uploadForm(archive).get('uploaded_data') as File;
  const body = new FormData();
  body.set('uploaded_data', file, mark);
  const answer = await carryOut(client, asked, { method: 'POST', route: '/api/v2/apps/uploads.json', body });
  if (!answer) return undefined;
  asked.rowId = Number(answer.body['id']);
  return asked.rowId;
};

export interface BuildWish {
  uploadId: number;
  /** Null: a new app. */
  appId: number | null;
  bad: boolean;
}

/** Asks for a build of an uploaded package. */
export const requestBuild = async (
  { client, ledger, nextNumber }: Requester,
  tenant: Tenant,
  { uploadId, appId, bad }: BuildWish,
): Promise<Accepted | undefined> => {
  const mark = `build-${nextNumber()}`;
  const asked = ledger.open({ kind: 'build', mark, tenant, expected: bad ? 'failed' : 'completed' });
  const place =
    appId === null
      ? ({ method: 'POST', route: '/api/v2/apps.json' } as const)
      : ({ method: 'PUT', route: `/api/v2/apps/${appId}.json` } as const);
  const body = { upload_id: uploadId, short_description: mark };
  const answer = await carryOut(client, asked, { ...place, body });
  return answer && Object.assign(asked, { jobId: String(answer.body['job_id']) });
};

/** Asks for an installation of an app. */
export const requestInstall = async (
  { client, ledger, nextNumber }: Requester,
  tenant: Tenant,
  appId: number,
): Promise<Accepted | undefined> => {
  const mark = `install-${nextNumber()}`;
  const asked = ledger.open({ kind: 'install', mark, tenant });
  const body = { app_id: appId, settings: { name: mark } };
  const answer = await carryOut(client, asked, { method: 'POST', route: '/api/v2/apps/installations.json', body });
  if (!answer) return undefined;
  asked.rowId = Number(answer.body['id']);
  return Object.assign(asked, { jobId: String(answer.body['pending_job_id']) });
};
