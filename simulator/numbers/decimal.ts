/** `units` × 10^-digits as text with `pad` decimals (`pad` ≥ `digits`): (673355, 2, 8) → `6733.55000000`. */
export function decimal(units: number, digits: number, pad = digits): string {
  const sign = units < 0 ? '-' : '';
  const text = String(Math.abs(units)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  if (pad === 0) return sign + whole;
  return `${sign}${whole}.${text.slice(text.length - digits).padEnd(pad, '0')}`;
}
