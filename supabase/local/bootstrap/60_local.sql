-- What only the embedded stack has: the demo accounts that the sign-in screen offers. Filled by the seed.
create schema if not exists private authorization postgres;
create table if not exists private.demo_accounts (
  email text primary key,
  role text not null,
  label text not null,
  position int not null
);
alter table private.demo_accounts owner to postgres;
alter table private.demo_accounts enable row level security;
revoke all on private.demo_accounts from public, anon, authenticated;
