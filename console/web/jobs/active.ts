/** A job that still changes. */
export const isActive = ({ status }: { readonly status: string }): boolean =>
  status === 'queued' || status === 'running';
