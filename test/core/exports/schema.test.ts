import { expect, it } from 'vitest';
import { manifestSchema } from '../../../functions/core/exports/manifest.ts';

it('is published as a page, made anew with `npm run schema`', async () => {
  const text = `${JSON.stringify(manifestSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../../docs/export-manifest.schema.json');
});
