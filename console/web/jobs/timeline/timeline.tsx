import type { ComponentChildren } from 'preact';
import type { Answer } from '../../../../functions/core/api/operations.ts';
import { count, duration, plural } from '../../lib/format.ts';
import { type Bar, type Timeline, timelineOf } from './bars.ts';

/** As many series as a reader can use. */
const MOST_LANES = 60;
/** Units of the pictures' width; they are stretched to the room there is. */
const WIDTH = 1_000;
const TRACK = 9;
/** The width of a bar that would be too thin to be seen. */
const THINNEST = 2;

/** When each chunk was fetched and when it waited for a venue: a line for each series, and one for each limit. */
export function JobTimeline({ job }: { readonly job: Answer<'getJob'> }) {
  const timeline = timelineOf(job, Date.now());
  if (!timeline) return null;
  const { from, to, lanes, waits, waves } = timeline;
  return (
    <details open class="timeline">
      <summary>{`Timeline: ${markText(to - from, to - from)}, ${plural(lanes.length, 'series', 'series')}`}</summary>
      <ul class="legend">
        <li class="have">done</li>
        <li class="flight">being fetched</li>
        <li class="missing">waiting for a venue</li>
        <li class="failed">failed</li>
      </ul>
      <Axis timeline={timeline} />
      <ul class="lanes" aria-label="When each series was fetched">
        {waits.map(({ scope, chunks, spans, ms }) => (
          <li key={scope}>
            <span class="lane-name">
              {scope}
              <small>{`${plural(chunks, 'chunk')} waited, ${duration(ms / 1_000)}`}</small>
            </span>
            <Track timeline={timeline} height={TRACK} label={`Waits for ${scope}`}>
              {spans.map((span) => (
                <rect key={span.from} class="waiting" {...xOf(timeline, span)} y={0} height={TRACK - 2} />
              ))}
            </Track>
          </li>
        ))}
        {lanes.slice(0, MOST_LANES).map(({ name, tracks, bars }) => (
          <li key={name}>
            <span class="lane-name">{name}</span>
            <Track
              timeline={timeline}
              height={tracks * TRACK}
              label={`${name}: ${plural(bars.length, 'chunk')}`}
            >
              {bars.map((bar) => (
                <ChunkBar key={bar.label} timeline={timeline} bar={bar} />
              ))}
            </Track>
          </li>
        ))}
      </ul>
      {waves.length > 0 && (
        <p class="dim">
          {`Dashed: ${waves.map(({ wave, at }) => `wave ${wave} after ${duration((at - from) / 1_000)}`).join(', ')}.`}
        </p>
      )}
      {lanes.length > MOST_LANES && (
        <p class="dim">{`The first ${MOST_LANES} of ${count(lanes.length)} series are shown.`}</p>
      )}
    </details>
  );
}

const ChunkBar = ({ timeline, bar }: { readonly timeline: Timeline; readonly bar: Bar }) => {
  const y = bar.track * TRACK;
  const waited = bar.waits.reduce((sum, { from, to }) => sum + to - from, 0);
  return (
    <g>
      <title>
        {`${bar.label}: ${bar.state}, ${duration((bar.to - bar.from) / 1_000)}, wave ${bar.wave}` +
          (waited > 0 ? `, of it ${duration(waited / 1_000)} waiting` : '')}
      </title>
      <rect class={bar.state} {...xOf(timeline, bar)} y={y} height={TRACK - 2} />
      {bar.waits.map((wait) => (
        <rect key={wait.from} class="waiting" {...xOf(timeline, wait)} y={y} height={TRACK - 2} />
      ))}
    </g>
  );
};

interface TrackProps {
  readonly timeline: Timeline;
  readonly height: number;
  readonly label: string;
  readonly children: ComponentChildren;
}

const Track = ({ timeline, height, label, children }: TrackProps) => (
  <svg
    class="track"
    viewBox={`0 0 ${WIDTH} ${height}`}
    style={{ height: `${height}px` }}
    preserveAspectRatio="none"
    role="img"
    aria-label={label}
  >
    {children}
    {timeline.waves.map(({ wave, at }) => {
      const { x } = xOf(timeline, { from: at, to: at });
      return <line key={wave} class="wave" x1={x} x2={x} y1={0} y2={height} />;
    })}
  </svg>
);

function xOf({ from, to }: Timeline, span: { readonly from: number; readonly to: number }) {
  const scale = WIDTH / (to - from);
  return { x: (span.from - from) * scale, width: Math.max(THINNEST, (span.to - span.from) * scale) };
}

const MARKS = [0, 0.25, 0.5, 0.75, 1];

/** With fractions, because whole seconds of a short job would be the same. */
const markText = (ms: number, whole: number): string =>
  whole < 20_000 ? `${(ms / 1_000).toFixed(2)} s` : duration(ms / 1_000);

/** Time since the first chunk began, and when that was. */
const Axis = ({ timeline: { from, to } }: { readonly timeline: Timeline }) => (
  <p class="track-axis dim" aria-hidden="true">
    <span>{`${new Date(from).toISOString().slice(11, 19)} UTC`}</span>
    <span class="marks">
      {MARKS.map((share) => (
        <span key={share}>{markText(share * (to - from), to - from)}</span>
      ))}
    </span>
  </p>
);
