import type { Reason } from '#shared/domain/verification/reasons';
import styles from './verdict-form.module.css';

type Props = {
  label: string;
  reasons: readonly Reason[];
  chosen: readonly string[];
  onChange: (codes: readonly string[]) => void;
};

/** Reasons by number; several may be given. */
export function ReasonPicker({ label, reasons, chosen, onChange }: Props) {
  return (
    <fieldset className={styles.reasons}>
      <legend className={styles.label}>{label}</legend>
      {reasons.map(({ code, number, label: words }) => (
        <label key={code} className={styles.reason}>
          <input
            type="checkbox"
            checked={chosen.includes(code)}
            onChange={() => onChange(toggledReason(chosen, code))}
          />
          <span className={styles.number} aria-hidden="true">
            {number}
          </span>
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function toggledReason(chosen: readonly string[], code: string): readonly string[] {
  return chosen.includes(code) ? chosen.filter((other) => other !== code) : [...chosen, code];
}
