/**
 * What to do about SQLSTATE 42501, which stands for everything that a login may not do: only the text of the server's message
 * distinguishes the cases. A server in another language gets the last remedy, which is right for most.
 */
export function remedyOfForbidden(message: string): string {
  for (const [pattern, remedy] of REMEDIES) {
    const found = pattern.exec(message);
    if (found) return remedy.replace('$1', found[1] ?? '');
  }
  return 'Grant gordon_writer and gordon_reader to the user of the URL: `GRANT gordon_writer, gordon_reader TO …`.';
}

const REMEDIES: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /^permission denied to create extension "(.+)"/,
    'A superuser runs `CREATE EXTENSION $1` in this database; then migrate again.',
  ],
  [
    /^must be owner of/,
    'Only the owner may do that, and a GRANT does not help. The aggregates belong to the login that migrated, or to that ' +
      'of GORDON_AGGREGATES_URL: give the functions that refresh its URL in this variable, and migrate as the login that ' +
      'migrated before.',
  ],
  [
    /^permission denied to create temporary tables in database "(.+)"/,
    'Run `gordon-data migrate`, or as the owner of the database: `GRANT TEMPORARY ON DATABASE "$1" TO gordon_writer`.',
  ],
  [
    /^permission denied for database (.+)$/,
    'The owner of the database runs `GRANT CREATE ON DATABASE "$1" TO …` for the login of the URL; then migrate again.',
  ],
  [
    /^permission denied to set role "(.+)"/,
    'An administrator grants it to the user of the URL: `GRANT $1 TO …`.',
  ],
];
