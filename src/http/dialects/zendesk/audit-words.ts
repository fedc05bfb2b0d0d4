import type { AuditAction, AuditSubject } from '../../../domain/audit.ts';

/** What this door calls what was acted on. */
export const subjectTypes = {
  account: 'account',
  api_token: 'token',
  app: 'app',
  app_build: 'build',
  app_installation: 'installation',
  app_location: 'location',
  app_notification: 'notification',
  app_upload: 'upload',
  login: 'login',
  oauth_client: 'client',
  user: 'user',
} as const satisfies Record<string, AuditSubject>;
export type SourceType = keyof typeof subjectTypes;

export const sourceTypeOf = (subject: AuditSubject): string =>
  Object.entries(subjectTypes).find(([, own]) => own === subject)?.[0] ?? subject;

/** As the vendor's log shows them. */
export const actionLabels: Record<AuditAction, string> = {
  create: 'Created',
  update: 'Updated',
  destroy: 'Deleted',
  login: 'Signed in',
};
