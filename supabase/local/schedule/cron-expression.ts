/** A parsed schedule: five fields as in cron and pg_cron (minute, hour, day of month, month, day of week), in UTC. */
export type CronExpression = {
  /** Whether the job is due in the minute of `at`. */
  matches(at: Date): boolean;
};

/** Understands `*`, lists, ranges and steps (every 15th, `1-5`, `0,30`). Throws on anything else. */
export function parseCron(expression: string): CronExpression {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) throw new Error(`"${expression}" is no cron expression: it needs five fields`);
  const [minutes, hours, days, months, weekdays] = limits.map(([low, high], index) =>
    parseField(fields[index] ?? '', low, high, expression),
  );
  const isAnyDay = fields[2] === '*';
  const isAnyWeekday = fields[4] === '*';
  return {
    matches(at) {
      const weekday = at.getUTCDay();
      const isDay = days?.has(at.getUTCDate()) === true;
      const isWeekday = weekdays?.has(weekday) === true || (weekday === 0 && weekdays?.has(7) === true);
      // As cron has it: when both are restricted, either is enough.
      const isDate = isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday;
      return (
        isDate &&
        minutes?.has(at.getUTCMinutes()) === true &&
        hours?.has(at.getUTCHours()) === true &&
        months?.has(at.getUTCMonth() + 1) === true
      );
    },
  };
}

const limits = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

function parseField(field: string, low: number, high: number, expression: string): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (match === null) throw new Error(`"${expression}" is no cron expression: cannot read "${part}"`);
    const [, from, to, step] = match;
    const first = from === undefined ? low : Number(from);
    const last = to === undefined ? (from === undefined || step !== undefined ? high : first) : Number(to);
    if (first < low || last > high || first > last || Number(step) === 0) {
      throw new Error(`"${expression}" is no cron expression: "${part}" is out of range`);
    }
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}
