export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#4648c8" />
      <path
        d="M5 19.5c3.2 0 3.2-7 6.4-7s3.2 11 6.4 11 3.2-15 6.4-15c1.5 0 2.1 1.5 2.7 3.3"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="26.8" cy="13" r="2.4" fill="#ffa177" />
    </svg>
  );
}
