import { useEffect, useState } from 'react';
import type * as z from 'zod';
import type { healthReport } from '#shared/rpc/health-report';
import { link } from '#renderer/rpc.ts';

export type Report = z.output<typeof healthReport>;

/** The health report, renewed while it is shown. Undefined until the first one; null while no local data is open. */
export function useHealth(): Report | null | undefined {
  const [report, setReport] = useState<Report | null | undefined>(undefined);
  useEffect(() => link.watch('health.watch', {}, setReport), []);
  return report;
}
