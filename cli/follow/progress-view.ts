import { Presets, SingleBar } from 'cli-progress';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { progressBar, progressLine } from '../format/progress.ts';
import { type Screen, say, type Terminal } from '../terminal.ts';

/** Shows how a job gets on. `stop` is called once, whatever becomes of the job. */
export interface ProgressView {
  update(job: JobDetail): void;
  note(text: string): void;
  stop(): void;
}

/** A bar on a terminal, lines for a file or another program. */
export function progressView(screen: Screen, terminal: Terminal): ProgressView {
  return screen.isTTY && terminal.env.TERM !== 'dumb' ? barView(screen) : lineView(screen, terminal);
}

export const silentView: ProgressView = { update() {}, note() {}, stop() {} };

const LINE_EVERY_MS = 2_000;
/** An unchanged line is repeated then, so that a log shows that the wait goes on. */
const REPEAT_AFTER_MS = 30_000;

function lineView(screen: Screen, terminal: Pick<Terminal, 'clock'>): ProgressView {
  let last = { at: Number.NEGATIVE_INFINITY, line: '', status: '' };
  return {
    update(job) {
      const now = terminal.clock();
      const line = progressLine(job);
      const since = now - last.at;
      const due = line === last.line ? REPEAT_AFTER_MS : job.status === last.status ? LINE_EVERY_MS : 0;
      // The end of the job is reported by the verdict.
      if (since < due || job.finished_at !== null) return;
      say(screen, line);
      last = { at: now, line, status: job.status };
    },
    note: (text) => say(screen, text),
    stop() {},
  };
}

/** The bar counts thousandths: rows are not known beforehand. */
const WHOLE = 1_000;
/** The width of a terminal that does not report one. */
const USUAL_COLUMNS = 80;

function barView(screen: Screen): ProgressView {
  const bar = new SingleBar(
    {
      stream: screen,
      format: '{line}',
      hideCursor: true,
      // Only the last picture counts once it is over, and the verdict shows it better.
      clearOnComplete: true,
      autopadding: false,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(job) {
      const value = Math.floor(job.progress * WHOLE);
      // A line as wide as the terminal would make some of them scroll.
      const payload = { line: progressBar(job, (screen.columns ?? USUAL_COLUMNS) - 1) };
      if (started) bar.update(value, payload);
      else bar.start(WHOLE, value, payload);
      started = true;
    },
    note() {
      // The bar stands still meanwhile; a line between its pictures would tear them.
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
