import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useCore, writeSettings, type Settings } from '../state/core-state.ts';
import { Icon, type IconName } from '../ui/icons.tsx';

export const themes = [
  { value: 'system', label: 'Like the system', icon: 'screen' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
] as const satisfies readonly { value: Settings['theme']; label: string; icon: IconName }[];

export function ThemeSwitch() {
  const theme = useCore((state) => state.settings.theme);
  const current = themes.find((one) => one.value === theme) ?? themes[0];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={`Theme: ${current.label.toLowerCase()}`}>
          <ActionIcon aria-label={`Theme: ${current.label.toLowerCase()}`}>
            <Icon name={current.icon} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {themes.map(({ value, label, icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={value === theme}
            leftSection={<Icon name={icon} />}
            rightSection={value === theme ? <Icon name="check" /> : undefined}
            onClick={() => void writeSettings({ theme: value })}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
