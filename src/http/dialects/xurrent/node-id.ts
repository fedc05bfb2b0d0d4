/** Things that have a node id, by the word that stands in it. */
export type NodeType =
  'AppOffering' | 'AppInstance' | 'Person' | 'ServiceInstance' | 'UiExtensionVersion' | 'Webhook' | 'WebhookPolicy';

/** The vendor's second name of a thing: base64url, unpadded, of `DOMAIN/TYPE/NUMBER`. */
export const nodeIdOf = (domain: string, type: NodeType, id: number): string =>
  Buffer.from(`${domain}/${type}/${id}`).toString('base64url');

/** As many digits as a number holds exactly. */
const NUMBER = /^[1-9]\d{0,14}$/;

/**
 * Reads an id in a path: its number, or its node id. The domain in that is not looked at: an installation may get
 * another one, and what clients have kept stays good.
 *
 * @returns undefined for what is neither, or of another type.
 */
export const readId = (type: NodeType, text: string): number | undefined => {
  if (NUMBER.test(text)) return Number(text);
  if (!/^[\w-]{4,400}$/.test(text)) return undefined;
  const [number, found] = Buffer.from(text, 'base64url').toString('utf8').split('/').reverse();
  return found === type && NUMBER.test(number ?? '') ? Number(number) : undefined;
};
