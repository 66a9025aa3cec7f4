import { sqlState } from '../database.ts';
import { header, isJson, text, type Exchange, type Json } from '../http.ts';
import { AuthRefusal } from './errors.ts';
import type { AuthContext } from './sessions.ts';
import { describeUser, findUser, listFactors, userColumns, type UserRow } from './users.ts';

/** Throws unless the request carries the secret key. */
export async function requireService(context: AuthContext, exchange: Exchange): Promise<void> {
  if (header(exchange.request, 'authorization') === '') {
    throw new AuthRefusal(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  }
  const claims = await context.keys.requestClaims(exchange.request).catch((error: Error) => {
    throw new AuthRefusal(403, 'bad_jwt', `invalid JWT: ${error.message}`);
  });
  if (claims['role'] !== 'service_role') throw new AuthRefusal(403, 'not_admin', 'User not allowed');
}

/** `POST /admin/users` */
export async function createUser(context: AuthContext, body: Json): Promise<Json> {
  const [email, password] = [text(body['email']), text(body['password'])];
  if (!email.includes('@'))
    throw new AuthRefusal(400, 'validation_failed', 'Cannot create a user without an email');
  const rows = await context.database
    .query<{ id: string }>(
      `insert into auth.users (email, encrypted_password, email_confirmed_at, raw_user_meta_data)
       values (lower($1), case when $2 <> '' then extensions.crypt($2, extensions.gen_salt('bf', 8)) end, case when $3 then now() end, $4)
       returning id`,
      [email, password, body['email_confirm'] === true, JSON.stringify(objectOf(body['user_metadata']))],
    )
    .catch((error: unknown) => {
      if (sqlState(error) !== '23505') throw error;
      throw new AuthRefusal(
        422,
        'email_exists',
        'A user with this email address has already been registered',
      );
    });
  return readUser(context, rows[0]?.id ?? '');
}

/** `GET /admin/users` */
export async function listUsers(context: AuthContext, exchange: Exchange): Promise<Json> {
  const { searchParams } = exchange.url;
  const perPage = Math.min(1000, Math.max(1, Number(searchParams.get('per_page')) || 50));
  const page = Math.max(1, Number(searchParams.get('page')) || 1);
  const [users, total] = await Promise.all([
    context.database.query<UserRow>(
      `select ${userColumns} from auth.users u where deleted_at is null order by created_at desc, id limit $1 offset $2`,
      [perPage, perPage * (page - 1)],
    ),
    context.database.query<{ count: string }>('select count(*) from auth.users where deleted_at is null'),
  ]);
  exchange.response.setHeader('x-total-count', total[0]?.count ?? '0');
  return { users: users.map((user) => describeUser(user, [])), aud: 'authenticated' };
}

/** `GET /admin/users/:id` */
export async function readUser(context: AuthContext, id: string): Promise<Json> {
  const user = await findUser(context.database, id);
  if (user === undefined) throw new AuthRefusal(404, 'user_not_found', 'User not found');
  return describeUser(user, await listFactors(context.database, id));
}

/** `PUT /admin/users/:id`: password, metadata, and `ban_duration` (`none`, or hours such as `24h`). */
export async function changeUser(context: AuthContext, id: string, body: Json): Promise<Json> {
  await readUser(context, id);
  const password = text(body['password']);
  if (password !== '') {
    await context.database.query(
      `update auth.users set encrypted_password = extensions.crypt($2, extensions.gen_salt('bf', 8)), updated_at = now()
       where id = $1`,
      [id, password],
    );
  }
  if (isJson(body['user_metadata'])) {
    await context.database.query(
      `update auth.users set raw_user_meta_data = raw_user_meta_data || $2::jsonb, updated_at = now() where id = $1`,
      [id, JSON.stringify(body['user_metadata'])],
    );
  }
  const ban = body['ban_duration'];
  if (ban !== undefined) {
    const hours = ban === 'none' ? null : Number(/^(\d+)h$/.exec(text(ban))?.[1]);
    if (Number.isNaN(hours))
      throw new AuthRefusal(400, 'validation_failed', 'invalid format for ban duration');
    await context.database.query(
      'update auth.users set banned_until = now() + make_interval(hours => $2::int) where id = $1',
      [id, hours],
    );
  }
  return readUser(context, id);
}

/** `DELETE /admin/users/:id` */
export async function deleteUser(context: AuthContext, id: string): Promise<Json> {
  const user = await readUser(context, id);
  await context.database.query('delete from auth.users where id = $1', [id]);
  return user;
}

function objectOf(value: unknown): Json {
  return isJson(value) ? value : {};
}
