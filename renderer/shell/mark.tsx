/** The product's mark: a signal with two lamps. */
export function Mark({ size = 16 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 16 16">
      <rect x="1.5" y="0.5" width="13" height="15" rx="3" fill="var(--brand-body)" />
      <circle cx="8" cy="5" r="2.1" fill="#ffd24a" />
      <circle cx="8" cy="11" r="2.1" fill="#fff" opacity=".45" />
    </svg>
  );
}
