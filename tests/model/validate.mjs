// node validate.mjs PROFILE STANDARD DESCRIPTOR...: one line per descriptor, "FILE: valid" or "FILE: " and
// the places with their faults. Run where node finds ajv.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const Ajv = createRequire(process.cwd() + "/")("ajv").default;
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const [profile, standard, ...descriptors] = process.argv.slice(2);

// strict: a misspelt keyword of the profile itself is an error
const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, strictTuples: false });
ajv.addSchema(read(standard));
const validate = ajv.compile(read(profile));

for (const path of descriptors) {
    let verdict;
    try {
        const faults = validate(read(path)) ? [] : validate.errors;
        verdict = faults.map((fault) => `${fault.instancePath || "/"} ${fault.message}`).join("; ") || "valid";
    } catch (error) {
        verdict = `no JSON: ${error.message}`;
    }
    console.log(`${path}: ${verdict.replaceAll("\n", " ")}`);
}
