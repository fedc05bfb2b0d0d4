import type { Tenant } from '../accounts.ts';

type RequestKind = 'upload' | 'build' | 'install';
export type EndState = 'completed' | 'failed' | 'killed';

/** What a client has asked for, what it was told, and how it must end. */
export interface Asked {
  kind: RequestKind;
  /** Of this request alone; the row that it makes bears it: as file name, short description or title. */
  mark: string;
  tenant: Tenant;
  /**
   * `accepted`: a 2xx was seen. `unanswered`: the answer was lost, or the client gave up: a row may be there or not.
   * `refused`: an answer that says no.
   */
  state: 'sent' | 'accepted' | 'unanswered' | 'refused';
  /** The number of the row that was made: of an upload, of an installation. */
  rowId?: number;
  /** Of a build or an install. */
  jobId?: string;
  /** How its job must end when nobody cancels it. */
  expected: EndState;
  /** A cancel was asked for: it may end as killed. */
  cancelled: boolean;
  /** How often another attempt of a job that had ended was asked for. */
  retries: number;
  /** What its refusal said. */
  refusal?: string;
  /** The last state that a poller was told, and when. */
  seen?: Seen;
  /** How often another attempt had been asked for when that was seen. */
  seenRetries?: number;
  /** Poll answers that cannot be true. */
  contradictions: string[];
}

export interface Seen {
  state: string;
  progress: number;
  total: number;
  appId: number | null;
  message: string;
  at: number;
}

export interface Ledger {
  asked: readonly Asked[];
  open(request: Pick<Asked, 'kind' | 'mark' | 'tenant'> & Partial<Pick<Asked, 'expected'>>): Asked;
  count(kind: RequestKind): number;
}

export const createLedger = (): Ledger => {
  const asked: Asked[] = [];
  return {
    asked,
    open(request) {
      const entry: Asked = {
        expected: 'completed',
        ...request,
        state: 'sent',
        cancelled: false,
        retries: 0,
        contradictions: [],
      };
      asked.push(entry);
      return entry;
    },
    count: (kind) => asked.filter((entry) => entry.kind === kind && entry.state === 'accepted').length,
  };
};
