// The job in DuckDB's SQL through @duckdb/node-api. It has no HMAC: a plain hash of key and value stands in (cheaper).
// usage: node duckdb.mjs INPUT OUTPUT [THREADS]; PARE_BENCH_NODE names the folder that holds node_modules
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
const require = createRequire(pathToFileURL((process.env.PARE_BENCH_NODE ?? '.') + '/x.js'));
const { DuckDBInstance } = require('@duckdb/node-api');
const [input, output, threads = '2'] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const token = (value) => `substr(sha256('bench-key-of-thirty-two-bytes-00' || ${value}), 1, 32)`;
await connection.run(`
  COPY (
    SELECT ${token('customer_id')} AS customer_id, ${token('lower(email)')} AS email,
      regexp_replace(substr(phone, 1, greatest(length(phone) - 2, 0)), '[0-9]', '*', 'g') || right(phone, 2) AS phone,
      substr(birth_date, 1, 4) AS birth_date, gender, city, substr(postal_code, 1, 3) AS postal_code, country, signup_ts,
      marketing_consent, loyalty_tier, lifetime_value, interests,
      regexp_replace(regexp_replace(regexp_replace(notes,
        '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}', '[email]', 'g'),
        '[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}', '[card]', 'g'),
        '[+(]?[0-9][0-9 ()/-]{6,}[0-9]', '[phone]', 'g') AS notes
    FROM read_csv(${quoted(input)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')
  ) TO ${quoted(output)} (HEADER, DELIMITER ',' ${output.endsWith('.gz') ? ', COMPRESSION gzip' : ''})`);
