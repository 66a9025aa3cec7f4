import {
  BadRequest,
  header,
  isLoopbackHost,
  readJson,
  sendEmpty,
  sendJson,
  text,
  type Exchange,
  type Json,
} from '../http.ts';
import { describeCaller, requireCaller, signInWithPassword, signOut, updateUser } from './account.ts';
import { changeUser, createUser, deleteUser, listUsers, readUser, requireService } from './admin.ts';
import { asRefusal, AuthRefusal, sendRefusal } from './errors.ts';
import { challengeFactor, enrollFactor, unenrollFactor, verifyFactor } from './factors.ts';
import { refreshSession, type AuthContext } from './sessions.ts';

/** Answers everything below /auth/v1. */
export async function handleAuth(context: AuthContext, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  try {
    const answer = await route(context, exchange);
    if (answer === undefined) sendEmpty(response, 204);
    else sendJson(response, 200, answer);
  } catch (error) {
    if (error instanceof BadRequest) {
      sendRefusal(request, response, new AuthRefusal(error.status, 'bad_json', error.message));
    } else {
      sendRefusal(request, response, asRefusal(error));
    }
  }
}

/** The body to answer with 200; undefined answers 204. */
async function route(context: AuthContext, exchange: Exchange): Promise<Json | undefined> {
  const { request, url } = exchange;
  const administration = /^\/admin\/users(?:\/([0-9a-f-]{36}))?$/.exec(exchange.path);
  if (administration !== null) return administer(context, exchange, administration[1]);
  const factor = /^\/factors\/([0-9a-f-]{36})(?:\/(challenge|verify))?$/.exec(exchange.path);
  switch (
    `${exchange.method} ${factor === null ? exchange.path : `/factors/:id${factor[2] === undefined ? '' : `/${factor[2]}`}`}`
  ) {
    case 'GET /health':
      return {
        version: 'embedded',
        name: 'iTutor console embedded stack',
        description: 'Auth of the embedded stack',
      };
    case 'GET /settings':
      return settings(context, exchange);
    case 'GET /.well-known/jwks.json':
      return context.tokens.jwks;
    case 'POST /token':
      return token(context, exchange, await readJson(request));
    case 'GET /user':
      return describeCaller(context, await requireCaller(context, exchange));
    case 'PUT /user': {
      const caller = await requireCaller(context, exchange);
      return updateUser(context, caller, await readJson(request));
    }
    case 'POST /logout': {
      const caller = await requireCaller(context, exchange);
      await signOut(context, caller, url.searchParams.get('scope') ?? 'global');
      return undefined;
    }
    case 'POST /factors': {
      const caller = await requireCaller(context, exchange);
      return enrollFactor(context, caller, await readJson(request));
    }
    case 'POST /factors/:id/challenge':
      return challengeFactor(context, await requireCaller(context, exchange), factor?.[1] ?? '');
    case 'POST /factors/:id/verify': {
      const caller = await requireCaller(context, exchange);
      return verifyFactor(context, caller, factor?.[1] ?? '', await readJson(request));
    }
    case 'DELETE /factors/:id':
      return unenrollFactor(context, await requireCaller(context, exchange), factor?.[1] ?? '');
    case 'POST /signup':
      throw new AuthRefusal(422, 'signup_disabled', 'Signups not allowed for this instance');
    default:
      return refuseUnsupported(exchange.path);
  }
}

async function administer(context: AuthContext, exchange: Exchange, id: string | undefined): Promise<Json> {
  await requireService(context, exchange);
  switch (`${exchange.method}${id === undefined ? '' : ' :id'}`) {
    case 'GET':
      return listUsers(context, exchange);
    case 'POST':
      return createUser(context, await readJson(exchange.request));
    case 'GET :id':
      return readUser(context, id ?? '');
    case 'PUT :id':
      return changeUser(context, id ?? '', await readJson(exchange.request));
    case 'DELETE :id':
      return deleteUser(context, id ?? '');
    default:
      return refuseUnsupported(exchange.path);
  }
}

async function token(context: AuthContext, exchange: Exchange, body: Json): Promise<Json> {
  switch (exchange.url.searchParams.get('grant_type')) {
    case 'password':
      return signInWithPassword(context, exchange, body);
    case 'refresh_token': {
      const refreshToken = text(body['refresh_token']);
      if (refreshToken === '') throw new AuthRefusal(400, 'validation_failed', 'refresh_token required');
      return refreshSession(context, refreshToken);
    }
    default:
      throw new AuthRefusal(400, 'validation_failed', 'unsupported_grant_type');
  }
}

/**
 * As hosted, and the demo accounts, which only the embedded stack has. A web page from elsewhere, open in a browser on this
 * machine, may call this address too; it is not told the password.
 */
async function settings(context: AuthContext, { request }: Exchange): Promise<Json> {
  const accounts = await context.database.query(
    `select email, role, label from private.demo_accounts order by position, email`,
  );
  return {
    external: { email: true, phone: false, anonymous_users: false },
    disable_signup: true,
    mailer_autoconfirm: true,
    phone_autoconfirm: false,
    sms_provider: '',
    saml_enabled: false,
    ...(accounts.length === 0 || !isFromHere(header(request, 'origin'))
      ? {}
      : { demo: { password: context.demoPassword, accounts } }),
  };
}

function isFromHere(origin: string): boolean {
  return origin === '' || (URL.canParse(origin) && isLoopbackHost(new URL(origin).hostname));
}

const unsupported =
  /^\/(otp|magiclink|recover|verify|resend|authorize|callback|sso|invite|admin|reauthenticate|passkeys|factors|oauth|user)/;

function refuseUnsupported(path: string): never {
  if (unsupported.test(path)) {
    throw new AuthRefusal(422, 'not_supported', `The embedded backend does not offer ${path}`);
  }
  throw new AuthRefusal(404, 'not_found', `There is no endpoint ${path}`);
}
