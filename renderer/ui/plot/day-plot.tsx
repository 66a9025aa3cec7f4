import { useElementSize } from '@mantine/hooks';
import { useId, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { LocalDate } from '#shared/domain/zone';
import { dayLabel } from '../time-labels.ts';
import { labelled, pathOf, ticksOf } from './scale.ts';
import styles from './day-plot.module.css';

/** One figure a day. `bars` stand behind; a bar of `part` stands inside the bar before it. */
export type Series = {
  readonly name: string;
  readonly kind: 'bars' | 'part' | 'line';
  readonly values: readonly (number | null)[];
};

type Props = {
  title: string;
  days: readonly LocalDate[];
  series: readonly Series[];
  /** One figure with its unit, such as "12 h"; also says what a day without one has. */
  format: (value: number | null) => string;
  /** Whether figures are counts. */
  isWhole: boolean;
  /** Levels worth knowing, such as the hours after which a case is late. */
  guides?: readonly { readonly at: number; readonly label: string }[];
};

const height = 190;
const edge = { left: 34, right: 10, top: 10, bottom: 22 };

/**
 * Days from left to right. Pointing at a day, or the arrow keys, reads its figures out; the same figures stand in a
 * table under it. Drawn as SVG: no library, nothing that the content policy would refuse.
 */
export function DayPlot({ title, days, series, format, isWhole, guides = [] }: Props) {
  const { ref, width } = useElementSize();
  const hatch = useId();
  const [chosen, setChosen] = useState<number | null>(null);
  const last = days.length - 1;
  const at = Math.min(chosen ?? last, last);
  const highest = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const ticks = ticksOf(highest, 4, isWhole);
  const top = ticks.at(-1) ?? 1;
  const inner = {
    width: Math.max(0, width - edge.left - edge.right),
    height: height - edge.top - edge.bottom,
  };
  const slot = days.length === 0 ? 0 : inner.width / days.length;
  const x = (index: number) => edge.left + (index + 0.5) * slot;
  const y = (value: number) => edge.top + inner.height * (1 - value / top);
  const text = (index: number) => textOf(days, series, format, index);

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const from = event.clientX - event.currentTarget.getBoundingClientRect().left - edge.left;
    setChosen(Math.min(last, Math.max(0, Math.floor(from / slot))));
  };
  const press = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setChosen(Math.min(last, Math.max(0, to)));
  };

  return (
    <figure className={styles.figure} aria-label={title}>
      <figcaption className={styles.caption}>
        <span className={styles.title}>{title}</span>
        <Legend series={series} hatch={hatch} />
      </figcaption>
      <p className={styles.readout} aria-hidden="true">
        {text(at)}
      </p>
      <div
        ref={ref}
        className={styles.plot}
        role="slider"
        tabIndex={0}
        aria-label={`Day, ${title}`}
        aria-valuemin={1}
        aria-valuemax={days.length}
        aria-valuenow={at + 1}
        aria-valuetext={text(at)}
        onKeyDown={press}
        onPointerMove={point}
        onPointerLeave={() => setChosen(null)}
        onBlur={() => setChosen(null)}
      >
        <svg width={width} height={height} aria-hidden="true" focusable="false">
          <Hatch id={hatch} />
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                className={styles.grid}
                x1={edge.left}
                x2={width - edge.right}
                y1={y(tick)}
                y2={y(tick)}
              />
              <text className={styles.mark} x={edge.left - 6} y={y(tick) + 3.5} textAnchor="end">
                {tick}
              </text>
            </g>
          ))}
          {chosen !== null && (
            <rect
              className={styles.chosen}
              x={x(at) - slot / 2}
              y={edge.top}
              width={slot}
              height={inner.height}
            />
          )}
          {series.map((one) =>
            one.kind === 'line' ? (
              <Line key={one.name} values={one.values} x={x} y={y} isDotted={slot > 14} />
            ) : (
              <Bars key={one.name} one={one} x={x} y={y} slot={slot} hatch={hatch} />
            ),
          )}
          {guides
            .filter((guide) => guide.at <= top)
            .map((guide) => (
              <g key={guide.label}>
                <line
                  className={styles.guide}
                  x1={edge.left}
                  x2={width - edge.right}
                  y1={y(guide.at)}
                  y2={y(guide.at)}
                />
                <text
                  className={styles.guideText}
                  x={width - edge.right}
                  y={y(guide.at) - 3}
                  textAnchor="end"
                >
                  {guide.label}
                </text>
              </g>
            ))}
          {labelled(days.length, inner.width, 64).map((index) => (
            <text
              key={days[index]}
              className={styles.mark}
              x={x(index)}
              y={height - 6}
              textAnchor={anchorOf(index, days.length)}
            >
              {shortDay(days[index])}
            </text>
          ))}
        </svg>
      </div>
      <details className={styles.twin}>
        <summary>{title} as a table</summary>
        <div className={styles.tableBox} tabIndex={0} role="region" aria-label={`${title}, table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days
                .map((day, index) => (
                  <tr key={day}>
                    <th scope="row">{dayLabel(day, 'medium')}</th>
                    {series.map(({ name, values }) => (
                      <td key={name}>{format(values[index] ?? null)}</td>
                    ))}
                  </tr>
                ))
                .toReversed()}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** "Mon 16 Nov: 4 submitted, 3 decided". */
function textOf(
  days: readonly LocalDate[],
  series: readonly Series[],
  format: Props['format'],
  index: number,
): string {
  const day = days[index];
  if (day === undefined) return 'No days';
  const figures = series.map(({ name, values }) => {
    const figure = format(values[index] ?? null);
    return series.length === 1 ? figure : `${figure} ${name.toLowerCase()}`;
  });
  return `${dayLabel(day, 'medium')}: ${figures.join(', ')}`;
}

function shortDay(day: LocalDate | undefined): string {
  return day === undefined ? '' : dayLabel(day, 'medium').split(' ').slice(1).join(' ');
}

/** The last label would stand out of the plot if it were centred. */
function anchorOf(index: number, count: number): 'middle' | 'end' {
  return index === count - 1 && count > 7 ? 'end' : 'middle';
}

type Place = (value: number) => number;

function Line({
  values,
  x,
  y,
  isDotted,
}: {
  values: Series['values'];
  x: Place;
  y: Place;
  isDotted: boolean;
}) {
  const points = values.map((value, index) => (value === null ? null : { x: x(index), y: y(value) }));
  // A day between two without figures has no line to it, so it needs a dot.
  const isAlone = (index: number) =>
    (points[index - 1] ?? null) === null && (points[index + 1] ?? null) === null;
  return (
    <g>
      <path className={styles.line} d={pathOf(points)} />
      {points.map(
        (point, index) =>
          point !== null &&
          (isDotted || isAlone(index)) && (
            <circle key={index} className={styles.dot} cx={point.x} cy={point.y} r={2.6} />
          ),
      )}
    </g>
  );
}

type BarsProps = { one: Series; x: Place; y: Place; slot: number; hatch: string };

function Bars({ one, x, y, slot, hatch }: BarsProps) {
  const thick = Math.max(1, Math.min(26, slot * 0.66));
  return one.values.map(
    (value, index) =>
      value !== null &&
      value > 0 && (
        <rect
          key={index}
          className={one.kind === 'part' ? styles.part : styles.bar}
          x={x(index) - thick / 2}
          y={y(value)}
          width={thick}
          height={y(0) - y(value)}
          {...(one.kind === 'part' ? { fill: `url(#${hatch})` } : {})}
        />
      ),
  );
}

/** Told apart by pattern as well as by colour. */
function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" className={styles.hatchGround} />
        <rect width="3" height="6" className={styles.hatchStripe} />
      </pattern>
    </defs>
  );
}

function Legend({ series, hatch }: { series: readonly Series[]; hatch: string }) {
  if (series.length < 2) return null;
  return (
    <ul className={styles.legend}>
      {series.map(({ name, kind }) => (
        <li key={name}>
          <svg width="16" height="10" aria-hidden="true" focusable="false">
            {kind === 'line' ? (
              <>
                <path className={styles.line} d="M0 5H16" />
                <circle className={styles.dot} cx="8" cy="5" r="2.6" />
              </>
            ) : (
              <rect
                className={kind === 'part' ? styles.part : styles.bar}
                width="16"
                height="10"
                {...(kind === 'part' ? { fill: `url(#${hatch})` } : {})}
              />
            )}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
