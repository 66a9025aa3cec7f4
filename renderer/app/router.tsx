import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
} from '@tanstack/react-router';
import { ConnectScreen } from '../features/connect/connect-screen.tsx';
import { HealthScreen } from '../features/health/health-screen.tsx';
import { OutboxScreen } from '../features/outbox/outbox-screen.tsx';
import { ScheduleScreen } from '../features/schedule/schedule-screen.tsx';
import { isPlain, schedulePlaces } from '../features/schedule/last-place.ts';
import { scheduleSearch, type ScheduleLink } from '../features/schedule/search.ts';
import { SettingsScreen } from '../features/settings/settings-screen.tsx';
import { SignInScreen } from '../features/sign-in/sign-in-screen.tsx';
import { SecondScreen } from '../features/verification/second/second-screen.tsx';
import { verificationSearch, type VerificationLink } from '../features/verification/search.ts';
import { StatisticsScreen } from '../features/verification/statistics/statistics-screen.tsx';
import { VerificationScreen } from '../features/verification/verification-screen.tsx';
import { createPlaces } from '../state/places.ts';
import { useCore } from '../state/core-state.ts';
import { Frame } from './frame.tsx';
import { Gate } from './gate.tsx';
import { HomeScreen } from './home-screen.tsx';
import { LostScreen } from './lost-screen.tsx';

const root = createRootRoute({ component: Gate, notFoundComponent: LostScreen });

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/home', replace: true });
  },
});
const connect = createRoute({ getParentRoute: () => root, path: '/connect', component: ConnectScreen });
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInScreen });
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Frame });

const home = createRoute({ getParentRoute: () => inside, path: '/home', component: HomeScreen });
const schedule = createRoute({
  getParentRoute: () => inside,
  path: '/schedule',
  validateSearch: (search): ScheduleLink => scheduleSearch.parse(search),
  beforeLoad: ({ search, cause }) => {
    const userId = signedInUser();
    if (userId === null) return;
    const left = cause === 'enter' && isPlain(search) ? schedulePlaces.leftBy(userId) : null;
    if (left !== null && !isPlain(left)) throw redirect({ to: '/schedule', search: left, replace: true });
    schedulePlaces.note(userId, search);
  },
  component: ScheduleScreen,
});
const verificationPlaces = createPlaces<VerificationLink>();
const verification = createRoute({
  getParentRoute: () => inside,
  path: '/verification',
  validateSearch: (search): VerificationLink => verificationSearch.parse(search),
  beforeLoad: ({ search, cause }) => {
    const userId = signedInUser();
    if (userId === null) return;
    const left = cause === 'enter' && search.case === undefined ? verificationPlaces.leftBy(userId) : null;
    if (left?.case !== undefined) throw redirect({ to: '/verification', search: left, replace: true });
    verificationPlaces.note(userId, search);
  },
  component: VerificationScreen,
});
const second = createRoute({
  getParentRoute: () => inside,
  path: '/verification/second',
  component: SecondScreen,
});
const statistics = createRoute({
  getParentRoute: () => inside,
  path: '/verification/statistics',
  component: StatisticsScreen,
});
const outbox = createRoute({ getParentRoute: () => inside, path: '/outbox', component: OutboxScreen });
const health = createRoute({ getParentRoute: () => inside, path: '/health', component: HealthScreen });
const settings = createRoute({ getParentRoute: () => inside, path: '/settings', component: SettingsScreen });

export const router = createRouter({
  routeTree: root.addChildren([
    index,
    connect,
    signIn,
    inside.addChildren([home, schedule, verification, second, statistics, outbox, health, settings]),
  ]),
  // Hash addresses work under app:// and http://127.0.0.1 alike, without the host knowing any route.
  history: createHashHistory(),
  defaultPreload: false,
});

function signedInUser(): string | null {
  const { session } = useCore.getState();
  return 'me' in session ? session.me.userId : null;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
