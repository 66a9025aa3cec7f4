import {
  ActionIcon,
  Badge,
  Button,
  Card,
  createTheme,
  Kbd,
  Menu,
  Modal,
  Popover,
  Portal,
  SegmentedControl,
  Select,
  Textarea,
  TextInput,
  PasswordInput,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const brand: MantineColorsTuple = [
  '#e9f8f2',
  '#d0efe2',
  '#a5e0c8',
  '#74cfab',
  '#49bc8f',
  '#29a878',
  '#118f63',
  '#08764f',
  '#075c3f',
  '#05402d',
];

const gray: MantineColorsTuple = [
  '#f7f8f9',
  '#eff1f3',
  '#e4e7eb',
  '#d4d9df',
  '#b5bcc6',
  '#8b94a1',
  '#67707d',
  '#4b5461',
  '#323a45',
  '#1b2129',
];

/** Its filled shade carries white text, which Mantine's own red does not. */
const red: MantineColorsTuple = [
  '#fdecea',
  '#fbd9d5',
  '#f5b3ac',
  '#ee8a80',
  '#e4655a',
  '#d8473b',
  '#c8342a',
  '#b3261e',
  '#8f1d17',
  '#6b1510',
];

/** Text, muted text, lines, surfaces: Mantine's dark scheme takes its parts from these. */
const dark: MantineColorsTuple = [
  '#e3e7eb',
  '#b4bcc6',
  '#8d97a3',
  '#667180',
  '#3a424c',
  '#2a3038',
  '#20262d',
  '#171b20',
  '#12161a',
  '#0d1013',
];

export const theme = createTheme({
  primaryColor: 'brand',
  // Dark enough for white text in both schemes: 5.6:1 and more.
  primaryShade: 7,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'sm',
  colors: { brand, red, gray, dark },
  fontFamily:
    '"Segoe UI Variable Text", "Segoe UI", -apple-system, BlinkMacSystemFont, "Inter", "Noto Sans", "Liberation Sans", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '15px', xl: '18px' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.5', xl: '1.4' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '18px' }, h2: { fontSize: '15px' }, h3: { fontSize: '13px' } },
  },
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 28 } }),
    Badge: Badge.extend({ defaultProps: { tt: 'none', variant: 'light', radius: 'sm' } }),
    Card: Card.extend({ defaultProps: { withBorder: true, radius: 'md' } }),
    Kbd: Kbd.extend({ defaultProps: { size: 'xs' } }),
    Menu: Menu.extend({
      defaultProps: { shadow: 'md', transitionProps: { duration: 80 }, withInitialFocusPlaceholder: false },
    }),
    // Blur is costly where there is no graphics card (facts: software raster).
    Modal: Modal.extend({
      defaultProps: {
        overlayProps: { blur: 0, backgroundOpacity: 0.45 },
        closeButtonProps: { 'aria-label': 'Close' },
        transitionProps: { duration: 100 },
        centered: true,
      },
    }),
    // Everything on the page lies in a landmark, what pops up too.
    Portal: Portal.extend({ defaultProps: { target: '#popups' } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs', transitionDuration: 0 } }),
    Select: Select.extend({ defaultProps: { size: 'xs', allowDeselect: false, withCheckIcon: false } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    PasswordInput: PasswordInput.extend({
      defaultProps: {
        size: 'sm',
        visibilityToggleButtonProps: { 'aria-label': 'Show or hide the password' },
      },
    }),
    Textarea: Textarea.extend({ defaultProps: { size: 'xs', autosize: true, minRows: 2, maxRows: 6 } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 400, withArrow: false, transitionProps: { duration: 80 } },
    }),
  },
});

/** Mantine's defaults miss 4.5:1 for dimmed text and light variants; these reach it in both schemes. */
export const cssVariables: CSSVariablesResolver = (resolved) => {
  const names = Object.keys(resolved.colors);
  const light = names.map((name) => [
    `--mantine-color-${name}-light-color`,
    `color-mix(in srgb, var(--mantine-color-${name}-9) 75%, black)`,
  ]);
  const darkScheme = names.map((name) => [
    `--mantine-color-${name}-light-color`,
    `var(--mantine-color-${name}-1)`,
  ]);
  return {
    variables: {},
    light: {
      '--mantine-color-body': '#ffffff',
      '--mantine-color-text': 'var(--mantine-color-gray-9)',
      '--mantine-color-dimmed': '#565f6c',
      '--mantine-color-placeholder': '#606977',
      '--mantine-color-default-border': 'var(--mantine-color-gray-3)',
      '--mantine-color-error': '#b3261e',
      ...Object.fromEntries(light),
    },
    dark: {
      '--mantine-color-body': 'var(--mantine-color-dark-7)',
      '--mantine-color-text': 'var(--mantine-color-dark-0)',
      '--mantine-color-dimmed': '#a3acb7',
      '--mantine-color-placeholder': '#9aa3ae',
      '--mantine-color-default': 'var(--mantine-color-dark-6)',
      '--mantine-color-default-hover': 'var(--mantine-color-dark-5)',
      '--mantine-color-default-border': 'var(--mantine-color-dark-4)',
      '--mantine-color-error': '#ff9c93',
      ...Object.fromEntries(darkScheme),
    },
  };
};
