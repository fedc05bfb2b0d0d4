import type { SharedInstallation, SharedListRef } from '../../../db/installation-lists.ts';
import type { RecordType } from '../../../db/door-records.ts';
import { KIND } from './kind.ts';

export interface CustomField {
  id: string;
  value: unknown;
}

/** What is kept of an app instance besides the installation; with the account that has it. */
export interface Instance {
  customer_representative: { id: number; name: string } | null;
  custom_fields: CustomField[];
  /** By the provider; so are the next two. */
  disabled: boolean;
  suspended: boolean;
  suspension_comment: string | null;
}

const RECORD = 'app_instance';

export const instanceType = (accountId: number): RecordType => ({ accountId, door: KIND, type: RECORD });

export const noInstance: Instance = {
  customer_representative: null,
  custom_fields: [],
  disabled: false,
  suspended: false,
  suspension_comment: null,
};

/** One that was installed through another door has none of it. */
export const instanceOf = ({ attributes }: Pick<SharedInstallation, 'attributes'>): Instance => ({
  ...noInstance,
  ...(attributes as Partial<Instance>),
});

export const instancesOf = (accountId: number, rest: Partial<SharedListRef> = {}): SharedListRef => ({
  accountId,
  kind: KIND,
  recordType: RECORD,
  ...rest,
});
