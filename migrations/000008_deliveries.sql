-- What is sent out to receivers that somebody named. Nothing here can hurt a running system: every table is new, and a
-- release that does not know them sends nothing.

-- A key pair of an account. The private key is PKCS#8, sealed.
create table signing_keys (
  id          bigint generated always as identity primary key,
  account_id  bigint not null references accounts on delete cascade,
  -- RFC 7638's thumbprint of the public key.
  kid         text not null constraint signing_keys_kid_key unique,
  algorithm   text not null check (algorithm in ('rs256', 'rs384', 'rs512', 'es256', 'es384', 'es512')),
  public_pem  text not null,
  public_jwk  jsonb not null,
  private_key text not null,
  created_at  timestamptz not null default now()
);
create index signing_keys_account_idx on signing_keys (account_id);

-- One message to one receiver, finished but for its times and its signature. What it was about, and the key, are plain
-- words and numbers: a delivery outlives them.
create table deliveries (
  id              uuid primary key,
  account_id      bigint not null references accounts on delete cascade,
  -- The door it was asked for through, what happened (the door's word), and what it happened to.
  door            text not null,
  topic           text not null,
  subject         text not null,
  url             text not null,
  headers         jsonb not null default '{}',
  claims          jsonb not null,
  signing_key_id  bigint not null,
  -- Does the token's header name the key?
  with_kid        boolean not null default false,
  state           text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  -- The fencing token, and the number of the last attempt: raised by every claim, never lowered.
  attempt         integer not null default 0,
  -- How often it was asked for: each time begins a round of attempts.
  round           integer not null default 1,
  -- In this round.
  attempts_used   integer not null default 0,
  -- While an attempt is under way: when it counts as broken off. Null once the delivery is settled.
  next_attempt_at timestamptz default now(),
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  finished_at     timestamptz,
  -- When the sweep last looked at it.
  swept_at        timestamptz not null default now(),
  constraint deliveries_pending_check check ((state = 'pending') = (next_attempt_at is not null))
);
create index deliveries_account_idx on deliveries (account_id, created_at, id);
-- Serves the sweep.
create index deliveries_due_idx on deliveries (next_attempt_at) where state = 'pending';

create table delivery_attempts (
  delivery_id uuid not null references deliveries on delete cascade,
  number      integer not null,
  started_at  timestamptz not null default now(),
  -- Null: it is under way.
  ended_at    timestamptz,
  -- Of the answer; null: there was none.
  status      integer,
  error       text,
  -- The first 1,000 characters of the answer.
  answer      text,
  primary key (delivery_id, number)
);
