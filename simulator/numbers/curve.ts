/** A level known at some dates: `['2020-01-01', 4.6]`, in order, at least one. */
export type Knots = readonly (readonly [day: string, value: number])[];

/** Straight lines between the knots, level before the first and after the last. @returns a function of epoch ms */
export function curve(knots: Knots): (at: number) => number {
  const points = knots.map(([day, value]) => ({ at: Date.parse(`${day}T00:00Z`), value }));
  return (at) => {
    const right = points.find((p) => p.at > at);
    const left = points.findLast((p) => p.at <= at);
    if (!left || !right) return (left ?? right)?.value ?? Number.NaN;
    return left.value + ((right.value - left.value) * (at - left.at)) / (right.at - left.at);
  };
}
