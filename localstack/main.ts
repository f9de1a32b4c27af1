/** `node localstack/main.ts up | deploy | down`: a rehearsal of the deployment on one machine. */
import { describeError, GordonError } from '../functions/core/errors/errors.ts';
import { deployStack, down, up, type Venues } from './rehearsal.ts';

const { GORDON_LOCALSTACK_PORT = '4566', GORDON_DATABASE_URL, GORDON_VENUES = 'simulated' } = process.env;
const say = (...lines: string[]) => console.log(lines.join('\n'));

const commands: Readonly<Record<string, () => Promise<void>>> = {
  async up() {
    const { url, logFile } = await up(Number(GORDON_LOCALSTACK_PORT), say);
    say(`LocalStack answers at ${url}; its log is ${logFile}`, 'Next: make localstack-deploy');
  },
  async deploy() {
    if (!isVenues(GORDON_VENUES)) throw badVenues(GORDON_VENUES);
    say('Deploying the stack (a minute) ...');
    const { apiUrl, databaseUrl } = await deployStack(GORDON_VENUES, GORDON_DATABASE_URL);
    say(
      `The stack is deployed, with ${GORDON_VENUES} venues. Try:`,
      `  export GORDON_API_URL=${apiUrl} GORDON_DATABASE_URL='${databaseUrl}'`,
      '  bin/gordon-data backfill klines trigger --from 2025-01-01 --to 2025-02-01 --wait',
      "  bin/gordon-data sql 'select symbol, count(*) from market_data.spot_klines group by 1'",
      'In the end: make localstack-down',
    );
  },
  async down() {
    say((await down()) ? 'LocalStack and what belongs to it are stopped.' : 'Nothing ran.');
  },
};

const isVenues = (word: string): word is Venues => word === 'live' || word === 'simulated';

const badVenues = (word: string): GordonError =>
  new GordonError({
    name: 'BadRequest',
    code: 'bad-environment',
    subject: 'GORDON_VENUES',
    status: 400,
    message: `"${word}" is not a valid choice.`,
    remedy: 'Use live or simulated.',
  });

const command = commands[process.argv[2] ?? ''];
try {
  if (!command) throw new Error(`usage: main.ts ${Object.keys(commands).join(' | ')}`);
  await command();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
