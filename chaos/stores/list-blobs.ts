import { createHash } from 'node:crypto';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import type { StoredBlob } from '../checks/violation.ts';
import { BUCKET, KEY, type S3Store } from './s3.ts';

const AT_ONCE = 8;

/** The mark of the installation, which is no blob. */
const MARK = 'installation';

/** Everything in the bucket but its mark, read to its end. */
export const listBlobs = async ({ endpoint }: Pick<S3Store, 'endpoint'>): Promise<StoredBlob[]> => {
  // Its warning that it will drop Node 20 one day is no part of a report.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: KEY, secretAccessKey: KEY },
  });
  const read = async (key: string): Promise<StoredBlob> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const sha256 = key.slice(key.lastIndexOf('/') + 1);
    return { sha256, intact: createHash('sha256').update(bytes).digest('hex') === sha256 };
  };
  const limit = pLimit(AT_ONCE);
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: BUCKET }))
    for (const { Key } of page.Contents ?? []) if (Key !== undefined && !Key.endsWith(MARK)) keys.push(Key);
  try {
    return await Promise.all(keys.map((key) => limit(() => read(key))));
  } finally {
    client.destroy();
  }
};
