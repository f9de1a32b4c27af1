/**
 * The section of one version.
 * @param tag `v1.2.3`
 * @param version of package.json
 * @throws Error where tag, package.json and changelog do not name one version, or where the section is still open
 */
export function notesOf(changelog: string, tag: string, version: string): string {
  if (tag !== `v${version}` || !/^v\d+\.\d+\.\d+$/.test(tag)) {
    throw new Error(`the tag is "${tag}", and package.json has ${version}: tag v${version}`);
  }
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((one) => one.split(/[\s(]/, 1)[0] === version);
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}"`);
  const [head = '', ...lines] = section.split('\n');
  if (/unreleased/i.test(head)) {
    throw new Error(`CHANGELOG.md calls ${version} unreleased: write "## ${version} (${'YYYY-MM-DD'})"`);
  }
  return lines.join('\n').trim();
}
