import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Unreachable } from './client.ts';
import type { Polled } from './poll.ts';
import { href } from './router.ts';

/** What every page shows while it has nothing to show. */
export function Waiting<T>({
  polled,
  what,
  children,
}: {
  readonly polled: Polled<T>;
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { data, error, refresh } = polled;
  if (data !== undefined) {
    return (
      <>
        {error && !(error instanceof Unreachable) && <Failure error={error} retry={refresh} />}
        {children(data)}
      </>
    );
  }
  if (error) return <Failure error={error} retry={refresh} />;
  return (
    <p class="pad dim" role="status">
      Loading {what}…
    </p>
  );
}

export function Failure({ error, retry }: { readonly error: Error; readonly retry?: () => void }) {
  return (
    <div class="notice bad" role="alert">
      <p>{error.message}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function StartJob() {
  return (
    <a class="button primary" href={href('jobs', ['new'])}>
      Start a job
    </a>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A modal dialog of the browser's own: it keeps the focus and closes by Escape. */
export function Dialog({
  title,
  close,
  children,
}: {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="dialog-title">
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

export function Progress({ share, label }: { readonly share: number; readonly label: string }) {
  return <progress max={1} value={share} aria-label={label} />;
}

export const Badge = ({ status }: { readonly status: string }) => (
  <span class={`badge ${status}`}>{status.replaceAll('_', ' ')}</span>
);
