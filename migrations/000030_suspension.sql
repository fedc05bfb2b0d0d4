-- Users who are disabled, and accounts that are suspended or on their way out. Nothing here can hurt a running system: columns
-- are added empty, without a rewrite. A release that does not know them lets a disabled user sign in with a password, and
-- users of a suspended account in any way (their logins have ended, and the tokens of a disabled user are revoked): let
-- that release be gone before `appyard user disable` and `appyard account suspend` are used.

alter table users add column disabled_at timestamptz;
alter table accounts add column suspended_at timestamptz;
-- When its removal began. What is left of the account is removed by the next `appyard account remove`.
alter table accounts add column removed_at timestamptz;
