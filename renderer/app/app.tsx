import { MantineProvider } from '@mantine/core';
import { RouterProvider } from '@tanstack/react-router';
import { nonce } from '../nonce.ts';
import { cssVariables, theme } from '../theme.ts';
import { Announcer } from './announcer.tsx';
import { LinkBanner } from './link-banner.tsx';
import { router } from './router.tsx';
import { SchemeFollower } from './scheme.tsx';

/** Everything inside the window. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <SchemeFollower />
      <LinkBanner />
      <RouterProvider router={router} />
      <Announcer />
      <section id="popups" aria-label="Pop-ups" />
    </MantineProvider>
  );
}
