// The job in Polars through nodejs-polars. It has no HMAC and no SHA: its own 64-bit hash stands in (much cheaper), and a
// phone is masked whole. gzip is
// packed by node's zlib at level 6, because Polars writes plain text.
// usage: node polars.mjs INPUT OUTPUT; PARE_BENCH_NODE names the folder that holds node_modules
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
const require = createRequire(pathToFileURL((process.env.PARE_BENCH_NODE ?? '.') + '/x.js'));
const loaded = require('nodejs-polars');
const pl = loaded.default ?? loaded;
const [input, output] = process.argv.slice(2);
const text = input.endsWith('.gz') ? gunzipSync(readFileSync(input)) : input;
const table = pl.readCSV(text, { inferSchemaLength: 0 });
const c = (name) => pl.col(name);
const out = table.select(
  c('customer_id').hash(1).cast(pl.Utf8).alias('customer_id'),
  c('email').str.toLowerCase().hash(1).cast(pl.Utf8).alias('email'),
  c('phone').str.replaceAll(/[0-9]/, '*').alias('phone'),
  c('birth_date').str.slice(0, 4), c('gender'), c('city'), c('postal_code').str.slice(0, 3), c('country'), c('signup_ts'),
  c('marketing_consent'), c('loyalty_tier'), c('lifetime_value'), c('interests'),
  c('notes').str.replaceAll(/[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/, '[email]')
    .str.replaceAll(/[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}/, '[card]')
    .str.replaceAll(/[+(]?[0-9][0-9 ()\/-]{6,}[0-9]/, '[phone]'));
if (output.endsWith('.gz')) writeFileSync(output, gzipSync(out.writeCSV(), { level: 6 }));
else out.writeCSV(output);
