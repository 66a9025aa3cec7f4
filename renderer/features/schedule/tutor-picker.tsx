import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useLive } from '#renderer/state/live.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import { Notice } from '#renderer/ui/notice.tsx';

type Props = { tutorId: string | null; name: string | null };

/** For staff: whose schedule is shown. Searches the local people as one types. */
export function TutorPicker({ tutorId, name }: Props) {
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text === name ? '' : text, 120);
  const { data } = useLive('schedule.tutors', { search });
  const navigate = useNavigate({ from: '/schedule' });
  const found = (data?.tutors ?? []).map((tutor) => ({ value: tutor.id, label: tutor.name }));
  const isListed = tutorId === null || found.some((option) => option.value === tutorId);
  const options = isListed ? found : [{ value: tutorId, label: name ?? '…' }, ...found];
  return (
    <Select
      aria-label="Tutor"
      placeholder="Choose a tutor"
      w={200}
      searchable
      selectFirstOptionOnChange
      leftSection={<Icon name="people" size={14} />}
      value={tutorId}
      data={options}
      // The core has searched already; a second filter here would hide what it found by another spelling.
      filter={({ options: all }) => all}
      searchValue={text}
      onSearchChange={setText}
      limit={50}
      maxDropdownHeight={320}
      nothingFoundMessage="No tutor has this name"
      comboboxProps={{ shadow: 'md' }}
      onChange={(value) =>
        void navigate({
          search: (before) => ({ ...before, tutor: value ?? undefined, booking: undefined }),
        })
      }
    />
  );
}

TutorPicker.Empty = function Empty() {
  return (
    <Notice icon="people" title="Whose week?">
      <p>Choose a tutor above to see the lessons and requests of their week.</p>
    </Notice>
  );
};
