import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Handle } from '../handle.ts';

interface McpOptions {
  readonly allowBackfill?: boolean;
}

export function addMcp(program: Command, context: Context, handle: Handle): void {
  program
    .command('mcp')
    .description('the warehouse as tools for a language model: the Model Context Protocol on stdio')
    .option('--allow-backfill', 'with a tool that orders jobs; without it every tool only reads')
    .addHelpText('after', MCP_HELP)
    .action(handle((given: McpOptions) => mcp(context, program.version() ?? '', given)));
}

const MCP_HELP = `
A program starts it and speaks with it on its standard input and output. The API is GORDON_API_URL, or the host of this machine.
Tools: sources, coverage, gaps, rows, quote; with --allow-backfill also backfill and job. Series of FRED are ordered only where
their terms were accepted: GORDON_ACCEPT_FRED_TERMS=1, or an answer on a terminal before.

Example, the configuration of a client:
  {"mcpServers": {"gordon-data": {"command": "gordon-data", "args": ["mcp"]}}}`;

/** Serves until the client closes the input, or until a signal. */
async function mcp(
  context: Context,
  version: string,
  { allowBackfill = false }: McpOptions,
): Promise<number> {
  // Loaded when it is needed: the other commands have no use for the protocol.
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  const { mcpServer } = await import('../../mcp/server.ts');
  const server = mcpServer(context, version, allowBackfill);
  const ended = Promise.withResolvers<void>();
  using _listening = context.terminal.onStop(() => ended.resolve());
  process.stdin.once('end', ended.resolve).once('close', ended.resolve);
  await server.connect(new StdioServerTransport());
  await ended.promise;
  await server.close();
  return 0;
}
