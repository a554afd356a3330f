// Runs the job of duckdb.sql, or writes down the gold tables that it made.
//
//   node duckdb.mjs load PACKAGES SHEETS DATABASE    prints {"version", "rejected", "seconds"}
//   node duckdb.mjs export PACKAGES DATABASE FOLDER  one CSV for each table, ordered by its key
//
// PACKAGES is the folder in which npm installed @duckdb/node-api. The clock starts when node has
// started and the library is loaded, and stops when the database file is closed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";

const goldKeys = {
    event_sales: "event_id",
    daily_metrics: "date, currency",
    campaign_roi: "event_id, channel",
};

/** The statements of the file in order, each with the phase that it belongs to. */
function readStatements(path) {
    let phase = "bronze";
    const statements = [];
    for (const sql of readFileSync(path, "utf8").split(/;\s*\n/)) {
        phase = /^-- phase (\w+)$/m.exec(sql)?.[1] ?? phase;
        if (sql.trim()) {
            statements.push({ phase, sql });
        }
    }
    return statements;
}

async function open(duckdb, database) {
    const instance = await duckdb.DuckDBInstance.create(database);
    const connection = await instance.connect();
    const close = () => {
        connection.closeSync();
        instance.closeSync();
    };
    return { connection, close };
}

async function load(duckdb, sheets, database) {
    const statements = readStatements(new URL("duckdb.sql", import.meta.url));
    const seconds = {};
    const start = performance.now();
    let last = start;
    const lap = (phase) => {
        const now = performance.now();
        seconds[phase] = (seconds[phase] ?? 0) + (now - last) / 1000;
        last = now;
    };
    const { connection, close } = await open(duckdb, resolve(database));
    lap("open");
    process.chdir(sheets);
    for (const { phase, sql } of statements) {
        await connection.run(sql);
        lap(phase);
    }
    const rejected = await connection.runAndReadAll("SELECT count(*)::INTEGER FROM rejected_rows");
    close();
    lap("close");
    seconds.total = (last - start) / 1000;
    console.log(JSON.stringify({
        version: duckdb.version(),
        rejected: rejected.getRows()[0][0],
        seconds,
    }));
}

async function exportGold(duckdb, database, folder) {
    const { connection, close } = await open(duckdb, database);
    for (const [table, key] of Object.entries(goldKeys)) {
        const path = join(folder, `${table}.csv`).replaceAll("'", "''");
        await connection.run(
            `COPY (FROM gold_${table} ORDER BY ${key}) TO '${path}' (HEADER false)`);
    }
    close();
}

const [job, packages, ...words] = process.argv.slice(2);
if ((job !== "load" && job !== "export") || words.length !== 2) {
    console.error("usage: duckdb.mjs load PACKAGES SHEETS DATABASE\n"
        + "       duckdb.mjs export PACKAGES DATABASE FOLDER");
    process.exit(2);
}
const duckdb = createRequire(join(resolve(packages), "package.json"))("@duckdb/node-api");
await (job === "load" ? load : exportGold)(duckdb, ...words);
