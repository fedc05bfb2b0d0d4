import { findAttachmentsByKey } from '../../../db/attachments.ts';
import type { Deps } from '../../../deps.ts';
import { isStorable } from '../../../domain/storable-text.ts';
import { ATTACHMENT_LIMITS } from '../../body-limits.ts';
import { custom, field, flag } from './coerce.ts';
import { showMoment } from './moment.ts';
import type { AttachmentField, OfferingAttachment } from './offering.ts';

interface NamedAttachment {
  key: string;
  inline: boolean;
}

const LONGEST_KEY = 500;
const { maxPerField } = ATTACHMENT_LIMITS;

/** What else an item has is not looked at: clients add the size, or send back what they have read. */
const readItem = (item: unknown): NamedAttachment | undefined => {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const { key, inline: asked } = item as Record<string, unknown>;
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY || !isStorable(key)) return undefined;
  const inline = flag(asked ?? false);
  return typeof inline === 'boolean' ? { key, inline } : undefined;
};

const readList = (value: unknown): { value: NamedAttachment[] } | { fault: string } => {
  if (value === null || (typeof value === 'string' && value.trim() === '')) return { value: [] };
  if (!Array.isArray(value)) return { fault: 'must be a list of objects like {"key": "attachments/…"}' };
  if (value.length > maxPerField) return { fault: `must be at most ${maxPerField} attachments` };
  const items = value.map(readItem).filter((item) => item !== undefined);
  if (items.length < value.length)
    return {
      fault: 'must hold objects like {"key": "attachments/…", "inline": false} only, with the key of an upload',
    };
  if (new Set(items.map(({ key }) => key)).size < items.length) return { fault: 'must name each key once' };
  return { value: items };
};

/** The attachments of a text, by the keys of uploaded files. */
export const attachmentList = field(custom(readList));

/** What a body says of each field; a field that is left out stays. */
export type NamedAttachments = Partial<Record<AttachmentField, NamedAttachment[] | undefined>>;
export type Attached = Partial<Record<AttachmentField, OfferingAttachment[]>>;

/** @param report gets each field that names a file that the account has not uploaded. */
export const findAttachments = async (
  { db }: Pick<Deps, 'db'>,
  accountId: number,
  named: NamedAttachments,
  report: (name: AttachmentField, problem: string) => void,
): Promise<Attached> => {
  const lists = Object.entries(named) as [AttachmentField, NamedAttachment[] | undefined][];
  const keys = lists.flatMap(([, list = []]) => list.map(({ key }) => key));
  const stored = keys.length === 0 ? [] : await findAttachmentsByKey(db, accountId, keys);
  const byKey = new Map(stored.map((one) => [one.key, one]));
  const attached: Attached = {};
  for (const [name, list] of lists) {
    if (list === undefined) continue;
    attached[name] = list.flatMap(({ key, inline }) => {
      const found = byKey.get(key);
      if (found)
        return [
          {
            id: found.id,
            field: name,
            key,
            name: found.name,
            size: found.size,
            inline,
            created_at: showMoment(found.createdAt),
          },
        ];
      report(name, `there is no uploaded file ${JSON.stringify(key)} in this account: upload it first`);
      return [];
    });
  }
  return attached;
};
